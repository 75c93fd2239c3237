"""Acceptances that have run out, and those that nothing needs any more."""

from collections.abc import Iterator

from beastmode_tools.guard.acceptances.compare import AcceptanceExpired, AcceptancesOutdated, AcceptanceUnused
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("acceptance-expired", Verdict.SAFE, AcceptanceExpired)
def expired(change: AcceptanceExpired) -> Iterator[Found]:
    """The finding itself counts again; this says why it does."""
    yield Found(
        where="beastmode.toml",
        problem=f"The acceptance of {change.fingerprint} ({change.rule}: {change.about}) held until {change.until}; "
        "the finding counts again.",
        instead=f'Mend it, or accept it anew: beast accept {change.fingerprint} --reason "..." --until DATE',
        subject=f"{change.fingerprint} until {change.until}",
        evidence=f"accepted by {change.author or 'somebody'} until {change.until}",
    )


@rule("acceptance-unused", Verdict.SAFE, AcceptanceUnused)
def unused(change: AcceptanceUnused) -> Iterator[Found]:
    """Kept for ever, it would accept the same thing if it came back."""
    about = f" ({': '.join(filter(None, (change.rule, change.about)))})" if change.rule or change.about else ""
    yield Found(
        where="beastmode.toml",
        problem=f"The acceptance of {change.fingerprint}{about} matches nothing in this change{more(change.more)}.",
        instead="Remove it from beastmode.toml once the change that it was for is merged.",
        subject=change.fingerprint,
        evidence=f"accepted by {change.author or 'somebody'}",
    )


def more(count: int) -> str:
    """How many others there are."""
    return f", nor do {count} more that the base has" if count else ""


WHY = {
    "base": "stood on the base side already: they were for an earlier change, and cover nothing new",
    "difference": "were written when a fingerprint did not say what exactly differs, and cover nothing any more",
}


@rule("acceptance-outdated", Verdict.SAFE, AcceptancesOutdated)
def outdated(change: AcceptancesOutdated) -> Iterator[Found]:
    """What somebody looked at was another difference; the finding counts until somebody looks at this one."""
    listed = ", ".join(old if old == new else f"{old} (now {new})" for old, new in change.fingerprints)
    noun = "acceptance" if len(change.fingerprints) == 1 else "acceptances"
    yield Found(
        where="beastmode.toml",
        problem=f"{len(change.fingerprints)} {noun} {WHY[change.why]}: {listed}.",
        instead="Look at the findings, and accept each that may ship (`beast accept`); remove the old entries.",
        subject=f"{change.why} {listed}",
    )


RULES = (expired, unused, outdated)
