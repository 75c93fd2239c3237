"""What squawk says about statements, less what our own rules say about the same operation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.sql import operations_of_sql

__all__ = ["COVERED", "STYLE", "SquawkWarning", "Statement", "beyond_ours", "statements_for_squawk"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement for PostgreSQL, and where it comes from."""

    sql: str
    place: ops.Place


@dataclass(frozen=True, slots=True)
class SquawkWarning:
    """One warning of squawk about one statement."""

    rule: str
    message: str
    help: str
    statement: Statement

    @property
    def difference(self) -> tuple[str, Statement]:
        """What is warned of, without words that differ between versions of squawk."""
        return (self.rule, self.statement)


# Taste, or what env.py may set for all migrations; no harm by itself.
STYLE = frozenset(
    {
        "prefer-bigint-over-int",
        "prefer-bigint-over-smallint",
        "prefer-identity",
        "prefer-repack",
        "prefer-robust-stmts",
        "prefer-text-field",
        "prefer-timestamp-tz",
        "ban-char-field",
        "require-lock-timeout",
        "require-statement-timeout",
        "require-timeout-settings",
        "require-table-schema",
        "require-enum-value-ordering",
        "identifier-too-long",
        "unused-ignore",
        # The statement is not understood there; it may well be here.
        "syntax-error",
    }
)
ADDS = (ops.AddColumn, ops.CreateTable)
# squawk's rule -> operations that a rule of ours judges for the same reason.
COVERED: dict[str, tuple[type[ops.Operation], ...]] = {
    "require-concurrent-index-creation": (ops.CreateIndex,),
    "require-concurrent-index-deletion": (ops.DropIndex,),
    "ban-drop-index": (ops.DropIndex,),
    "ban-concurrent-index-creation-in-transaction": (ops.CreateIndex, ops.DropIndex),
    "require-concurrent-reindex": (ops.Maintenance,),
    "require-concurrent-partition-detach": (ops.AlterTable,),
    "constraint-missing-not-valid": (ops.AddConstraint,),
    "adding-foreign-key-constraint": (ops.AddConstraint, *ADDS),
    "disallowed-unique-constraint": (ops.AddConstraint, ops.AddColumn),
    "adding-field-with-default": ADDS,
    "adding-not-nullable-field": (ops.AddColumn, ops.AlterColumn),
    "adding-required-field": ADDS,
    "adding-serial-primary-key-field": (ops.AddColumn, ops.AddConstraint),
    "ban-add-column": ADDS,
    "changing-column-type": (ops.AlterColumn,),
    "renaming-column": (ops.AlterColumn,),
    "ban-set-default": (ops.AlterColumn,),
    "ban-drop-default": (ops.AlterColumn,),
    "ban-drop-not-null": (ops.AlterColumn,),
    "ban-alter-identity": (ops.AlterColumn,),
    "ban-drop-generated-expression": (ops.AlterColumn,),
    "ban-alter-generated-expression": (ops.AlterColumn,),
    "renaming-table": (ops.RenameTable,),
    "ban-set-schema": (ops.RenameTable, ops.ObjectDdl),
    "renaming-object": (ops.RenameObject, ops.RenameTable, ops.AlterColumn),
    "ban-drop-column": (ops.DropColumn,),
    "ban-drop-table": (ops.DropTable,),
    "ban-drop-constraint": (ops.DropConstraint,),
    "ban-drop-type": (ops.DropEnum, ops.ObjectDdl),
    "ban-add-enum-value": (ops.AddEnumValue,),
    "ban-truncate-cascade": (ops.ExecuteSql,),
    "transaction-nesting": (ops.TransactionControl,),
    "ban-uncommitted-transaction": (ops.TransactionControl,),
    "ban-disable-trigger": (ops.AlterTable,),
    "ban-replica-identity": (ops.AlterTable,),
    "ban-detach-inheritance": (ops.AlterTable,),
    "ban-alter-row-level-security": (ops.AlterTable,),
}


def statements_for_squawk(operations: Sequence[ops.Operation]) -> list[Statement]:
    """The statements of upgrades whose SQL is known as it stands, for PostgreSQL."""
    found = []
    for op in operations:
        on_postgresql = not op.place.dialects or "postgresql" in op.place.dialects
        if op.statement and on_postgresql and op.place.direction == "upgrade":
            found.append(Statement(op.statement, op.place))
    return list(dict.fromkeys(found))


def beyond_ours(warnings: Sequence[SquawkWarning]) -> Iterator[SquawkWarning]:
    """The warnings that are no taste, and that no rule of ours gives for the same statement."""
    for warning in dict.fromkeys(warnings):
        if warning.rule in STYLE:
            continue
        operations = operations_of_sql(warning.statement.sql, warning.statement.place, "postgresql")
        covered = COVERED.get(warning.rule, ())
        # Other objects have rules of ours for whatever happens to them; only domains are more than their names.
        is_object = any(isinstance(op, ops.ObjectDdl) for op in operations) and "domain-with" not in warning.rule
        if not is_object and not any(isinstance(op, covered) for op in operations):
            yield warning
