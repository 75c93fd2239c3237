"""Gates on meaning: what the guard says of one change, and of everything since the run began."""

import hashlib
from collections.abc import Sequence

from beastmode_tools.agent.gate.decision import NeedsApproval, Refused
from beastmode_tools.agent.gate.effect import Effect
from beastmode_tools.agent.gate.facts import Facts, Judged
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.guard.finding import Finding, Verdict

__all__ = ["approval_id", "edit", "expectation", "is_asked", "tampering", "whole"]

TAMPERING = ("test-weakened", "test-setup-changed", "gate-changed")
"""Rules about tests and gates: a run that may change them can make any result look good."""
EXPECTATION = "test-expectation-changed"
"""The rule about a test that wants another result. It is SAFE to the guard, since a reviewer sees the code beside it.
In a run a person is asked: to want what the code gives is how models pass tests most often."""


def approval_id(run: str, diff_hash: str) -> str:
    """What a person types; it is different for every run and every diff."""
    return hashlib.sha256(f"{run}\0{diff_hash}".encode()).hexdigest()[:8]


def tampering(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:  # noqa: ARG001 - every gate is called so
    """No test that was there is deleted, skipped or weakened, and no gate is touched."""
    for judged in (facts.edit, facts.whole):
        for finding in judged.findings if judged else ():
            if finding.rule in TAMPERING and finding.verdict > Verdict.SAFE:
                return Refused(
                    f"{finding.where}: {finding.problem}",
                    "Change the code until the test passes. If the test is wrong, drop the box and say why.",
                    "tampering",
                )
    return None


def edit(effect: Effect, grants: Grants, facts: Facts) -> NeedsApproval | None:  # noqa: ARG001 - as above
    """This change is not DANGEROUS, or a person approved this very diff."""
    return asked(facts.edit, grants, "edit")


def whole(effect: Effect, grants: Grants, facts: Facts) -> NeedsApproval | None:  # noqa: ARG001 - as above
    """Everything since the run began is not DANGEROUS together, or a person approved this very diff."""
    return asked(facts.whole, grants, "whole")


def expectation(effect: Effect, grants: Grants, facts: Facts) -> NeedsApproval | None:  # noqa: ARG001 - as above
    """No test that was there expects another result, or a person approved this very diff."""
    for judged in (facts.edit, facts.whole):
        found = [each for each in judged.findings if each.rule == EXPECTATION and each.counts] if judged else []
        if judged and found and not is_approved(judged, grants):
            return question(judged, found[0], grants, "expectation")
    return None


def is_asked(finding: Finding) -> bool:
    """Whether a person is asked about a finding."""
    return finding.verdict is Verdict.DANGEROUS or finding.rule == EXPECTATION


def asked(judged: Judged | None, grants: Grants, gate: str) -> NeedsApproval | None:
    """The question to a person, unless it has been answered for this diff."""
    if judged is None or judged.verdict < Verdict.DANGEROUS:
        return None
    if is_approved(judged, grants):
        return None
    return question(judged, dangerous(judged.findings), grants, gate)


def is_approved(judged: Judged, grants: Grants) -> bool:
    """Whether a person approved the diff that was judged."""
    return grants.approved.get(approval_id(grants.run, judged.diff_hash)) == judged.diff_hash


def question(judged: Judged, worst: Finding, grants: Grants, gate: str) -> NeedsApproval:
    """The question to a person."""
    return NeedsApproval(
        id=approval_id(grants.run, judged.diff_hash),
        why=f"{worst.where}: {worst.problem}",
        instead=worst.instead,
        diff_hash=judged.diff_hash,
        gate=gate,
    )


def dangerous(findings: Sequence[Finding]) -> Finding:
    """The finding that a person is asked about."""
    return next(each for each in findings if each.counts and each.verdict is Verdict.DANGEROUS)
