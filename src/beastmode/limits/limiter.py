"""Counts the requests of an application."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from flask import request

from beastmode.core.caller import Identity
from beastmode.core.errors import Problem
from beastmode.core.exchange import ENVIRON_KEY, Exchange, current_exchange
from beastmode.core.identity import current_identity
from beastmode.core.steps import Call, Defaults
from beastmode.limits.budgets import Budgets, Spent
from beastmode.limits.declaration import COUNTED
from beastmode.limits.policies import Policy, policies_for


class _Use(NamedTuple):  # created for each request: a frozen dataclass takes three times as long
    """What a request has used of one limit."""

    policy: Policy
    key: str
    limit: int
    cost: int
    spent: Spent


class Limiter:
    """Counts the requests of an application.

    Args:
        budgets: Counts what callers use.
        is_enabled: Whether anything is limited.
    """

    def __init__(self, budgets: Budgets, *, is_enabled: bool) -> None:
        self.budgets = budgets
        self.is_enabled = is_enabled
        self._plain: dict[Callable[..., Any], tuple[Policy, ...]] = {}

    def count(self, policies: Sequence[Policy], call: Call) -> None:
        """Count a request, and add the `RateLimit` headers to its response.

        Args:
            policies: The limits that apply to it.
            call: The request.

        Raises:
            Problem: 429 with `Retry-After` if one of the limits is reached; then nothing is used of the others.
        """
        environ = call.request.environ
        environ[COUNTED] = True
        if not self.is_enabled:
            return
        exchange: Exchange = environ.get(ENVIRON_KEY) or current_exchange()
        caller = exchange.identity or current_identity()
        uses: list[_Use] = []
        for policy in policies:
            limit = policy.limit_of(caller)
            if limit is not None:
                uses.append(self._use(policy, limit, call, caller))
                if not uses[-1].spent.is_allowed:
                    break
        if not uses:
            return
        _add_fields(exchange, uses)
        if not uses[-1].spent.is_allowed:
            for each in uses[:-1]:
                self.budgets.give_back(each.key, each.cost)
            raise _exceeded(uses[-1].policy.name, uses[-1].spent.wait)

    def count_plain(self, view: Callable[..., Any], call: Call) -> None:
        """Count a request of one of Flask's own routes.

        Args:
            view: Its view.
            call: The request.

        Raises:
            Problem: As for `count`.
        """
        policies = self._plain.get(view)
        if policies is None:
            policies = self._plain[view] = policies_for(_PlainRoute(request.endpoint or view.__name__, view))
        self.count(policies, call)

    def allows(self, identifier: str, limit: int, window: timedelta) -> bool:
        """Count one use of something, and return whether it is within the limit.

        Args:
            identifier: What is limited.
            limit: How often it is allowed in a window.
            window: How long a window lasts.
        """
        if not self.is_enabled:
            return True
        key = f"simple:{hashlib.sha256(identifier.encode()).hexdigest()}"
        return self.budgets.spend(f"{key}:{round(window.total_seconds())}", limit, window, exact=True).is_allowed

    def _use(self, policy: Policy, limit: int, call: Call, caller: Identity) -> _Use:
        key, cost = policy.key_of(call, caller), policy.cost_of(call)
        exact = policy.declaration.exact
        return _Use(policy, key, limit, cost, self.budgets.spend(key, limit, policy.window, cost=cost, exact=exact))


def _add_fields(exchange: Exchange, uses: Sequence[_Use]) -> None:
    """Add `RateLimit-Policy` and `RateLimit` to a response (draft-ietf-httpapi-ratelimit-headers-11).

    Args:
        exchange: The request.
        uses: What the request has used of each limit.
    """
    exchange.headers += (
        ("RateLimit-Policy", ", ".join([each.policy.field(each.limit) for each in uses])),
        ("RateLimit", ", ".join([each.policy.rest(each.spent.left, _seconds(each.spent.wait)) for each in uses])),
    )


def _exceeded(name: str, wait: float) -> Problem:
    """The response to a request over a limit.

    Args:
        name: The name of the limit.
        wait: Seconds until the window ends.
    """
    seconds = _seconds(wait)
    message = f"Rate limit exceeded; try again in {seconds} s."
    return Problem(429, message, details={"violated-policies": [name]}, headers={"Retry-After": str(seconds)})


def _seconds(wait: float) -> int:
    """Whole seconds, at least one: with 0, a client would try again at once."""
    return max(1, math.ceil(wait))


@dataclass(frozen=True)
class _PlainRoute:
    """One of Flask's own routes, as far as limits need a declaration."""

    name: str
    view: Callable[..., Any]
    defaults: tuple[Defaults, ...] = ()
