"""Writes that return what the schema shows: one statement, if only the row itself is affected."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from sqlalchemy import Column, Dialect, bindparam, delete, insert, inspect, select, update
from sqlalchemy.orm import Mapper, Session, lazyload

from beastmode.db.changes import note_write
from beastmode.db.permits import WriteCondition, insert_where, says_its_type
from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.query.read.rows import Rows
from beastmode.query.read.union import getter
from beastmode.query.sources import Criteria, Params, Source
from beastmode.query.write.plain_writes import (
    as_columns,
    deletes_plainly,
    inserts_plainly,
    is_expression,
    updates_plainly,
)
from beastmode.query.write.targets import Target, not_found, not_yours

Verb: TypeAlias = Literal["insert", "update", "delete"]
VERBS: tuple[Verb, ...] = ("insert", "update", "delete")
_PLAIN: Mapping[Verb, Callable[[Mapper[Any]], bool]] = {
    "insert": inserts_plainly,
    "update": updates_plainly,
    "delete": deletes_plainly,
}
"""Whether one statement does the same as the session."""
_SET = "_set"
"""The prefix of the parameters with the values to write."""

_KEPT = 64
"""The maximum number of cached statements, one for each set of columns; the least recently used one is dropped."""


class Writes:
    """Inserts, updates and deletes rows of one loading.

    Args:
        source: Serializes what was written.
        model: The model.
        criteria: The conditions on a row that is changed.
        owner: The column with the ID of the owner; None if anyone may change a row.
        or_permission: The permission with which others may change a row; None if only the owner may.
    """

    def __init__(
        self,
        source: Source,
        model: type[Any],
        criteria: Criteria,
        owner: Any = None,
        or_permission: str | None = None,
    ) -> None:
        self.source = source
        self.model = model
        self.mapper = inspect(model)
        self.table = self.mapper.local_table
        self.target = Target(model, criteria, owner, or_permission, is_kept=source.is_kept)
        self.read = getter(source, ())
        self.shown = _shown_columns(source)
        self.returned = list(self.mapper.primary_key) if self.shown is None else self.shown
        self.statement = lru_cache(_KEPT)(self.made)
        self.can_carry = lru_cache(_KEPT)(self.carries)

    def insert(self, values: Mapping[str, Any], params: Params) -> Any:
        """A new row, as the schema shows it.

        Args:
            values: The values by attribute; missing ones get their default, and so does None.
            params: Values of the parameters in what the schema shows.

        Raises:
            TypeError: The model has no such attribute.
        """
        columns = as_columns(self.mapper, values)
        if columns is not None and inserts_plainly(self.mapper):
            given = {name: value for name, value in columns.items() if value is not None or self.keeps_null(name)}
            with self.at_once():
                return self.answer(self.run("insert", given, {})[0], params)
        with _writing() as session:
            entity = self.model(**values)
            session.add(entity)
            session.flush()
            return self.reread(entity, params)

    def update(self, key: Any, values: Mapping[str, Any], params: Params) -> Any:
        """A changed row, as the schema shows it; without values, the current row.

        Args:
            key: Its primary key.
            values: The values by attribute.
            params: Values of the parameters in the criteria and in what the schema shows.

        Raises:
            Problem: 404 if there is no such row, 403 if it belongs to another user.
            TypeError: The model has no such attribute.
        """
        bound = self.target.bound(key, params)
        if not values:
            self.target.check(bound)
            return self.read({**params, **bound})
        columns = as_columns(self.mapper, values)
        if columns is None or not updates_plainly(self.mapper):
            return self.update_entity(values, bound, params)
        with self.at_once():
            rows = self.run("update", columns, bound)
            if not rows and self.target.overrules(bound):
                rows = self.run("update", columns, bound)
            if not rows:
                self.target.refuse(bound)
            self.forget(bound)
            return self.answer(rows[0], params)

    def delete(self, key: Any, params: Params) -> None:
        """Delete a row, and what the session would delete with it.

        Args:
            key: Its primary key.
            params: Values of the criteria's own parameters.

        Raises:
            Problem: 404 if there is no such row, 403 if it belongs to another user.
        """
        bound = self.target.bound(key, params)
        if not deletes_plainly(self.mapper):
            with _writing() as session:
                session.delete(self.entity(session, bound))
                session.flush()
            return
        rows = self.run("delete", {}, bound)
        if not rows and self.target.overrules(bound):
            rows = self.run("delete", {}, bound)
        if not rows:
            self.target.refuse(bound)
        self.forget(bound)

    def run(self, verb: Verb, columns: dict[str, Any], bound: dict[str, Any]) -> Sequence[Any]:
        """The rows that a statement wrote; what depends on the table is told of it."""
        rows = self.send(verb, columns, bound)
        installed = current_work().installed
        if installed.told and rows:
            note_write(installed, self.table, deletes=verb == "delete")
        return rows

    def send(self, verb: Verb, columns: dict[str, Any], bound: dict[str, Any]) -> Sequence[Any]:
        """The rows that a statement wrote; SQL expressions are part of the statement."""
        computed = {name: value for name, value in columns.items() if is_expression(value)}
        names = tuple(sorted(columns.keys() - computed.keys()))
        params = {**bound, **{f"{_SET}{number}": columns[name] for number, name in enumerate(names)}}
        work, kept = current_work(), self.source.is_kept and not computed
        permit = work.permit
        if permit is None or (verb == "insert" and (computed or not self.can_carry(work.dialect, names))):
            statement = self.statement(verb, names, None)
            return work.fetch(statement.values(computed) if computed else statement, params, kept=kept)
        statement = self.statement(verb, names, permit.condition)
        return work.write(statement.values(computed) if computed else statement, params, permit, kept=kept)

    def made(self, verb: Verb, names: tuple[str, ...], condition: WriteCondition | None) -> Any:
        """The statement that sets some columns to the parameters `_set0`, `_set1`, and so on.

        Args:
            verb: What it does.
            names: The keys of the columns.
            condition: The condition for writing.
        """
        values = {
            name: bindparam(f"{_SET}{number}", type_=self.table.c[name].type) for number, name in enumerate(names)
        }
        if verb == "insert" and condition is not None:
            return insert_where(self.table, values, condition, self.returned)
        if verb == "insert":
            return insert(self.table).values(values).returning(*self.returned)
        clauses = self.target.owned if condition is None else [*self.target.owned, condition.clause]
        if verb == "delete":
            return delete(self.table).where(*clauses).returning(*self.mapper.primary_key)
        return update(self.table).where(*clauses).values(values).returning(*self.returned)

    def is_plain(self, verb: Verb) -> bool:
        """Whether one statement writes a row, without an entity.

        Args:
            verb: What it does.
        """
        return _PLAIN[verb](self.mapper)

    def sample(self, verb: Verb) -> Any:
        """The statement that writes a row with all columns.

        Args:
            verb: What it does.
        """
        given = [column.key for column in self.table.c if verb != "delete" and not column.primary_key]
        return self.statement(verb, tuple(sorted(given)), None)

    def carries(self, dialect: Dialect, names: tuple[str, ...]) -> bool:
        """Whether an INSERT of some columns can have a condition: its values and Python's defaults have known types."""
        given = [column for column in self.table.c if column.key in names or column.default is not None]
        return bool(names) and all(says_its_type(column.type, dialect) for column in given)

    def at_once(self) -> AbstractContextManager[Any]:
        """Writing a row and reading it again must happen completely, or not at all."""
        return nullcontext() if self.shown is not None else _writing()

    def answer(self, row: Any, params: Params) -> Any:
        """A written row, as the schema shows it; read by its key if the row alone is not enough."""
        if self.shown is not None:
            return self.source.show(row, params)
        return self.read({**params, **dict(zip(self.target.key.names, row, strict=True))})

    def keeps_null(self, name: str) -> bool:
        """Whether None is stored in a column of a new row, as in a session: only without a default."""
        column = self.table.c[name]
        has_default = column.primary_key or column.default is not None or column.server_default is not None
        return bool(column.type.should_evaluate_none) or not has_default

    def update_entity(self, values: Mapping[str, Any], bound: dict[str, Any], params: Params) -> Any:
        """A row changed through its entity."""
        for name in values:
            if name not in self.mapper.all_orm_descriptors:
                raise TypeError(f"{name!r} is not an attribute of {self.model.__name__}")
        with _writing() as session:
            entity = self.entity(session, bound)
            for name, value in values.items():
                setattr(entity, name, value)
            session.flush()
            return self.reread(entity, params)

    def entity(self, session: Session, bound: dict[str, Any]) -> Any:
        """The entity of a row, locked.

        Raises:
            Problem: 404 if there is no such row, 403 if it belongs to another user.
        """
        # Relationships that are joined by default would be locked too, which PostgreSQL refuses for outer joins.
        statement = select(self.model).where(*self.target.exists).options(lazyload("*")).with_for_update()
        row = session.execute(statement.execution_options(populate_existing=True), bound).scalar_one_or_none()
        if row is None:
            raise not_found()
        is_owned = self.target.owner is None or getattr(row, self.target.owner.key) == bound["_owner"]
        if not is_owned and not self.target.overrules(bound):
            raise not_yours()
        return row

    def reread(self, entity: Any, params: Params) -> Any:
        """A written entity, as the schema shows it."""
        key = zip(self.target.key.names, self.mapper.primary_key_from_instance(entity), strict=True)
        return self.read({**params, **dict(key)})

    def forget(self, bound: dict[str, Any]) -> None:
        """Make the session refresh the row, if it has an unchanged entity of it."""
        session = current_work().session
        if session is None:
            return
        identity = self.mapper.identity_key_from_primary_key([bound[name] for name in self.target.key.names])
        entity = session.identity_map.get(identity)
        if entity is not None and entity not in session.dirty:
            session.expire(entity)


def _shown_columns(source: Source) -> list[Any] | None:
    """The columns for RETURNING that are enough for the schema; None if it needs a select."""
    if not isinstance(source, Rows) or source.joins or source.children:
        return None
    attributes = inspect(source.plan.model).column_attrs
    names = [column.attribute for column in source.plan.columns]
    columns = [attributes[name].columns[0] if name in attributes else None for name in names]
    return columns if all(isinstance(column, Column) for column in columns) else None


@contextmanager
def _writing() -> Iterator[Session]:
    """The session, in the open transaction or in a new one."""
    session = current_work().open_session()
    if session.is_writing and session.precondition is None:
        yield session
    else:
        with transaction() as own:
            yield own
