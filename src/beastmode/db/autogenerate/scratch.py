"""How the database itself writes down what the models say."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import DDL, Connection, Table, TextClause, text
from sqlalchemy.exc import DBAPIError

from beastmode.db.autogenerate.enum_types import column_type

__all__ = ["Scratch", "scratch_of"]

NAME = "beastmode_scratch"
CONSTRAINT = text(
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = CAST(:table AS regclass) AND conname = 'scratch'"
)
EXPRESSION = text(
    "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a "
    "ON a.attrelid = d.adrelid AND a.attnum = d.adnum "
    "WHERE d.adrelid = CAST(:table AS regclass) AND a.attname = 'scratch'"
)


class Scratch:
    """A temporary table of PostgreSQL like one of the models', which nobody else sees and which is never committed.

    PostgreSQL keeps an expression as a tree and writes it in its own words. Two texts say the same if it writes the
    same for both.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def check(self, sql: str) -> str | None:
        """A CHECK in the database's words; None where it refuses the text."""
        return self.constraint(f"CHECK ({sql})")

    def constraint(self, sql: str) -> str | None:
        """Any constraint's definition in the database's words; None where it refuses the text."""
        return self.ask(f"ADD CONSTRAINT scratch {sql}", CONSTRAINT)

    def default(self, kind: str, sql: str) -> str | None:
        """A column's default in the database's words; None where it refuses the text.

        Args:
            kind: The column's type.
            sql: The default.
        """
        return self.ask(f"ADD COLUMN scratch {kind} DEFAULT {sql}", EXPRESSION)

    def computed(self, kind: str, sql: str) -> str | None:
        """A computed column's expression in the database's words; None where it refuses the text."""
        return self.ask(f"ADD COLUMN scratch {kind} GENERATED ALWAYS AS ({sql}) STORED", EXPRESSION)

    def ask(self, change: str, question: TextClause) -> str | None:
        """What the database says after a change of the table, which is taken back."""
        savepoint = self.connection.begin_nested()
        try:
            run(self.connection, f"ALTER TABLE pg_temp.{NAME} {change}")
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
    if connection.dialect.name != "postgresql":
        yield None
        return
    preparer = connection.dialect.identifier_preparer
    columns = ", ".join(
        f"{preparer.quote(column.name)} {column_type(column.type, connection.dialect, enums)}"
        for column in table.columns
    )
    savepoint = connection.begin_nested()
    try:
        run(connection, f"CREATE TEMPORARY TABLE {NAME} ({columns})")
    except DBAPIError:
        savepoint.rollback()
        yield None
        return
    try:
        yield Scratch(connection)
    finally:
        savepoint.rollback()
