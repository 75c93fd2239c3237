"""Columns whose type changes."""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import AlterColumnOp, MigrateOperation
from sqlalchemy import ARRAY, String, Table
from sqlalchemy.types import TypeEngine

from beastmode.db.migrations.autogenerate.code import name_sql
from beastmode.db.migrations.autogenerate.comparison import Comparison, changes_of
from beastmode.db.migrations.autogenerate.enum_types import POSTGRESQL, enum_of
from beastmode.db.migrations.private_alembic import rendered_alteration
from beastmode.db.private_sqlalchemy import are_of_one_kind


class _RetypeOp(AlterColumnOp):
    """Changes the type of a column, with PostgreSQL's conversion of its values."""

    def reverse(self) -> AlterColumnOp:
        """The reverse, with its own conversion."""
        back = super().reverse()
        return _retyped(back)


def _retyped(operation: AlterColumnOp) -> AlterColumnOp:
    """The same operation with its conversion."""
    operation.__class__ = _RetypeOp
    return operation


@renderers.dispatch_for(_RetypeOp)
def render(context: AutogenContext, operation: _RetypeOp) -> str:
    """Alembic's own code, with the conversion."""
    line = rendered_alteration(context, operation)
    using = _using_of(operation)
    return f"{line[:-1]},\n{' ' * 11}postgresql_using={using!r})" if using else line


def _using_of(operation: AlterColumnOp) -> str | None:
    """The conversion for PostgreSQL; None if it converts by itself."""
    old, new = operation.existing_type, operation.modify_type
    if old is None or new is None or not _is_conversion(old, new):
        return None
    way = "::text[]" if isinstance(new, ARRAY) else "::text"
    between = way if enum_of(old) and enum_of(new) else ""
    return f"{name_sql(operation.column_name)}{between}::{new.compile(dialect=POSTGRESQL)}"


def _is_conversion(old: TypeEngine[Any], new: TypeEngine[Any]) -> bool:
    """Whether values are converted to another kind, not only to a wider or narrower type."""
    return not are_of_one_kind(old, new) or bool(enum_of(old)) is not bool(enum_of(new))


def compare_types(comparison: Comparison) -> None:
    """Convert the values of a column on PostgreSQL, and report the cost."""
    for table in comparison.existing():
        changes = changes_of(comparison.upgrade, table)
        for operation in list(changes):
            if isinstance(operation, AlterColumnOp) and operation.modify_type is not None:
                changes[:] = [one for each in changes for one in (_parts(operation) if each is operation else [each])]
                _tell(comparison, table, operation)


def _parts(operation: AlterColumnOp) -> list[MigrateOperation]:
    """The change; a default that would prevent it is dropped before and added again afterwards."""
    old, new = operation.existing_type, operation.modify_type
    before = operation.existing_server_default
    after = before if operation.modify_server_default is False else operation.modify_server_default
    if old is None or new is None or not _is_conversion(old, new) or not (before or after):
        return [_retyped(operation)]
    told: dict[str, Any] = {"schema": operation.schema, "existing_nullable": operation.existing_nullable}
    table, column = operation.table_name, operation.column_name
    none = AlterColumnOp(
        table, column, existing_type=old, existing_server_default=before, modify_server_default=None, **told
    )
    again = AlterColumnOp(
        table, column, existing_type=new, existing_server_default=None, modify_server_default=after or None, **told
    )
    operation.existing_server_default, operation.modify_server_default = False, False
    return [*([none] if before else []), _retyped(operation), *([again] if after else [])]


def _tell(comparison: Comparison, table: Table, operation: AlterColumnOp) -> None:
    """Report that the table is rewritten, or that values may be too long."""
    old, new = operation.existing_type, operation.modify_type
    if old is None or new is None:
        return
    name = f"{table.name}.{operation.column_name}"
    both = f"{old.compile(dialect=POSTGRESQL)} to {new.compile(dialect=POSTGRESQL)}"
    if not _is_conversion(old, new) and isinstance(old, String) and isinstance(new, String):
        if new.length is not None and (old.length is None or new.length < old.length):
            comparison.remarks.append(
                f"{name} changes from {both}: the revision fails if rows contain longer values. Shorten them first, "
                "with op.execute()."
            )
        return
    comparison.remarks.append(
        f"{name} changes from {both}: PostgreSQL rewrites and locks the whole table; the revision fails if values "
        "cannot be converted. For a large table add a second column, fill it in batches, "
        "and move over in a later release."
    )
