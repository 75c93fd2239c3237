"""What waits for the commit: mails, webhooks, wake-ups and whatever else cannot be rolled back."""

import logging
from collections.abc import Callable
from typing import Any, Protocol

from flask import g, has_app_context

from beastmode.core.callables import deferred_result, name_of, refuse_deferred
from beastmode.core.errors import ConfigurationError

__all__ = ["Pending", "after_commit", "run_all", "set_pending"]

PENDING = "beastmode_pending"
"""What the app context's `g` calls what has not been committed yet."""
INSTEAD = "Pass an ordinary function, or a lambda that calls one."
log = logging.getLogger("beastmode")

Callback = Callable[[], object]


class Pending(Protocol):
    """What an app context has written and not committed yet; the database makes one."""

    def wait(self, callback: Callback) -> bool:
        """Take a callback, which is run after the commit and dropped by a rollback; False where nothing is open."""


def after_commit(callback: Callback) -> None:
    """Run a function after the current changes are committed; immediately if nothing is being written.

    In a `transaction` it runs when the outermost one has committed, after the functions passed before it. A rollback
    discards it, even of an inner transaction, and so does a retry. If it fails, that is logged, and the commit stands.

    Args:
        callback: A function without arguments. It may open its own transaction.

    Raises:
        ConfigurationError: It is not an ordinary function.
    """
    refuse_deferred(callback, "after_commit()", INSTEAD, ConfigurationError)
    pending: Pending | None = g.get(PENDING) if has_app_context() else None
    if pending is None or not pending.wait(callback):
        run_all([callback])


def set_pending(context: Any, pending: Pending) -> None:
    """Say what an app context has to commit.

    Args:
        context: The app context's `g`.
        pending: Takes what waits.
    """
    setattr(context, PENDING, pending)


def run_all(callbacks: list[Callback]) -> None:
    """Run what has waited, each whether or not another has failed.

    Args:
        callbacks: In the order of handing over.
    """
    for callback in callbacks:
        try:
            if kind := deferred_result(callback()):
                log.error("after_commit: %s returned %s, which is never run. %s", name_of(callback), kind, INSTEAD)
        except Exception:
            log.exception("after_commit: %s failed; the commit is not affected", name_of(callback))
