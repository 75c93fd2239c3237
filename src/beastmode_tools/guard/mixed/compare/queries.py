"""How many statements a route costs, and whether that grows with the rows: old beside new, each on its own schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from beastmode_tools.guard.mixed.compare.replayed import Answered, Replayed

__all__ = ["FewerQueries", "GrowsNoMore", "GrowsWithRows", "MoreQueries", "RouteCosts", "compare"]

LEAST_GROWTH = 3
"""A page's total, a session that is refreshed: what is asked once more with many rows is no loop over them."""


@dataclass(frozen=True, slots=True)
class RouteCosts:
    """One side's requests with one row a table, and with many.

    Args:
        few: place -> the request with one row a table.
        many: place -> the request with `rows` rows a table.
        rows: How many rows a table had.
    """

    few: Mapping[str, Answered]
    many: Mapping[str, Answered]
    rows: int = 20

    @classmethod
    def of(cls, few: Replayed, many: Replayed, rows: int) -> "RouteCosts":
        """The GET requests of two runs that were really answered in both."""
        found = [{each.place: each for each in run.answered if is_told(each)} for run in (few, many)]
        return cls(found[0], found[1], rows)


@dataclass(frozen=True, slots=True)
class GrowsWithRows:
    """A route repeats a statement for each row, and did not before.

    Args:
        place: "GET /posts".
        statement: The repeated one, without its values.
        few: How often it ran with one row a table.
        many: How often with many.
        rows: How many that were.
        is_new: The route itself is new.
        path: As it was requested.
    """

    place: str
    statement: str
    few: int
    many: int
    rows: int
    is_new: bool
    path: str

    @property
    def difference(self) -> tuple[str, str]:
        """Which statement is repeated where; how often depends on the rows of the trial."""
        return (self.place, self.statement)


@dataclass(frozen=True, slots=True)
class GrowsNoMore:
    """A route repeated a statement for each row, and does so no more."""

    place: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class MoreQueries:
    """A route asks more than before, the same number for any number of rows.

    Args:
        place: "GET /posts".
        before: Statements of the old code.
        after: Statements of the new code.
        added: One that is new.
    """

    place: str
    before: int
    after: int
    added: str


@dataclass(frozen=True, slots=True)
class FewerQueries:
    """A route asks less than before."""

    place: str
    before: int
    after: int


Change = GrowsWithRows | GrowsNoMore | MoreQueries | FewerQueries


def compare(old: RouteCosts, new: RouteCosts) -> Iterator[Change]:
    """What became of each route's statements."""
    for place, many in new.many.items():
        few = new.few.get(place)
        if few is None:
            continue
        loops = repeated(few, many)
        before = (old.few.get(place), old.many.get(place))
        if before[0] is None or before[1] is None:
            if place not in old.many and place not in old.few:
                yield from growing(place, loops, many, new.rows, is_new=True)
            continue
        earlier = repeated(before[0], before[1])
        if loops and total(loops) - total(earlier) >= LEAST_GROWTH:
            added = {each: count for each, count in loops.items() if each not in earlier} or loops
            yield from growing(place, added, many, new.rows, is_new=False)
        elif earlier and not loops:
            yield GrowsNoMore(place, cost(before[1]), cost(many))
        elif cost(many) > cost(before[1]) and cost(few) > cost(before[0]):
            yield MoreQueries(place, cost(before[1]), cost(many), added_statement(before[1], many))
        elif cost(many) < cost(before[1]):
            yield FewerQueries(place, cost(before[1]), cost(many))


def growing(
    place: str, loops: Mapping[str, tuple[int, int]], many: Answered, rows: int, *, is_new: bool
) -> Iterator[GrowsWithRows]:
    """The worst of the repeated statements; the others of the route have the same reason."""
    if loops:
        statement, (few, most) = max(loops.items(), key=lambda item: (item[1][1], item[0]))
        yield GrowsWithRows(place, statement, few, most, rows, is_new, many.path)


def repeated(few: Answered, many: Answered) -> dict[str, tuple[int, int]]:
    """Statements that run oftener with more rows: how often with one, how often with many."""
    found = {each: (few.statements.get(each, 0), count) for each, count in many.statements.items()}
    return {each: counts for each, counts in found.items() if counts[1] - counts[0] >= LEAST_GROWTH}


def total(loops: Mapping[str, tuple[int, int]]) -> int:
    """By how many statements a route grows."""
    return sum(many - few for few, many in loops.values())


def cost(answered: Answered) -> int:
    """How many statements a request took."""
    return sum(answered.statements.values())


def added_statement(before: Answered, after: Answered) -> str:
    """A statement that the earlier request did not need, else the one that runs oftener."""
    return max(after.statements, key=lambda each: after.statements[each] - before.statements.get(each, 0), default="")


def is_told(answered: Answered) -> bool:
    """Whether a request says something about its route: it was answered, not refused, and read something."""
    return answered.method == "GET" and 200 <= answered.status < 300 and not answered.refused
