"""Hears every statement that reaches the driver, and every error that comes back, whoever made the engine."""

from __future__ import annotations

import re
from typing import Any

from ..messages.replay import SqlError

__all__ = ["Statements", "first_line", "listen", "normalised"]

LONGEST = 600
"""Characters of a statement that are kept to tell it from others."""
MOST = 400
"""Different statements of one request; one that builds more builds them from its data."""
READS = re.compile(r"\s*(?:\(\s*)?(?:SELECT|WITH|VALUES|SHOW|EXPLAIN|TABLE)\b", re.IGNORECASE)
WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\b", re.IGNORECASE)
SERVICE = re.compile(
    r"\s*(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA|SET|SHOW|SELECT\s+1\s*$|SELECT\s+pg_catalog\.version"
    r"|SELECT\s+current_schema|EXPLAIN)",
    re.IGNORECASE,
)
PARAMETER = re.compile(r"%\([^)]*\)s|%s|\?|(?<![:\w]):\w+|\$\d+")
LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
CAST = re.compile(r"(\?)::[A-Za-z_]+(?:\[\])?")
LISTED = re.compile(r"\(\s*\?(?:\s*,\s*\?)*\s*\)")
ROWS = re.compile(r"\(\.\.\.\)(?:\s*,\s*\(\.\.\.\))+")


class Statements:
    """What was heard since the last `clear`.

    Attributes:
        counts: Each normalised statement that reads or writes data -> how often it ran.
        errors: The errors that the driver raised.
        wrote: Whether something may have changed the data.
        engines: Those that were used in this process.
    """

    def __init__(self) -> None:
        self.engines: list[Any] = []
        self.clear()

    def close_pools(self) -> None:
        """Closes the idle connections of every engine that was used."""
        for engine in self.engines:
            engine.dispose()

    def clear(self) -> None:
        """Forgets everything."""
        self.counts: dict[str, int] = {}
        self.errors: list[SqlError] = []
        self.wrote = False

    def hear(self, sql: str) -> None:
        """Takes note of one statement."""
        if SERVICE.match(sql):
            return
        if not READS.match(sql) or WRITES.search(sql):
            self.wrote = True
        key = normalised(sql)
        if key in self.counts or len(self.counts) < MOST:
            self.counts[key] = self.counts.get(key, 0) + 1

    def hear_error(self, error: Any, sql: str | None) -> None:
        """Takes note of one error of the driver."""
        self.errors.append(SqlError(first_line(str(error)), normalised(sql or "")))


def listen() -> Statements:
    """Hears all engines of this process from now on."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    heard = Statements()

    def before(connection: Any, _cursor: Any, sql: str, _parameters: Any, _context: Any, _many: Any) -> None:
        if connection.engine not in heard.engines:
            heard.engines.append(connection.engine)
        heard.hear(sql)

    def failed(context: Any) -> None:
        heard.hear_error(context.original_exception, context.statement)

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "handle_error", failed)
    return heard


def first_line(words: str) -> str:
    """The first line of what was said, without what would break it, and not too long."""
    return " ".join(words.split("\n", 1)[0].split())[:LONGEST]


def normalised(sql: str) -> str:
    """A statement without its values, so that the same question asked for another row reads the same."""
    text = " ".join(sql.split())
    text = CAST.sub(r"\1", PARAMETER.sub("?", LITERAL.sub("?", text)))
    return ROWS.sub("(...)", LISTED.sub("(...)", text))[:LONGEST]
