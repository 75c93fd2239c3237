"""Rows for every table of the scratch database, made by what the schema says, and put in without the models."""

from __future__ import annotations

import warnings
from typing import Any

from .columns import Table, named_tables, read_tables
from .schema import quoted
from .values import UNKNOWN, VARIANTS, literal

__all__ = ["Wanted", "fill", "hints_of"]

SHIFTS = 4
"""Numbers that are tried beside its own where a value is taken; unique columns of one table seldom collide twice."""
PLAINER = ("plain", "empty", "negative", "edge", "null")
LADDERS = {"up": ("empty", "plain", "edge"), "down": ("edge", "plain", "empty")}
"""What checked columns get, one after the other, so that the first is less than the second, or more."""

MOST_TRIES = 12
"""Values that a check names; an enum written as a check has a dozen."""


class Refused(Exception):  # noqa: N818 - it tells of a table, and no one has erred
    """A table that no row can be made for; the message says why."""


class Wanted:
    """What rows are wanted.

    Args:
        count: Rows a table.
        named: Column -> SQL literals that the project's own statements ask for: each gets a row more.
    """

    def __init__(self, count: int, named: dict[str, list[str]]) -> None:
        self.count = count
        self.named = named

    def of(self, table: Table) -> int:
        """How many rows a table gets; one row alone is no place for others."""
        if self.count < len(VARIANTS):
            return self.count
        most = max([len(self.named.get(name, ())) for name in table.columns], default=0)
        return max(self.count, len(VARIANTS) + most)


class Try:
    """What kind of row is tried.

    Args:
        variant: Of the columns that the database only types.
        checked: Of those that a check is on.
        number: Of the row.
        shift: How far from its own number it looks for what is still free.
    """

    def __init__(self, variant: str, checked: str, number: int, shift: int) -> None:
        self.variant = variant
        self.checked = checked
        self.number = number
        self.shift = shift


def fill(connection: Any, version_table: str, hints: dict[str, dict[str, Any]], wanted: Wanted) -> dict[str, Any]:
    """Puts rows into every table that has fewer: {"filled": {table: rows}, "refused": {table: why}}.

    Args:
        connection: To the scratch database, in a transaction.
        version_table: Alembic's own, which is left alone.
        hints: What the models say about columns.
        wanted: How many rows a table, and what some of them hold.
    """
    own = begun(connection)
    tables = {table.shown: table for table in named_tables(connection, version_table)}
    present = {name: number_of_rows(connection, table) for name, table in tables.items()}
    lacking = {name: table for name, table in tables.items() if present[name] < wanted.count}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about types and indexes that the project's SQLAlchemy does not know
        read_tables(connection, list(lacking.values()), hints)
    for table in lacking.values():
        for column in table.columns.values():
            column.named = list(wanted.named.get(column.name, ()))
    filled = dict(present)
    refused: dict[str, str] = {}
    late: list[tuple[Table, Any]] = []
    for table, put_off in in_order(lacking):
        for number in range(present[table.shown], wanted.of(table)):
            error = insert(connection, tables, table, put_off, number)
            if error:
                refused[table.shown] = error
                if number == 0 or "no value" in error:
                    break
        filled[table.shown] = number_of_rows(connection, table)
        late.extend((table, reference) for reference in put_off if filled[table.shown])
    for table, reference in late:
        close_cycle(connection, tables, table, reference)
    if own:
        run(connection, "COMMIT")
    connection.connection.commit()  # env.py begins no transaction on SQLite, where Alembic does so for each revision
    refused = {name: why for name, why in refused.items() if filled.get(name, 0) < min(wanted.count, 2)}
    return {"filled": filled, "refused": refused}


def begun(connection: Any) -> bool:
    """Whether a transaction had to be begun, since env.py asks for none (AUTOCOMMIT): a savepoint needs one."""
    driver = getattr(connection.connection, "driver_connection", None) or connection.connection
    if connection.dialect.name == "sqlite" or getattr(driver, "autocommit", False) is not True:
        return False
    run(connection, "BEGIN")
    return True


def run(connection: Any, sql: str) -> None:
    """Runs a statement."""
    cursor = connection.connection.cursor()
    cursor.execute(sql)
    cursor.close()


def in_order(tables: dict[str, Table]) -> list[tuple[Table, list[Any]]]:
    """The tables after those that they refer to, each with the references that have to wait for the others."""
    left = dict(tables)
    ordered: list[tuple[Table, list[Any]]] = []
    while left:
        ready = [table for table in left.values() if not waiting(table, left, only_needed=False)]
        if not ready:
            ready = [table for table in left.values() if not waiting(table, left, only_needed=True)] or list(
                left.values()
            )
            ready = ready[:1]
        for table in sorted(ready, key=lambda one: one.shown):
            ordered.append((table, waiting(table, left, only_needed=False) + to_itself(table)))
            del left[table.shown]
    return ordered


def waiting(table: Table, left: dict[str, Table], *, only_needed: bool) -> list[Any]:
    """References to tables that have no rows yet; those that may be NULL for now count on request."""
    return [
        reference
        for reference in table.references
        if reference.table in left
        and reference.table != table.shown
        and not (only_needed and any(table.columns[name].nullable for name in reference.columns))
    ]


def to_itself(table: Table) -> list[Any]:
    """References of a table to itself that may be NULL for now."""
    return [
        reference
        for reference in table.references
        if reference.table == table.shown and any(table.columns[name].nullable for name in reference.columns)
    ]


def insert(connection: Any, tables: dict[str, Table], table: Table, put_off: list[Any], number: int) -> str:
    """Puts one row in; tries plainer ones where the database refuses. "" once it worked, else the last refusal."""
    named = max([len(column.named) for column in table.columns.values()], default=0)
    last = "named" if number - len(VARIANTS) < named else "plain"
    first = VARIANTS[number] if number < len(VARIANTS) else last
    error = ""
    # A check seldom takes what is extreme: columns with one are tried ordinary first, and then the whole row.
    most = max([len(column.tries) for column in table.columns.values()], default=0)
    others = [*PLAINER[:-1], *LADDERS, *("try {}".format(place) for place in range(min(most, MOST_TRIES))), "null"]
    tries = [(variant, checked) for variant in dict.fromkeys((first, "plain")) for checked in others]
    tries += [(plainer, plainer) for plainer in PLAINER]
    for variant, checked in dict.fromkeys([(first, first), *tries]):
        for shift in range(SHIFTS):
            try:
                values = row(tables, table, put_off, Try(variant, checked, number, shift))
            except Refused as refusal:
                return str(refusal)
            error = execute(connection, statement(table, values))
            if not error:
                return ""
            if not any(word in error.lower() for word in ("unique", "duplicate")):
                break
    return error


def row(tables: dict[str, Table], table: Table, put_off: list[Any], attempt: Try) -> dict[str, str]:
    """The row as SQL: column -> expression; what is left out gets its default, or NULL."""
    checked = [column for column in table.columns.values() if column.checked]
    values: dict[str, str] = {}
    for reference in table.references:
        if reference in put_off or (
            attempt.variant == "null" and any(table.columns[name].nullable for name in reference.columns)
        ):
            continue
        for name, expression in pointed(tables, table, reference, attempt).items():
            values.setdefault(name, expression)
    pointing = {name for reference in table.references for name in reference.columns}
    for column in table.columns.values():
        if column.name in values or column.made or (column.name in pointing and column.nullable):
            continue
        wanted = attempt.checked if column.checked else attempt.variant
        if wanted in LADDERS:
            wanted = LADDERS[wanted][checked.index(column) % 3]
        if wanted == "null" and column.default:
            continue
        value = literal(column, varied(table, column, wanted), attempt.number + 100 * attempt.shift)
        if value == UNKNOWN and not (column.nullable or column.default):
            reason = "no value can be made up for {} of the type {}".format(column.name, column.type)
            raise Refused(reason)
        if value is not None and value != UNKNOWN:
            values[column.name] = value
    return values


def varied(table: Table, column: Any, variant: str) -> str:
    """A twin may not be one in a column that alone can make the row differ from the first one."""
    if variant != "twin":
        return variant
    several = [one for one in table.unique_sets if column.name in one and len(one) > 1]
    return "edge" if any(last_free(table, one) == column.name for one in several) else variant


def last_free(table: Table, names: set[str]) -> str | None:
    """The last column of a set that is no foreign key and is not numbered by the database."""
    pointing = {name for reference in table.references for name in reference.columns}
    free = [name for name in table.columns if name in names and name not in pointing and not table.columns[name].made]
    return free[-1] if free else None


def pointed(tables: dict[str, Table], table: Table, reference: Any, attempt: Try) -> dict[str, str]:
    """Expressions for the columns of a foreign key: those of a row of the other table."""
    target = tables.get(reference.table)
    if target is None:
        return {}
    targets = reference.targets or target.key
    order = ", ".join(quoted(name) for name in target.key or targets)
    is_unique = any(set(reference.columns) >= one for one in table.unique_sets)
    position = attempt.number if is_unique or attempt.variant != "twin" else 0
    position += attempt.shift * (1 + table.references.index(reference))
    size = "(SELECT count(*) FROM {})".format(target.name)
    offset = "{} % (CASE {} WHEN 0 THEN 1 ELSE {} END)".format(position, size, size)
    query = "(SELECT {{}} FROM {} ORDER BY {} LIMIT 1 OFFSET {})".format(target.name, order, offset)
    return {name: query.format(quoted(to)) for name, to in zip(reference.columns, targets)}


def statement(table: Table, values: dict[str, str]) -> str:
    """The INSERT of one row."""
    if not values:
        return "INSERT INTO {} DEFAULT VALUES".format(table.name)
    names = ", ".join(quoted(name) for name in values)
    return "INSERT INTO {} ({}) VALUES ({})".format(table.name, names, ", ".join(values.values()))


def close_cycle(connection: Any, tables: dict[str, Table], table: Table, reference: Any) -> None:
    """Lets the last row point where it could not point before; a refusal leaves it at NULL."""
    if not table.key or not any(table.columns[name].nullable for name in reference.columns):
        return
    keys = ", ".join(quoted(name) for name in table.key)
    last = "SELECT {} FROM {} ORDER BY {} LIMIT 1".format(
        keys, table.name, ", ".join(quoted(name) + " DESC" for name in table.key)
    )
    values = pointed(tables, table, reference, Try("plain", "plain", 0, 0))
    changes = ", ".join("{} = {}".format(quoted(name), value) for name, value in values.items())
    execute(connection, "UPDATE {} SET {} WHERE ({}) = ({})".format(table.name, changes, keys, last))


def number_of_rows(connection: Any, table: Table) -> int:
    """How many rows a table has."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute("SELECT count(*) FROM {}".format(table.name))
        return int(cursor.fetchone()[0])
    finally:
        cursor.close()


def execute(connection: Any, sql: str) -> str:
    """Runs a statement in a savepoint; "" once it worked, else what the database said."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute("SAVEPOINT beast_row")
        try:
            cursor.execute(sql)
        except Exception as error:
            cursor.execute("ROLLBACK TO SAVEPOINT beast_row")
            return " ".join(str(error).split())[:300]
        cursor.execute("RELEASE SAVEPOINT beast_row")
        return ""
    finally:
        cursor.close()


def hints_of(metadata: Any) -> dict[str, dict[str, Any]]:
    """What the models say about columns: the values of enums that are kept as text, and texts that hold JSON."""
    hints: dict[str, dict[str, Any]] = {}
    for one in metadata if isinstance(metadata, (list, tuple)) else [metadata]:
        for table in getattr(one, "tables", {}).values():
            for column in table.columns:
                kind = column.type
                decorated = getattr(kind, "impl", None) is not None and hasattr(kind, "process_bind_param")
                inner = kind.impl if decorated else kind
                hint = {"labels": list(getattr(inner, "enums", None) or ()), "json": holds_json(kind)}
                if hint["labels"] or hint["json"]:
                    hints[str(table.fullname) + "." + str(column.name)] = hint
    return hints


def holds_json(kind: Any) -> bool:
    """Whether a type keeps dictionaries or lists."""
    if "JSON" in type(kind).__name__.upper():
        return True
    try:
        return kind.python_type in (dict, list)
    except (NotImplementedError, AttributeError):
        return False
