from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from beastmode.accounts.sessions.seen import LOOK
from beastmode.db.session import installed_in
from beastmode.flags.changes import READ as FLAGS_READ

_BOUNDARIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
_aside: ContextVar[bool] = ContextVar("beastmode_uncounted", default=False)


class Queries:
    """Counts the SQL statements of an application.

    Args:
        app: The Flask application.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app

    @contextmanager
    def __call__(self) -> Iterator[list[str]]:
        """A list that collects the text of every statement, from every thread, until the block ends.

        Statements that begin, end or divide transactions are left out, because they differ between databases and are
        not queries. So are the session check of a request with an access token and the reading of feature flags,
        because they depend on the time, and what jobs send that follow a request.
        """
        engines = installed_in(self.app).engines
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            is_timed = LOOK in statement or FLAGS_READ in statement
            if not _aside.get() and not is_timed and not statement.lstrip().upper().startswith(_BOUNDARIES):
                seen.append(statement)

        with ExitStack() as stack:
            for engine in (engines.reader, engines.writer):
                stack.enter_context(_told(engine, note))
            yield seen


@contextmanager
def uncounted() -> Iterator[None]:
    """Leave the statements of a block out of every list."""
    token = _aside.set(True)
    try:
        yield
    finally:
        _aside.reset(token)


@contextmanager
def _told(engine: Engine, note: Any) -> Iterator[None]:
    """Call a function for every statement that an engine sends."""
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)
