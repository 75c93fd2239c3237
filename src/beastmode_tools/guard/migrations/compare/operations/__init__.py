"""What a migration does, one operation at a time: read from its source, or captured while it ran.

Both ways give the same classes, so that they can be compared and judged by the same rules. Names of tables are as SQL
takes them: `orders`, `shop.orders` in a schema of its own. Types are SQL text in capitals: `VARCHAR(50)`.
"""

from beastmode_tools.guard.migrations.compare.operations.base import Operation, Step
from beastmode_tools.guard.migrations.compare.operations.columns import AddColumn, AlterColumn, DropColumn
from beastmode_tools.guard.migrations.compare.operations.constraints import (
    AddConstraint,
    DropConstraint,
    ValidateConstraint,
)
from beastmode_tools.guard.migrations.compare.operations.enums import (
    AddEnumValue,
    CreateEnum,
    DropEnum,
    RenameEnumValue,
)
from beastmode_tools.guard.migrations.compare.operations.indexes import CreateIndex, DropIndex
from beastmode_tools.guard.migrations.compare.operations.objects import (
    Action,
    ChangeComment,
    LockTable,
    Maintenance,
    ObjectDdl,
    RenameObject,
    SetSetting,
    TransactionControl,
)
from beastmode_tools.guard.migrations.compare.operations.rows import BulkInsert, ExecuteSql, SqlKind
from beastmode_tools.guard.migrations.compare.operations.source import NoOperations, Unreadable, UsesApplication
from beastmode_tools.guard.migrations.compare.operations.tables import AlterTable, CreateTable, DropTable, RenameTable
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
    "Step",
    "TransactionControl",
    "Unreadable",
    "UsesApplication",
    "ValidateConstraint",
]
