"""A row and its lists in one statement, which costs two thirds of two statements and sees one snapshot."""

from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import Integer, cast, func, inspect, literal_column, null, union_all
from sqlalchemy.sql import ColumnElement, CompoundSelect
from sqlalchemy.types import NullType

from beastmode.query.keys import Key
from beastmode.query.plan.plan import key_of
from beastmode.query.read.rows import Children, Lists, Rows
from beastmode.query.show.nested_limit import MOST, TOGETHER, most_nested
from beastmode.query.sources import Criteria, Getter, Params, Source

_HEAD = 2
"""Every row begins with the number of its part, and its position in it."""


def getter(source: Source, criteria: Criteria) -> Getter:
    """A function that gets one item by its key; lists that refer to that key are read in the same statement.

    Args:
        source: Reads and serializes the item.
        criteria: Further conditions on the row.
    """
    if not isinstance(source, Rows):
        return source.getter(criteria)
    lists = {number: child for number, child in enumerate(source.children) if _refers_to_key(source, child)}
    if not lists or _has_untyped_column([source, *(child.rows for child in lists.values())]):
        return source.getter(criteria)
    return _Together(source, lists, criteria).get


def _refers_to_key(rows: Rows, child: Children) -> bool:
    """Whether a list's rows refer to the primary key of the plan's own model, which is known before the row is read."""
    return child.listed.path == () and child.listed.attribute == key_of(inspect(rows.plan.model))


def _has_untyped_column(parts: list[Rows]) -> bool:
    """Whether a column has a type that NULL cannot be cast to."""
    return any(isinstance(column, NullType) for rows in parts for column in rows.types())


class _Together:
    """Gets an item and its lists with one UNION ALL: the rows of each part, with NULL in the columns of the others.

    Attributes:
        rows: Reads and serializes the item.
        lists: The lists that are read with it, by number.
        statement: The statement.
    """

    def __init__(self, rows: Rows, lists: dict[int, Children], criteria: Criteria) -> None:
        self.rows = rows
        self.lists = lists
        self.statement = self.union(criteria).limit(MOST)
        self.apart = rows.getter(criteria)

    def get(self, params: Params) -> Any:
        """The item; None if it does not exist."""
        values = params
        for child in self.lists.values():
            values = child.rows.values(values)
        most = most_nested()
        rows = self.rows.fetch(self.statement, {**values, "_most": most * TOGETHER + 1})
        if len(rows) > most * TOGETHER:
            return self.apart(params)
        # There may be rows of a list without their parent, if the criteria exclude it.
        if not rows or rows[0][0] != 0:
            return None
        start = _HEAD + len(self.rows.plan.columns)
        known: dict[int, Lists] = {}
        for part, (number, child) in enumerate(self.lists.items(), 1):
            end = start + len(child.listed.plan.columns)
            items = child.rows.render(child.cut([row[start:end] for row in rows if row[0] == part], most), params)
            known[number] = {rows[0][_HEAD + child.listed.slot]: items}
            start = end
        return self.rows.render([rows[0][_HEAD : _HEAD + len(self.rows.plan.columns)]], params, known=known)[0]

    def union(self, criteria: Criteria) -> CompoundSelect[Any]:
        """The statement."""
        model = self.rows.plan.model
        key = Key(inspect(model))
        parts = [self.rows, *(child.rows for child in self.lists.values())]
        criterions = [(*key.conditions(model), *criteria)]
        criterions += [(child.reference == key.binds()[0],) for child in self.lists.values()]
        places = [literal_column("0", Integer), *(_place_in(child) for child in self.lists.values())]
        selects = []
        for number, part in enumerate(parts):
            head = [literal_column(str(number), Integer), places[number]]
            before, after = ([_nothing(each) for each in some] for some in (parts[:number], parts[number + 1 :]))
            given = partial(_labelled, [*head, *chain(*before)], [*chain(*after)])
            selects.append(part.statement_of(given, part.plan.model).where(*criterions[number]))
        return union_all(*selects).order_by("x0", "x1")


def _place_in(child: Children) -> ColumnElement[Any]:
    """The position of a row in its list: a union can only be sorted by selected columns."""
    return func.row_number().over(order_by=child.order)


def _nothing(rows: Rows) -> list[ColumnElement[Any]]:
    """NULL for each column of a part."""
    # PostgreSQL resolves the types of a union two selects at a time, so each NULL needs its own.
    return [cast(null(), column) for column in rows.types()]


def _labelled(before: list[Any], after: list[Any], own: list[Any]) -> list[Any]:
    """The columns of a part between those of the others, with the same names in each part."""
    return [column.label(f"x{place}") for place, column in enumerate([*before, *own, *after])]
