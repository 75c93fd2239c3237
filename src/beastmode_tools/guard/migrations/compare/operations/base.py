"""What every operation can tell about itself; each class says only where it differs."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from beastmode_tools.guard.migrations.compare.parts import Call, EnumType, Known, Place
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["Operation", "Step", "TableOperation"]

Step = tuple[str, ...]
"""One thing that is done to the schema, in the form in which it can be matched with what undoes it, as Alembic's
`to_diff_tuple()` has it: ("add column", "orders", "total")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that a migration does; as text, in words that stay the same when lines move.

    Args:
        place: Where it stands.
        known: What is known around it.
        ran_on: The kinds of databases on which it was seen to run; () for one that was only read.
        calls: The lines of the project that were being run when it was seen, the innermost first.
    """

    place: Place
    known: Known = field(default=Known(), compare=False)
    ran_on: tuple[str, ...] = field(default=(), compare=False)
    calls: tuple[Call, ...] = field(default=(), compare=False)

    # What it names.

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it changes."""
        return ()

    @property
    def column_name(self) -> str:
        """The one column that it changes; "" where it is none or several."""
        return ""

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns of an index or a constraint, and those that a statement writes."""
        return ()

    @property
    def enum_name(self) -> str:
        """The enum type that it changes or drops; "" for none."""
        return ""

    @property
    def enum_taken(self) -> EnumType | None:
        """The enum that a column has from here on."""
        return None

    @property
    def enums_created(self) -> list[str]:
        """Names of the enum types that it creates on PostgreSQL."""
        return []

    @property
    def index_used(self) -> str | None:
        """The index that becomes a constraint."""
        return None

    @property
    def statement(self) -> str:
        """Its SQL, where the migration says it in SQL."""
        return ""

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """Words that an earlier revision holds, if it says what this operation changes: all of one tuple."""
        return set()

    def table_among(self, operations: Iterable["Operation"]) -> str | None:
        """The first table that it changes; an index that is dropped by name asks who created it."""
        del operations
        return next(iter(self.tables), None)

    def mentions(self, word: str) -> bool:
        """Whether its SQL holds a word."""
        return word in self.statement

    # What undoes it.

    @property
    def steps(self) -> list[Step]:
        """What it does to the schema."""
        return []

    @property
    def undone_by(self) -> list[Step]:
        """The steps that take it back, all of them."""
        return []

    @property
    def can_be_undone(self) -> bool:
        """Whether a downgrade ought to take it back."""
        return True

    @property
    def loses(self) -> bool:
        """Whether rows or values are gone afterwards."""
        return False

    def is_undone_at_once(self, made: AbstractSet[Step]) -> bool:
        """Whether the same upgrade takes it back; `made` is what that upgrade does."""
        return bool(self.steps) and bool(self.undone_by) and all(step in made for step in self.undone_by)

    def is_settled_by(self, step: Step, made: AbstractSet[Step]) -> bool:
        """Whether the same upgrade does what a step of the downgrade would be needed for."""
        return step in made

    def goes_with(self, tables: AbstractSet[str], columns: AbstractSet[Step]) -> bool:
        """Whether it goes when tables, or columns (table and name), are dropped."""
        return any(
            (table in tables and self.is_part_of_table) or any((table, name) in columns for name in self.columns_needed)
            for table in self.tables
        )

    @property
    def is_part_of_table(self) -> bool:
        """Whether what it is about goes when the table is dropped."""
        return True

    @property
    def columns_needed(self) -> tuple[str, ...]:
        """The columns without which what it is about cannot be."""
        return ()

    def is_recreated(self, later: Sequence["Operation"]) -> bool:
        """Whether what it drops comes back under the same name."""
        del later
        return False

    # What it does to others, and to the database.

    @property
    def locks_table(self) -> bool:
        """Whether it changes the schema of a table under a lock that keeps others from writing."""
        return False

    @property
    def rebuilds_on_sqlite(self) -> bool:
        """Whether a batch on SQLite has to copy the table for it."""
        return True

    @property
    def writes_rows(self) -> bool:
        """Whether it writes rows that may be many: not a row or two that the migration brings along itself."""
        return False

    @property
    def leaves_trace(self) -> bool:
        """Whether the database is different afterwards, as far as anybody can tell."""
        return True

    @property
    def may_fail_unseen(self) -> bool:
        """Whether nobody needs to know if it failed."""
        return False

    @property
    def is_opaque(self) -> bool:
        """Whether nobody knows what it does."""
        return False

    @property
    def is_vague(self) -> bool:
        """Whether reading did not give what it changes: what was seen on its lines says it better."""
        return False

    def holds(self, calls: Iterable[Call]) -> bool:
        """Whether it was being run when something was seen: then what was seen is what it does, or a part of it."""
        return (self.place.path, self.place.line) in calls

    @property
    def gist(self) -> tuple[object, ...]:
        """What tells it from another one of the same line: turns of a loop over rows are one thing to judge."""
        return (str(self),)

    @property
    def traces(self) -> list[str]:
        """What it does, in words that are the same whether it was read or captured; none where it leaves no trace."""
        return [str(self)] if self.leaves_trace else []

    def apply_to(self, state: State) -> None:
        """Changes what is known of the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOperation(Operation):
    """An operation on one table."""

    table: str

    @property
    def tables(self) -> tuple[str, ...]:
        """The table, if it has a name."""
        return (self.table,) if self.table else ()
