"""Attempts to log in and to register, counted: limits fill it in, and accounts ask it."""

from collections.abc import Callable
from typing import Literal, Protocol

from flask import Flask

__all__ = ["Action", "AttemptLimiter", "HasLoggedIn", "attempt_limiter_of", "set_attempt_limiter"]

EXTENSION = "beastmode.attempt_limiter"
Action = Literal["login", "register"]
HasLoggedIn = Callable[[str, str], bool]
"""Gets an email address and a network, returns whether the account has logged in from there before."""


class AttemptLimiter(Protocol):
    """Counts attempts, and refuses those that are too many."""

    def count(self, action: Action, email: str, address: str, has_logged_in: HasLoggedIn) -> None:
        """Count one attempt before any password is looked at, whatever becomes of it.

        Args:
            action: What is attempted.
            email: The email address that it is attempted for, in lower case.
            address: The client's IP address.
            has_logged_in: Asked only where the answer matters.

        Raises:
            Problem: 429 with `Retry-After`, if it is one too many.
        """


def set_attempt_limiter(app: Flask, limiter: AttemptLimiter) -> None:
    """Set what limits attempts in an application.

    Args:
        app: The Flask application.
        limiter: Counts attempts.
    """
    app.extensions[EXTENSION] = limiter


def attempt_limiter_of(app: Flask) -> AttemptLimiter | None:
    """What limits attempts in an application; None if nothing does.

    Args:
        app: The Flask application.
    """
    limiter: AttemptLimiter | None = app.extensions.get(EXTENSION)
    return limiter
