"""What rules say of a limit that was set, moved or taken away, whatever it limits."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import BoundChanged
from beastmode_tools.guard.contract.rules.weighing import found, from_api, from_client, narrows, widens
from beastmode_tools.guard.rule import Found

__all__ = ["request_limited", "request_relaxed", "request_tightened", "response_relaxed", "response_tightened"]


def move_of(change: BoundChanged) -> str:
    """Which limit went from what to what."""
    old, new = ("none" if each is None else f"{each:g}" for each in (change.old, change.new))
    return f"{change.keyword} {old} → {new}"


def request_limited(change: BoundChanged) -> Iterator[Found]:
    """A limit where there was none: most clients keep within it, some may not."""
    if from_client(change) and change.old is None:
        yield found(
            change,
            f"a limit is new for {change.site.name} ({move_of(change)}): calls beyond it are refused",
            "Look in the logs for what clients send; choose the limit so that all of it is valid.",
            move_of(change),
        )


def request_tightened(change: BoundChanged) -> Iterator[Found]:
    """A limit that was documented moved inwards."""
    if from_client(change) and narrows(change) and change.old is not None:
        yield found(
            change,
            f"the limit of {change.site.name} is tighter ({move_of(change)}): what was valid is refused",
            "Keep the old limit in this version.",
            move_of(change),
        )


def request_relaxed(change: BoundChanged) -> Iterator[Found]:
    """A limit moved outwards, or is gone."""
    if from_client(change) and not narrows(change):
        yield found(change, f"the limit of {change.site.name} is wider ({move_of(change)})", "", move_of(change))


def response_relaxed(change: BoundChanged) -> Iterator[Found]:
    """Values come that are beyond what was promised."""
    if from_api(change) and widens(change):
        yield found(
            change,
            f"the limit of {change.site.name} is wider ({move_of(change)}): clients "
            "that rely on it, in a column or a layout, break",
            "Keep the limit of what is sent in this version.",
            move_of(change),
        )


def response_tightened(change: BoundChanged) -> Iterator[Found]:
    """Values keep within a tighter limit."""
    if from_api(change) and not widens(change):
        yield found(change, f"the limit of {change.site.name} is tighter ({move_of(change)})", "", move_of(change))
