"""Deprecated routes: each response announces the sunset, and after it the route may return 410."""

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.api.route import Route
from beastmode.api.versions import Deprecation
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.core.exchange import current_exchange
from beastmode.core.steps import Call, Proceed, Step


class DeprecatedRoute(Step):
    """Announces a route's deprecation (RFC 9745, RFC 8594).

    Args:
        deprecation: The declaration.
    """

    def __init__(self, deprecation: Deprecation) -> None:
        self._deprecation = deprecation
        self._headers = deprecation.headers()
        self.statuses = frozenset({410}) if deprecation.gone else frozenset()

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Add the headers to the response, whatever it is.

        Raises:
            Problem: 410 if the route has been removed.
        """
        exchange = current_exchange()
        exchange.deprecated = True
        exchange.headers.extend(self._headers)
        deprecation = self._deprecation
        if deprecation.is_over(now()):
            successor = f" Use {deprecation.successor} instead." if deprecation.successor else ""
            raise Problem(410, f"This route was removed on {deprecation.sunset:%Y-%m-%d}.{successor}")
        return proceed(call)

    @classmethod
    def of(cls, _: Flask, route: Route) -> "DeprecatedRoute | None":
        """The step of a route; None if it is not deprecated."""
        return None if route.deprecated is None else cls(route.deprecated)
