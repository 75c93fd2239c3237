"""Functions that run before and after a commit.

Before it, in the caller's transaction: rows that must be stored with the changes, or not at all. After it: emails,
webhooks, wake-ups and anything else that cannot be rolled back.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from flask import Flask, current_app, g, has_app_context

from beastmode.core.callables import deferred_result, name_of, refuse_deferred
from beastmode.core.errors import ConfigurationError

_PENDING = "beastmode_pending"
"""The name in the app context's `g` of the callbacks that wait for a commit."""
_TRANSACTION = "beastmode.transaction"
"""The key in `app.extensions` of the function that runs a function in its own transaction."""
_INSTEAD = "Pass an ordinary function, or a lambda that calls one."
log = logging.getLogger("beastmode")

Callback = Callable[[], object]


class Pending(Protocol):
    """The uncommitted changes of an app context; implemented by the database."""

    def wait_before(self, callback: Callback) -> bool:
        """Register a callback, which runs before the commit and is dropped by a rollback; False if nothing is open."""

    def wait_after(self, callback: Callback) -> bool:
        """Register a callback, which runs after the commit and is dropped by a rollback; False if nothing is open."""


def before_commit(callback: Callback) -> None:
    """Run a function just before the current changes are committed, in their transaction.

    What it writes is committed with them, or not at all. If nothing is being written, it runs immediately, in a
    transaction of its own. In a `transaction` it runs at the end of the outermost one, after the functions passed
    before it. A rollback discards it, even of an inner transaction, and so does a retry. If it fails, everything is
    rolled back.

    Args:
        callback: A function without arguments. A `transaction` in it is a savepoint.

    Raises:
        ConfigurationError: It is not an ordinary function.
    """
    refuse_deferred(callback, "before_commit()", _INSTEAD, ConfigurationError)
    pending = _current_pending()
    if pending is not None and pending.wait_before(callback):
        return
    in_transaction = current_app.extensions.get(_TRANSACTION) if has_app_context() else None
    if in_transaction is None:
        run_before(callback)
    else:
        in_transaction(partial(run_before, callback))()


def after_commit(callback: Callback) -> None:
    """Run a function after the current changes are committed; immediately if nothing is being written.

    In a `transaction` it runs when the outermost one has committed, after the functions passed before it. A rollback
    discards it, even of an inner transaction, and so does a retry. If it fails, that is logged, and the commit stands.

    Args:
        callback: A function without arguments. It may open its own transaction.

    Raises:
        ConfigurationError: It is not an ordinary function.
    """
    refuse_deferred(callback, "after_commit()", _INSTEAD, ConfigurationError)
    pending = _current_pending()
    if pending is None or not pending.wait_after(callback):
        run_after([callback])


def _current_pending() -> Pending | None:
    """The uncommitted changes of the current app context; None if it has written nothing."""
    pending: Pending | None = g.get(_PENDING) if has_app_context() else None
    return pending


def set_pending(context: Any, pending: Pending) -> None:
    """Set the uncommitted changes of an app context.

    Args:
        context: The app context's `g`.
        pending: Registers the callbacks.
    """
    setattr(context, _PENDING, pending)


def set_transaction(app: Flask, in_transaction: Callable[[Callable[[], None]], Callable[[], None]]) -> None:
    """Set how an application runs a function in its own transaction.

    Args:
        app: The Flask application.
        in_transaction: Decorates a function.
    """
    app.extensions[_TRANSACTION] = in_transaction


def run_before(callback: Callback) -> None:
    """Run a function that was registered for before the commit.

    Args:
        callback: The function.

    Raises:
        TypeError: It returned deferred work, such as a coroutine, which would never run.
    """
    if kind := deferred_result(callback()):
        raise TypeError(f"before_commit: {name_of(callback)} returned {kind}, which is never run. {_INSTEAD}")


def run_after(callbacks: list[Callback]) -> None:
    """Run the functions that were registered for after the commit, even if one of them fails.

    Args:
        callbacks: The functions, in the order in which they were registered.
    """
    for callback in callbacks:
        try:
            if kind := deferred_result(callback()):
                log.error("after_commit: %s returned %s, which is never run. %s", name_of(callback), kind, _INSTEAD)
        except Exception:
            log.exception("after_commit: %s failed; the commit is not affected", name_of(callback))
