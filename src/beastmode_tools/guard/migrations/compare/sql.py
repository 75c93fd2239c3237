"""SQL text as operations: statements of `op.execute`, and those that were seen on their way to the driver."""

import dataclasses
import logging
import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from beastmode_tools.guard.migrations.compare.commands import command_of, plain_name
from beastmode_tools.guard.migrations.compare.ddl import ddl_of, name_of
from beastmode_tools.guard.migrations.compare.operations import (
    ExecuteSql,
    Operation,
    Place,
    SetSetting,
    SqlKind,
    TransactionControl,
)
from beastmode_tools.source.digest import shortened

__all__ = ["operations_of_sql", "statements_of"]

# sqlglot says on this log what it does not know; what we do not know becomes an operation of its own.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

DIALECTS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "mssql": "tsql",
    "oracle": "oracle",
}
FALLBACKS = ("postgres", "mysql", "sqlite")
# `:name`, `%(name)s`, `%s` and `?` are values that come later; as plain words they parse on every dialect.
PARAMETER = re.compile(r"%\((\w+)\)s|%s|(?<![:\w]):([A-Za-z_]\w*)|\?(?![|&?])|(?<!\w)\$\d+")
DO_BLOCK = re.compile(r"^\s*DO\s+(?:LANGUAGE\s+\w+\s+)?(\$\w*\$)(.*)\1", re.IGNORECASE | re.DOTALL)
BLOCKS = {"BEGIN": 1, "CASE": 1, "END": -1}
"""SQLite and MySQL write the statements of a trigger between BEGIN and END: they run later, not in the migration."""
MOST_BEFORE_TRIGGER = 5
"""CREATE OR REPLACE CONSTRAINT TRIGGER, or OR REPLACE TEMPORARY: the words up to TRIGGER."""
INSERT = re.compile(r"\s*INSERT\s+INTO\s+([\w.\"`]+)\s*(?:\([^)]*\))?\s*VALUES\b", re.IGNORECASE)
# Parsing takes seconds a megabyte; what is longer holds rows, not changes of schema.
LONGEST = 200_000
VERB = re.compile(r"\b(UPDATE|DELETE|INSERT|TRUNCATE|CREATE|ALTER|DROP|MERGE)\b", re.IGNORECASE)


def operations_of_sql(sql: str, place: Place, dialect: str = "") -> list[Operation]:
    """What a text of one or more statements does, in its order.

    Args:
        sql: The text.
        place: Where it stands.
        dialect: SQLAlchemy's name of the dialect that it is for; "" for the one of the place, else PostgreSQL.
    """
    name = dialect or (place.dialects[0] if len(place.dialects) == 1 else "postgresql")
    read = DIALECTS.get(name, "postgres")
    found: list[Operation] = []
    for statement in statements_of(sql, read):
        found += operations_of_statement(statement, place, read)
    return found


def statements_of(sql: str, read: str = "postgres") -> list[str]:
    """The single statements of a text; a text that cannot be split is one."""
    try:
        tokens = sqlglot.tokenize(sql, read=read)
    except (SqlglotError, ValueError, IndexError):
        return [sql.strip()] if sql.strip() else []
    parts, start, depth = [], 0, 0
    first: list[str] = []
    for token in tokens:
        word = token.text.upper()
        if token.token_type == sqlglot.TokenType.SEMICOLON and depth == 0:
            parts.append(sql[start : token.start])
            start, first = token.end + 1, []
            continue
        first = [*first, word][:MOST_BEFORE_TRIGGER]
        if first[0] == "CREATE" and "TRIGGER" in first:
            depth += BLOCKS.get(word, 0)
    parts.append(sql[start:])
    return [part.strip() for part in parts if without_comments(part).strip()]


def without_comments(sql: str) -> str:
    """The text without comments, for the look at its first words."""
    return re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)


def operations_of_statement(  # noqa: PLR0911 - one line for each kind of statement
    sql: str, place: Place, read: str
) -> list[Operation]:
    """What one statement does."""
    if len(sql) > LONGEST:
        return [long_statement(sql, place)]
    block = DO_BLOCK.match(sql)
    if block:
        return list(operations_of_block(block[2], sql, place, read))
    plain = re.sub(r"\s+", " ", without_comments(sql)).strip()
    command = command_of(plain, place, sql)
    if command is not None:
        return command
    opaque: list[Operation] = [ExecuteSql(place=place, sql=sql, kind="opaque")]
    tree = parsed(sql, read)
    if tree is None:
        return opaque
    try:
        if isinstance(tree, exp.Alter | exp.Create | exp.Drop | exp.Comment):
            return ddl_of(tree, place, sql) or opaque
        return [other_statement(tree, place, sql)]
    except (AttributeError, TypeError, KeyError, IndexError):
        # The parser's trees have shapes that its pages do not tell; what we do not know is opaque, never a crash.
        return opaque


def long_statement(sql: str, place: Place) -> Operation:
    """A statement that is too long to take apart: rows that are brought along, or something opaque."""
    rows = INSERT.match(without_comments(sql[:2000]))
    if rows is None:
        return ExecuteSql(place=place, sql=shortened(sql, 2000), kind="opaque")
    return ExecuteSql(place=place, sql=shortened(sql, 2000), kind="insert", tables=(plain_name(rows[1]),))


def operations_of_block(body: str, sql: str, place: Place, read: str) -> Iterator[Operation]:
    """What stands inside of a DO block; with an EXCEPTION part it may fail without a word."""
    guarded = bool(re.search(r"\bEXCEPTION\s+WHEN\b", body, re.IGNORECASE))
    within = dataclasses.replace(place, guarded=place.guarded or guarded, condition=place.condition or "in a DO block")
    seen = False
    for part in statements_of(body, read):
        if re.match(r"(?i)\s*(PERFORM|RAISE|DECLARE|END|NULL|EXCEPTION)\b", part) and not VERB.search(part):
            continue
        verb = VERB.search(part)
        if re.search(r"(?i)\bEXECUTE\b", part) or verb is None:
            continue
        seen = True
        yield from operations_of_statement(part[verb.start() :], within, read)
    if not seen or re.search(r"(?i)\bEXECUTE\s+(format|'|\w+\s*;)", body):
        yield ExecuteSql(place=place, sql=sql, kind="opaque")


def parsed(sql: str, read: str) -> exp.Expr | None:
    """The syntax tree on the dialect, or on the first other one that knows the text."""
    filled = PARAMETER.sub(lambda match: f"p_{match[1] or match[2] or 'value'}", sql)
    # As it is first: `?` is an operator of JSON too.
    for text in dict.fromkeys((sql, filled)):
        for dialect in dict.fromkeys((read, *FALLBACKS)):
            try:
                trees = [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None]
            except (SqlglotError, ValueError, RecursionError):
                continue
            if len(trees) == 1 and not isinstance(trees[0], exp.Command):
                return trees[0]
    return None


OTHER: SqlKind = "other"
KINDS: tuple[tuple[type[exp.Expr], SqlKind], ...] = (
    (exp.Update, "update"),
    (exp.Delete, "delete"),
    (exp.Insert, "insert"),
    (exp.TruncateTable, "truncate"),
    (exp.Merge, "merge"),
    (exp.Query, "select"),
)


def other_statement(tree: exp.Expr, place: Place, sql: str) -> Operation:
    """A statement on rows, on the transaction or on settings."""
    if isinstance(tree, exp.Transaction | exp.Commit | exp.Rollback):
        return TransactionControl(place=place, command=sql.split(maxsplit=1)[0].upper())
    if isinstance(tree, exp.Set | exp.Pragma):
        name, _, value = re.sub(r"(?i)^(SET|PRAGMA)\s+(LOCAL |SESSION )?", "", sql).partition("=")
        return SetSetting(place=place, name=name.strip().lower(), value=value.strip())
    # A WITH may hold the part that writes: `WITH gone AS (DELETE ...) INSERT ...`.
    inner = (
        next((node for node in tree.find_all(exp.Delete, exp.Update)), None)
        if isinstance(tree, exp.Query | exp.Insert)
        else None
    )
    subject = inner or tree
    kind = next((name for kind, name in KINDS if isinstance(subject, kind)), OTHER)
    targets = targets_of(subject)
    others = tuple(
        dict.fromkeys(name for table in tree.find_all(exp.Table) if (name := name_of(table)) and name not in targets)
    )
    where = subject.args.get("where")
    sets = [each for each in subject.expressions if isinstance(each, exp.EQ)] if kind == "update" else []
    columns = tuple(each.this.name for each in sets)
    if kind == "insert" and isinstance(subject.this, exp.Schema):
        columns = tuple(column.name for column in subject.this.expressions)
    return ExecuteSql(
        place=place,
        sql=sql,
        kind=kind,
        tables=targets,
        reads=others,
        columns=columns,
        values=tuple(each.expression.sql("postgres") for each in sets),
        has_where=where is not None or (kind == "delete" and bool(subject.args.get("using"))),
        where=where.this.sql("postgres") if where is not None else "",
        cascade=str(subject.args.get("option") or "").upper() == "CASCADE",
    )


def targets_of(tree: exp.Expr) -> tuple[str, ...]:
    """Tables that a statement changes."""
    if isinstance(tree, exp.TruncateTable):
        return tuple(name_of(table) for table in tree.expressions)
    if isinstance(tree, exp.Update | exp.Delete | exp.Insert | exp.Merge):
        table = tree.this if isinstance(tree.this, exp.Table) else tree.this and tree.this.find(exp.Table)
        return (name_of(table),) if table else ()
    return ()
