"""Which numbers are valid."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import BoundChanged
from beastmode_tools.guard.contract.rules import bounds
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]

KEYWORDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")


@rule("request-range-limited", Verdict.CAUTIOUS, BoundChanged)
def request_range_limited(change: BoundChanged) -> Iterator[Found]:
    """A limit where there was none: most clients keep within it, some may not."""
    if change.keyword in KEYWORDS:
        yield from bounds.request_limited(change)


@rule("request-range-tightened", Verdict.DANGEROUS, BoundChanged)
def request_range_tightened(change: BoundChanged) -> Iterator[Found]:
    """A limit that was documented moved inwards."""
    if change.keyword in KEYWORDS:
        yield from bounds.request_tightened(change)


@rule("request-range-relaxed", Verdict.SAFE, BoundChanged)
def request_range_relaxed(change: BoundChanged) -> Iterator[Found]:
    """A limit moved outwards, or is gone."""
    if change.keyword in KEYWORDS:
        yield from bounds.request_relaxed(change)


@rule("response-range-relaxed", Verdict.DANGEROUS, BoundChanged)
def response_range_relaxed(change: BoundChanged) -> Iterator[Found]:
    """Values come that are beyond what was promised."""
    if change.keyword in KEYWORDS:
        yield from bounds.response_relaxed(change)


@rule("response-range-tightened", Verdict.SAFE, BoundChanged)
def response_range_tightened(change: BoundChanged) -> Iterator[Found]:
    """Values keep within a tighter limit."""
    if change.keyword in KEYWORDS:
        yield from bounds.response_tightened(change)


RULES = (
    request_range_limited,
    request_range_tightened,
    request_range_relaxed,
    response_range_relaxed,
    response_range_tightened,
)
