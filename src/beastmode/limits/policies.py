"""The limits of a route, as they are counted."""

import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from beastmode.core.addresses import network_of
from beastmode.core.caller import Identity
from beastmode.core.clock import now
from beastmode.core.steps import Call, declarations_for
from beastmode.limits.declaration import Plan, RateLimit

_PLAN = timedelta(minutes=1)
"""How long the result of a plan function is kept; a change of plan is noticed after this time."""
_MOST_PLANS = 50_000
"""As many callers as `Budgets` keeps."""
_LONGEST_KEY = 100
"""The length of the column."""


class Policy:
    """One limit of a route, as it is counted.

    Args:
        declaration: The limit.
        name: Its name in the headers, and in the keys.
    """

    def __init__(self, declaration: RateLimit, name: str) -> None:
        self.name = name
        self.declaration = declaration
        self.window = timedelta(seconds=declaration.window)
        self._limit = declaration.limit
        self._plans: dict[str, tuple[int | None, datetime]] = {}
        self._prefix = f"{name}:{declaration.window}:"
        self._quoted = f'"{name}"'

    def limit_of(self, caller: Identity) -> int | None:
        """What a caller may use in a window; None for no limit.

        Args:
            caller: The caller.
        """
        exempt = self.declaration.exempt
        if exempt is not None and exempt(caller):
            return None
        return self._planned(caller, self._limit) if callable(self._limit) else self._limit

    def _planned(self, caller: Identity, plan: Plan) -> int | None:
        key, moment = caller.key, now()
        known = self._plans.get(key)
        if known is not None and known[1] > moment:
            return known[0]
        limit = plan(caller)
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 0):
            raise TypeError(f"The limit {self.name!r} of {key} is {limit!r}; expected a number of requests, or None.")
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        self._plans[key] = limit, moment + _PLAN
        return limit

    def cost_of(self, call: Call) -> int:
        """What a request uses.

        Args:
            call: The request.
        """
        cost = self.declaration.cost
        return cost(call) if callable(cost) else cost

    def key_of(self, call: Call, caller: Identity) -> str:
        """The key under which a request is counted.

        Args:
            call: The request.
            caller: The caller.
        """
        by = self.declaration.by
        key = self._prefix + (_caller_key(caller) if by is None else f"by:{by(call)}")
        return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()

    def field(self, limit: int) -> str:
        """The limit, as an item of `RateLimit-Policy`.

        Args:
            limit: What the caller may use in a window.
        """
        return f"{self._quoted};q={limit};w={self.declaration.window}"

    def rest(self, left: int, seconds: int) -> str:
        """What is left of it, as an item of `RateLimit`.

        Args:
            left: What is left.
            seconds: When the window ends.
        """
        return f"{self._quoted};r={left};t={seconds}"


def _caller_key(caller: Identity) -> str:
    """The caller, by account or by network: every customer has 2**64 addresses of IPv6."""
    return caller.key if caller.kind != "address" else f"address:{_network_of(str(caller.id))}"


_network_of = lru_cache(maxsize=4096)(network_of)


def policies_for(route: Any) -> tuple[Policy, ...]:
    """The limits that apply to a route.

    Args:
        route: Its declaration, or as much of it as `declarations_for` needs.
    """
    found = [(place, each) for place, each in declarations_for(route, RateLimit) if each.limit is not None]
    places = [place for place, _ in found]
    return tuple(
        Policy(each, each.name or (place if places.count(place) == 1 else f"{place}:{each.window}"))
        for place, each in found
    )
