"""Freshness: how long ago the caller of a route must have logged in, at most."""

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.api.route import Route
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.core.identity import current_identity
from beastmode.core.steps import Call, Proceed, Step


class Freshness(Step):
    """Requires a recent login (RFC 9470).

    Args:
        minutes: How long ago it may be.
    """

    statuses = frozenset({401})

    def __init__(self, minutes: float) -> None:
        self.note = f"Requires a login of the last {minutes:g} minutes."
        self._seconds = round(minutes * 60)

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Proceed if the caller has logged in recently.

        Raises:
            Problem: 401 if the login is too long ago, or if the credential does not come from a login.
        """
        signed_in_at = current_identity().signed_in_at
        if signed_in_at is None or now().timestamp() - signed_in_at > self._seconds:
            message = "Log in again to do this"
            challenge = (
                f'Bearer error="insufficient_user_authentication", error_description="{message}", '
                f"max_age={self._seconds}"
            )
            raise Problem(401, message, headers={"WWW-Authenticate": challenge})
        return proceed(call)

    @classmethod
    def of(cls, app: Flask, route: Route) -> "Freshness | None":  # noqa: ARG003 - as every step is made
        """The step of a route; None if any login is recent enough."""
        return None if route.fresh is None else cls(route.fresh)
