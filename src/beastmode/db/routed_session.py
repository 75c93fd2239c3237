"""The session of an app context: it reads from the reader until it writes."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ClauseElement, Connection, Dialect, Engine, event
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, SessionTransaction

from beastmode.core.events import Callback, run_after, run_before
from beastmode.db.engines.engines import Engines
from beastmode.db.statements import is_read, is_write
from beastmode.db.waiting import Waiting

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["Precondition", "RoutedSession"]


@dataclass(eq=False)
class Precondition:
    """What must be true of the rows that a request is about to change, looked at in the transaction that is open.

    Whoever writes first goes on in that transaction; one of another kind looks again.

    Attributes:
        look: Raises where it is not true.
        may_repeat: Whether what was run since then said that it may be run again.
        has_written: Whether a statement was run that outside of it would have been committed by itself.
    """

    look: Callable[[], None]
    may_repeat: bool = False
    has_written: bool = False

    def note(self, *, writes: bool, alone: bool) -> None:
        """Note a statement: one that commits by itself may be sent again, where nothing is to be committed with it."""
        self.has_written |= writes
        self.may_repeat |= writes and alone


class Connections(Protocol):
    """What an app context reads and writes with, to the session that is part of it."""

    @property
    def engines(self) -> Engines:
        """The application's engines."""

    @property
    def dialect(self) -> Dialect:
        """The database's dialect."""

    def connect(self) -> Connection:
        """The connection that is read with, in autocommit."""


class RoutedSession(Session):
    """A session that reads from the reader until it writes, and from the writer until that is committed.

    Attributes:
        is_writing: Whether the writer has this session's open transaction.
        is_read_only: Whether that transaction is a snapshot, which nothing may write to.
        has_written: Whether something was sent in it that only a commit keeps.
        scopes: Every `transaction` that is open, the outermost first; it alone commits.
        precondition: What was looked at in the open transaction, as long as nobody has made it their own.
        commits: How often it has committed.
        commits_told: How many of these `after` was told of.
        before: What is run before the commit, in its transaction.
        after: What is run after the commit.
    """

    def __init__(self, work: Connections, **options: Any) -> None:
        super().__init__(**options)
        self.work = work
        self.is_writing = False
        self.is_read_only = False
        self.has_written = False
        self.scopes: list[AbstractContextManager[None]] = []
        self.precondition: Precondition | None = None
        self.commits = self.commits_told = 0
        self.before = Waiting()
        self.after = Waiting()

    def get_bind(
        self,
        mapper: Any = None,  # noqa: ARG002 - the signature is SQLAlchemy's
        *,
        clause: ClauseElement | None = None,
        bind: Any = None,
        **options: Any,  # noqa: ARG002 - likewise
    ) -> Engine | Connection:
        """The connection or engine for a statement.

        Raises:
            InvalidRequestError: A flush was asked for in a snapshot.
        """
        if bind is not None:
            found: Engine | Connection = bind
            return found
        if not self.is_writing and not self._flushing and is_read(clause):
            return self.work.connect()
        if self._flushing and self.is_read_only:
            raise InvalidRequestError("transaction(read_only=True) cannot write; write in a separate transaction")
        self.is_writing = True
        self.has_written = self.has_written or self._flushing or is_write(clause)
        return self.work.engines.writer

    def begin(self, nested: bool = False) -> SessionTransaction:  # noqa: FBT001, FBT002 - the signature is SQLAlchemy's
        """Begin a transaction, or a savepoint of one; after a precondition was looked at, the one that is open."""
        root = self.get_transaction()
        self.is_writing = self.is_writing or nested  # the reader has no transactions to save a point of
        if nested or self.precondition is None or root is None:
            return super().begin(nested)
        self.precondition = None
        return root

    def wait_before(self, callback: Callback) -> bool:
        """Run a function before the commit; False where nothing is open that could be committed."""
        return self._wait(self.before, callback)

    def wait_after(self, callback: Callback) -> bool:
        """Run a function after the commit; False where nothing is open that could be committed."""
        return self._wait(self.after, callback)

    def _wait(self, waiting: Waiting, callback: Callback) -> bool:
        looked = self.precondition
        is_writing = self.is_writing if looked is None else looked.has_written or self.has_written
        if not (self.scopes or is_writing or self.new or self.dirty or self.deleted):
            return False
        waiting.add(self.get_nested_transaction() or self.get_transaction(), callback)
        return True

    def commit(self) -> None:
        """Run what waits for the commit, flush, and commit.

        Raises:
            InvalidRequestError: Inside of a `transaction`, which commits once, at its end.
        """
        if self.scopes:
            raise InvalidRequestError(
                "A transaction commits when it ends; inside it, call flush() to send pending changes"
            )
        has_waiting = bool(self.before)
        try:
            super().commit()
        except BaseException:
            if has_waiting:  # one of them may have failed, with the transaction still open
                self.rollback()
            raise


def finish(session: Session) -> None:
    """Run what waits for the commit, in the transaction that is about to be committed.

    A function may have another one wait, or open a `transaction`, which is a savepoint here; it cannot commit.
    """
    if not isinstance(session, RoutedSession) or not session.before or session.get_nested_transaction() is not None:
        return
    session.is_writing = True  # or a statement of theirs would be committed by itself
    session.scopes.append(nullcontext())
    try:
        while session.before:
            for callback in session.before.take():
                run_before(callback)
    finally:
        session.scopes.pop()


def count_commit(session: Session) -> None:
    """Note that the outermost transaction of a session was committed, and not a savepoint."""
    if isinstance(session, RoutedSession) and session.get_nested_transaction() is None:
        session.commits += 1


def end_part(session: Session, ended: SessionTransaction) -> None:
    """Drop what waits for the commit of what was rolled back."""
    if isinstance(session, RoutedSession):
        session.before.drop(ended)
        session.after.drop(ended)


def read_again(session: Session, ended: SessionTransaction) -> None:
    """Let the session read from the reader again once its transaction has ended, and run what has waited for that."""
    if ended.parent is None and isinstance(session, RoutedSession):
        session.is_writing = session.is_read_only = session.has_written = False
        session.precondition = None
        session.before.take()
        waiting = session.after.take()
        if session.commits > session.commits_told:
            session.commits_told = session.commits
            run_after(waiting)


event.listen(RoutedSession, "before_commit", finish)
event.listen(RoutedSession, "after_commit", count_commit)
event.listen(RoutedSession, "after_soft_rollback", end_part)
event.listen(RoutedSession, "after_transaction_end", read_again)
