"""Both sides' own tests, compared: what gives the same, what gives something else, and what fails now."""

from dataclasses import dataclass, replace

from beastmode_tools.guard.mixed.compare.facts import OUTSIDE
from beastmode_tools.probes.messages.tested import TestsRun, Tried

__all__ = ["Compared", "Difference", "Tested", "compared", "failing"]

NOT_OURS = (*OUTSIDE, "TooLong")
"""What errors say that come from the confinement and the clock."""


@dataclass(frozen=True, slots=True)
class Tested:
    """Runs of both sides' tests.

    Args:
        first: The base's tests; those that run changed functions are known from it.
        again: The same once more: what is another one then is unsteady.
        new: The work side's tests, with those that came with the change.
        edited: Files of tests that the change touches.
        untouched: Names of tests in them that are written as before.
    """

    __test__ = False  # no class of tests, whatever pytest thinks of its name

    first: TestsRun
    again: TestsRun
    new: TestsRun
    edited: tuple[str, ...] = ()
    untouched: frozenset[str] = frozenset()

    def is_edited(self, test: Tried) -> bool:
        """Whether the change touches a test, or brings it."""
        return test.file in self.edited and test.name.partition("[")[0] not in self.untouched

    def confirmed(self, once_more: TestsRun) -> "Tested":
        """The same, where a test of the work side failed only if it fails once more."""
        passed = {each.name for each in once_more.tests if each.outcome == "passed"}
        tests = (replace(each, outcome="skipped") if each.name in passed else each for each in self.new.tests)
        return replace(self, new=replace(self.new, tests=tuple(tests)))


@dataclass(frozen=True, slots=True)
class Difference:
    """A test in which a changed function does something else.

    Args:
        keys: The changed functions.
        test: Its name.
        before: What they gave.
        after: What they give.
        fails: The test fails now.
    """

    keys: tuple[str, ...]
    test: str
    before: str
    after: str
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """What tests show.

    Args:
        same: A changed function -> the tests in which it does the same on both sides.
        differing: Tests in which one does something else.
        whole: The functions of which tests that pass ran every changed statement, on both sides.
        only_new: A changed function -> tests that came with the change, run it, and pass.
    """

    same: dict[str, list[str]]
    differing: tuple[Difference, ...]
    whole: frozenset[str]
    only_new: dict[str, list[str]]


def passed(run: TestsRun) -> dict[str, Tried]:
    """The tests that passed, by name."""
    return {each.name: each for each in run.tests if each.outcome == "passed"}


def failing(tested: Tested) -> list[Tried]:
    """Tests that pass on the base each time, and fail on the work side for a reason of the code."""
    steady = passed(tested.first).keys() & passed(tested.again).keys()
    return [
        each
        for each in tested.new.tests
        if each.name in steady and each.outcome in {"failed", "error"} and not is_outside(each.error)
    ]


def is_outside(error: str) -> bool:
    """Whether an error comes from what a scratch run does not have."""
    return any(word in error for word in NOT_OURS)


def compared(tested: Tested) -> Compared:
    """What both sides' tests show of the changed functions."""
    old, again, new = (passed(each) for each in (tested.first, tested.again, tested.new))
    same: dict[str, list[str]] = {}
    found = [failed(each, old[each.name]) for each in failing(tested)]
    for name in old.keys() & again.keys() & new.keys():
        if tested.is_edited(old[name]):
            continue
        difference = difference_of(old[name], again[name], new[name])
        if difference is not None:
            found.append(difference)
        elif is_steady(old[name], again[name]):
            for key in old[name].ran.keys() & new[name].ran.keys():
                same.setdefault(key, []).append(name)
    came = [each for each in new.values() if tested.is_edited(each)]
    only_new: dict[str, list[str]] = {}
    for each in came:
        for key in each.ran:
            only_new.setdefault(key, []).append(each.name)
    return Compared(
        same, tuple(found), frozenset(covered(old, tested.first.parts) & covered(new, tested.new.parts)), only_new
    )


def covered(tests: dict[str, Tried], parts: dict[str, int]) -> set[str]:
    """The functions of which the tests ran so many parts as there are."""
    ran: dict[str, set[int]] = {}
    for each in tests.values():
        for key, some in each.ran.items():
            ran.setdefault(key, set()).update(some)
    return {key for key, some in ran.items() if len(some) >= parts.get(key, 0)}


def is_steady(once: Tried, again: Tried) -> bool:
    """Whether two runs of one side did the same."""
    return (once.returned, once.wrote) == (again.returned, again.wrote)


def difference_of(old: Tried, again: Tried, new: Tried) -> Difference | None:
    """What a changed function gives or writes in a test, where that is another thing than before."""
    if not is_steady(old, again):
        return None
    pairs = zip(old.returned, new.returned, strict=False)
    other = next((pair for pair in pairs if pair[0] != pair[1] and pair[0][0] == pair[1][0]), None)
    if other is not None:
        (key, before), (_, after) = other
        return Difference((key,), new.name, *around(before, after))
    keys = tuple(sorted(old.ran.keys() & new.ran.keys()))
    if old.wrote != new.wrote and keys:
        return Difference(keys, new.name, statements(old), statements(new))
    return None


def around(before: str, after: str, width: int = 60) -> tuple[str, str]:
    """Two values from a little before where they begin to differ."""
    first = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    begin = max(0, first - width // 2)
    return before[begin : begin + width], after[begin : begin + width]


def statements(test: Tried) -> str:
    """What a test writes."""
    return ", ".join(f"{count} x {sql[:60]}" for sql, count in sorted(test.wrote.items())) or "no write"


def failed(test: Tried, before: Tried) -> Difference:
    """A test that fails now."""
    keys = tuple(sorted(before.ran.keys() | test.ran.keys()))
    return Difference(keys, test.name, "passed", test.error, fails=True)
