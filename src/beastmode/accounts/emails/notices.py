"""Emails that tell users what happened to their account."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from beastmode.accounts.models import Session
from beastmode.accounts.sessions.devices import device_of
from beastmode.core.addresses import bare_address
from beastmode.core.background import Task, in_background
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.db import Database

_LATEST = 200
"""How many of a user's sessions are compared, the latest first: a login must cost the same for everyone."""


@dataclass(frozen=True, slots=True)
class Notices:
    """Sends such emails, by a job.

    Args:
        database: The application's database.
        user: The project's User model.
        task: Sends one; None if the application sends no email, and then nothing is done.
        tells_devices: Whether users are told of a login on a new device.
    """

    database: Database
    user: Any
    task: Task | None
    tells_devices: bool = True

    def tell(self, template: str, to: str, **context: Any) -> None:
        """Have an email sent, in the current transaction.

        Args:
            template: The name of its templates.
            to: The address.
            context: The variables of the templates, as JSON values.
        """
        if self.task is not None:
            in_background(self.task, template=template, to=to, context={"time": _shown(now()), **context})

    def tell_of_device(self, user_id: AccountId, session_id: str, user_agent: str, address: str) -> None:
        """Tell a user of a login on a device or from a network that none of their sessions has had.

        A first login is no news. Devices are compared without versions, networks by their first 16 bits (IPv6: 32),
        since a provider gives its customers different addresses.

        Args:
            user_id: The user.
            session_id: The new session.
            user_agent: The `User-Agent` header of the login.
            address: The IP address of the login.
        """
        if self.task is None or not self.tells_devices:
            return
        statement = (
            select(Session.user_agent, Session.address, self.user.email)
            .join(self.user, self.user.id == Session.user_id)
            .where(Session.user_id == user_id, Session.id != session_id)
            .order_by(Session.created_at.desc())
            .limit(_LATEST)
        )
        rows = self.database.execute(statement).all()
        device, network = device_of(user_agent), _network(address)
        if rows and not any(device_of(row.user_agent) == device and _network(row.address) == network for row in rows):
            self.tell("new_device", rows[0].email, device=device, address=address)


def _network(address: str) -> str:
    """The part of an IP address that stays the same while a provider changes the rest."""
    try:
        parsed = ipaddress.ip_address(bare_address(address))
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 16 if parsed.version == 4 else 32), strict=False))


def _shown(moment: datetime) -> str:
    """A time, for people."""
    return moment.strftime("%d %B %Y, %H:%M UTC")
