"""The schema of the scratch database as flat text, what it is about -> how it is: equal texts mean equal schemas."""

from __future__ import annotations

import re
from typing import Any, Iterator

__all__ = ["keys", "schema", "tables"]

OURS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
NOT_OF_EXTENSION = (
    "NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.objid = {0}.oid AND x.classid = '{1}'::regclass AND x.deptype = 'e')"
)
CATALOG = {
    "table": """
        SELECT n.nspname, c.relname, c.relkind::text || CASE WHEN c.relrowsecurity THEN ' row security' ELSE '' END
            || CASE WHEN c.relkind = 'p' THEN ' ' || pg_get_partkeydef(c.oid) ELSE '' END
            || CASE WHEN c.relpersistence = 'u' THEN ' unlogged' ELSE '' END
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f') AND {ours} AND {c}""",
    "column": """
        SELECT n.nspname, c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)
            || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
            || coalesce(CASE WHEN a.attgenerated = '' THEN ' DEFAULT ' ELSE ' GENERATED ' END
                || pg_get_expr(d.adbin, d.adrelid), '')
            || CASE a.attidentity WHEN 'a' THEN ' IDENTITY ALWAYS' WHEN 'd' THEN ' IDENTITY' ELSE '' END
            || coalesce(' COLLATE ' || (SELECT quote_ident(o.collname) FROM pg_collation o
                WHERE o.oid = a.attcollation AND o.oid <> t.typcollation), '')
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f') AND {ours} AND {c}""",
    "constraint": """
        SELECT n.nspname, r.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE k.contype <> 'n' AND {ours}""",
    "index": """
        SELECT n.nspname, r.relname || '.' || c.relname, pg_get_indexdef(c.oid)
            || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class r ON r.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.relkind <> 't' AND {ours}""",
    "enum": """
        SELECT n.nspname, t.typname, (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
            FROM pg_enum e WHERE e.enumtypid = t.oid)
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND {ours} AND {t}""",
    "domain": """
        SELECT n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod)
            || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || t.typdefault, '')
            || coalesce((SELECT string_agg(' ' || pg_get_constraintdef(k.oid), '' ORDER BY k.conname)
                FROM pg_constraint k WHERE k.contypid = t.oid), '')
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND {ours} AND {t}""",
    "sequence": """
        SELECT n.nspname, c.relname, format_type(s.seqtypid, NULL) || ' START ' || s.seqstart
            || ' BY ' || s.seqincrement || ' MIN ' || s.seqmin || ' MAX ' || s.seqmax
            || CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END
            || coalesce((SELECT ' OWNED BY ' || r.relname || '.' || a.attname FROM pg_depend p
                JOIN pg_class r ON r.oid = p.refobjid
                JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = p.refobjsubid
                WHERE p.objid = c.oid AND p.classid = 'pg_class'::regclass AND p.deptype IN ('a', 'i') LIMIT 1), '')
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {ours} AND {c}""",
    "view": """
        SELECT n.nspname, c.relname, c.relkind::text || ' ' || pg_get_viewdef(c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') AND {ours} AND {c}""",
    "trigger": """
        SELECT n.nspname, r.relname || '.' || g.tgname, pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
        FROM pg_trigger g JOIN pg_class r ON r.oid = g.tgrelid JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE NOT g.tgisinternal AND {ours}""",
    "function": """
        SELECT n.nspname, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
            CASE WHEN p.prokind IN ('a', 'w') THEN 'aggregate' ELSE pg_get_functiondef(p.oid) END
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {ours} AND {p}""",
    "policy": """
        SELECT n.nspname, r.relname || '.' || y.polname, y.polcmd::text || coalesce(' USING ' || pg_get_expr(y.polqual,
            y.polrelid), '') || coalesce(' CHECK ' || pg_get_expr(y.polwithcheck, y.polrelid), '')
        FROM pg_policy y JOIN pg_class r ON r.oid = y.polrelid JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE {ours}""",
    "comment": """
        SELECT n.nspname, c.relname || coalesce('.' || a.attname, ''), s.description
        FROM pg_description s JOIN pg_class c ON c.oid = s.objoid AND s.classoid = 'pg_class'::regclass
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = s.objsubid AND s.objsubid > 0
        WHERE {ours} AND {c}""",
    "extension": "SELECT 'public', extname, 'installed' FROM pg_extension",
    "schema": "SELECT 'public', n.nspname, 'made' FROM pg_namespace n WHERE {ours}",
}
KEYS = """
    SELECT n.nspname, r.relname, a.attname FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = r.relnamespace
    JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(number, place) ON true
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.number
    WHERE i.indisprimary AND {ours} ORDER BY n.nspname, r.relname, k.place"""
CHECK = re.compile(r"(?:CONSTRAINT\s+(\"[^\"]+\"|\w+)\s+)?CHECK\s*\(", re.IGNORECASE)


def tables(connection: Any) -> list[tuple[str | None, str]]:
    """Every table of the database as (schema, name); the schema is None for the default one."""
    if connection.dialect.name == "sqlite":
        found = rows(
            connection,
            "SELECT NULL, name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'",
        )
    else:
        found = [
            (None if place == default_schema(connection) else place, name)
            for place, name, _kind in rows(connection, filled(CATALOG["table"]))
        ]
    return sorted(found, key=lambda one: (one[0] or "", one[1]))


def keys(connection: Any) -> dict[tuple[str | None, str], list[str]]:
    """The columns of each table's primary key, in their order; a table without one is not there."""
    found: dict[tuple[str | None, str], list[str]] = {}
    if connection.dialect.name == "sqlite":
        for place, name in tables(connection):
            parts = sorted((row[5], row[1]) for row in rows(connection, "PRAGMA table_info({})".format(quoted(name))))
            found[place, name] = [column for number, column in parts if number]
        return found
    home = default_schema(connection)
    for place, name, column in rows(connection, filled(KEYS)):
        found.setdefault((None if place == home else place, name), []).append(column)
    return found


def schema(connection: Any, version_table: str) -> dict[str, str]:
    """What the schema consists of: "column orders.total" -> "NUMERIC(10, 2) NOT NULL", without Alembic's own table."""
    found = dict(sqlite_parts(connection) if connection.dialect.name == "sqlite" else postgres_parts(connection))
    own = re.compile(r"^\w+ (?:\w+\.)?{}(_pkc|_pkey)?(\.|$)".format(re.escape(version_table)))
    return {name: text for name, text in sorted(found.items()) if not own.match(name)}


def postgres_parts(connection: Any) -> Iterator[tuple[str, str]]:
    """Every part of a PostgreSQL schema, as the server itself writes it."""
    home = default_schema(connection)
    for kind, query in CATALOG.items():
        for place, name, text in rows(connection, filled(query)):
            yield "{} {}".format(kind, name if place == home else place + "." + name), str(text)


def filled(query: str) -> str:
    """A query with what all of them ask for: objects of the project, not of extensions."""
    owned = {"c": "pg_class", "t": "pg_type", "p": "pg_proc"}
    parts = {name: NOT_OF_EXTENSION.format(name, catalog) for name, catalog in owned.items()}
    return query.format(ours=OURS, **parts)


def default_schema(connection: Any) -> str:
    """The schema of names without one."""
    return str(rows(connection, "SELECT current_schema()")[0][0] or "public")


def sqlite_parts(connection: Any) -> Iterator[tuple[str, str]]:
    """Every part of a SQLite schema."""
    for _place, table in tables(connection):
        yield "table {}".format(table), "table"
        yield from sqlite_columns(connection, table)
        yield from sqlite_keys(connection, table)
        yield from sqlite_indexes(connection, table)
        yield from sqlite_checks(connection, table)
    others = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"
    for kind, name, _table, sql in rows(connection, others):
        yield "{} {}".format(kind, name), squeezed(sql)


def sqlite_columns(connection: Any, table: str) -> Iterator[tuple[str, str]]:
    """The columns: type, NULL or not, default, place in the primary key, generated or not."""
    for _number, name, kind, not_null, default, key, hidden in rows(
        connection, "PRAGMA table_xinfo({})".format(quoted(table))
    ):
        text = squeezed(kind).upper() + (" NOT NULL" if not_null else "")
        text += " DEFAULT {}".format(default) if default is not None else ""
        text += " PRIMARY KEY {}".format(key) if key else ""
        yield "column {}.{}".format(table, name), text + (" GENERATED" if hidden in (2, 3) else "")


def sqlite_keys(connection: Any, table: str) -> Iterator[tuple[str, str]]:
    """The foreign keys, with what happens when the row that they point to goes."""
    keys: dict[int, list[Any]] = {}
    for row in rows(connection, "PRAGMA foreign_key_list({})".format(quoted(table))):
        keys.setdefault(row[0], []).append(row)
    for parts in keys.values():
        columns = ", ".join(part[3] for part in parts)
        target = "{}({})".format(parts[0][2], ", ".join(str(part[4]) for part in parts))
        text = "{} ON UPDATE {} ON DELETE {}".format(target, parts[0][5], parts[0][6])
        yield "constraint {}.foreign key ({})".format(table, columns), text


def sqlite_indexes(connection: Any, table: str) -> Iterator[tuple[str, str]]:
    """The indexes, and the unique constraints, which SQLite keeps as indexes without a name."""
    for _number, name, _unique, origin, _partial in rows(connection, "PRAGMA index_list({})".format(quoted(table))):
        if origin == "c":
            sql = rows(
                connection,
                "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = '{}'".format(name.replace("'", "''")),
            )
            yield "index {}.{}".format(table, name), squeezed(sql[0][0]).replace('"', "")
        elif origin == "u":
            columns = [str(row[2]) for row in rows(connection, "PRAGMA index_info({})".format(quoted(name)))]
            yield "constraint {}.unique ({})".format(table, ", ".join(columns)), "UNIQUE"


def sqlite_checks(connection: Any, table: str) -> Iterator[tuple[str, str]]:
    """The checks, which stand in the table's own SQL only."""
    sql = str(
        rows(
            connection,
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{}'".format(table.replace("'", "''")),
        )[0][0]
    )
    for match in CHECK.finditer(sql):
        condition = squeezed(in_brackets(sql, match.end())).replace('"', "")
        yield "constraint {}.check ({})".format(table, condition), "CHECK"


def in_brackets(sql: str, start: int) -> str:
    """What stands from there to the bracket that closes, texts in quotes passed over."""
    depth, position, quote = 1, start, ""
    while position < len(sql) and depth:
        letter = sql[position]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter == "(") - (letter == ")")
        position += 1
    return sql[start : position - 1]


def squeezed(sql: Any) -> str:
    """A text on one line."""
    return " ".join(str(sql or "").split())


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"{}"'.format(name.replace('"', '""'))


def rows(connection: Any, sql: str) -> list[Any]:
    """The rows of a query, as the driver gives them: without SQLAlchemy's types, and without reading `:` or `%`."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()]
    finally:
        cursor.close()
