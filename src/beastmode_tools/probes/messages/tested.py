"""What the project's own tests showed of changed functions: the answer of `probes/call/own_tests.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["TestsRun", "Tried"]


@dataclass(frozen=True)
class Tried:
    """One test that ran.

    Args:
        name: pytest's.
        outcome: "passed", "failed", "skipped", "error".
        error: Its first line; "" where it did not fail.
        ran: The changed functions that it ran -> the numbers of their changed statements that ran.
        returned: What those gave that no other changed function had called, in order: ("shop.py total", "7").
        wrote: Each statement that writes, without its values -> how often it ran.
    """

    name: str
    outcome: str
    error: str = ""
    ran: dict[str, tuple[int, ...]] = field(default_factory=dict)
    returned: tuple[tuple[str, ...], ...] = ()
    wrote: dict[str, int] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Where it stands."""
        return self.name.partition("::")[0]


@dataclass(frozen=True)
class TestsRun:
    """One run of tests.

    Args:
        tests: Those that ran changed functions, and those that were asked for by name.
        parts: The changed functions -> how many statements of each differ.
        left_out: How many no time was left for.
        not_read: Files of tests that could not be imported, and the first error.
        attempts: What the code tried and was refused.
        invent: Names of settings that the environment lacked.
    """

    __test__ = False  # no class of tests, whatever pytest thinks of its name

    tests: tuple[Tried, ...] = ()
    parts: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    not_read: tuple[str, ...] = ()
    attempts: tuple[str, ...] = ()
    invent: tuple[str, ...] = ()
