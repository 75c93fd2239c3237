"""Which numbers are valid."""

from collections.abc import Iterator

from beastmode_tools.guard.compare.contract.schema_changes import BoundChanged
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.rules.contract_weighing import found, from_api, from_client, narrows, widens

__all__ = ["RULES"]

KEYWORDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")


def limit(change: BoundChanged) -> str:
    """Which limit went from what to what."""
    old, new = ("none" if each is None else f"{each:g}" for each in (change.old, change.new))
    return f"{change.keyword} {old} → {new}"


@rule("request-range-limited", Verdict.CAUTIOUS, BoundChanged)
def request_range_limited(change: BoundChanged) -> Iterator[Found]:
    """A limit where there was none: most clients keep within it, some may not."""
    if change.keyword in KEYWORDS and from_client(change) and change.old is None:
        yield found(
            change,
            f"a limit is new for {change.site.name} ({limit(change)}): calls beyond it are refused",
            "Look in the logs for what clients send; choose the limit so that all of it is valid.",
            f"{limit(change)}",
        )


@rule("request-range-tightened", Verdict.DANGEROUS, BoundChanged)
def request_range_tightened(change: BoundChanged) -> Iterator[Found]:
    """A limit that was documented moved inwards."""
    if change.keyword in KEYWORDS and from_client(change) and narrows(change) and change.old is not None:
        yield found(
            change,
            f"the limit of {change.site.name} is tighter ({limit(change)}): what was valid is refused",
            "Keep the old limit in this version.",
            f"{limit(change)}",
        )


@rule("request-range-relaxed", Verdict.SAFE, BoundChanged)
def request_range_relaxed(change: BoundChanged) -> Iterator[Found]:
    """A limit moved outwards, or is gone."""
    if change.keyword in KEYWORDS and from_client(change) and not narrows(change):
        yield found(change, f"the limit of {change.site.name} is wider ({limit(change)})", "", f"{limit(change)}")


@rule("response-range-relaxed", Verdict.DANGEROUS, BoundChanged)
def response_range_relaxed(change: BoundChanged) -> Iterator[Found]:
    """Values come that are beyond what was promised."""
    if change.keyword in KEYWORDS and from_api(change) and widens(change):
        yield found(
            change,
            f"the limit of {change.site.name} is wider ({limit(change)}): clients "
            "that rely on it, in a column or a layout, break",
            "Keep the limit of what is sent in this version.",
            f"{limit(change)}",
        )


@rule("response-range-tightened", Verdict.SAFE, BoundChanged)
def response_range_tightened(change: BoundChanged) -> Iterator[Found]:
    """Values keep within a tighter limit."""
    if change.keyword in KEYWORDS and from_api(change) and not widens(change):
        yield found(change, f"the limit of {change.site.name} is tighter ({limit(change)})", "", f"{limit(change)}")


RULES = (
    request_range_limited,
    request_range_tightened,
    request_range_relaxed,
    response_range_relaxed,
    response_range_tightened,
)
