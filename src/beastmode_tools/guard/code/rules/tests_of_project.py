"""The project's tests, and what stops a bad change."""

from beastmode_tools.guard.code.compare.gates import GateChanged
from beastmode_tools.guard.code.compare.tests_of_project import TestChanged, TestSetupChanged
from beastmode_tools.guard.code.rules.row import harmless, row
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Rule

__all__ = ["RULES"]

PART = "{path} {what}"


def on_test(name: str, how: str, message: str = "", verdict: Verdict | None = None) -> Rule:
    """A rule on what became of a test."""
    return row(name, TestChanged, lambda change: change.how == how, message=message, verdict=verdict)


def on_gate(how: str, verdict: Verdict | None = None) -> Rule:
    """A rule on what became of a quality gate."""
    return row(
        "gate-changed",
        GateChanged,
        lambda change: change.how == how,
        subject=PART,
        message=how,
        verdict=verdict,
    )


RULES = (
    on_test("test-weakened", "removed", "removed"),
    on_test("test-weakened", "skipped", "skipped"),
    on_test("test-weakened", "weakened", "weakened"),
    on_test("test-weakened", "emptied", "emptied", Verdict.DANGEROUS),
    on_test("test-expectation-changed", "expectation"),
    row("test-setup-changed", TestSetupChanged, lambda c: c.how != "added", message="changed"),
    row("test-setup-changed", TestSetupChanged, lambda c: c.how == "added", message="added", verdict=Verdict.SAFE),
    harmless("test-added", TestChanged, lambda c: c.how == "added"),
    harmless("test-unskipped", TestChanged, lambda c: c.how == "unskipped"),
    harmless("test-rewritten", TestChanged, lambda c: c.how == "rewritten"),
    harmless("tests-unchanged", TestChanged, lambda c: c.how == "same"),
    on_gate("loosened", Verdict.DANGEROUS),
    on_gate("removed", Verdict.DANGEROUS),
    on_gate("changed"),
    harmless("gate-tightened", GateChanged, lambda c: c.how == "tightened", subject=PART),
    harmless("gate-added", GateChanged, lambda c: c.how == "added", subject=PART),
    harmless("gate-ordinary", GateChanged, lambda c: c.how == "ordinary", subject=PART),
    harmless("gate-reworded", GateChanged, lambda c: c.how == "words", subject=PART),
)
