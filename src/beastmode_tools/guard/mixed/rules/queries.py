"""What a route costs the database, counted while it answered."""

from collections.abc import Iterator

from beastmode_tools.guard.mixed.compare.queries import FewerQueries, GrowsNoMore, GrowsWithRows, MoreQueries
from beastmode_tools.guard.rule import Match, rule

__all__ = ["RULES"]


@rule("queries-grow-with-rows", GrowsWithRows)
def queries_grow(change: GrowsWithRows) -> Iterator[Match]:
    """A list that asks the database once for each of its rows."""
    yield Match(
        where=change.place,
        subject=f"{change.place} asks for each row: {change.statement}",
        message="new" if change.is_new else "changed",
        evidence=f"GET {change.path}, {change.few} times, then {change.many} times: {change.statement}",
        proved=True,
    )


@rule("route-queries-changed", GrowsNoMore, MoreQueries, FewerQueries)
def queries_changed(change: GrowsNoMore | MoreQueries | FewerQueries) -> Iterator[Match]:
    """A loop of statements became one, or a constant number of statements is another one."""
    if isinstance(change, GrowsNoMore):
        yield Match(change.place, f"{change.place} asks no more for each row", message="no-loop", proved=True)
    elif isinstance(change, MoreQueries):
        subject = f"{change.place} asks more"
        yield Match(change.place, subject, message="more", evidence=change.added, proved=True)
    else:
        yield Match(change.place, f"{change.place} asks less", message="fewer", proved=True)


RULES = (queries_grow, queries_changed)
