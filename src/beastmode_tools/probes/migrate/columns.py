"""What a row has to be like: columns, keys, what is unique and what is checked, read from the scratch database."""

from __future__ import annotations

import re
from typing import Any

from .schema import default_schema, keys, quoted, rows, tables
from .values import kind_of

__all__ = ["Column", "Reference", "Table", "named_tables", "read_tables"]

POSTGRES_COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(coalesce(e.oid, b.oid, t.oid), NULL),
        t.typelem <> 0 AND t.typlen = -1 AND t.typcategory = 'A',
        a.attnotnull OR (t.typtype = 'd' AND t.typnotnull), d.adbin IS NOT NULL AND a.attgenerated = '',
        a.attgenerated <> '', a.attidentity::text,
        (SELECT array_to_json(array_agg(l.enumlabel ORDER BY l.enumsortorder))::text FROM pg_enum l
            WHERE l.enumtypid = coalesce(e.oid, b.oid, t.oid)),
        pg_get_expr(d.adbin, d.adrelid), CASE WHEN t.typtype = 'd' THEN coalesce((SELECT string_agg(
            pg_get_constraintdef(k.oid), ' ') FROM pg_constraint k WHERE k.contypid = t.oid), '') END
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
    LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relname = '{name}' AND n.nspname = '{schema}' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
PARTS = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relispartition"
)
LISTED = re.compile(r"^\(*\"?(\w+)\"?\)?(?:::[\w\s]+)?\)*\s*(?:\bIN\s*\(|=\s*ANY\b)", re.IGNORECASE)
LITERALS = re.compile(r"'((?:[^']|'')*)'")


class Column:
    """One column.

    Attributes:
        name: Its name.
        type: As the database writes it: "character varying(50)".
        base: The type of one value: without length, of the elements where it is an array, below a domain.
        length: Of texts; None where there is no limit.
        digits: (precision, scale) of numbers; None where there is no limit.
        nullable: Whether it takes NULL.
        default: Whether the database gives it a value by itself.
        made: Whether the database always gives it a value (generated, identity, serial).
        labels: The only values that it takes, where that is known.
        unique: Whether no two rows may share its value.
        array: Whether it holds a list.
        json: Whether its text is read as JSON.
        checked: Whether a check names it.
        tries: Values that stand in such a check, and their neighbours, as SQL literals.
        named: Values that statements of the project ask for, as SQL literals.
        place: How many columns of the same kind stand before it in the table: no two of them hold the same values.
    """

    def __init__(  # noqa: PLR0913 - what the database says about it
        self, name: str, kind: str, base: str, *, nullable: bool, default: bool, made: bool
    ) -> None:
        self.name = name
        self.type = kind
        self.base = base.lower()
        self.nullable = nullable
        self.default = default
        self.made = made
        self.labels: list[str] = []
        self.unique = False
        self.array = False
        self.json = False
        self.checked = False
        self.tries: list[str] = []
        self.named: list[str] = []
        self.place = 0
        numbers = [int(number) for number in re.findall(r"\d+", kind[kind.find("(") :])] if "(" in kind else []
        is_number = "numeric" in self.base or "decimal" in self.base
        self.length = numbers[0] if numbers and not is_number else None
        self.digits = (numbers[0], numbers[1] if len(numbers) > 1 else 0) if numbers and is_number else None


class Reference:
    """A foreign key: its columns, and what they point to."""

    def __init__(self, columns: list[str], table: str, targets: list[str]) -> None:
        self.columns = columns
        self.table = table
        self.targets = targets


class Table:
    """One table; `name` is as SQL takes it, in quotes, and `shown` as a person writes it."""

    def __init__(self, schema: str | None, name: str) -> None:
        self.schema = schema
        self.plain = name
        self.name = quoted(name) if schema is None else quoted(schema) + "." + quoted(name)
        self.shown = name if schema is None else schema + "." + name
        self.columns: dict[str, Column] = {}
        self.key: list[str] = []
        self.references: list[Reference] = []
        self.unique_sets: list[set[str]] = []


def read_tables(connection: Any, names: list[Table], hints: dict[str, dict[str, Any]]) -> None:
    """Fills in what a row of each table has to be like.

    Args:
        connection: To the scratch database.
        names: Tables of which only the name is known.
        hints: What the models say about columns: "table.column" -> {"labels": [...], "json": bool}.
    """
    from sqlalchemy import inspect

    inspector = inspect(connection)
    for table in names:
        for column in columns_of(connection, table):
            kind = kind_of(column.base)
            column.place = sum(kind_of(other.base) == kind for other in table.columns.values())
            table.columns[column.name] = column
        add_keys(inspector, table)
        add_checks(inspector, table)
        add_hints(table, hints)


def named_tables(connection: Any, version_table: str) -> list[Table]:
    """The tables that rows can be put into, with their keys; Alembic's own and parts of others are left out."""
    parts = set()
    if connection.dialect.name != "sqlite":
        parts = {tuple(row) for row in rows(connection, PARTS)}
    known, home = keys(connection), default_schema_of(connection)
    found = []
    for schema, name in tables(connection):
        if name == version_table or (schema or home, name) in parts:
            continue
        table = Table(schema, name)
        table.key = known.get((schema, name), [])
        found.append(table)
    return found


def default_schema_of(connection: Any) -> str:
    """The schema of names without one; SQLite has none."""
    return "" if connection.dialect.name == "sqlite" else default_schema(connection)


def columns_of(connection: Any, table: Table) -> list[Column]:
    """The columns as the database tells them."""
    if connection.dialect.name == "sqlite":
        return sqlite_columns(connection, table)
    import json

    place = table.schema or default_schema(connection)
    names = {"name": table.plain.replace("'", "''"), "schema": place.replace("'", "''")}
    found = []
    for row in rows(connection, POSTGRES_COLUMNS.format(**names)):
        name, kind, base, is_array, not_null, default, generated, identity, labels, expression, domain = row
        serial = "nextval(" in str(expression or "")
        made = generated or identity != "" or serial
        column = Column(name, kind, base, nullable=not not_null, default=default, made=made)
        column.array = bool(is_array)
        column.labels = json.loads(labels) if labels else []
        if domain:
            learn_from_check(column, domain)
        found.append(column)
    return found


def sqlite_columns(connection: Any, table: Table) -> list[Column]:
    """The columns of a SQLite table; a single INTEGER primary key numbers itself."""
    read = rows(connection, "PRAGMA table_xinfo({})".format(quoted(table.plain)))
    keys = [row for row in read if row[5]]
    found = []
    for _number, name, kind, not_null, default, key, hidden in read:
        numbers_itself = bool(key) and len(keys) == 1 and str(kind).upper() == "INTEGER"
        made = numbers_itself or hidden in (2, 3)
        base = re.sub(r"\(.*", "", str(kind)).strip()
        found.append(
            Column(name, str(kind), base, nullable=not not_null and not key, default=default is not None, made=made)
        )
    return found


def add_keys(inspector: Any, table: Table) -> None:
    """Adds the primary key, the foreign keys and what is unique."""
    table.key = list(inspector.get_pk_constraint(table.plain, schema=table.schema).get("constrained_columns") or [])
    sets = [set(table.key)] if table.key else []
    constraints = inspector.get_unique_constraints(table.plain, schema=table.schema)
    sets += [set(constraint["column_names"]) for constraint in constraints]
    indexes = inspector.get_indexes(table.plain, schema=table.schema)
    sets += [{name for name in index["column_names"] if name} for index in indexes if index.get("unique")]
    table.unique_sets = [one for one in sets if one]
    for one in table.unique_sets:
        if len(one) == 1:
            for name in one:
                if name in table.columns:
                    table.columns[name].unique = True
    for key in inspector.get_foreign_keys(table.plain, schema=table.schema):
        schema = key.get("referred_schema")
        target = key["referred_table"] if schema is None else schema + "." + key["referred_table"]
        targets = list(key["referred_columns"] or [])
        table.references.append(Reference(list(key["constrained_columns"]), target, targets))
    table.references.sort(key=lambda reference: -len(reference.columns))


def add_checks(inspector: Any, table: Table) -> None:
    """Adds the values that a check like `status IN ('new', 'paid')` lists."""
    try:
        checks = inspector.get_check_constraints(table.plain, schema=table.schema)
    except NotImplementedError:
        return
    for check in checks:
        text = str(check.get("sqltext") or "")
        listed = LISTED.match(text)
        name = listed.group(1) if listed else None
        for column in table.columns.values():
            if column.name == name and LITERALS.search(text):  # a list of texts says all that there is to know
                column.labels = column.labels or [one.replace("''", "'") for one in LITERALS.findall(text)]
            elif re.search(r"\b{}\b".format(re.escape(column.name)), text):
                learn_from_check(column, text)


def learn_from_check(column: Column, text: str) -> None:
    """Takes the numbers and texts of a check as values to try."""
    column.checked = True
    bare = LITERALS.sub("", text)
    numbers = [int(number) for number in re.findall(r"(?<![\w.])-?\d{1,9}(?![\w.])", bare)][:4]
    if re.search(r"char|text|clob", column.base):
        # Longer texts say no more of a check on a length, and a number such as 4096 may be about something else.
        lengths = [most + step for most in numbers for step in (0, 1, -1) if 0 < most + step <= 300]
        column.tries += ["'{}'".format("x" * length) for length in lengths]
    else:
        column.tries += [str(most + step) for most in numbers for step in (0, 1, -1)]
    column.tries += ["'{}'".format(one) for one in LITERALS.findall(text)[:8]]


def add_hints(table: Table, hints: dict[str, dict[str, Any]]) -> None:
    """Adds what only the models know: the values of an enum that is kept as text, and texts that hold JSON."""
    for column in table.columns.values():
        hint = hints.get(table.shown + "." + column.name, {})
        if hint.get("labels") and not column.labels:
            column.labels = list(hint["labels"])
        column.json = column.json or bool(hint.get("json"))
