"""The limit on attempts: counted in SQL for all processes, before the password is checked."""

import hashlib
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Executable, case, select

from beastmode.core.addresses import network_of
from beastmode.core.attempts import Action, HasLoggedIn
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.db import Database
from beastmode.db.inserts import INSERTS
from beastmode.db.purging import PURGE_EVERY, delete_some
from beastmode.limits.models import LoginAttempt

_Made = tuple[str, int, datetime]
"""A key, the number of its attempts, and when its minute ends."""
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
        database: The database with the counts.
        per_email: Attempts per minute for one email address from one network, for each action.
        per_address: Attempts per minute from one network, for all actions together.
    """

    database: Database
    per_email: int
    per_address: int
    _made: "count[int]" = field(default_factory=lambda: count(1), repr=False, compare=False)

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
        over = {key: ends for key, made, ends in self._made_so_far(limits, moment) if made >= limits[key]}
        if everywhere in over and has_logged_in(email, origin):
            del over[everywhere], limits[everywhere]
        _refuse(over.values(), moment)
        counted = self._add(limits, moment)
        # If several concurrent attempts were below the limit, those that exceed it now are refused.
        _refuse([ends for key, made, ends in counted if made > limits[key]], moment)
        if next(self._made) % PURGE_EVERY == 0:
            self.purge()

    def purge(self) -> None:
        """Delete rows whose minute is over, at most 1000 at a time."""
        with self.database.engine.begin() as connection:
            connection.execute(delete_some(LoginAttempt.key, LoginAttempt.resets_at <= now()))

    def _made_so_far(self, keys: Iterable[str], moment: datetime) -> Sequence[_Made]:
        statement = select(LoginAttempt.key, LoginAttempt.count, LoginAttempt.resets_at).where(
            LoginAttempt.key.in_(list(keys)), LoginAttempt.resets_at > moment
        )
        with self.database.reader.connect() as connection:
            return [(key, made, ends) for key, made, ends in connection.execute(statement)]

    def _add(self, keys: Iterable[str], moment: datetime) -> Sequence[_Made]:
        # A separate connection: whatever the request does with its transaction, the attempt remains counted.
        with self.database.engine.begin() as connection:
            counted: Any = connection.execute(_upsert(connection.dialect.name, keys, moment))
            return [(key, made, ends) for key, made, ends in counted]


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


def _refuse(ends: Collection[datetime], moment: datetime) -> None:
    """Do nothing if no limit is reached.

    Args:
        ends: When the minute of each limit that was reached ends.
        moment: The current moment.

    Raises:
        Problem: 429 with the seconds until the last of them ends.
    """
    if ends:
        wait = max(1, math.ceil((max(ends) - moment).total_seconds()))
        raise Problem(429, f"Too many attempts; try again in {wait} s.", headers={"Retry-After": str(wait)})


def _upsert(dialect: str, keys: Iterable[str], moment: datetime) -> Executable:
    """One statement that counts an attempt under several keys, and returns the counts and their ends.

    Args:
        dialect: "postgresql" or "sqlite".
        keys: The keys.
        moment: The current moment.
    """
    is_over = LoginAttempt.resets_at <= moment
    end = moment + _MINUTE
    # In a fixed order: two statements that lock the same rows in different orders would wait for each other.
    rows = [{"key": key, "count": 1, "resets_at": end} for key in sorted(keys)]
    counted: Executable = (
        INSERTS[dialect](LoginAttempt)
        .values(rows)
        .on_conflict_do_update(
            index_elements=[LoginAttempt.key],
            set_={
                "count": case((is_over, 1), else_=LoginAttempt.count + 1),
                "resets_at": case((is_over, end), else_=LoginAttempt.resets_at),
            },
        )
        .returning(LoginAttempt.key, LoginAttempt.count, LoginAttempt.resets_at)
    )
    return counted
