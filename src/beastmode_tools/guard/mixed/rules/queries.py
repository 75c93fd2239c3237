"""What a route costs the database, counted while it answered."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.mixed.compare.queries import FewerQueries, GrowsNoMore, GrowsWithRows, MoreQueries
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("queries-grow-with-rows", Verdict.CAUTIOUS, GrowsWithRows)
def queries_grow(change: GrowsWithRows) -> Iterator[Found]:
    """A list that asks the database once for each of its rows."""
    whose = "The new route" if change.is_new else "The route now"
    yield Found(
        where=change.place,
        problem=f"{whose} asks the database once more for each row: the same statement ran {change.few} times with one"
        f" row a table, and {change.many} times with {change.rows}.",
        instead="Load it with the list: .options(selectinload(Model.children)) for a collection,"
        " .options(joinedload(Model.parent)) for a single object; with beastmode, return the query with its schema.",
        subject=f"{change.place} asks for each row: {change.statement}",
        evidence=f"GET {change.path}, {change.few} times, then {change.many} times: {change.statement}",
        proved=True,
    )


@rule("queries-grow-no-more", Verdict.SAFE, GrowsNoMore)
def queries_grow_no_more(change: GrowsNoMore) -> Iterator[Found]:
    """A loop of statements became one."""
    yield Found(
        where=change.place,
        problem=f"The route no longer asks once for each row: {change.after} statements instead of {change.before}.",
        instead="",
        subject=f"{change.place} asks no more for each row",
        proved=True,
    )


@rule("route-asks-more", Verdict.SAFE, MoreQueries)
def asks_more(change: MoreQueries) -> Iterator[Found]:
    """A constant number of statements more."""
    yield Found(
        where=change.place,
        problem=f"The route takes {change.after} statements instead of {change.before}, for any number of rows.",
        instead="",
        subject=f"{change.place} asks more",
        evidence=change.added,
        proved=True,
    )


@rule("route-asks-less", Verdict.SAFE, FewerQueries)
def asks_less(change: FewerQueries) -> Iterator[Found]:
    """Fewer statements for the same answer."""
    yield Found(
        where=change.place,
        problem=f"The route takes {change.after} statements instead of {change.before}.",
        instead="",
        subject=f"{change.place} asks less",
        proved=True,
    )


RULES = (queries_grow, queries_grow_no_more, asks_more, asks_less)
