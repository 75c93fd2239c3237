"""Code that does something else, judged by what came of running it on both sides."""

from collections.abc import Iterator, Sequence

from beastmode_tools.guard.code.compare.behaviour import (
    AnswerChanged,
    AnswersSame,
    ChangedCode,
    NothingRan,
    OnlyNewTests,
    RanAtStart,
    ResultChanged,
    TestFails,
)
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import first_few, where

__all__ = ["RULES"]


@rule("behavior-changed", ResultChanged, TestFails, OnlyNewTests)
def tests_tell(change: ResultChanged | TestFails | OnlyNewTests) -> Iterator[Match]:
    """One finding for each function that tests show to do something else, and one for what only new tests run."""
    place = where(change.code[0])
    fields = {"names": named(change.code), "verb": "was" if len(change.code) == 1 else "were"}
    if isinstance(change, OnlyNewTests):
        yield Match(place, "code that only new tests run", fields, "new-tests", first_few(change.tests, 8), proved=True)
        return
    more = f" (and in {change.more} more)" if change.more else ""
    subject = f"{' '.join(each.name for each in change.code)} in {change.test}"
    fields = {**fields, "test": change.test}
    if isinstance(change, TestFails):
        evidence = f"{change.test}{more}: {change.error}"
        yield Match(place, subject, fields, "test-fails", evidence, proved=True, verdict=Verdict.DANGEROUS)
    else:
        evidence = f"{change.test}{more}: before {change.before}; now {change.after}"
        yield Match(place, subject, fields, "result", evidence, proved=True)


@rule("behavior-changed", NothingRan, RanAtStart, AnswersSame, AnswerChanged)
def behavior_changed(change: NothingRan | RanAtStart | AnswersSame | AnswerChanged) -> Iterator[Match]:
    """One finding for all that nothing ran, one for all that did the same, and one for each answer that differs."""
    place = where(change.code[0])
    fields = {"names": named(change.code), "verb": "was" if len(change.code) == 1 else "were"}
    if isinstance(change, NothingRan):
        why = f" ({change.reason})" if change.reason else ""
        yield Match(place, "code that nothing ran", {**fields, "why": why}, "not-run", listed(change.code))
    elif isinstance(change, RanAtStart):
        evidence = f"ran while both sides started: {listed(change.code)}"
        yield Match(place, "code that starts", fields, "starts", evidence, proved=True, verdict=Verdict.SAFE)
    elif isinstance(change, AnswersSame):
        evidence = f"the same answers, and the same was written: {same_in(change)}"
        yield Match(place, "code that does the same", fields, "same", evidence, proved=True, verdict=Verdict.SAFE)
    else:
        evidence = f"{change.request}: before {change.before}; now {change.after}"
        verdict = Verdict.DANGEROUS if change.fails else None
        message = "fails" if change.fails else "answer"
        yield Match(place, f"answer of {change.place}", fields, message, evidence, proved=True, verdict=verdict)


def same_in(change: AnswersSame) -> str:
    """What showed that code does the same."""
    tests = f"{len(change.tests)} of the project's own tests, as {first_few(change.tests, 3)}" if change.tests else ""
    return "; ".join(filter(None, (first_few(change.requests, 8) if change.requests else "", tests)))


def named(code: Sequence[ChangedCode]) -> str:
    """The first names, each with what it works on."""
    return first_few([f"{each.name}{works_on(each)}" for each in code])


def works_on(code: ChangedCode) -> str:
    """What the code works on, from the names of the kinds: " (query, payment)"."""
    topics = [kind.removesuffix("-changed") for kind in code.kinds if kind not in NO_TOPIC]
    return f" ({', '.join(topics)})" if topics else ""


def listed(code: Sequence[ChangedCode]) -> str:
    """Each with its place and its kinds."""
    return "; ".join(f"{each.name} ({where(each)}): {', '.join(each.kinds)}" for each in code)


NO_TOPIC = {
    "business-logic-changed",
    "unreached-code-changed",
    "field-changed",
    "decorator-changed",
    "import-time-code-changed",
    "change-not-understood",
}
RULES = (behavior_changed, tests_tell)
