"""What running both sides shows of code that does something else: the same answers, other ones, or nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
from beastmode_tools.guard.mixed.compare.facts import NEW_NEW, OLD_OLD, OUTSIDE, Matrix
from beastmode_tools.guard.mixed.compare.replayed import Answered, Replayed
from beastmode_tools.guard.mixed.compare.tested import Compared, Difference, Tested, compared
from beastmode_tools.probes.messages.application import Application

__all__ = ["decided"]

AROUND = 40
"""Characters before and after the first difference of two answers: enough to see which field or sentence it is in."""
WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE")
AT_START = {"import-time-code-changed", "wiring-changed", "business-logic-changed", "unreached-code-changed"}
"""Rules on code that assembles; a query, a payment or a validator does its work later."""
Pair = tuple[Answered, Answered]
Starts = tuple[Application | None, Application | None]
"""The base side's application and the work side's."""
Decided = NothingRan | RanAtStart | AnswersSame | AnswerChanged | ResultChanged | TestFails | OnlyNewTests
NOTHING = Compared({}, (), frozenset(), {})


@dataclass(slots=True)
class Seen:
    """What requests showed of one function.

    Args:
        same: Requests that ran it on both sides, with the same answer.
        differing: Requests that ran it and are answered otherwise.
    """

    same: list[Answered] = field(default_factory=list)
    differing: list[Pair] = field(default_factory=list)


def decided(
    code: Sequence[ChangedCode],
    matrices: Sequence[Matrix],
    reason: str,
    starts: Starts = (None, None),
    tested: Tested | None = None,
) -> Iterator[Decided]:
    """What is to be said of the changed code, at most one thing of each function.

    Args:
        code: What changed.
        matrices: What was run, one for each kind of database.
        reason: Why nothing could be run.
        starts: Both sides' applications, as far as they started.
        tested: What the project's own tests showed.
    """
    tests = compared(tested) if tested is not None else NOTHING
    seen = {key_of(each): Seen() for each in code}
    whole: set[str] = set()
    for matrix in matrices:
        old, new = matrix.cells.get(OLD_OLD), matrix.cells.get(NEW_NEW)
        if old is not None and new is not None:
            look_at(old, new, seen)
            whole |= all_ran(old) & all_ran(new)
    answered = [each for each in code if seen[key_of(each)].differing]
    same = [each for each in code if each not in answered and is_same(each, seen, whole, tests)]
    open_ones = [each for each in code if each not in answered and each not in same]
    yield from answers(answered, seen)
    told = list(by_tests(code, open_ones, tests))
    yield from told
    if same:
        requests = [f"{each.method} {each.path}" for one in same for each in seen[key_of(one)].same]
        names = [name for one in same for name in tests.same.get(key_of(one), ())]
        yield AnswersSame(tuple(same), tuple(dict.fromkeys(requests)), tuple(dict.fromkeys(names)))
    rest = [each for each in open_ones if not any(each in one.code for one in told)]
    at_start = () if answered else tuple(each for each in rest if ran_at_start(each, starts))
    if at_start:
        yield RanAtStart(at_start)
    rest = [each for each in rest if each not in at_start]
    covered = tuple(each for each in rest if key_of(each) in tests.only_new)
    if covered:
        names = [name for each in covered for name in tests.only_new[key_of(each)]]
        yield OnlyNewTests(covered, tuple(dict.fromkeys(names)))
    if left := tuple(each for each in rest if each not in covered):
        yield NothingRan(left, reason)


def is_same(code: ChangedCode, seen: Mapping[str, Seen], whole: set[str], tests: Compared) -> bool:
    """Whether requests ran all that changed with the same answers, or tests with the same results."""
    key = key_of(code)
    if seen[key].same and key in whole:
        return True
    is_other = any(key in each.keys for each in tests.differing)
    return bool(key in tests.same and key in tests.whole and not is_other)


def by_tests(
    code: Sequence[ChangedCode], open_ones: Sequence[ChangedCode], tests: Compared
) -> Iterator[ResultChanged | TestFails]:
    """One change for each set of functions that fails in tests, and for each that gives something else in them."""
    together: dict[tuple[bool, tuple[ChangedCode, ...]], list[Difference]] = {}
    for each in tests.differing:
        ran = tuple(one for one in (code if each.fails else open_ones) if key_of(one) in each.keys)
        if ran:
            together.setdefault((each.fails, ran), []).append(each)
    for (fails_now, ran), (first, *others) in together.items():
        if fails_now:
            yield TestFails(ran, first.test, first.after, len(others))
        else:
            yield ResultChanged(ran, first.test, first.before, first.after, len(others))


def key_of(code: ChangedCode) -> str:
    """What the runs know a function by."""
    return f"{code.path} {code.name}"


def ran_at_start(code: ChangedCode, starts: Starts) -> bool:
    """Whether the start of both sides ran all of the code that changed, and what it is for shows then.

    A constant or a function that requests call later shows nothing at a start.
    """
    if any(kind not in AT_START for kind in code.kinds):
        return False
    return all(app is not None and has_run(code, app) for app in starts)


def has_run(code: ChangedCode, app: Application) -> bool:
    """Whether one start ran it: the file was imported, or each statement of the function that differs was run."""
    if code.name == code.path:
        return code.path in app.imported
    key = key_of(code)
    return key in app.ran and len(app.ran[key]) >= app.parts.get(key, 0)


def look_at(old: Replayed, new: Replayed, seen: Mapping[str, Seen]) -> None:
    """Compares the answers to each request that ran changed code on both sides."""
    before = {(each.method, each.path): each for each in old.watched}
    for after in new.watched:
        earlier = before.get((after.method, after.path))
        if earlier is None or is_outside(earlier) or is_outside(after):
            continue
        is_same = alike(earlier, after)
        for key in earlier.ran.keys() & after.ran.keys() & seen.keys():
            if is_same:
                seen[key].same.append(after)
            else:
                seen[key].differing.append((earlier, after))


def is_outside(answered: Answered) -> bool:
    """Whether it failed for what a scratch run does not have: the network, other services, time."""
    said = (answered.exception, *(each.error for each in answered.errors))
    return answered.status == 0 or any(word in text for word in OUTSIDE for text in said)


def alike(old: Answered, new: Answered) -> bool:
    """Whether two answers are the same, and the same was written for them; how rows are read does not matter."""
    return (
        (old.status, old.exception) == (new.status, new.exception)
        and (old.body == new.body or is_unsteady(old) or is_unsteady(new))
        and written(old) == written(new)
    )


def is_unsteady(answered: Answered) -> bool:
    """Whether the body is another one at each request."""
    return answered.body.startswith("(another body")


def written(answered: Answered) -> dict[str, int]:
    """The statements that write, and how often each ran."""
    return {sql: count for sql, count in answered.statements.items() if sql.lstrip().upper().startswith(WRITES)}


def all_ran(cell: Replayed) -> set[str]:
    """The functions of which requests ran every changed statement."""
    ran: dict[str, set[int]] = {}
    for answered in cell.watched:
        for key, parts in answered.ran.items():
            ran.setdefault(key, set()).update(parts)
    return {key for key, parts in ran.items() if len(parts) >= cell.parts.get(key, 0)}


def answers(code: Sequence[ChangedCode], seen: Mapping[str, Seen]) -> Iterator[AnswerChanged]:
    """One change for each request that shows the worst of some functions, all that it ran together."""
    together: dict[tuple[str, str], tuple[Pair, list[ChangedCode]]] = {}
    for each in code:
        pair = min(seen[key_of(each)].differing, key=lambda pair: (not fails(pair), pair[1].path))
        together.setdefault((pair[1].method, pair[1].path), (pair, []))[1].append(each)
    for (method, path), (pair, ran) in together.items():
        before, after = shown(*pair)
        yield AnswerChanged(tuple(ran), pair[1].place, f"{method} {path}", before, after, fails(pair))


def fails(pair: Pair) -> bool:
    """Whether the new answer is an error of the server, and the old one was none."""
    return pair[1].failed and not pair[0].failed


def shown(old: Answered, new: Answered) -> tuple[str, str]:
    """Both answers in a few words: their status, and where they begin to differ."""
    first = next((at for at, (a, b) in enumerate(zip(old.body, new.body, strict=False)) if a != b), None)
    if first is None:
        first = min(len(old.body), len(new.body))
    texts = []
    for each in (old, new):
        part = "" if old.body == new.body else " ".join(each.body[max(0, first - AROUND) : first + AROUND].split())
        why = f" ({each.exception})" if each.exception else ""
        texts.append(f"{each.status}{why}" + (f" {json.dumps(part, ensure_ascii=False)}" if part and not why else ""))
    if texts[0] == texts[1]:
        writes = [", ".join(sorted(written(each))) or "no write" for each in (old, new)]
        texts = [f"{text} after {wrote}" for text, wrote in zip(texts, writes, strict=True)]
    return texts[0], texts[1]
