"""One transaction for all that a request does, whatever it commits on the way."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import InvalidRequestError

from beastmode.db.routed_session import Held, RoutedSession
from beastmode.db.session import current_work
from beastmode.db.transactions import Isolation, expire_unmodified


@contextmanager
def one_transaction(isolation: Isolation | None = None) -> Iterator[RoutedSession]:
    """A transaction that is committed once, at the end of the block; any exception rolls it back.

    Args:
        isolation: PostgreSQL's isolation level; SQLite is always serializable.

    Raises:
        InvalidRequestError: A `transaction` is open already.
    """
    session = current_work().open_session()
    if session.scopes or session.held is not None:
        raise InvalidRequestError("A transaction is open already; this one would not be the outermost")
    expire_unmodified(session)
    root = session.get_transaction() or session.begin()
    session.is_writing = True
    try:
        if isolation is not None and session.work.dialect.name != "sqlite":
            session.connection(execution_options={"isolation_level": isolation})
        yield session
        if session.get_transaction() is not root:
            raise InvalidRequestError("The transaction was ended inside its block, by close() or invalidate()")
        session.commit()
    except BaseException:
        session.held = None
        session.rollback()
        raise


@contextmanager
def held_commits(session: RoutedSession, isolation: Isolation | None = None) -> Iterator[None]:
    """Hold back what the block commits: `session.commit()`, a `transaction` or a statement that commits by itself.

    They end savepoints instead, and so does `session.rollback()`. Functions passed to `after_commit` run after the
    commit of the transaction around the block.

    Args:
        session: The session, in `one_transaction`.
        isolation: The isolation level of that transaction.
    """
    session.held = Held(session.begin_nested(), isolation)
    session.has_written = False
    yield
    held, session.held = session.held, None
    if held is not None:
        held.savepoint.commit()
