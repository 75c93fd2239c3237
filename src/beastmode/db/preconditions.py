"""Checks rows and changes them, so that no one else can change them in between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from beastmode.db.errors import is_conflict
from beastmode.db.routed_session import Precondition, RoutedSession
from beastmode.db.session import current_work, opened_work
from beastmode.db.transactions import expire_unmodified, is_untouched, pause_before
from beastmode.db.tries import Before

_RETRIES = 3
"""How often a repeatable function is retried, as in a `transaction`."""

R = TypeVar("R")


def after_looking(look: Callable[[], None], act: Callable[[], R]) -> R:
    """The result of a function that runs in the transaction in which its precondition was checked.

    The first write continues in that transaction and ends it as usual: a `transaction`, `session.commit()`,
    `session.begin()`, a statement that commits by itself. A transaction with other options checks again. If another
    client changes the rows in the meantime, the database reports a conflict; then the precondition is checked again. So
    it is if the check itself loses a deadlock, for example with a migration: nothing else has run by then.

    Args:
        look: Raises if the precondition is not met.
        act: Does the work.

    Raises:
        DBAPIError: There was a conflict, although the precondition is still met.
    """
    session = current_work().open_session()
    if not is_untouched(session):
        look()
        return act()
    before = Before()
    attempt = 0
    while True:
        precondition, commits, has_looked = Precondition(look), session.commits, False
        try:
            with _looking(session, precondition):
                look()
                has_looked = True
                return act()
        except DBAPIError as error:
            if not is_conflict(error) or session.commits > commits:
                raise
            if (has_looked and not precondition.may_repeat) or attempt == _RETRIES:
                with _looking(session, Precondition(look)):
                    look()
                raise
        before.restore()
        pause_before(attempt)
        attempt += 1


@contextmanager
def _looking(session: RoutedSession, precondition: Precondition) -> Iterator[None]:
    """A transaction that the first write takes over; ended here if there was none, or only a single statement."""
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
    """Release SQLite's write lock, if a precondition holds it, before the program opens another connection.

    Otherwise the program would wait for itself. What such a connection writes is not protected by the precondition.
    """
    work = opened_work()
    session = None if work is None else work.session
    if session is not None and session.precondition is not None:
        session.rollback()
