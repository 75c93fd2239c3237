"""Writes that answer with what the schema shows: one statement where nothing but the row is concerned."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, delete, insert, inspect, select, update
from sqlalchemy.orm import Session, lazyload
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from beastmode.db.plain_writes import as_columns, deletes_plainly, inserts_plainly, is_expression, updates_plainly
from beastmode.db.rows import Rows
from beastmode.db.session import current_work
from beastmode.db.sources import Criteria, Params, Source
from beastmode.db.targets import Target, not_found, not_yours
from beastmode.db.together import getter
from beastmode.db.transactions import transaction

__all__ = ["Writes"]


class Writes:
    """Inserts, updates and deletes rows of one loading.

    Args:
        source: Shows what was written.
        model: The model.
        criteria: What must be true of a row that is changed.
        owner: The column that says whose a row is; None where anybody may change it.
    """

    def __init__(self, source: Source, model: type[Any], criteria: Criteria, owner: Any = None) -> None:
        self.source = source
        self.model = model
        self.mapper = inspect(model)
        self.table = self.mapper.local_table
        self.target = Target(model, criteria, owner)
        self.read = getter(source, ())
        self.shown = shown_columns(source)
        self.returned = list(self.mapper.primary_key) if self.shown is None else self.shown
        self.inserted = insert(self.table).returning(*self.returned)
        self.updated = update(self.table).where(*self.target.owned).returning(*self.returned)
        self.deleted = delete(self.table).where(*self.target.owned)

    def insert(self, values: Mapping[str, Any]) -> Any:
        """A new row, as the schema shows it.

        Args:
            values: By attribute; what is left out gets its default, and so does None.

        Raises:
            TypeError: The model has no such attribute.
        """
        columns = as_columns(self.mapper, values)
        if columns is not None and inserts_plainly(self.mapper):
            given = {name: value for name, value in columns.items() if value is not None or self.keeps_null(name)}
            return self.answer(self.run(self.inserted, given, {})[0])
        with writing() as session:
            entity = self.model(**values)
            session.add(entity)
            session.flush()
            return self.reread(entity)

    def update(self, key: Any, values: Mapping[str, Any], params: Params) -> Any:
        """A changed row, as the schema shows it; without values, the row as it is.

        Args:
            key: Its primary key.
            values: By attribute.
            params: Values of the criteria's own parameters.

        Raises:
            Problem: 404 where there is no such row, 403 where it is somebody else's.
            TypeError: The model has no such attribute.
        """
        bound = self.target.bound(key, params)
        if not values:
            self.target.check(bound)
            return self.read(bound)
        columns = as_columns(self.mapper, values)
        if columns is None or not updates_plainly(self.mapper):
            return self.update_entity(values, bound)
        rows = self.run(self.updated, columns, bound)
        if not rows:
            self.target.refuse(bound)
        self.forget(bound)
        return self.answer(rows[0])

    def delete(self, key: Any, params: Params) -> None:
        """Delete a row, and what the session would delete with it.

        Args:
            key: Its primary key.
            params: Values of the criteria's own parameters.

        Raises:
            Problem: 404 where there is no such row, 403 where it is somebody else's.
        """
        bound = self.target.bound(key, params)
        if not deletes_plainly(self.mapper):
            with writing() as session:
                session.delete(self.entity(session, bound))
                session.flush()
            return
        if not current_work().execute(self.deleted, bound).rowcount:
            self.target.refuse(bound)
        self.forget(bound)

    def run(
        self, statement: ReturningInsert[Any] | ReturningUpdate[Any], columns: dict[str, Any], bound: dict[str, Any]
    ) -> Sequence[Any]:
        """The rows that a statement wrote; values that the database computes are part of the statement."""
        computed = {name: value for name, value in columns.items() if is_expression(value)}
        if computed:
            statement = statement.values(computed)
        given = {name: value for name, value in columns.items() if name not in computed}
        return current_work().execute(statement, {**bound, **given}).all()

    def answer(self, row: Any) -> Any:
        """A row that was written, as the schema shows it; read by its key where the row alone does not say all."""
        if self.shown is not None:
            return self.source.render([row])[0]
        return self.read(dict(zip(self.target.key.names, row, strict=True)))

    def keeps_null(self, name: str) -> bool:
        """Whether None is stored in a column of a new row, as a session does it: where there is no default."""
        column = self.table.c[name]
        has_default = column.primary_key or column.default is not None or column.server_default is not None
        return bool(column.type.should_evaluate_none) or not has_default

    def update_entity(self, values: Mapping[str, Any], bound: dict[str, Any]) -> Any:
        """A row changed by way of its entity."""
        for name in values:
            if name not in self.mapper.all_orm_descriptors:
                raise TypeError(f"{name!r} is no attribute of {self.model.__name__}")
        with writing() as session:
            entity = self.entity(session, bound)
            for name, value in values.items():
                setattr(entity, name, value)
            session.flush()
            return self.reread(entity)

    def entity(self, session: Session, bound: dict[str, Any]) -> Any:
        """The entity of a row, locked.

        Raises:
            Problem: 404 where there is no such row, 403 where it is somebody else's.
        """
        # Relations that are joined by default would be locked too, which PostgreSQL refuses for outer joins.
        statement = select(self.model).where(*self.target.exists).options(lazyload("*")).with_for_update()
        found = session.execute(statement.execution_options(populate_existing=True), bound).scalar_one_or_none()
        if found is None:
            raise not_found()
        if self.target.owner is not None and getattr(found, self.target.owner.key) != bound["_owner"]:
            raise not_yours()
        return found

    def reread(self, entity: Any) -> Any:
        """An entity that was written, as the schema shows it."""
        return self.read(dict(zip(self.target.key.names, self.mapper.primary_key_from_instance(entity), strict=True)))

    def forget(self, bound: dict[str, Any]) -> None:
        """Have the session read the row again, if it holds an entity of it that nobody has changed."""
        session = current_work().session
        if session is None:
            return
        identity = self.mapper.identity_key_from_primary_key([bound[name] for name in self.target.key.names])
        entity = session.identity_map.get(identity)
        if entity is not None and entity not in session.dirty:
            session.expire(entity)


def shown_columns(source: Source) -> list[Any] | None:
    """The columns that a RETURNING gives all that the schema shows with; None where it takes a select."""
    if not isinstance(source, Rows) or source.joins or source.children:
        return None
    attributes = inspect(source.plan.model).column_attrs
    names = [column.attribute for column in source.plan.columns]
    columns = [attributes[name].columns[0] if name in attributes else None for name in names]
    return columns if all(isinstance(column, Column) for column in columns) else None


@contextmanager
def writing() -> Iterator[Session]:
    """The session: in the transaction that is open, or in one of its own."""
    session = current_work().open_session()
    if session.is_writing:
        yield session
    else:
        with transaction() as own:
            yield own
