"""The session of an app context: it reads from the reader until it writes."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from sqlalchemy import ClauseElement, Connection, Dialect, Engine, event
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, SessionTransaction

from beastmode.core.events import Callback, run_after, run_before
from beastmode.db.engines.engines import Engines
from beastmode.db.private_sqlalchemy import is_flushing
from beastmode.db.statements import is_read, is_write
from beastmode.db.waiting import Waiting

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


@dataclass(eq=False)
class Precondition:
    """The precondition of a change, checked in the open transaction.

    The first write continues in that transaction; a transaction with other options checks again.

    Attributes:
        look: Raises if it is not met.
        may_repeat: Whether everything since then may be run again.
        has_written: Whether a statement was run that would otherwise have committed by itself.
    """

    look: Callable[[], None]
    may_repeat: bool = False
    has_written: bool = False

    def note(self, *, writes: bool, alone: bool) -> None:
        """Record a statement: one that commits by itself may be sent again if nothing else is committed with it."""
        self.has_written |= writes
        self.may_repeat |= writes and alone


@dataclass(eq=False)
class Held:
    """The savepoint that stands for the session's transaction, while its commits are held back.

    Attributes:
        savepoint: What a commit or a rollback ends.
        isolation: The isolation level of the transaction around it.
    """

    savepoint: SessionTransaction
    isolation: str | None


class Connections(Protocol):
    """The connections of an app context, for its session."""

    @property
    def engines(self) -> Engines:
        """The application's engines."""

    @property
    def dialect(self) -> Dialect:
        """The database's dialect."""

    def connect(self) -> Connection:
        """The connection for reading, in autocommit mode."""


class RoutedSession(Session):
    """A session that reads from the reader until it writes, and then from the writer until the commit.

    Attributes:
        is_writing: Whether this session has an open transaction on the writer.
        is_read_only: Whether that transaction is a read-only snapshot.
        has_written: Whether something in it must be committed.
        scopes: The open `transaction`s, the outermost first; only that one commits.
        precondition: The precondition that was checked in the open transaction, until a write takes it over.
        held: Holds back commits, which end a savepoint instead.
        commits: How often it has committed.
        commits_told: The number of commits after which `after` has run.
        before: The functions to run before the commit, in its transaction.
        after: The functions to run after the commit.
    """

    def __init__(self, work: Connections, **options: Any) -> None:
        super().__init__(**options)
        self.work = work
        self.is_writing = False
        self.is_read_only = False
        self.has_written = False
        self.scopes: list[AbstractContextManager[None]] = []
        self.precondition: Precondition | None = None
        self.held: Held | None = None
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
            InvalidRequestError: A flush in a snapshot.
        """
        if bind is not None:
            given: Engine | Connection = bind
            return given
        flushes = is_flushing(self)
        if not self.is_writing and not flushes and is_read(clause):
            return self.work.connect()
        if flushes and self.is_read_only:
            raise InvalidRequestError("transaction(read_only=True) cannot write; write in a separate transaction")
        self.is_writing = True
        self.has_written = self.has_written or flushes or is_write(clause)
        return self.work.engines.writer

    def begin(self, nested: bool = False) -> SessionTransaction:  # noqa: FBT001, FBT002 - the signature is SQLAlchemy's
        """Begin a transaction or a savepoint; after a precondition was checked, continue in the open one."""
        root = self.get_transaction()
        if self.held is not None and not nested:
            return cast("SessionTransaction", _Part(self))
        self.is_writing = self.is_writing or nested  # the reader has no transactions to save a point of
        if nested or self.precondition is None or root is None:
            return super().begin(nested)
        self.precondition = None
        return root

    def wait_before(self, callback: Callback) -> bool:
        """Run a function before the commit; False if there is nothing to commit."""
        return self._wait(self.before, callback)

    def wait_after(self, callback: Callback) -> bool:
        """Run a function after the commit; False if there is nothing to commit."""
        return self._wait(self.after, callback)

    def _wait(self, waiting: Waiting, callback: Callback) -> bool:
        looked = self.precondition
        is_writing = self.is_writing if looked is None else looked.has_written or self.has_written
        if not (self.scopes or is_writing or self.new or self.dirty or self.deleted):
            return False
        waiting.add(self.get_nested_transaction() or self.get_transaction(), callback)
        return True

    def commit(self) -> None:
        """Run the functions before the commit, flush, and commit.

        Raises:
            InvalidRequestError: Inside a `transaction`, which commits once, at its end.
        """
        if self.scopes:
            raise InvalidRequestError(
                "A transaction commits when it ends; inside it, call flush() to send pending changes"
            )
        if self.held is not None:
            self._continue(self.held, self.held.savepoint.commit)
            return
        has_waiting = bool(self.before)
        try:
            super().commit()
        except BaseException:
            if has_waiting:  # one of them may have failed, with the transaction still open
                self.rollback()
            raise

    def rollback(self) -> None:
        """Roll back; what was held back is rolled back to the last commit."""
        if self.held is None or self.scopes:
            super().rollback()
        else:
            self._continue(self.held, self.held.savepoint.rollback)

    def _continue(self, held: Held, end: Callable[[], None]) -> None:
        """End the savepoint, and begin the next one."""
        try:
            end()
        except BaseException:
            held.savepoint.rollback()
            held.savepoint = self.begin_nested()
            raise
        held.savepoint = self.begin_nested()
        self.has_written = False


class _Part:
    """What `session.begin()` returns while commits are held back.

    Args:
        session: The session.
    """

    def __init__(self, session: RoutedSession) -> None:
        self._session = session

    def __enter__(self) -> RoutedSession:
        return self._session

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._session.commit()
        else:
            self._session.rollback()


def _finish(session: Session) -> None:
    """Run the functions before the commit, in the transaction that is about to be committed.

    A function may register another one, or open a `transaction`, which is a savepoint here; it cannot commit.
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


def _count_commit(session: Session) -> None:
    """Record the commit of the outermost transaction of a session, but not of a savepoint."""
    if isinstance(session, RoutedSession) and session.get_nested_transaction() is None:
        session.commits += 1


def _end_part(session: Session, ended: SessionTransaction) -> None:
    """Drop the functions that wait for a commit of what was rolled back."""
    if isinstance(session, RoutedSession):
        session.before.drop(ended)
        session.after.drop(ended)


def _read_again(session: Session, ended: SessionTransaction) -> None:
    """When a transaction has ended, read from the reader again, and run the functions after the commit."""
    if ended.parent is None and isinstance(session, RoutedSession):
        session.is_writing = session.is_read_only = session.has_written = False
        session.precondition = None
        session.before.take()
        waiting = session.after.take()
        if session.commits > session.commits_told:
            session.commits_told = session.commits
            run_after(waiting)


event.listen(RoutedSession, "before_commit", _finish)
event.listen(RoutedSession, "after_commit", _count_commit)
event.listen(RoutedSession, "after_soft_rollback", _end_part)
event.listen(RoutedSession, "after_transaction_end", _read_again)
