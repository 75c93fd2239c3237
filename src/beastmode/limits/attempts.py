"""The limit on attempts: counted in SQL for all processes, before the password is checked."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from beastmode.core.addresses import network_of
from beastmode.core.attempts import Action, HasLoggedIn
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.limits.counts import SqlCounts

_MINUTE = timedelta(minutes=1)
_EVERYWHERE = 10
"""All networks together may try one email address this many times as often as a single network."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Counts attempts by email address and network, and refuses them if there are too many.

    The limit applies to the combination, so that an attacker who guesses a password does not lock out its owner. The
    email address alone has a limit ten times as high, against guesses from many networks; networks that the account has
    logged in from before are exempt from it.

    Args:
        counts: The counts, in SQL. Not in Redis, even if there is one: a login needs the database anyway, and its limit
            must hold when Redis is down.
        per_email: Attempts per minute for one email address from one network, for each action.
        per_address: Attempts per minute from one network, for all actions together.
    """

    counts: SqlCounts
    per_email: int
    per_address: int

    def count(self, action: Action, email: str, address: str, has_logged_in: HasLoggedIn) -> None:
        """Count one attempt, whatever its result; a refused one is not counted, and writes nothing.

        Args:
            action: What is attempted.
            email: The email address, in lowercase.
            address: The client's IP address.
            has_logged_in: Whether the account of the address has logged in from a network before.

        Raises:
            Problem: 429 with `Retry-After` if there are too many.
        """
        moment, origin = now(), network_of(address)
        everywhere = _key_of(action, email)
        limits = {
            f"address:{origin}": self.per_address,
            _key_of(action, email, origin): self.per_email,
            everywhere: self.per_email * _EVERYWHERE,
        }
        over = {key: ends for key, made, ends in self.counts.read(limits, moment) if made >= limits[key]}
        if everywhere in over and has_logged_in(email, origin):
            del over[everywhere], limits[everywhere]
        _refuse(over, limits, moment)
        counted = self.counts.add(limits, 1, _MINUTE, moment)
        # If several concurrent attempts were below the limit, those that exceed it now are refused.
        _refuse({key: ends for key, made, ends in counted if made > limits[key]}, limits, moment)


def _key_of(action: Action, email: str, origin: str | None = None) -> str:
    """The key that counts an action for an email address, which is not stored in plain text.

    Args:
        action: What is attempted.
        email: The email address.
        origin: The network of the client; None for all of them.
    """
    if origin is None:
        return f"everywhere:{action}:{hashlib.sha256(email.encode()).hexdigest()}"
    return f"{action}:{hashlib.sha256(f'{email} {origin}'.encode()).hexdigest()}"


def _refuse(over: Mapping[str, datetime], limits: Mapping[str, int], moment: datetime) -> None:
    """Do nothing if no limit is reached.

    Args:
        over: The keys whose limit is reached, with the ends of their minutes.
        limits: The limit of each key.
        moment: The current moment.

    Raises:
        Problem: 429 with the seconds until the last of them ends, and with the same headers as `rate_limit`.
    """
    if over:
        last = max(over, key=lambda key: over[key])
        wait = max(1, math.ceil((over[last] - moment).total_seconds()))
        headers = {
            "Retry-After": str(wait),
            "RateLimit-Policy": f'"attempts";q={limits[last]};w=60',
            "RateLimit": f'"attempts";r=0;t={wait}',
        }
        raise Problem(429, f"Too many attempts; try again in {wait} s.", headers=headers)
