"""What was seen when a migration went up, down and up again on a scratch database with rows: facts, for the rules.

The same thing seen on two databases is one fact: what only one of them can word does not count for equality.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from beastmode_tools.source.digest import TELLS

__all__ = [
    "Difference",
    "DowngradeFailed",
    "DowngradeMissing",
    "Drift",
    "ErrorSwallowed",
    "ProvedFact",
    "Reversible",
    "RowsChanged",
    "RowsLeftBehind",
    "RowsNotRestored",
    "SchemaNotRestored",
    "SecondUpgradeDiffers",
    "SecondUpgradeFailed",
    "SequenceEnds",
    "TableLocked",
    "UpgradeFailed",
    "merged",
]


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of the schema that is not as it was.

    Args:
        part: What it is: "column orders.total", "enum mood".
        before: How it was; None where there was none.
        after: How it is; None where there is none.
    """

    part: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.part} is left behind"
        if self.after is None:
            return f"{self.part} is gone"
        return f"{self.part} was {self.before} and is {self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedFact:
    """Something seen while one revision ran.

    Args:
        revision: Its id.
        where: Its file relative to the project's folder, with the line where that is known.
        source: A digest of what the revision's file means.
        dialects: The databases on which it was seen.
    """

    revision: str
    where: str = field(default="", compare=False)
    source: str = field(default="", compare=False, metadata=TELLS)
    dialects: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(ProvedFact):
    """Something that raised an error.

    Args:
        error: What the database, or the migration, said.
        statement: The SQL that was refused; "" where it was none.
        also: What another database said: "sqlite: OperationalError: ...".
    """

    error: str = field(default="", compare=False)
    statement: str = field(default="", compare=False)
    also: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeFailed(Failed):
    """The upgrade failed; `only_with_rows` is None where it could not be tried without rows."""

    only_with_rows: bool | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DowngradeFailed(Failed):
    """The downgrade failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondUpgradeFailed(Failed):
    """The upgrade worked once, and not a second time after the downgrade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorSwallowed(Failed):
    """A statement of the migration failed, and it went on as if nothing had happened.

    Args:
        about: The operation or the beginning of the statement, which tells two of them apart.
        expected: The database refused since things are as they should be already: it exists, or it does not.
    """

    about: str = ""
    expected: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DowngradeMissing(ProvedFact):
    """The downgrade does nothing, although the upgrade does something.

    Args:
        why: Its function is missing, is empty, raises at once, or ran without touching the database.
        additive: The upgrade only added what old code does not notice.
        left: What stays.
    """

    why: Literal["missing", "empty", "raises", "idle"] = field(default="empty", compare=False)
    additive: bool = field(default=True, compare=False)
    left: tuple[Difference, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaNotRestored(ProvedFact):
    """After the downgrade the schema is not what it was.

    Args:
        differences: What is not.
        elsewhere: Databases on which it is restored.
    """

    differences: tuple[Difference, ...] = field(default=(), compare=False)
    elsewhere: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondUpgradeDiffers(ProvedFact):
    """The second upgrade leads to another schema than the first."""

    differences: tuple[Difference, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsChanged(ProvedFact):
    """The upgrade writes other values into a column, and nothing is lost by it.

    Args:
        table: The table.
        column: The column; "" where whole rows go and come back.
        values: How many.
        from_null: Only NULLs were filled.
        example: One of them: "1.50 -> 2".
    """

    table: str
    column: str
    values: int = field(default=0, compare=False)
    from_null: bool = field(default=False, compare=False)
    example: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsNotRestored(ProvedFact):
    """Values that stood in a column before the upgrade do not stand there after the downgrade.

    Args:
        table: The table.
        column: The column; "" where whole rows are gone.
        values: How many.
        of: How many there were.
        dropped: The upgrade drops the column or its table, so the values went with it.
        example: One of them: "1.50 -> 2".
    """

    table: str
    column: str
    values: int = field(default=0, compare=False)
    of: int = field(default=0, compare=False)
    dropped: bool = field(default=False, compare=False)
    example: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsLeftBehind(ProvedFact):
    """The upgrade adds rows to a table that was there before, and the downgrade does not take them away."""

    table: str
    rows: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLocked(ProvedFact):
    """A statement held a lock on a table that was there before, measured on PostgreSQL.

    Args:
        table: The table.
        mode: The strongest lock: "AccessExclusiveLock".
        rewritten: The whole table was rewritten while the lock was held.
        scanned: All its rows are read while the lock is held.
        measured: That was seen, and is not only what statements of this kind do.
        big: It may hold many rows in production.
        statement: The SQL.
    """

    table: str
    mode: str = field(default="", compare=False)
    rewritten: bool = False
    scanned: bool = False
    measured: bool = field(default=True, compare=False)
    big: bool = field(default=True, compare=False)
    statement: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceEnds(ProvedFact):
    """A column takes greater numbers than before, and the sequence that numbers it ends where it did.

    Args:
        table: The table.
        column: The column.
        sequence: What numbers it.
        type: Of the column now.
        most: The last number that the sequence gives.
    """

    table: str
    column: str
    sequence: str = ""
    type: str = ""
    most: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversible(ProvedFact):
    """Up, down and up again worked, with every row and every part of the schema as before.

    Args:
        rows: How many rows were in the tables.
    """

    rows: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """The models and the schema that the migrations make differ, and did not before the change.

    Args:
        kind: Alembic's word for what would bring them together: "add_column", "remove_index", "modify_type"...
        table: The table; "" where there is none.
        name: The column, index or constraint; "" for a whole table.
        detail: The type, the columns, or "old -> new".
        dialects: The databases on which it was seen.
    """

    kind: str
    table: str
    name: str
    detail: str = field(default="", compare=False, metadata=TELLS)
    dialects: tuple[str, ...] = field(default=(), compare=False)


Fact = TypeVar("Fact", bound=ProvedFact | Drift)


def merged(facts: Iterable[Fact]) -> list[Fact]:
    """The facts, those that several databases show as one; PostgreSQL's words are kept, since it says more."""
    found: dict[Fact, Fact] = {}
    for fact in facts:
        known = found.get(fact, fact)
        dialects: tuple[str, ...] = tuple(sorted({*known.dialects, *fact.dialects}))
        chosen, other = (fact, known) if "postgresql" in fact.dialects else (known, fact)
        found[fact] = replace(chosen, dialects=dialects)
        if isinstance(chosen, Failed) and isinstance(other, Failed) and chosen.error != other.error:
            said = f"{', '.join(other.dialects)}: {other.error}"
            found[fact] = replace(chosen, dialects=dialects, also=(*chosen.also, said))
    return list(found.values())
