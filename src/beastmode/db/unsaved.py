"""Uncommitted changes at the end of a request: they would be lost silently."""

import logging
from collections.abc import Iterable
from typing import Any

from sqlalchemy import inspect

from beastmode.core.errors import UncommittedError
from beastmode.core.private_flask import current_app_context
from beastmode.db.routed_session import RoutedSession
from beastmode.db.session import WORK, Work, opened_work

_NAMED = 5
"""The maximum number of entities in a message."""
_STATEMENTS = "statements"
_INSTEAD = (
    "Call db.session.commit(), or decorate the function that writes with @transaction; call db.session.rollback() to "
    "discard them."
)
log = logging.getLogger("beastmode")


def unsaved_now() -> frozenset[Any]:
    """The current uncommitted changes of the app context's session, to distinguish them from later ones."""
    session = _current_session()
    return frozenset() if session is None or session.scopes else frozenset(_unsaved_in(session))


def refuse_unsaved(name: str, known: frozenset[Any] = frozenset()) -> None:
    """Do nothing if everything is committed, or a transaction is open that will commit it.

    Args:
        name: What has ended, for the message.
        known: The earlier result of `unsaved_now`; those changes are not reported.

    Raises:
        UncommittedError: Changes would be lost.
    """
    session = _current_session()
    if session is None or session.scopes:
        return
    lost = _unsaved_in(session)
    if known:
        lost.pop(_STATEMENTS, None)  # of a query that has flushed what was pending before
    if left := [text for key, text in lost.items() if key not in known]:
        raise UncommittedError(f"{name} ended with uncommitted changes: {_listed(left)}. {_INSTEAD}")


def close_work(error: BaseException | None = None) -> None:
    """Close what the current app context has opened; costs nothing if it has opened nothing.

    Lost changes are logged, unless the work has failed, which drops its changes on purpose.

    Args:
        error: The exception that ended the context, if any.
    """
    context = current_app_context()
    work: Work | None = context.g.pop(WORK, None)
    if work is None:
        return
    try:
        session = work.session
        if session is not None and error is None and not work.has_failed() and (lost := _unsaved_in(session)):
            log.error("Uncommitted changes were dropped: %s. %s", _listed(lost.values()), _INSTEAD)
    finally:
        work.close()


def _current_session() -> RoutedSession | None:
    work = opened_work()
    return None if work is None else work.session


def _unsaved_in(session: RoutedSession) -> dict[Any, str]:
    """The uncommitted changes, in words: entities by their identity, and statements that were sent."""
    changes: dict[Any, str] = {id(entity): f"new {type(entity).__name__}" for entity in session.new}
    # `dirty` has every entity that was assigned to; only a net change would be written.
    changes |= {id(entity): f"changed {_named(entity)}" for entity in session.dirty if session.is_modified(entity)}
    changes |= {id(entity): f"deleted {_named(entity)}" for entity in session.deleted}
    if session.has_written:
        changes[_STATEMENTS] = "statements sent since the last commit"
    return changes


def _named(entity: Any) -> str:
    """An entity by its class and primary key, such as "Post 7"."""
    state: Any = inspect(entity)
    key = ", ".join(map(str, state.identity or ()))
    return f"{type(entity).__name__} {key}".rstrip()


def _listed(texts: Iterable[str]) -> str:
    whole = list(texts)
    more = f" and {len(whole) - _NAMED} more" if len(whole) > _NAMED else ""
    return ", ".join(whole[:_NAMED]) + more
