"""What operations do together, which none of them shows alone."""

from dataclasses import dataclass

from beastmode_tools.guard.migrations.compare.operations import NoOperations, Operation, Place

__all__ = [
    "BackfillWithDdl",
    "DowngradeDropsMore",
    "DowngradeEmpty",
    "DowngradeIncomplete",
    "DowngradeUnnamed",
    "DowngradeUnreadable",
    "EnumLeftBehind",
    "ErrorsSwallowed",
    "SeenOnlyInSource",
    "SeenOnlyWhenRun",
    "TableRebuilt",
]


@dataclass(frozen=True, slots=True)
class BackfillWithDdl:
    """Rows of an existing table are rewritten in the transaction that changes the schema.

    Args:
        data: The statement on rows.
        schema: The operation before it whose lock is held all the while.
    """

    data: Operation
    schema: Operation


@dataclass(frozen=True, slots=True)
class ErrorsSwallowed:
    """Operations of one revision whose errors are caught: `first` of `count`."""

    first: Operation
    count: int


@dataclass(frozen=True, slots=True)
class TableRebuilt:
    """A batch that SQLite can only do by copying the table."""

    table: str
    place: Place


@dataclass(frozen=True, slots=True)
class DowngradeEmpty:
    """A downgrade that does nothing although the upgrade did something that could be undone.

    Args:
        found: Why there is nothing.
        undone: What stays, in words: "drop_column users.nick".
        loses: Whether rows that the upgrade changed are among it.
    """

    found: NoOperations
    undone: tuple[str, ...]
    loses: bool


@dataclass(frozen=True, slots=True)
class DowngradeIncomplete:
    """A downgrade that leaves a part of the upgrade in place."""

    place: Place
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DowngradeDropsMore:
    """A downgrade that drops what the upgrade did not create."""

    operation: Operation
    what: str


@dataclass(frozen=True, slots=True)
class DowngradeUnnamed:
    """A downgrade that drops a constraint without a name, which raises."""

    operation: Operation
    table: str


@dataclass(frozen=True, slots=True)
class DowngradeUnreadable:
    """A part of a downgrade that could not be understood by reading."""

    operation: Operation
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class EnumLeftBehind:
    """An enum type of PostgreSQL that the upgrade creates and the downgrade leaves."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class SeenOnlyInSource:
    """An operation that stands in the source and did not run.

    Args:
        operation: As it was read.
        dialect: On which it was run.
        expected: Whether a condition in the source explains it.
    """

    operation: Operation
    what: str
    dialect: str
    expected: bool


@dataclass(frozen=True, slots=True)
class SeenOnlyWhenRun:
    """An operation that ran and was not read."""

    operation: Operation
    what: str
    dialect: str
