"""What is known of code that does something else: whether anything ran it on both sides, and what came of it."""

from dataclasses import dataclass

__all__ = [
    "AnswerChanged",
    "AnswersSame",
    "ChangedCode",
    "NothingRan",
    "OnlyNewTests",
    "RanAtStart",
    "ResultChanged",
    "TestFails",
]


@dataclass(frozen=True, slots=True)
class ChangedCode:
    """A function, or other code, that does something else.

    Args:
        path: Its file.
        line: The first line that differs.
        name: Qualified; a file's name for the code outside of functions.
        kinds: The rules that have a word for what it works on: "query-changed", "payment-changed".
        content: A digest of what differs.
    """

    path: str
    line: int
    name: str
    kinds: tuple[str, ...]
    content: str = ""


@dataclass(frozen=True, slots=True)
class NothingRan:
    """Changed code that nothing ran on both sides.

    Args:
        code: What changed, in the order of the files.
        reason: Why nothing ran it, if there is more to say than that no request led to it.
    """

    code: tuple[ChangedCode, ...]
    reason: str = ""

    @property
    def difference(self) -> tuple[ChangedCode, ...]:
        """What differs; the reason may be another one on the next machine."""
        return self.code


@dataclass(frozen=True, slots=True)
class RanAtStart:
    """Changed code that ran while both sides started, and assembled an application of which all is compared.

    Args:
        code: What changed.
    """

    code: tuple[ChangedCode, ...]


@dataclass(frozen=True, slots=True)
class AnswersSame:
    """Changed code that requests or the project's own tests ran on both sides, with the same answers and statements.

    Args:
        code: What changed.
        requests: "GET /users/1", each with the same answer.
        tests: Names of tests that pass on both sides, in which it gives and writes the same.
    """

    code: tuple[ChangedCode, ...]
    requests: tuple[str, ...]
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultChanged:
    """Changed code that gives something else where one of the project's own tests runs it, though the test passes.

    Args:
        code: What changed.
        test: The first of the tests.
        before: What the code gave.
        after: What it gives.
        more: How many other tests show it, too.
    """

    code: tuple[ChangedCode, ...]
    test: str
    before: str
    after: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class TestFails:
    """One of the project's own tests that passes on the base and fails now.

    Args:
        code: The changed code that it runs.
        test: Its name.
        error: What it says, in one line.
        more: How many others that run the same fail, too.
    """

    __test__ = False  # no class of tests, whatever pytest thinks of its name

    code: tuple[ChangedCode, ...]
    test: str
    error: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class OnlyNewTests:
    """Changed code that only tests of the same change run, so that nothing tells what it did before.

    Args:
        code: What changed.
        tests: Their names; they pass.
    """

    code: tuple[ChangedCode, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerChanged:
    """A request that is answered otherwise.

    Args:
        code: The changed code that it runs.
        place: "GET /users/<int:id>".
        request: As it was sent.
        before: The base's answer, in one line.
        after: The new one.
        fails: It ends in a 5xx, and did not before.
    """

    code: tuple[ChangedCode, ...]
    place: str
    request: str
    before: str
    after: str
    fails: bool = False
