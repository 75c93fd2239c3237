"""Selects a part of an ordered list, by number or by position."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Literal, TypeAlias

from sqlalchemy import BigInteger, Select, bindparam, func, inspect, literal_column, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from beastmode.query.lists.comparisons import ConditionShape, compare, read_condition
from beastmode.query.lists.ordering import Order, beyond, complete, orderings_of, read_key, sorting
from beastmode.query.lists.page import PageOutOfRangeError, Slice, Window
from beastmode.query.sources import Criteria, Params, Source

KEPT = 64
"""The maximum number of statements that a loading caches; the least recently used one is dropped."""

_SIZES = (11, 21, 26, 51, 101)
"""The minimum number of rows to fetch, one more than a page: a request for 17 rows shares the statement for 20."""

_NEAR = 1000
"""The number of items that an offset may skip at little cost; before it skips more, the list is counted."""

Direction: TypeAlias = Literal["offset", "start", "after", "before"]


@dataclass(frozen=True, slots=True)
class Kind:
    """The parts of a window that its statement depends on; everything else is a parameter.

    Args:
        order: The order, including the primary key.
        comparisons: The filter.
        direction: By number, or after or before a key.
        nulls: Which values of the key are NULL.
        limit: The maximum number of rows to fetch.
        counted: The maximum number of rows to count; 0 for none, None for all.
    """

    order: Order
    comparisons: tuple[ConditionShape, ...]
    direction: Direction
    nulls: tuple[bool, ...]
    limit: int
    counted: int | None

    @property
    def counts(self) -> bool:
        """Whether the total is requested."""
        return self.counted != 0


@dataclass(frozen=True, slots=True)
class Statements:
    """The select of a window, and of the total alone, for a page without rows."""

    page: Select[Any]
    total: Select[Any]


class Pages:
    """Returns slices of one loading; the statement of each kind of window is built once.

    Args:
        source: Selects and serializes the items.
        model: Their model.
        criteria: The conditions on every item.
        order: The default order, as for `order_by`.
    """

    def __init__(self, source: Source, model: type[Any], criteria: Criteria, order: tuple[Any, ...]) -> None:
        self.source = source
        self.model = model
        self.mapper = inspect(model)
        self.criteria = criteria
        self.default = orderings_of(self.mapper, order)
        self._statements: OrderedDict[Kind, Statements] = OrderedDict()
        self._lock = Lock()
        self._has_few = False

    def slice(self, window: Window, params: Params) -> Slice:
        """The items of a window.

        Args:
            window: The window.
            params: Values of the parameters in the criteria.

        Raises:
            ValueError: The window does not fit the model: it has a column of another model, or a key of another order.
            PageOutOfRangeError: It begins beyond its reach, and the list continues there.
        """
        kind, values = self.read(window)
        if window.reach is not None and (window.offset or 0) > _NEAR:
            return self.far_slice(window, kind, {**params, **values})
        statements = self.statements(kind)
        bound = {**params, **values}
        rows = list(self.source.fetch(statements.page, bound))
        total = self.total(window, statements.total, rows, bound) if kind.counts else None
        if kind.counts and not bound.keys() - {"_offset"}:
            # A filter has other values next time, so the last count says nothing about it.
            self._has_few = total is not None and total < (window.count_limit or 0) // 4
        has_more = len(rows) > window.limit
        del rows[window.limit :]
        if kind.direction == "before":
            rows.reverse()
        extra = len(kind.order) + kind.counts
        keys = [tuple(row[-extra:][: len(kind.order)]) for row in (rows[:1] + rows[-1:])]
        return Slice(self.source.render(rows, params, extra), total, has_more, *(keys or (None, None)))

    def far_slice(self, window: Window, kind: Kind, bound: Params) -> Slice:
        """The items of a window with a large offset: the list is counted before it is read.

        Raises:
            PageOutOfRangeError: As for `slice`.
        """
        reach, offset = window.reach or 0, window.offset or 0
        counting = replace(kind, counted=reach + 1)
        counted: int = self.source.fetch(self.statements(counting).total, bound)[0][0]
        if counted > reach < offset:
            raise PageOutOfRangeError
        total = counted if counted <= (window.count_limit or 0) else None
        if offset >= counted:
            return Slice([], total, has_more=False, first_key=None, last_key=None)
        far = self.slice(replace(window, reach=None, count_limit=None), bound)
        return replace(far, total=total)

    def total(self, window: Window, statement: Select[Any], rows: list[Any], params: Params) -> int | None:
        """The number of items; None if there are more than the window wants to count."""
        if rows:
            counted: int = rows[0][-1]
        elif window.offset:
            counted = self.source.fetch(statement, params)[0][0]
        else:
            counted = 0
        return counted if counted <= (window.count_limit or 0) else None

    def read(self, window: Window) -> tuple[Kind, dict[str, Any]]:
        """The kind of a window, and the values of its parameters.

        Raises:
            ValueError: It does not fit the model.
        """
        order = complete(self.mapper, window.orderings or self.default)
        values: dict[str, Any] = {}
        comparisons = []
        for index, (condition, value) in enumerate(zip(window.conditions, window.values, strict=True)):
            comparison, values[f"_is{index}"] = read_condition(self.mapper, condition, value)
            comparisons.append(comparison)
        key = window.before if window.after is None else window.after
        nulls: tuple[bool, ...] = ()
        if window.offset is not None:
            values["_offset"] = window.offset
        elif key is not None:
            values |= read_key(self.mapper, order, key)
            nulls = tuple(value is None for value in key)
        counted = self.counted(window, is_filtered=bool(comparisons))
        return Kind(order, tuple(comparisons), _direction_of(window), nulls, _fetched(window.limit), counted), values

    def counted(self, window: Window, *, is_filtered: bool) -> int | None:
        """The maximum number of rows to count for a window: 0 for none, None for all.

        If the last count was small, they are counted without a limit, which takes two thirds of the time. The total is
        exact either way; if there are many by now, one count is slow.
        """
        if window.offset is None or window.count_limit is None:
            return 0
        return None if self._has_few and not is_filtered else window.count_limit + 1

    def statements(self, kind: Kind) -> Statements:
        """The statements of a kind of window."""
        with self._lock:
            statements = self._statements.get(kind)
            if statements is None:
                statements = self._statements[kind] = self.build(kind)
                while len(self._statements) > KEPT:
                    self._statements.popitem(last=False)
            else:
                self._statements.move_to_end(kind)
        return statements

    def build(self, kind: Kind) -> Statements:
        """Build the statements of a kind of window."""
        filters = [*self.criteria]
        filters += [compare(self.model, comparison, f"_is{index}") for index, comparison in enumerate(kind.comparisons)]
        total: Select[Any] = select(func.count()).select_from(self.model).where(*filters)
        if kind.counted:
            first: Select[Any] = (
                select(literal_column("1")).select_from(self.model).where(*filters).limit(_literal(kind.counted))
            )
            total = select(func.count()).select_from(first.subquery())
        backwards = kind.direction == "before"
        if kind.direction in {"after", "before"}:
            filters.append(beyond(self.model, kind.order, kind.nulls, backwards=backwards))
        page = self.limited(kind, filters, backwards=backwards)
        return Statements(page.add_columns(total.scalar_subquery()) if kind.counts else page, total)

    def limited(self, kind: Kind, filters: list[ColumnElement[bool]], *, backwards: bool) -> Select[Any]:
        """The rows of a window, with the sort columns at the end; limited before other tables are joined."""

        def cut(statement: Select[Any]) -> Select[Any]:
            ordered = statement.where(*filters).order_by(*sorting(self.model, kind.order, backwards=backwards))
            part = ordered.limit(_literal(kind.limit))
            return part.offset(bindparam("_offset", type_=BigInteger())) if kind.direction == "offset" else part

        if not self.source.joins:
            return _with_key(cut(self.source.statement()), self.model, kind.order)
        inner = cut(select(self.mapper.local_table).select_from(self.model)).subquery()
        root = aliased(self.model, inner)
        outer = self.source.statement(root).order_by(*sorting(root, kind.order, backwards=backwards))
        return _with_key(outer, root, kind.order)


def _direction_of(window: Window) -> Direction:
    """Whether a window is by number, or after or before a key."""
    if window.offset is not None:
        return "offset"
    if window.after is not None:
        return "after"
    return "start" if window.before is None else "before"


def _fetched(limit: int) -> int:
    """The number of rows to fetch for a window, at least one more than its limit."""
    return next((size for size in _SIZES if size > limit), 1 << limit.bit_length())


def _with_key(statement: Select[Any], entity: Any, order: Order) -> Select[Any]:
    """A select with the sort columns at the end of each row."""
    return statement.add_columns(*(getattr(entity, placed.attribute) for placed in order))


def _literal(number: int) -> ColumnElement[int]:
    """An integer literal in the statement.

    Not a parameter: PostgreSQL would plan the prepared statement without knowing that there are few rows, and join
    whole tables.
    """
    return literal_column(str(number), BigInteger())
