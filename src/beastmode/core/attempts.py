"""The limit on attempts to log in and to register: implemented by limits, used by accounts."""

from collections.abc import Callable
from typing import Literal, Protocol

from flask import Flask

__all__ = ["Action", "AttemptLimiter", "HasLoggedIn", "attempt_limiter_of", "set_attempt_limiter"]

_EXTENSION = "beastmode.attempt_limiter"
Action = Literal["login", "register", "reset"]
HasLoggedIn = Callable[[str, str], bool]
"""Takes an email address and a network; returns whether the account has logged in from there before."""


class AttemptLimiter(Protocol):
    """Counts attempts, and refuses them if there are too many."""

    def count(self, action: Action, email: str, address: str, has_logged_in: HasLoggedIn) -> None:
        """Count one attempt before the password is checked, whatever the result.

        Args:
            action: What is attempted.
            email: The email address, in lowercase.
            address: The client's IP address.
            has_logged_in: Called only if the result matters.

        Raises:
            Problem: 429 with `Retry-After` if there are too many.
        """


def set_attempt_limiter(app: Flask, limiter: AttemptLimiter) -> None:
    """Set the limiter of attempts in an application.

    Args:
        app: The Flask application.
        limiter: Counts attempts.
    """
    app.extensions[_EXTENSION] = limiter


def attempt_limiter_of(app: Flask) -> AttemptLimiter | None:
    """The limiter of attempts in an application; None if there is none.

    Args:
        app: The Flask application.
    """
    limiter: AttemptLimiter | None = app.extensions.get(_EXTENSION)
    return limiter
