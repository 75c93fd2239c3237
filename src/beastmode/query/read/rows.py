"""Rows with only what the schema shows, turned into plain values without entities."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Select, bindparam, func, inspect, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

from beastmode.db.session import current_work
from beastmode.db.statements import Statement
from beastmode.query.keys import Key
from beastmode.query.plan.hybrids import Hybrid, hybrid_of
from beastmode.query.plan.plan import Column, Listed, Path, Plan
from beastmode.query.read.dumps import Dump, compile_dump
from beastmode.query.show.nested_limit import MOST, TOGETHER, NestedLimit, most_nested
from beastmode.query.sources import Criteria, Getter, Params

Lists: TypeAlias = Mapping[Any, list[Any]]
"""The items of each parent, by the value that they refer to."""

CHUNK = 10_000
"""The maximum number of keys in one statement: SQLite accepts 32,766 parameters, PostgreSQL 65,535."""


class Rows:
    """Reads and serializes rows according to a plan.

    Attributes:
        plan: What to select.
        is_kept: Whether the statements from `statement` are cached.
        joins: Whether rows of other tables are joined.
        children: The plan's lists.
    """

    is_kept = True

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.joins = bool(plan.joins)
        self.children = tuple(Children(listed) for listed in plan.lists)
        self.hybrids = _hybrids_of(plan)
        self._dumps: dict[int, Dump] = {0: compile_dump(plan)}

    def statement(self, root: Any = None) -> Select[Any]:
        """A select of the plan's columns, with its to-one relationships joined.

        Args:
            root: An alias to read the model from; None for the model itself.
        """
        return self.statement_of(lambda columns: columns, self.plan.model if root is None else root)

    def statement_of(self, given: Callable[[list[Any]], list[Any]], root: Any) -> Select[Any]:
        """A select of expressions over the plan's columns.

        Args:
            given: Takes the columns, returns what to select.
            root: The model, or an alias to read it from.
        """
        entities: dict[Path, Any] = {(): root}
        relations = []
        for path in self.plan.joins:
            relation = getattr(entities[path[:-1]], path[-1])
            entities[path] = aliased(relation.property.mapper.class_)
            relations.append(relation.of_type(entities[path]))
        columns = [self.column(column, entities[column.path]) for column in self.plan.columns]
        statement = select(*given(columns)).select_from(root)
        for relation in relations:
            statement = statement.join(relation, isouter=True)
        return statement

    def column(self, column: Column, entity: Any) -> Any:
        """A column of an entity, for a select."""
        hybrid = self.hybrids.get(column)
        return getattr(entity, column.attribute) if hybrid is None else hybrid.expression(entity)

    def values(self, params: Params) -> Params:
        """The values of one execution: the current ones of the hybrids, and the given ones."""
        if not self.hybrids:
            return params
        current: dict[str, Any] = {}
        for hybrid in self.hybrids.values():
            current |= hybrid.values()
        return {**current, **params}

    def types(self) -> list[TypeEngine[Any]]:
        """The types of the plan's columns."""
        return [column.type for column in self.statement().selected_columns]

    def fetch(self, statement: Statement, params: Params) -> Sequence[Any]:
        """The rows of a statement.

        Args:
            statement: The statement.
            params: Values of its parameters.
        """
        return current_work().fetch(statement, self.values(params), kept=self.is_kept)

    def render(
        self, rows: Sequence[Any], params: Params, extra: int = 0, known: Mapping[int, Lists] | None = None
    ) -> list[Any]:
        """Rows as the schema shows them, with their lists.

        Args:
            rows: Rows with the plan's columns.
            params: Values of the parameters in the lists.
            extra: The number of further values in each row.
            known: Lists that have already been read, by number.
        """
        dump = self._dumps.get(extra)
        if dump is None:
            dump = self._dumps[extra] = compile_dump(self.plan, extra)
        if not self.children:
            return dump(rows)
        rendered = known or {}
        each = enumerate(self.children)
        lists = [rendered[number] if number in rendered else child.of(rows, params) for number, child in each]
        return dump(rows, *lists)

    def show(self, row: Any, params: Params) -> Any:
        """One row as the schema shows it, with its lists.

        Args:
            row: A row with the plan's columns.
            params: Values of the parameters in the lists.
        """
        return self.render([row], params)[0]

    def getter(self, criteria: Criteria) -> Getter:
        """A function that gets one item by its key.

        Args:
            criteria: Further conditions on the row.
        """
        statement = self.statement().where(*Key(inspect(self.plan.model)).conditions(self.plan.model), *criteria)

        def get(params: Params) -> Any:
            rows = self.fetch(statement, params)
            return self.show(rows[0], params) if rows else None

        return get


class Children:
    """A list of rows that refer to their parents.

    Attributes:
        listed: The list.
        rows: Reads and serializes its rows.
        order: The order of the relationship; the primary key breaks ties.
    """

    def __init__(self, listed: Listed) -> None:
        self.listed = listed
        self.rows = Rows(listed.plan)
        relation = listed.relation
        self.order: list[ColumnElement[Any]] = [*(relation.order_by or ()), *relation.mapper.primary_key]
        self.limit = NestedLimit(relation)
        one, several = self.reference == bindparam("_parent"), self.reference.in_(bindparam("_parents", expanding=True))
        self._of_one = self.statement(one).limit(MOST)
        self._of_several = self.statement(several).limit(MOST)
        self._of_each = self.ranked(several)

    @property
    def reference(self) -> Any:
        """The column that refers to the parent."""
        column = self.listed.plan.columns[self.listed.reference]
        return getattr(self.listed.plan.model, column.attribute)

    def statement(self, criterion: ColumnElement[bool]) -> Select[Any]:
        """A select of the rows that match a criterion, in order."""
        return self.rows.statement().where(criterion).order_by(*self.order)

    def of(self, parents: Sequence[Any], params: Params) -> Lists:
        """The lists of some parents, by the value that their rows refer to; with one select, or none without parents.

        Args:
            parents: Rows of the plan that the list belongs to.
            params: Values of the parameters in the list.
        """
        keys = {parent[self.listed.slot] for parent in parents}
        keys.discard(None)
        most = most_nested()
        if len(keys) == 1:
            key = keys.pop()
            fetched = self.rows.fetch(self._of_one, {**params, "_parent": key, "_most": most + 1})
            return {key: self.rows.render(self.cut(fetched, most), params)}
        wanted, rows = list(keys), list[Any]()
        for start in range(0, len(wanted), CHUNK):
            rows += self.of_several(wanted[start : start + CHUNK], params, most)
        return self.by_parent(rows, params)

    def of_several(self, parents: list[Any], params: Params, most: int) -> Sequence[Any]:
        """The rows of the lists of some parents, up to the limit of each."""
        rows = self.rows.fetch(self._of_several, {**params, "_parents": parents, "_most": most * TOGETHER + 1})
        if len(rows) > most * TOGETHER:
            # One of them may be very long: now the database numbers the rows of each, which costs more if all are
            # short.
            rows = self.rows.fetch(self._of_each, {**params, "_parents": parents, "_most": most + 1})
        return self.cut(rows, most)

    def ranked(self, criterion: ColumnElement[bool]) -> Select[Any]:
        """A select of the rows that match a criterion, at most `_most` for each parent."""
        place = func.row_number().over(partition_by=self.reference, order_by=self.order).label("place")

        def with_place(columns: list[Any]) -> list[Any]:
            return [*(column.label(f"x{number}") for number, column in enumerate(columns)), place]

        numbered = self.rows.statement_of(with_place, self.listed.plan.model).where(criterion).subquery()
        columns = list(numbered.c)
        return select(*columns[:-1]).where(columns[-1] <= MOST).order_by(columns[-1])

    def cut(self, rows: Sequence[Any], most: int) -> Sequence[Any]:
        """The rows without those beyond the limit of a list."""
        return self.limit.cut(rows, self.listed.reference, most)

    def by_parent(self, rows: Sequence[Any], params: Params) -> Lists:
        """The serialized rows, by the value that they refer to."""
        lists: dict[Any, list[Any]] = {}
        for row, item in zip(rows, self.rows.render(rows, params), strict=True):
            lists.setdefault(row[self.listed.reference], []).append(item)
        return lists


def _hybrids_of(plan: Plan) -> dict[Column, Hybrid]:
    """The columns of a plan that are hybrids with values that may change."""
    hybrids = {}
    for column in plan.columns:
        mapper = inspect(plan.model)
        for name in column.path:
            mapper = mapper.relationships[name].mapper
        hybrid = hybrid_of(mapper.class_, column.attribute)
        if hybrid is not None:
            hybrids[column] = hybrid
    return hybrids
