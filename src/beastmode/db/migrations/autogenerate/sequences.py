"""Sequences that are not part of a column."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Sequence, text
from sqlalchemy.schema import CreateSequence
from sqlalchemy.sql.visitors import iterate

from beastmode.db.migrations.autogenerate.code import CodeOp, name_sql, on_postgresql, statement
from beastmode.db.migrations.autogenerate.comparison import Comparison
from beastmode.db.migrations.autogenerate.expressions import plain
from beastmode.db.private_sqlalchemy import sequences_of

_THERE = text(
    "SELECT s.relname, q.seqstart, q.seqincrement FROM pg_class s JOIN pg_sequence q ON q.seqrelid = s.oid "
    "WHERE s.relkind = 'S' AND s.relnamespace = CAST(current_schema() AS regnamespace) AND NOT EXISTS "
    "(SELECT FROM pg_depend d WHERE d.objid = s.oid AND d.deptype IN ('a', 'i') "
    "AND d.classid = CAST('pg_class' AS regclass))"
)
_USED = text(
    "SELECT s.relname FROM pg_depend d JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S' "
    "JOIN pg_attrdef a ON a.oid = d.objid AND d.classid = CAST('pg_attrdef' AS regclass) "
    "JOIN pg_class t ON t.oid = a.adrelid WHERE t.relname = ANY(:tables)"
)


def compare_sequences(comparison: Comparison) -> None:
    """Create sequences before the columns that use them, and drop those that the models no longer use."""
    wanted = {sequence.name: sequence for sequence in _declared(comparison) if not sequence.schema}
    if not comparison.is_postgresql:
        made = {sequence.name for _operation, table in comparison.created() for sequence in _used_by(table.columns)}
        comparison.upgrade.ops[:0] = [_created(wanted[name]) for name in sorted(made & set(wanted))]
        return
    there = {name: (start, step) for name, start, step in comparison.connection.execute(_THERE)}
    comparison.upgrade.ops[:0] = [_created(wanted[name]) for name in sorted(set(wanted) - set(there))]
    tables = [*comparison.models.tables, *(str(getattr(one, "table_name", "")) for one in comparison.upgrade.ops)]
    used = {name for (name,) in comparison.connection.execute(_USED, {"tables": tables})}
    for name in sorted((used & set(there)) - set(wanted)):
        start, step = there[name]
        comparison.upgrade.ops.append(_created(Sequence(name, start=start, increment=step)).reverse())
    for name in sorted(set(wanted) & set(there)):
        if ((wanted[name].start or 1), (wanted[name].increment or 1)) != there[name]:
            comparison.remarks.append(
                f"The sequence {name} does not start or increment as in the models: write "
                f"op.execute('ALTER SEQUENCE {name} ...')."
            )


def _declared(comparison: Comparison) -> Iterator[Sequence]:
    """Every sequence of the models."""
    yield from sequences_of(comparison.models)
    for table in comparison.models.sorted_tables:
        yield from _used_by(table.columns)


def _used_by(columns: Any) -> Iterator[Sequence]:
    """The sequences that columns use."""
    for column in columns:
        yield from _of_column(column)


def _of_column(column: Column[Any]) -> Iterator[Sequence]:
    """The sequences in the defaults of a column."""
    if isinstance(column.default, Sequence):
        yield column.default
    argument = getattr(column.server_default, "arg", None)
    if argument is not None and not isinstance(argument, str):
        for part in iterate(argument):
            if isinstance(sequence := getattr(part, "sequence", None), Sequence):
                yield sequence


def _created(sequence: Sequence) -> CodeOp:
    """Creates a sequence."""
    sql = str(CreateSequence(sequence).compile(dialect=plain("postgresql"))).strip()
    drop = on_postgresql(statement(f"DROP SEQUENCE {name_sql(str(sequence.name))}"))
    return CodeOp("add_sequence", str(sequence.name), on_postgresql(statement(sql)), drop)
