"""Transactions: commit once, at the end of the outermost one; roll back on any exception; retry after a conflict."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from random import uniform
from time import sleep
from types import TracebackType
from typing import Any, Literal, ParamSpec, TypeVar, overload

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session

from beastmode.core.callables import deferred_result, name_of, refuse_deferred
from beastmode.core.errors import ConfigurationError
from beastmode.db.engines.sqlite import SNAPSHOT
from beastmode.db.errors import is_conflict
from beastmode.db.routed_session import Held, RoutedSession
from beastmode.db.session import current_work
from beastmode.db.tries import Before

P = ParamSpec("P")
R = TypeVar("R")
Isolation = Literal["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]

_FIRST_PAUSE = 0.01
"""The maximum pause in seconds before the first retry; it doubles with each further retry."""
_INSTEAD = (
    "Decorate an ordinary function that returns its result; in an async view, put `with transaction():` "
    "around the lines that write."
)


class Transaction:
    """The options of a transaction; `with` opens one, and as a decorator it opens one for each call.

    Args:
        retries: How often a decorated function is retried after a serialization failure or a deadlock.
        isolation: PostgreSQL's isolation level; SQLite is always serializable.
        read_only: Whether it is a read-only snapshot.
    """

    def __init__(self, *, retries: int, isolation: Isolation | None, read_only: bool) -> None:
        self.retries = retries
        self.isolation = isolation
        self.read_only = read_only

    def __enter__(self) -> Session:
        """The session, in this transaction."""
        session = current_work().open_session()
        if session.scopes:
            scope = self.nested(session)
        else:
            scope = self.outermost(session) if session.held is None else self.held(session, session.held)
        scope.__enter__()
        session.scopes.append(scope)
        return session

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Commit, or roll back if there is an exception."""
        return current_work().open_session().scopes.pop().__exit__(kind, error, trace)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function in its own transaction, or in a savepoint of the open one.

        Raises:
            ConfigurationError: The function is `async def` or a generator: its work would begin after the commit.
        """
        refuse_deferred(function, "@transaction", _INSTEAD, ConfigurationError)

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            retries = self.retries_in(current_work().open_session())
            before = Before(args, kwargs) if retries else None
            for attempt in range(retries):
                try:
                    with self:
                        return _finished(function, function(*args, **kwargs))
                except DBAPIError as error:
                    if not is_conflict(error):
                        raise
                if before is not None:
                    before.restore()
                pause_before(attempt)
            with self:
                return _finished(function, function(*args, **kwargs))

        return run

    def retries_in(self, session: RoutedSession) -> int:
        """How often a function may be retried now."""
        if session.precondition is not None:
            # The precondition has to be checked again, which runs the function again.
            session.precondition.may_repeat |= self.retries > 0
            return 0
        # Changes that were pending before would be lost with the first try.
        return self.retries if is_untouched(session) else 0

    @contextmanager
    def outermost(self, session: RoutedSession) -> Iterator[None]:
        """A transaction of the database."""
        options = self.options(session)
        if (options or self.read_only) and not is_untouched(session):
            raise InvalidRequestError(
                "The session already has changes; commit them before starting a transaction of this kind"
            )
        precondition = session.precondition
        if precondition is None:
            expire_unmodified(session)
        elif options or self.read_only:
            session.rollback()
        session.precondition = None
        root = session.get_transaction() or session.begin()
        session.is_writing = True
        session.is_read_only = self.read_only
        try:
            if options:
                session.connection(execution_options=options)
                if precondition is not None:
                    precondition.look()
            yield
            if session.get_transaction() is not root:
                raise InvalidRequestError(
                    "The transaction was rolled back inside its own block; raise an exception instead"
                )
            session.commit()
        except BaseException:
            session.rollback()
            raise

    @contextmanager
    def held(self, session: RoutedSession, held: Held) -> Iterator[None]:
        """A part of a transaction whose commit is held back."""
        if self.isolation not in (None, held.isolation):
            raise InvalidRequestError(
                f"This request runs in one transaction, which is not {self.isolation}; "
                f'declare that on the route: @idempotent(isolation="{self.isolation}")'
            )
        savepoint = held.savepoint
        session.is_read_only = self.read_only
        try:
            yield
            if held.savepoint is not savepoint or not savepoint.is_active:
                raise InvalidRequestError(
                    "The transaction was rolled back inside its own block; raise an exception instead"
                )
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.is_read_only = False

    @contextmanager
    def nested(self, session: RoutedSession) -> Iterator[None]:
        """A savepoint in the transaction that is open."""
        if self.isolation is not None:
            raise InvalidRequestError("Only the outermost transaction can set the isolation level")
        if session.is_read_only and not self.read_only:
            raise InvalidRequestError("A transaction that writes cannot be part of transaction(read_only=True)")
        with session.begin_nested():
            yield

    def options(self, session: RoutedSession) -> dict[str, Any]:
        """The execution options of the connection."""
        if session.work.dialect.name == "sqlite":
            return {SNAPSHOT: True} if self.read_only else {}
        if self.read_only:
            return {"isolation_level": self.isolation or "REPEATABLE READ", "postgresql_readonly": True}
        return {"isolation_level": self.isolation} if self.isolation else {}


@overload
def transaction(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def transaction(*, retries: int = 3, isolation: Isolation | None = None, read_only: bool = False) -> Transaction: ...


def transaction(
    function: Callable[P, R] | None = None,
    /,
    *,
    retries: int = 3,
    isolation: Isolation | None = None,
    read_only: bool = False,
) -> Transaction | Callable[P, R]:
    """Open a transaction: as a `with` statement, or as a decorator with or without arguments.

    The outermost one commits once, at its end; a nested one is a savepoint; any exception rolls back. Objects that were
    loaded before are refreshed, so that values computed from them are not stale.

    Args:
        function: The function to decorate, for the form without arguments.
        retries: How often a decorated function is retried after a serialization failure or a deadlock. A `with` block
            cannot be retried.
        isolation: PostgreSQL's isolation level, for the outermost transaction; SQLite is always serializable.
        read_only: Read from one consistent snapshot, and refuse writes.

    Raises:
        InvalidRequestError: The open transaction does not support the options.
    """
    how = Transaction(retries=retries, isolation=isolation, read_only=read_only)
    return how if function is None else how(function)


def _finished(function: Callable[..., Any], result: R) -> R:
    """The result of a function, if it is not deferred work.

    Raises:
        TypeError: Its work would begin after the transaction has ended.
    """
    if kind := deferred_result(result):
        raise TypeError(f"@transaction: {name_of(function)} returned {kind}, which runs after the commit. {_INSTEAD}")
    return result


def pause_before(attempt: int) -> None:
    """Wait briefly, so that two conflicting transactions do not conflict again."""
    sleep(uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - a pause is no secret


def is_untouched(session: RoutedSession) -> bool:
    """Whether a session has no changes since its last commit."""
    is_writing = session.is_writing and (session.precondition is None or session.has_written)
    return not (session.scopes or is_writing or session.new or session.dirty or session.deleted)


def expire_unmodified(session: RoutedSession) -> None:
    """Expire loaded entities, so that they are refreshed on next use; changed ones are kept."""
    kept = [*session.dirty, *session.deleted]
    identities = {id(entity) for entity in kept}
    for entity in list(session.identity_map.values()):
        if id(entity) not in identities:
            # By name, because expiring a whole entity would cascade to related entities that were changed.
            session.expire(entity, inspect(entity).mapper.attrs.keys())
