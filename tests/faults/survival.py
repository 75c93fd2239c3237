"""The long form of the faults, and the table of what was survived."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

LONG = os.environ.get("FAULTS") == "long"
"""Whether this is `make faults`, which does everything a thousand times; otherwise each fault happens a few times."""
PROPERTY = "survived"

only_long = pytest.mark.skipif(not LONG, reason="takes minutes; `make faults` runs it (FAULTS=long)")


def many(short: int, long: int = 1000) -> int:
    """How many times something is done: a few times in the short form.

    Args:
        short: In the short form.
        long: In the long form.
    """
    return long if LONG else short


def survival(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """A function that notes what a test has counted, for its row of the table.

    Args:
        record_property: pytest's own.
    """

    def survived(**counted: object) -> None:
        record_property(PROPERTY, ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in counted.items()))

    return survived


def table(stats: dict[str, list[Any]]) -> Iterator[str]:
    """The rows of what was survived, and what was not, in Markdown.

    Args:
        stats: The reports of a run by their outcome.
    """
    yield "| fault | outcome | counted |"
    yield "| --- | --- | --- |"
    for outcome, word in (("passed", "survived"), ("failed", "NOT SURVIVED"), ("error", "NOT RUN")):
        for report in stats.get(outcome, []):
            counted = "; ".join(text for name, text in report.user_properties if name == PROPERTY)
            yield f"| {_sentence(report.nodeid)} | {word} | {counted} |"
    for report in stats.get("skipped", []):
        yield f"| {_sentence(report.nodeid)} | skipped | {report.longrepr[2]} |"


def _sentence(node: str) -> str:
    """The name of a test as the sentence that it is, with its parameters.

    Args:
        node: The id of the test.
    """
    name, _, parameters = node.rpartition("::")[2].removeprefix("test_").partition("[")
    sentence = name.replace("_", " ")
    return f"{sentence} ({parameters.rstrip(']')})" if parameters else sentence
