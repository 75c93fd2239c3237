"""How the database itself writes down what the models say."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import DDL, Connection, NestedTransaction, Table, TextClause, text
from sqlalchemy.exc import DBAPIError

from beastmode.db.migrations.autogenerate.enum_types import column_type

__all__ = ["NAME", "Scratch", "definitions_of", "scratch_like", "scratch_of", "scratch_with"]

NAME = "beastmode_scratch"
ALTER = f"ALTER TABLE pg_temp.{NAME}"
INDEX = text(
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index "
    "WHERE indrelid = CAST(:table AS regclass) AND indexrelid = CAST('pg_temp.scratch_index' AS regclass)"
)
CONSTRAINT = text(
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = CAST(:table AS regclass) AND conname = 'scratch'"
)
DEFINITIONS = text(
    "SELECT c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
    "JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.relname = :table AND n.nspname = :schema"
)
EXPRESSION = text(
    "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a "
    "ON a.attrelid = d.adrelid AND a.attnum = d.adnum "
    "WHERE d.adrelid = CAST(:table AS regclass) AND a.attname = 'scratch'"
)
REWRITTEN = text("SELECT pg_relation_filenode(CAST(:table AS regclass)) <> CAST(CAST(:table AS regclass) AS oid)")


class Scratch:
    """A temporary table of PostgreSQL like one of the models', which nobody else sees and which is never committed.

    PostgreSQL keeps an expression as a tree and writes it in its own words. Two texts say the same if it writes the
    same for both.
    """

    def __init__(self, connection: Connection, columns: str) -> None:
        self.connection = connection
        self.columns = columns
        self.savepoint: NestedTransaction | None = None

    def open(self) -> None:
        """Makes the table, when the first question comes."""
        if self.savepoint is None:
            self.savepoint = self.connection.begin_nested()
            run(self.connection, f"CREATE TEMPORARY TABLE {NAME} ({self.columns})")

    def close(self) -> None:
        """Takes the table back."""
        if self.savepoint is not None and self.savepoint.is_active:
            self.savepoint.rollback()

    def check(self, sql: str) -> str | None:
        """A CHECK in the database's words; None where it refuses the text."""
        return self.constraint(f"CHECK ({sql})")

    def constraint(self, sql: str) -> str | None:
        """Any constraint's definition in the database's words; None where it refuses the text."""
        return self.ask(f"{ALTER} ADD CONSTRAINT scratch {sql}", CONSTRAINT)

    def default(self, kind: str, sql: str) -> str | None:
        """A column's default in the database's words; None where it refuses the text.

        Args:
            kind: The column's type.
            sql: The default.
        """
        return self.ask(f"{ALTER} ADD COLUMN scratch {kind} DEFAULT {sql}", EXPRESSION)

    def is_rewritten(self, kind: str, sql: str) -> bool:
        """Whether PostgreSQL rewrites a table to add a column with this default; also if it refuses the default.

        Args:
            kind: The column's type.
            sql: The default.
        """
        return self.ask(f"{ALTER} ADD COLUMN scratch {kind} DEFAULT {sql}", REWRITTEN) != "False"

    def computed(self, kind: str, sql: str) -> str | None:
        """A computed column's expression in the database's words; None where it refuses the text."""
        return self.ask(f"{ALTER} ADD COLUMN scratch {kind} GENERATED ALWAYS AS ({sql}) STORED", EXPRESSION)

    def index(self, sql: str) -> str | None:
        """The CREATE INDEX of an index in the database's words; None where it refuses it.

        Args:
            sql: The CREATE INDEX of one that is named scratch_index, on the table pg_temp.NAME.
        """
        return self.ask(sql, INDEX)

    def ask(self, change: str, question: TextClause) -> str | None:
        """What the database says after a change of the table, which is taken back."""
        try:
            self.open()
        except DBAPIError:  # a type that is not there; nothing can be asked
            self.close()
            return None
        savepoint = self.connection.begin_nested()
        try:
            run(self.connection, change)
            return str(self.connection.scalar(question, {"table": f"pg_temp.{NAME}"}))
        except DBAPIError:
            return None
        finally:
            savepoint.rollback()


def run(connection: Connection, statement: str) -> None:
    """Send a statement that holds no parameters."""
    connection.execute(DDL(statement.replace("%", "%%")))  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped


@contextmanager
def scratch_of(connection: Connection, table: Table, enums: frozenset[str]) -> Iterator[Scratch | None]:
    """A scratch of one of the models' tables; None where there can be none, as on SQLite.

    Args:
        connection: In a transaction.
        table: Of the models.
        enums: Types that the database has.
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
    """A scratch of a table of the database; None where there can be none.

    Args:
        connection: In a transaction.
        table: Its name.
        schema: The table's, where it is not the default.
    """
    quote = connection.dialect.identifier_preparer.quote
    with scratch_with(connection, "LIKE " + ".".join(quote(part) for part in (schema, table) if part)) as scratch:
        yield scratch


@contextmanager
def scratch_with(connection: Connection, columns: str) -> Iterator[Scratch | None]:
    """A scratch with these columns."""
    if connection.dialect.name != "postgresql":
        yield None
        return
    scratch = Scratch(connection, columns)
    try:
        yield scratch
    finally:
        scratch.close()


def definitions_of(connection: Connection, table: str, schema: str | None) -> dict[str, str]:
    """The constraints of a table in PostgreSQL's own words, by name; none elsewhere.

    Args:
        connection: To the database.
        table: Its name.
        schema: The table's, where it is not the default.
    """
    if connection.dialect.name != "postgresql":
        return {}
    named = {"table": table, "schema": schema or connection.dialect.default_schema_name}
    return {name: said.removesuffix(" NOT VALID") for name, said in connection.execute(DEFINITIONS, named)}
