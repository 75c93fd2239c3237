"""Looks at rows, and changes them as a request asks, so that nobody else can change them in between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from beastmode.core.tries import Before
from beastmode.db.errors import is_conflict
from beastmode.db.routed_session import Precondition, RoutedSession
from beastmode.db.session import current_work, opened_work
from beastmode.db.transactions import expire_unmodified, is_untouched, pause_before

__all__ = ["after_looking", "make_way"]

RETRIES = 3
"""How often what may be run again is, as in a `transaction`."""

R = TypeVar("R")


def after_looking(look: Callable[[], None], act: Callable[[], R]) -> R:
    """What a function returns that is run in the transaction in which its precondition was looked at.

    The first one who writes goes on in that transaction and ends it as ever: a `transaction`, `session.commit()`,
    `session.begin()`, a statement that commits by itself. A transaction of a kind of its own looks again. If another
    client changes the rows meanwhile, the database says so; then the precondition decides.

    Args:
        look: Raises where the precondition does not hold.
        act: Does the work.

    Raises:
        DBAPIError: Somebody was in the way, and the precondition holds nevertheless.
    """
    session = current_work().open_session()
    if not is_untouched(session):
        look()
        return act()
    before = Before()
    attempt = 0
    while True:
        precondition, commits = Precondition(look), session.commits
        try:
            with looking(session, precondition):
                look()
                return act()
        except DBAPIError as error:
            if not is_conflict(error) or session.commits > commits:
                raise
            if not precondition.may_repeat or attempt == RETRIES:
                with looking(session, Precondition(look)):
                    look()
                raise
        before.restore()
        pause_before(attempt)
        attempt += 1


@contextmanager
def looking(session: RoutedSession, precondition: Precondition) -> Iterator[None]:
    """A transaction that belongs to whoever writes first; ended here if that was nobody, or a single statement."""
    expire_unmodified(session)
    root = session.get_transaction() or session.begin()
    session.is_writing = True
    try:
        if session.work.dialect.name == "sqlite":
            session.connection()  # the write lock, which nobody else can have meanwhile
        else:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.precondition = precondition
        yield
        if session.precondition is precondition and precondition.has_written:
            session.commit()
    finally:
        if session.get_transaction() is root:
            session.rollback()


def make_way(*_: object) -> None:
    """Let go of SQLite's write lock, if a precondition has it, for a connection that the program takes beside it.

    It would wait for itself otherwise. What such a connection writes is not part of what was looked at.
    """
    work = opened_work()
    session = None if work is None else work.session
    if session is not None and session.precondition is not None:
        session.rollback()
