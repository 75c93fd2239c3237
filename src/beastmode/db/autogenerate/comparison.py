from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from alembic.operations.ops import CreateTableOp, MigrateOperation, ModifyTableOps, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, inspect
from sqlalchemy.engine import Inspector

__all__ = ["Comparison", "changes_of", "compared"]


@dataclass(frozen=True)
class Comparison:
    """The models beside the database, while a revision is written.

    Args:
        context: Alembic's, for its options.
        connection: To the database, in a transaction.
        models: What the project declares.
        inspector: Reads the database as it is now.
        upgrade: What Alembic found; the steps complete it in place.
        remarks: What the person who reads the revision is told.
    """

    context: MigrationContext
    connection: Connection
    models: MetaData
    inspector: Inspector
    upgrade: UpgradeOps
    remarks: list[str] = field(default_factory=list)

    @property
    def is_postgresql(self) -> bool:
        """Whether it is PostgreSQL, which can be asked for more than SQLite."""
        return self.connection.dialect.name == "postgresql"

    def existing(self) -> Iterator[Table]:
        """The tables of the models that the database has."""
        for table in self.models.sorted_tables:
            if self.inspector.has_table(table.name, schema=table.schema):
                yield table

    def created(self) -> Iterator[tuple[CreateTableOp, Table]]:
        """What makes a table, and the table of the models."""
        for operation in self.upgrade.ops:
            if isinstance(operation, CreateTableOp):
                key = f"{operation.schema}.{operation.table_name}" if operation.schema else operation.table_name
                if key in self.models.tables:
                    yield operation, self.models.tables[key]


def compared(context: MigrationContext, upgrade: UpgradeOps) -> Comparison | None:
    """The comparison that a revision comes from; None where there are no models or no database."""
    models: Any = context.opts.get("target_metadata")
    connection = context.connection
    if connection is None or not isinstance(models, MetaData):
        return None
    return Comparison(context, connection, models, inspect(connection), upgrade)


def changes_of(upgrade: UpgradeOps, table: Table) -> list[MigrateOperation]:
    """The list of what changes in a table that exists, to be added to; an empty one is put in where there is none."""
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
