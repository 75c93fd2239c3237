"""The one function through which every effect passes: a run's, an assistant's over MCP, and a hook's."""

from collections.abc import Callable, Mapping

from beastmode_tools.agent.gate.commands import command, may_write, page, query, recipe
from beastmode_tools.agent.gate.decision import Allowed, Decision, NeedsApproval, Refused
from beastmode_tools.agent.gate.effect import Effect, writes
from beastmode_tools.agent.gate.facts import Facts
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.gate.paths import inside, one_name, protected, readable, size
from beastmode_tools.agent.gate.tested import mentions_test_run
from beastmode_tools.agent.gate.verdicts import edit, expectation, tampering, whole
from beastmode_tools.guard.finding import Verdict

__all__ = ["GATES", "Gate", "decide"]

Gate = Callable[[Effect, Grants, Facts], Refused | NeedsApproval | None]
"""Says no, asks a person, or has nothing to say."""

GATES: Mapping[str, Gate] = {
    "may_write": may_write,
    "inside": inside,
    "one_name": one_name,
    "protected": protected,
    "readable": readable,
    "size": size,
    "command": command,
    "recipe": recipe,
    "page": page,
    "query": query,
    "mentions_test_run": mentions_test_run,
    "tampering": tampering,
    "expectation": expectation,
    "edit": edit,
    "whole": whole,
}
"""Every gate, in the order in which they are asked: what may never be done comes before what a person may approve."""


def decide(effect: Effect, grants: Grants, facts: Facts, gates: Mapping[str, Gate] = GATES) -> Decision:
    """Whether an effect may happen; the first gate that has something to say is the answer.

    Args:
        effect: What is wanted.
        grants: What may be done here.
        facts: What the disk and the guard say of it.
        gates: All of them; tests leave one out, to see that something notices.
    """
    for gate in gates.values():
        if (answer := gate(effect, grants, facts)) is not None:
            return answer
    return allowed(effect, facts)


def allowed(effect: Effect, facts: Facts) -> Allowed:
    """The answer with its reason: the worst that the guard said of the edit, or what a person approved in the whole."""
    if not writes(effect):
        return Allowed("it only reads")
    found = [each for each in facts.edit.findings if each.counts] if facts.edit else []
    if facts.whole and facts.whole.verdict is Verdict.DANGEROUS:
        found += [each for each in facts.whole.findings if each.counts]
    if not found:
        return Allowed("SAFE")
    worst = max(found, key=lambda finding: finding.verdict)
    if worst.verdict is Verdict.SAFE:
        return Allowed("SAFE")
    approved = " (approved by a person)" if worst.verdict is Verdict.DANGEROUS else ""
    return Allowed(f"{worst.rule}: {worst.problem}{approved}", worst.verdict)
