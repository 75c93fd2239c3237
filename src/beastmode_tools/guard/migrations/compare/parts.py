"""What operations are made of: where they stand, what is known around them, columns, constraints, enums."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from beastmode_tools.guard.wording import UNKNOWN

__all__ = ["UNKNOWN", "Call", "Column", "Constraint", "ConstraintKind", "Direction", "EnumType", "Known", "Place"]

Direction = Literal["upgrade", "downgrade"]
Call = tuple[str, int]
"""A file of the project, relative to its folder, and a line of it that was being run."""
ConstraintKind = Literal["unique", "foreign", "check", "primary", "exclude"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation stands, and under which conditions it runs.

    Args:
        revision: The revision's id.
        path: Its file, relative to the project's folder.
        line: Of the call.
        direction: Which of the two functions it belongs to.
        guarded: It stands in a `try` whose handler goes on: that it ran is no proof that it worked.
        dialects: The only dialects on which it runs; () for all.
        condition: Source of an `if` that could not be decided by reading; "" where it always runs.
        in_autocommit: It runs outside of the transaction (`autocommit_block`).
        in_batch: It belongs to a `batch_alter_table`.
    """

    revision: str
    path: str
    line: int = 0
    direction: Direction = "upgrade"
    guarded: bool = False
    dialects: tuple[str, ...] = ()
    condition: str = ""
    in_autocommit: bool = False
    in_batch: bool = False

    @property
    def difference(self) -> tuple[object, ...]:
        """In which revision, and when, without file and line."""
        when = (self.guarded, self.dialects, self.condition, self.in_autocommit)
        return (self.revision, self.direction, *when)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Known:
    """What the operations around it, the history and the settings say about an operation.

    Args:
        new_table: Its table is created by the same change, so nobody has rows in it or code that uses it.
        new_column: Its column is added by the same change.
        big_table: The table is named in `[guard] big_tables`.
        old_type: The column's type before; None where nobody knows.
        old_nullable: Whether the column took NULL before; None where nobody knows.
        old_default: SQL of the server default before; None where there was none, or nobody knows.
        old_enum: The values of the column's or the type's enum before; None where nobody knows.
        enum_missing: Nothing before creates the enum type that the column takes.
        filled: An UPDATE of the same change fills the column before.
        checked: A validated CHECK says that the column holds no NULL.
        indexed: The index that a constraint takes was built before, concurrently.
        same_transaction: A constraint that is validated was added in the same transaction.
        partitioned: Its table is split into partitions.
        committed: The revision has ended its transaction by hand before.
        cleared: An index of its name was dropped just before, so that no invalid one is taken for it.
        uses_new_value: The same revision uses the enum's value that it adds.
        recreated: The same object is created again by the same change.
        table_goes: The same change drops the table afterwards.
        postgres: Major version of PostgreSQL in production.
    """

    new_table: bool = False
    new_column: bool = False
    big_table: bool = False
    old_type: str | None = None
    old_nullable: bool | None = None
    old_default: str | None = None
    old_enum: tuple[str, ...] | None = None
    enum_missing: bool = False
    filled: bool = False
    checked: bool = False
    indexed: bool = False
    same_transaction: bool = False
    partitioned: bool = False
    committed: bool = False
    cleared: bool = False
    uses_new_value: bool = False
    recreated: bool = False
    table_goes: bool = False
    postgres: int = 15


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enum: its name in the database (None where it has none) and its values in order; () where unknown.

    Args:
        name: Of the type.
        values: In their order.
        native: A type of its own on PostgreSQL; else a text with a check.
        creates: CREATE TABLE makes the type too.
    """

    name: str | None
    values: tuple[str, ...] = ()
    native: bool = True
    creates: bool = True

    @classmethod
    def of(cls, facts: Mapping[str, Any], prefix: str = "") -> Self | None:
        """An enum as a probe tells it; None where there is none."""
        values = tuple(facts.get(f"{prefix}enum") or ())
        native, creates = (facts.get(f"{prefix}enum_{key}") is not False for key in ("native", "creates"))
        return cls(facts.get(f"{prefix}enum_name"), values, native, creates) if values else None


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is created.

    Args:
        name: Its name.
        type: SQL text in capitals: `VARCHAR(50)`, `NUMERIC(10, 2)`, `TIMESTAMP WITH TIME ZONE`; "" where unknown.
        nullable: Whether it takes NULL; a primary key does not.
        server_default: SQL text of the default that the database gives; None where there is none.
        default: Source of the default that only Python gives (`default=`): it fills no existing row.
        primary_key: It is the primary key, or part of it.
        unique: It makes a unique constraint of its own.
        index: It makes an index of its own.
        references: Table and column that it refers to, `users.id`; None where it is no foreign key.
        autoincrement: SERIAL, IDENTITY or AUTO_INCREMENT.
        computed: A generated column that is stored.
        check: SQL of its own CHECK.
        enum: Set where the type is an enum.
    """

    name: str
    type: str = ""
    nullable: bool = True
    server_default: str | None = None
    default: str | None = None
    primary_key: bool = False
    unique: bool = False
    index: bool = False
    references: str | None = None
    autoincrement: bool = False
    computed: bool = False
    check: str | None = None
    enum: EnumType | None = None

    @classmethod
    def of(cls, name: str, facts: Mapping[str, Any]) -> Self:
        """A column as a probe tells it: one of a model, or one that was created while a migration ran."""
        default = facts.get("server_default")
        return cls(
            name,
            str(facts.get("type") or ""),
            nullable=facts.get("nullable") is not False,
            server_default=None if default is None else str(default),
            default=facts.get("default"),
            primary_key=facts.get("primary_key") is True,
            unique=facts.get("unique") is True,
            index=facts.get("index") is True,
            references=facts.get("references"),
            computed=facts.get("computed") is True,
            enum=EnumType.of(facts),
        )


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint as it is created.

    Args:
        kind: What it demands.
        name: None where it has none.
        columns: Those that it is on.
        target: The table that a foreign key points to.
        condition: SQL of a check.
        not_valid: Existing rows are not looked at.
        using_index: Name of an index that was built before.
        on_delete: What happens to rows when what they point to goes: CASCADE, SET NULL...
    """

    kind: ConstraintKind
    name: str | None = None
    columns: tuple[str, ...] = ()
    target: str | None = None
    condition: str | None = None
    not_valid: bool = False
    using_index: str | None = None
    on_delete: str | None = None
