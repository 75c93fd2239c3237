"""Uses every mapped class and every table of the models once, each in a savepoint that is rolled back."""

from __future__ import annotations

from typing import Any

from ..messages.replay import SqlError, Used
from ..start import models
from .statements import first_line, normalised
from .values import UNKNOWN, value_for

__all__ = ["sweep", "tables_of"]


def tables_of(known: list[Any]) -> list[Any]:
    """Every table of the models, mapped or not, in an order in which rows can be made."""
    from sqlalchemy import Table

    mapped = [table for mapper in known for table in mapper.tables if isinstance(table, Table)]
    collections = list({id(table.metadata): table.metadata for table in mapped}.values())
    others = [table for metadata in collections for table in metadata.tables.values()]
    return sorted(dict.fromkeys([*mapped, *others]), key=lambda table: str(table.fullname))


class Sweep:
    """One walk over the models.

    Attributes:
        results: One for each thing tried.
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.results: list[Used] = []

    def attempt(self, what: str, table: str, action: str, work: Any) -> Any:
        """What `work` returns, or None and its error among the results."""
        savepoint = self.connection.begin_nested()
        try:
            value = work()
        except Exception as error:
            savepoint.rollback()
            self.results.append(Used(what, table, action, told(error)))
            return None
        savepoint.rollback()
        self.results.append(Used(what, table, action))
        return value

    def select(self, mapper: Any) -> None:
        """Reads one object of a mapped class, as the application does."""
        from sqlalchemy import select
        from sqlalchemy.orm import Session

        def read() -> None:
            with Session(bind=self.connection, autoflush=False) as session:
                session.execute(select(mapper.class_).limit(1)).first()

        self.attempt(name_of(mapper), str(mapper.local_table), "select", read)

    def table(self, table: Any, what: str, *, mapped: bool) -> None:
        """Reads (where no class does), inserts, updates and deletes one row of a table."""
        name = str(table.fullname)
        if not mapped:
            self.attempt(what, name, "select", lambda: self.connection.execute(table.select().limit(1)).first())
        for action, full in (("insert", False), ("insert of long values", True)):
            row, reason = self.row_for(table, full=full)
            if row is None:
                self.results.append(Used(what, name, action, skipped=reason))
                continue
            self.attempt(what, name, action, lambda row=row: self.insert_and_delete(table, row))
        self.insert_alike(table, what)
        self.update(table, what)

    def insert_alike(self, table: Any, what: str) -> None:
        """One row like another but for what the models say is unique: finds uniqueness that the code does not know."""
        keys = list(table.primary_key.columns)
        if any(column.foreign_keys for column in keys):
            return
        existing = self.first_row(table)
        if existing is None:
            return
        row: dict[str, Any] = {}
        for column in table.columns:
            if column.computed is not None or column is table._autoincrement_column:
                continue
            row[column.name] = existing[column.name]
            if column.primary_key or is_unique(column):
                row[column.name] = value_for(column.type, full=False)
                if column.foreign_keys or row[column.name] is UNKNOWN:
                    return
        self.attempt(what, str(table.fullname), "insert of an equal row", lambda: self.insert_plainly(table, row))

    def insert_plainly(self, table: Any, row: dict[str, Any]) -> None:
        """One row in."""
        self.connection.execute(table.insert().values(row))

    def first_row(self, table: Any) -> Any:
        """A row of the table as a mapping; None where there is none, or where reading fails, which was told before."""
        savepoint = self.connection.begin_nested()
        try:
            found = self.connection.execute(table.select().limit(1)).first()
        except Exception:
            return None
        finally:
            savepoint.rollback()
        return None if found is None else dict(zip([column.name for column in table.columns], found))

    def insert_and_delete(self, table: Any, row: dict[str, Any]) -> None:
        """One row in and out; where an equal one stands in the way, in the emptied table."""
        from sqlalchemy import exc

        savepoint = self.connection.begin_nested()
        try:
            key = self.connection.execute(table.insert().values(row)).inserted_primary_key
        except exc.IntegrityError as error:
            savepoint.rollback()
            if "unique" not in str(error).lower() and "duplicate" not in str(error).lower():
                raise
            self.connection.execute(table.delete())
            key = self.connection.execute(table.insert().values(row)).inserted_primary_key
        if key and all(value is not None for value in key):
            conditions = [column == value for column, value in zip(table.primary_key.columns, key)]
            self.connection.execute(table.delete().where(*conditions))

    def update(self, table: Any, what: str) -> None:
        """Writes every plain column of one row."""
        keys = list(table.primary_key.columns)
        plain = [
            column
            for column in table.columns
            if not column.primary_key and not column.foreign_keys and not is_unique(column) and column.computed is None
        ]
        values = {column.name: value_for(column.type, full=False) for column in plain}
        values = {name: value for name, value in values.items() if value is not UNKNOWN}
        if not keys or not values:
            return

        def write() -> None:
            from sqlalchemy import select

            first = self.connection.execute(select(*keys).limit(1)).first()
            where = [column == value for column, value in zip(keys, first or [None] * len(keys))]
            self.connection.execute(table.update().where(*where).values(values))

        self.attempt(what, str(table.fullname), "update", write)

    def row_for(self, table: Any, *, full: bool) -> tuple[dict[str, Any] | None, str]:
        """The values that the mapper would send for a new object; None and why where they cannot be made up."""
        row: dict[str, Any] = {}
        for column in table.columns:
            if is_made_by_the_database(column, table):
                continue
            if column.default is not None and not full and not column.foreign_keys:
                continue
            if column.nullable and not full:
                row[column.name] = None
                continue
            value = self.reference(column) if column.foreign_keys else value_for(column.type, full=full)
            if value is UNKNOWN or (value is None and not column.nullable):
                if column.default is not None:
                    continue
                if column.nullable and value is UNKNOWN:
                    value = None
                else:
                    return None, "no value for {}.{} ({!r})".format(table.fullname, column.name, column.type)
            row[column.name] = value
        return row, ""

    def reference(self, column: Any) -> Any:
        """A row to point to, one that nothing points to yet if there is such a one."""
        from sqlalchemy import select

        savepoint = self.connection.begin_nested()
        try:
            target = next(iter(column.foreign_keys)).column
            taken = select(column).where(column.isnot(None))
            free = self.connection.execute(select(target).where(target.notin_(taken)).limit(1)).scalar()
            return free if free is not None else self.connection.execute(select(target).limit(1)).scalar()
        except Exception:
            return None
        finally:
            savepoint.rollback()


def sweep(engine: Any) -> list[Used]:
    """What became of selecting, inserting, updating and deleting one row of everything that the models name."""
    known = models.mappers()
    names: dict[Any, str] = {}
    for mapper in known:
        names.setdefault(mapper.local_table, name_of(mapper))
    with engine.connect() as connection:
        transaction = connection.begin()
        walk = Sweep(connection)
        for mapper in known:
            walk.select(mapper)
        for table in tables_of(known):
            if not (table.info or {}).get("is_view"):
                walk.table(table, names.get(table, "table " + str(table.fullname)), mapped=table in names)
        transaction.rollback()
    return walk.results


def name_of(mapper: Any) -> str:
    """A mapped class as a person knows it."""
    return "{}.{}".format(mapper.class_.__module__, mapper.class_.__qualname__)


def is_unique(column: Any) -> bool:
    """Whether two rows may not share a value of the column."""
    from sqlalchemy import UniqueConstraint

    if column.unique:
        return True
    table = column.table
    constraints = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return any(column.name in each.columns for each in constraints) or any(
        index.unique and column.name in index.columns for index in table.indexes
    )


def is_made_by_the_database(column: Any, table: Any) -> bool:
    """Whether the mapper leaves the column out of an INSERT."""
    return (
        column.server_default is not None
        or column.computed is not None
        or getattr(column, "identity", None) is not None
        or column is table._autoincrement_column
    )


def told(error: Exception) -> SqlError:
    """An error as facts; one that says nothing is told by its name."""
    original = getattr(error, "orig", None) or error
    words = first_line(str(original)) or type(original).__name__
    return SqlError(words, normalised(getattr(error, "statement", "") or ""))
