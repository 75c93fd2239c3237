"""How often somebody may try: one count in SQL for all processes, raised before any password is looked at."""

import hashlib
import ipaddress
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

from sqlalchemy import Executable, case

from beastmode.accounts.inserts import INSERTS
from beastmode.accounts.models import LoginAttempt
from beastmode.accounts.purging import PURGE_EVERY, delete_some
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.db import Database

__all__ = ["Action", "Attempts"]

Action = Literal["login", "register"]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Counts attempts by e-mail address and by IP address, and refuses those that are too many.

    Args:
        database: Where the counts are kept.
        per_email: Attempts a minute for one e-mail address, each action by itself.
        per_address: Attempts a minute from one IP address, all actions together.
    """

    database: Database
    per_email: int
    per_address: int
    _made: "count[int]" = field(default_factory=lambda: count(1), repr=False, compare=False)

    def count(self, action: Action, email: str, address: str) -> None:
        """Count one attempt, whatever will become of it.

        Args:
            action: What is attempted.
            email: The e-mail address that it is attempted for, in lower case.
            address: The client's IP address.

        Raises:
            Problem: 429 with `Retry-After`, if it is one too many.
        """
        # The client first: who is refused by IP address must not spend what the owner of an e-mail address may do.
        self._spend(f"address:{network(address)}", self.per_address)
        self._spend(f"{action}:{hashlib.sha256(email.encode()).hexdigest()}", self.per_email)
        if next(self._made) % PURGE_EVERY == 0:
            self.purge()

    def purge(self) -> None:
        """Delete rows whose minute is over, at most 1000 at once."""
        with self.database.engine.begin() as connection:
            connection.execute(delete_some(LoginAttempt.key, LoginAttempt.resets_at <= now()))

    def _spend(self, key: str, limit: int) -> None:
        moment = now()
        # A connection of its own: whatever the request does to its transaction, the attempt stays counted.
        with self.database.engine.begin() as connection:
            made, resets_at = connection.execute(upsert(connection.dialect.name, key, moment)).one()
        if made > limit:
            wait = max(1, math.ceil((resets_at - moment).total_seconds()))
            raise Problem(429, f"Too many attempts; try again in {wait} s.", headers={"Retry-After": str(wait)})


def upsert(dialect: str, key: str, moment: datetime) -> Executable:
    """One statement that counts an attempt and tells how many there were and when the count begins anew.

    Args:
        dialect: "postgresql" or "sqlite".
        key: Who attempts what.
        moment: The current moment.
    """
    is_over = LoginAttempt.resets_at <= moment
    end = moment + MINUTE
    statement = INSERTS[dialect](LoginAttempt).values(key=key, count=1, resets_at=end)
    counted: Executable = statement.on_conflict_do_update(
        index_elements=[LoginAttempt.key],
        set_={
            "count": case((is_over, 1), else_=LoginAttempt.count + 1),
            "resets_at": case((is_over, end), else_=LoginAttempt.resets_at),
        },
    ).returning(LoginAttempt.count, LoginAttempt.resets_at)
    return counted


def network(address: str) -> str:
    """Whom an IP address stands for: itself, or for IPv6 its /64, all of which one customer has (RFC 6177).

    Args:
        address: The client's address as the server knows it.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed.packed[:8] + bytes(8), 64)))
