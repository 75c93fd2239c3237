from flask import Flask
from werkzeug.wrappers import Response

from beastmode.core.steps import Call, Declared, Proceed, Step
from beastmode.limits.declaration import LIMITER
from beastmode.limits.limiter import Limiter
from beastmode.limits.policies import Policy, policies_for


class RateLimits(Step):
    """Refuses callers who call too often.

    Args:
        limiter: Counts the requests.
        policies: The limits of the route.
    """

    statuses = frozenset({429})

    def __init__(self, limiter: Limiter, policies: tuple[Policy, ...]) -> None:
        self._limiter = limiter
        self._policies = policies

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Count the request.

        Raises:
            Problem: 429 with `Retry-After`.
        """
        self._limiter.count(self._policies, call)
        return proceed(call)

    @classmethod
    def of(cls, app: Flask, route: Declared) -> "RateLimits | None":
        """The step of a route; None if no limit applies to it."""
        policies = policies_for(route)
        return cls(app.extensions[LIMITER], policies) if policies else None
