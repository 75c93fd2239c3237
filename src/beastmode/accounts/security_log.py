"""Security events of accounts, in the log: what happened to which account, never what was typed."""

import logging
from functools import partial
from typing import Any

from beastmode.core.caller import AccountId
from beastmode.core.events import after_commit

log = logging.getLogger("beastmode.accounts")


def note(event: str, user_id: AccountId, **details: Any) -> None:
    """Log an event at INFO after the current changes are committed; the request ID leads to the address it came from.

    Args:
        event: What happened, such as "Password changed".
        user_id: Whose account it is.
        details: Further fields of the line; no secrets, and nothing that a person typed.
    """
    after_commit(partial(log.info, event, extra={"user": str(user_id), **details}))


def note_failed_login(user_id: AccountId | None, reason: str) -> None:
    """Log a failed login as a warning, although the request is rolled back.

    The login that was sent is left out: people type passwords into that field.

    Args:
        user_id: The user whose login it is; None if there is no such user.
        reason: Why it failed; the client is not told.
    """
    log.warning("Login failed", extra={"user": "-" if user_id is None else str(user_id), "reason": reason})
