"""The project's tests, and what stops a bad change."""

from collections.abc import Iterator

from beastmode_tools.guard.code.compare.gates import GateChanged
from beastmode_tools.guard.code.compare.tests_of_project import TestChanged, TestSetupChanged
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]


def subject_of(change: TestChanged) -> str:
    """File and test."""
    return f"{change.path} {change.name}"


@rule("test-removed", Verdict.CAUTIOUS, TestChanged)
def test_removed(change: TestChanged) -> Iterator[Found]:
    """A test that is gone."""
    if change.how == "removed":
        problem = f"the test {change.name} is gone ({change.detail}): what it held is held no more"
        instead = "Keep it; if the behaviour went on purpose, name the finding that says so."
        yield Found(where(change), problem, instead, subject_of(change))


@rule("test-skipped", Verdict.CAUTIOUS, TestChanged)
def test_skipped(change: TestChanged) -> Iterator[Found]:
    """A test that no longer runs, or may fail."""
    if change.how == "skipped":
        problem = f"{change.name} no longer runs or may fail: {change.detail}"
        yield Found(where(change), problem, "Mend it, or say until when it may sleep.", subject_of(change))


@rule("test-weakened", Verdict.CAUTIOUS, TestChanged)
def test_weakened(change: TestChanged) -> Iterator[Found]:
    """A test that lets more through than before."""
    if change.how in {"weakened", "emptied"}:
        problem = f"{change.name} lets more through: {change.detail}"
        verdict = Verdict.DANGEROUS if change.how == "emptied" else None
        yield Found(where(change), problem, "Put the assertion back.", subject_of(change), verdict=verdict)


@rule("test-expectation-changed", Verdict.CAUTIOUS, TestChanged)
def test_expectation_changed(change: TestChanged) -> Iterator[Found]:
    """A test expects something else: clients may have expected the old."""
    if change.how == "expectation":
        problem = f"{change.name} expects something else: {change.detail}"
        instead = "Keep a test of the old behaviour for as long as clients may rely on it."
        yield Found(where(change), problem, instead, subject_of(change))


@rule("test-added", Verdict.SAFE, TestChanged)
def test_added(change: TestChanged) -> Iterator[Found]:
    """A new test, one that runs again, or one that is only written otherwise."""
    words = {
        "added": f"the test {change.name} is new",
        "unskipped": f"the test {change.name} runs again",
        "rewritten": f"the test {change.name} is written otherwise and asserts no less",
        "same": f"the tests in {change.path} do what they did",
    }
    if change.how in words:
        yield Found(where(change), words[change.how], "", subject_of(change))


@rule("test-setup-changed", Verdict.CAUTIOUS, TestSetupChanged)
def test_setup_changed(change: TestSetupChanged) -> Iterator[Found]:
    """What the tests stand on differs."""
    problem = f"{change.name} in {change.path}, on which tests stand, was {change.how}"
    verdict = Verdict.SAFE if change.how == "added" else None
    instead = "Look whether the tests still see what production sees." if verdict is None else ""
    yield Found(where(change), problem, instead, f"{change.path} {change.name}", verdict=verdict)


@rule("gate-loosened", Verdict.DANGEROUS, GateChanged)
def gate_loosened(change: GateChanged) -> Iterator[Found]:
    """What stops bad changes lets more through."""
    if change.how in {"loosened", "removed"}:
        what = "is gone" if change.how == "removed" else f"lets more through: {change.what}"
        problem = f"the gate {change.path} {what}"
        instead = "Mend what the gate found; change the gate in a change of its own."
        yield Found(where(change), problem, instead, f"{change.path} {change.what}")


@rule("gate-changed", Verdict.CAUTIOUS, GateChanged)
def gate_changed(change: GateChanged) -> Iterator[Found]:
    """A gate differs, and reading does not tell in which direction."""
    if change.how == "changed":
        problem = f"the gate {change.path} changed: {change.what}"
        instead = "Show by a run that it still stops what it stopped."
        yield Found(where(change), problem, instead, f"{change.path} {change.what}")


@rule("gate-tightened", Verdict.SAFE, GateChanged)
def gate_tightened(change: GateChanged) -> Iterator[Found]:
    """A gate that is new or asks for more, or of which only words changed."""
    words = {"tightened": "asks for more", "added": "is new", "words": "differs only in words"}
    if change.how in words:
        problem = f"the gate {change.path} {words[change.how]}: {change.what}"
        yield Found(where(change), problem, "", f"{change.path} {change.what}")


RULES = (
    test_removed,
    test_skipped,
    test_weakened,
    test_expectation_changed,
    test_added,
    test_setup_changed,
    gate_loosened,
    gate_changed,
    gate_tightened,
)
