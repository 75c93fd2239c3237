"""SQL for revisions: the same for both databases, whichever generated it."""

import re
from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

_BIND = re.compile(r"(?<![:\w\\]):(?=\w)(?!\w+:)")
"""What sqlalchemy.text() would interpret as a parameter."""
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|\d+(?:\.\d+)?|\w+|[<>=!|]+|::|\S")
_CAST = re.compile(
    r"::(?:character varying|double precision|timestamp with(?:out)? time zone|\"[^\"]+\"|\w+)(?:\(\d+\))?(?:\[\])?"
)
_ANY = re.compile(r"= ANY \(+ARRAY\[([^\]]*)\]\)+")
_ALL = re.compile(r"<> ALL \(+ARRAY\[([^\]]*)\]\)+")
_TRUTHS = {"true": "1", "false": "0"}  # which SQLite does not tell apart
_PLAIN = re.compile(r"^[a-z_][a-z0-9_]*$")


@cache
def plain(name: str) -> Dialect:
    """A dialect that does not double percent signs, and supports true and false, as both databases do."""
    kind: Any = postgresql.dialect if name == "postgresql" else sqlite.dialect
    dialect: Dialect = kind(paramstyle="named")
    if name != "postgresql":
        dialect.statement_compiler = _TrueAndFalse
    return dialect


class _TrueAndFalse(SQLiteCompiler):
    """SQLite's SQL with true and false, which PostgreSQL requires and SQLite supports."""

    def visit_true(self, expr: Any, **kw: Any) -> str:  # noqa: ARG002 - the signature is SQLAlchemy's
        """True."""
        return "true"

    def visit_false(self, expr: Any, **kw: Any) -> str:  # noqa: ARG002 - likewise
        """False."""
        return "false"


def sql_of(expression: ClauseElement | str, dialect: Dialect) -> str:
    """An expression with literal values, without table names before columns.

    Args:
        expression: An expression of the models, or text.
        dialect: The dialect of the database.
    """
    if isinstance(expression, str):
        return expression
    options = {"literal_binds": True, "include_table": False}
    return str(expression.compile(dialect=plain(dialect.name), compile_kwargs=options))


def in_text(sql: str) -> str:
    """SQL escaped for `sqlalchemy.text()`, so that colons do not begin a parameter."""
    return _BIND.sub(r"\\:", sql)


def without_casts(sql: str) -> str:
    """PostgreSQL's form of an expression, simplified: without casts, and with IN instead of ANY."""
    plainer = _CAST.sub("", sql)
    for pattern, operator in ((_ANY, "IN"), (_ALL, "NOT IN")):
        plainer = pattern.sub(rf"{operator} (\1)", plainer)
    missing = plainer.count("(") - plainer.count(")")
    return plainer + ")" * missing if missing > 0 else plainer


def words_of(sql: str) -> tuple[str, ...]:
    """A normalized expression, to compare two of them: without spaces, quotes, case and outer parentheses."""
    words = [_word_of(token) for token in _TOKEN.findall(sql)]
    while _is_wrapped(words):
        words = words[1:-1]
    return tuple(words)


def _word_of(token: str) -> str:
    """One word; unnecessary quotes around a name are removed."""
    if token[0] == "'":
        return token
    if token[0] in '"`[' and len(token) > 1:
        inner = token[1:-1]
        return inner if _PLAIN.match(inner) else f'"{inner}"'
    word = token.lower()
    return _TRUTHS.get(word, word)


def _is_wrapped(words: list[str]) -> bool:
    """Whether one pair of parentheses encloses everything."""
    if len(words) < 2 or words[0] != "(":
        return False
    depth = 0
    for place, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0:
            return place == len(words) - 1
    return False
