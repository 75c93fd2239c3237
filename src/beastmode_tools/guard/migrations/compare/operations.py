"""What a migration does, one operation at a time: read from its source, or captured while it ran.

Both ways give the same classes, so that they can be compared and judged by the same rules. Names of tables are as SQL
takes them: `orders`, `shop.orders` in a schema of its own. Types are SQL text in capitals: `VARCHAR(50)`.
"""

from dataclasses import dataclass, field
from typing import Literal

from beastmode_tools.guard.migrations.compare.parts import (
    Column,
    Constraint,
    ConstraintKind,
    Direction,
    EnumType,
    Known,
    Place,
)

__all__ = [
    "Action",
    "AddColumn",
    "AddConstraint",
    "AddEnumValue",
    "AlterColumn",
    "AlterTable",
    "BulkInsert",
    "ChangeComment",
    "Column",
    "Constraint",
    "ConstraintKind",
    "CreateEnum",
    "CreateIndex",
    "CreateTable",
    "Direction",
    "DropColumn",
    "DropConstraint",
    "DropEnum",
    "DropIndex",
    "DropTable",
    "EnumType",
    "ExecuteSql",
    "Known",
    "LockTable",
    "Maintenance",
    "NoOperations",
    "ObjectDdl",
    "Operation",
    "Place",
    "RenameEnumValue",
    "RenameObject",
    "RenameTable",
    "SetSetting",
    "SqlKind",
    "TransactionControl",
    "Unreadable",
    "UsesApplication",
    "ValidateConstraint",
]

SqlKind = Literal["update", "delete", "insert", "truncate", "merge", "select", "ddl", "other", "opaque"]
Action = Literal["create", "replace", "drop", "alter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that a migration does."""

    place: Place
    known: Known = field(default=Known(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn(Operation):
    """ALTER TABLE ADD COLUMN."""

    table: str
    column: Column
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DropColumn(Operation):
    """ALTER TABLE DROP COLUMN."""

    table: str
    column: str
    cascade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterColumn(Operation):
    """ALTER TABLE ALTER COLUMN, one or several things at once; what stays the same is None.

    Args:
        table: The table.
        column: The column's name before.
        new_name: Its name afterwards, where it changes.
        type_to: Its type afterwards, where it changes.
        type_from: Its type before, where the migration says so.
        enum_to: The enum afterwards, where the type is one.
        enum_from: The enum before, where the migration says so.
        using: SQL of the conversion.
        nullable: Whether it takes NULL afterwards, where that changes.
        default_change: Whether the server default is set or dropped; "" where it stays.
        default: SQL of the new server default.
        identity: It becomes, or stops to be, an identity column.
    """

    table: str
    column: str
    new_name: str | None = None
    type_to: str | None = None
    type_from: str | None = None
    enum_to: EnumType | None = None
    enum_from: EnumType | None = None
    using: str | None = None
    nullable: bool | None = None
    default_change: Literal["", "set", "dropped"] = ""
    default: str | None = None
    identity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTable(Operation):
    """CREATE TABLE; `from_query` where it is filled by a SELECT."""

    table: str
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    if_not_exists: bool = False
    from_query: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTable(Operation):
    """DROP TABLE."""

    table: str
    cascade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTable(Operation):
    """ALTER TABLE RENAME TO, or SET SCHEMA: then only the schema of `new_name` differs."""

    table: str
    new_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex(Operation):
    """CREATE INDEX."""

    table: str
    name: str | None
    columns: tuple[str, ...] = ()
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    where: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex(Operation):
    """DROP INDEX; `table` is None where the statement does not name it."""

    name: str | None
    table: str | None = None
    concurrently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddConstraint(Operation):
    """ALTER TABLE ADD CONSTRAINT."""

    table: str
    constraint: Constraint


@dataclass(frozen=True, slots=True, kw_only=True)
class DropConstraint(Operation):
    """ALTER TABLE DROP CONSTRAINT; `name` is None where the migration gives none, which cannot run."""

    table: str
    name: str | None
    kind: ConstraintKind | None = None
    cascade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateConstraint(Operation):
    """ALTER TABLE VALIDATE CONSTRAINT."""

    table: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameObject(Operation):
    """A name changes: of an index, constraint, sequence, view, type, schema; not of a table or a column."""

    kind: str
    name: str
    new_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteSql(Operation):
    """A statement that changes or reads rows, or one that nothing else here describes.

    Args:
        sql: Its text; for an expression of SQLAlchemy its source.
        kind: What it does; "opaque" where it was not understood.
        tables: Those that it changes.
        reads: Other tables in it.
        columns: Those that an UPDATE or INSERT writes.
        values: What an UPDATE writes: column -> SQL, in the order of `columns`.
        has_where: Whether it is limited to some rows.
        where: SQL of the condition.
        cascade: TRUNCATE ... CASCADE.
        rows: How many rows it touched, where it was seen to run.
    """

    sql: str
    kind: SqlKind
    tables: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    has_where: bool = False
    where: str = ""
    cascade: bool = False
    rows: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkInsert(Operation):
    """`op.bulk_insert`; `rows` is how many, None where unknown."""

    table: str
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEnum(Operation):
    """CREATE TYPE ... AS ENUM."""

    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DropEnum(Operation):
    """DROP TYPE of an enum."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEnumValue(Operation):
    """ALTER TYPE ... ADD VALUE."""

    name: str
    value: str
    if_not_exists: bool = False
    placed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameEnumValue(Operation):
    """ALTER TYPE ... RENAME VALUE."""

    name: str
    value: str
    new_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDdl(Operation):
    """DDL on what is no table, column, index, constraint or enum.

    Args:
        action: What happens to it.
        kind: "view", "materialized view", "trigger", "function", "extension", "policy", "sequence", "schema", "type",
            "domain", "role", "database", "grant", "revoke"...
        name: Its name; "" where it could not be read.
        sql: The statement.
        table: The table that it belongs to (triggers, policies).
        cascade: What depends on it goes too.
    """

    action: Action
    kind: str
    name: str
    sql: str = ""
    table: str | None = None
    cascade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterTable(Operation):
    """Another action of ALTER TABLE, in capitals without its arguments: "DETACH PARTITION", "DISABLE TRIGGER"..."""

    table: str
    action: str
    sql: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeComment(Operation):
    """A comment on a table or a column."""

    table: str
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTable(Operation):
    """LOCK TABLE."""

    table: str
    mode: str = "ACCESS EXCLUSIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance(Operation):
    """VACUUM, VACUUM FULL, CLUSTER, REINDEX, ANALYZE, REFRESH MATERIALIZED VIEW."""

    command: str
    target: str = ""
    concurrently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionControl(Operation):
    """BEGIN, COMMIT or ROLLBACK by hand."""

    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSetting(Operation):
    """SET of a setting of the session: `lock_timeout`, `statement_timeout`, `search_path`, PRAGMA of SQLite."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Operation):
    """Something that touches the database, and that could not be understood by reading.

    Args:
        source: What stands there, on one line.
        reason: Why it could not be understood.
    """

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesApplication(Operation):
    """The migration takes names from the application's own code, which will go on changing."""

    module: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOperations(Operation):
    """A direction that does nothing: its function is "missing", "empty", or only "raises"."""

    why: Literal["missing", "empty", "raises"]
