"""How many items or fields there may be."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import BoundChanged
from beastmode_tools.guard.contract.rules import bounds
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]

KEYWORDS = ("minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains")


@rule("request-count-limited", Verdict.CAUTIOUS, BoundChanged)
def request_count_limited(change: BoundChanged) -> Iterator[Found]:
    """A limit where there was none: most clients keep within it, some may not."""
    if change.keyword in KEYWORDS:
        yield from bounds.request_limited(change)


@rule("request-count-tightened", Verdict.DANGEROUS, BoundChanged)
def request_count_tightened(change: BoundChanged) -> Iterator[Found]:
    """A limit that was documented moved inwards."""
    if change.keyword in KEYWORDS:
        yield from bounds.request_tightened(change)


@rule("request-count-relaxed", Verdict.SAFE, BoundChanged)
def request_count_relaxed(change: BoundChanged) -> Iterator[Found]:
    """A limit moved outwards, or is gone."""
    if change.keyword in KEYWORDS:
        yield from bounds.request_relaxed(change)


@rule("response-count-relaxed", Verdict.DANGEROUS, BoundChanged)
def response_count_relaxed(change: BoundChanged) -> Iterator[Found]:
    """Values come that are beyond what was promised."""
    if change.keyword in KEYWORDS:
        yield from bounds.response_relaxed(change)


@rule("response-count-tightened", Verdict.SAFE, BoundChanged)
def response_count_tightened(change: BoundChanged) -> Iterator[Found]:
    """Values keep within a tighter limit."""
    if change.keyword in KEYWORDS:
        yield from bounds.response_tightened(change)


RULES = (
    request_count_limited,
    request_count_tightened,
    request_count_relaxed,
    response_count_relaxed,
    response_count_tightened,
)
