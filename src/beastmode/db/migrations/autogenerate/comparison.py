import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateTableOp,
    MigrateOperation,
    ModifyTableOps,
    UpgradeOps,
)
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, inspect
from sqlalchemy.engine import Inspector


@dataclass(frozen=True)
class Comparison:
    """The models and the database, while a revision is being generated.

    Args:
        context: Alembic's, for its options.
        connection: A connection to the database, in a transaction.
        models: The project's metadata.
        inspector: Reads the current database.
        upgrade: The operations that Alembic found; the steps complete it in place.
        remarks: The remarks for the reader of the revision.
        remade: Columns, by table and name, that are dropped and added again, with everything that depends on them.
        reflected: Tables of the database that have been read.
        known: Other parts of the database that have been read, by name.
    """

    context: MigrationContext
    connection: Connection
    models: MetaData
    inspector: Inspector
    upgrade: UpgradeOps
    remarks: list[str] = field(default_factory=list)
    remade: set[tuple[str, str]] = field(default_factory=set)
    reflected: dict[str, Table] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def is_postgresql(self) -> bool:
        """Whether it is PostgreSQL, which reports more than SQLite."""
        return self.connection.dialect.name == "postgresql"

    def existing(self) -> Iterator[Table]:
        """The tables of the models that exist in the database."""
        if "existing" not in self.known:
            self.known["existing"] = [
                table
                for table in self.models.sorted_tables
                if self.inspector.has_table(table.name, schema=table.schema)
            ]
        yield from self.known["existing"]

    def table_there(self, table: Table) -> Table:
        """A table as it is in the database."""
        if table.key not in self.reflected:
            metadata = MetaData()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what SQLAlchemy cannot read is read in other ways
                for schema, only in self.unread(table).items():
                    metadata.reflect(self.connection, schema=schema, only=only, resolve_fks=False)
            self.reflected.update(metadata.tables)
        return self.reflected[table.key]

    def unread(self, table: Table) -> dict[str | None, list[str]]:
        """The names, by schema, of the tables to read next: at first all of the models, which is faster."""
        names: dict[str | None, list[str]] = {table.schema: [table.name]}
        for other in self.existing() if not self.reflected else ():
            names.setdefault(other.schema, []).append(other.name)
        return names

    def columns_there(self) -> Iterator[tuple[Column[Any], Column[Any]]]:
        """Each column that is both in the models and in the database, in both forms."""
        for table in self.existing():
            there = self.table_there(table)
            for column in table.columns:
                if column.name in there.columns:
                    yield column, there.columns[column.name]

    def added_columns(self, table: Table) -> frozenset[str]:
        """The columns that the revision adds to an existing table."""
        return frozenset(one.column.name for one in changes_of(self.upgrade, table) if isinstance(one, AddColumnOp))

    def created(self) -> Iterator[tuple[CreateTableOp, Table]]:
        """The operations that create tables, with the tables of the models."""
        for operation in self.upgrade.ops:
            if isinstance(operation, CreateTableOp):
                key = f"{operation.schema}.{operation.table_name}" if operation.schema else operation.table_name
                if key in self.models.tables:
                    yield operation, self.models.tables[key]


def compared(context: MigrationContext, upgrade: UpgradeOps) -> Comparison | None:
    """The comparison for a revision; None if there are no models or no database."""
    models: Any = context.opts.get("target_metadata")
    connection = context.connection
    if connection is None or not isinstance(models, MetaData):
        return None
    return Comparison(context, connection, models, inspect(connection), upgrade)


def changes_of(upgrade: UpgradeOps, table: Table) -> list[MigrateOperation]:
    """The list of changes to an existing table, which may be extended; a new empty one if there are none."""
    for operation in upgrade.ops:
        if (
            isinstance(operation, ModifyTableOps)
            and operation.table_name == table.name
            and operation.schema == table.schema
        ):
            return operation.ops
    changes = ModifyTableOps(table.name, [], schema=table.schema)
    upgrade.ops.append(changes)
    return changes.ops


def alteration_of(comparison: Comparison, there: Column[Any]) -> AlterColumnOp:
    """The operation that alters a column, which may be extended; a new one if there is none.

    Args:
        comparison: The comparison.
        there: The column as it is in the database.
    """
    changes = changes_of(comparison.upgrade, there.table)
    for operation in changes:
        if isinstance(operation, AlterColumnOp) and operation.column_name == there.name:
            return operation
    alteration = AlterColumnOp(
        there.table.name,
        there.name,
        schema=there.table.schema,
        existing_type=there.type,
        existing_nullable=there.nullable,
        existing_server_default=there.server_default or False,
        existing_comment=there.comment,
    )
    changes.append(alteration)
    return alteration


def place_of(upgrade: UpgradeOps, changes: list[MigrateOperation]) -> int:
    """The position of a table's changes among all operations."""
    return next(at for at, one in enumerate(upgrade.ops) if isinstance(one, ModifyTableOps) and one.ops is changes)
