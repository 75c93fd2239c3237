"""The background tasks of accounts, apart from resets."""

from typing import Any

from flask import current_app

from beastmode.accounts.desk import current_desk
from beastmode.core.background import Task
from beastmode.core.mailing import mailer_of


def _send_link(user_id: str) -> None:
    """Email a link that proves an address; see `Verification.send_link`."""
    desk = current_desk()
    if desk.verification is not None:
        desk.verification.send_link(desk.read_id(user_id))


def _send_welcome(email: str) -> None:
    """Email whoever registered; see `Verification.send_welcome`."""
    verification = current_desk().verification
    if verification is not None:
        verification.send_welcome(email)


def _notify(template: str, to: str, context: dict[str, Any]) -> None:
    """Email a user what happened to their account."""
    send = mailer_of(current_app)
    if send is not None:
        send(template, to=to, **context)


def _delete(user_id: str) -> None:
    """Delete an account; see `Deletions.carry_out`."""
    desk = current_desk()
    if desk.deletions is not None:
        desk.deletions.carry_out(desk.read_id(user_id))


SEND_PROOF = Task("beastmode.accounts.send_proof", _send_link, queue="mail", attempts=5)
SEND_WELCOME = Task("beastmode.accounts.send_welcome", _send_welcome, queue="mail", attempts=5)
NOTIFY = Task("beastmode.accounts.notify", _notify, queue="mail", attempts=5)
DELETE = Task("beastmode.accounts.delete", _delete, attempts=5)
