"""The database's own form of what the models declare."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import DDL, Connection, NestedTransaction, Table, TextClause, text
from sqlalchemy.exc import DBAPIError

from beastmode.db.migrations.autogenerate.enum_types import column_type

NAME = "beastmode_scratch"
_ALTER = f"ALTER TABLE pg_temp.{NAME}"
_INDEX = text(
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index "
    "WHERE indrelid = CAST(:table AS regclass) AND indexrelid = CAST('pg_temp.scratch_index' AS regclass)"
)
_CONSTRAINT = text(
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = CAST(:table AS regclass) AND conname = 'scratch'"
)
_DEFINITIONS = text(
    "SELECT c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
    "JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.relname = :table AND n.nspname = :schema"
)
_EXPRESSION = text(
    "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a "
    "ON a.attrelid = d.adrelid AND a.attnum = d.adnum "
    "WHERE d.adrelid = CAST(:table AS regclass) AND a.attname = 'scratch'"
)
_REWRITTEN = text("SELECT pg_relation_filenode(CAST(:table AS regclass)) <> CAST(CAST(:table AS regclass) AS oid)")


class Scratch:
    """A temporary table on PostgreSQL like one of the models, which is invisible to others and never committed.

    PostgreSQL stores an expression as a tree and prints it in its own form. Two expressions are the same if it prints
    the same for both.
    """

    def __init__(self, connection: Connection, columns: str) -> None:
        self.connection = connection
        self.columns = columns
        self.savepoint: NestedTransaction | None = None

    def open(self) -> None:
        """Create the table, before the first query."""
        if self.savepoint is None:
            self.savepoint = self.connection.begin_nested()
            _run(self.connection, f"CREATE TEMPORARY TABLE {NAME} ({self.columns})")

    def close(self) -> None:
        """Drop the table."""
        if self.savepoint is not None and self.savepoint.is_active:
            self.savepoint.rollback()

    def check(self, sql: str) -> str | None:
        """A CHECK in the database's form; None if it is refused."""
        return self.constraint(f"CHECK ({sql})")

    def constraint(self, sql: str) -> str | None:
        """The definition of any constraint in the database's form; None if it is refused."""
        return self.ask(f"{_ALTER} ADD CONSTRAINT scratch {sql}", _CONSTRAINT)

    def default(self, kind: str, sql: str) -> str | None:
        """The default of a column in the database's form; None if it is refused.

        Args:
            kind: The column's type.
            sql: The default.
        """
        return self.ask(f"{_ALTER} ADD COLUMN scratch {kind} DEFAULT {sql}", _EXPRESSION)

    def is_rewritten(self, kind: str, sql: str) -> bool:
        """Whether PostgreSQL rewrites a table to add a column with this default; also if it refuses the default.

        Args:
            kind: The column's type.
            sql: The default.
        """
        return self.ask(f"{_ALTER} ADD COLUMN scratch {kind} DEFAULT {sql}", _REWRITTEN) != "False"

    def computed(self, kind: str, sql: str) -> str | None:
        """The expression of a computed column in the database's form; None if it is refused."""
        return self.ask(f"{_ALTER} ADD COLUMN scratch {kind} GENERATED ALWAYS AS ({sql}) STORED", _EXPRESSION)

    def index(self, sql: str) -> str | None:
        """The CREATE INDEX of an index in the database's form; None if it is refused.

        Args:
            sql: The CREATE INDEX of one that is named scratch_index, on the table pg_temp.NAME.
        """
        return self.ask(sql, _INDEX)

    def ask(self, change: str, question: TextClause) -> str | None:
        """The database's form after a change to the table, which is rolled back."""
        try:
            self.open()
        except DBAPIError:  # a type that is not there; nothing can be asked
            self.close()
            return None
        savepoint = self.connection.begin_nested()
        try:
            _run(self.connection, change)
            return str(self.connection.scalar(question, {"table": f"pg_temp.{NAME}"}))
        except DBAPIError:
            return None
        finally:
            savepoint.rollback()


def _run(connection: Connection, statement: str) -> None:
    """Execute a statement without parameters."""
    connection.execute(DDL(statement.replace("%", "%%")))  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped


@contextmanager
def scratch_of(connection: Connection, table: Table, enums: frozenset[str]) -> Iterator[Scratch | None]:
    """A scratch table like a model's table; None if that is not possible, as on SQLite.

    Args:
        connection: A connection in a transaction.
        table: The table of the models.
        enums: Types that exist in the database.
    """
    preparer = connection.dialect.identifier_preparer
    columns = ", ".join(
        f"{preparer.quote(column.name)} {column_type(column.type, connection.dialect, enums)}"
        for column in table.columns
    )
    with scratch_with(connection, columns) as scratch:
        yield scratch


@contextmanager
def scratch_like(connection: Connection, table: str, schema: str | None) -> Iterator[Scratch | None]:
    """A scratch table like a table of the database; None if that is not possible.

    Args:
        connection: A connection in a transaction.
        table: Its name.
        schema: The schema of the table, if not the default.
    """
    quote = connection.dialect.identifier_preparer.quote
    with scratch_with(connection, "LIKE " + ".".join(quote(part) for part in (schema, table) if part)) as scratch:
        yield scratch


@contextmanager
def scratch_with(connection: Connection, columns: str) -> Iterator[Scratch | None]:
    """A scratch table with these columns."""
    if connection.dialect.name != "postgresql":
        yield None
        return
    scratch = Scratch(connection, columns)
    try:
        yield scratch
    finally:
        scratch.close()


def definitions_of(connection: Connection, table: str, schema: str | None) -> dict[str, str]:
    """The constraints of a table in PostgreSQL's form, by name; none on other databases.

    Args:
        connection: A connection to the database.
        table: Its name.
        schema: The schema of the table, if not the default.
    """
    if connection.dialect.name != "postgresql":
        return {}
    named = {"table": table, "schema": schema or connection.dialect.default_schema_name}
    return {name: said.removesuffix(" NOT VALID") for name, said in connection.execute(_DEFINITIONS, named)}
