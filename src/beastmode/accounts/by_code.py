"""Logging users in by code: what the routes of accounts do, for routes of the project."""

from typing import TYPE_CHECKING

from flask import has_request_context, request

from beastmode.accounts.desk import Desk, current_desk
from beastmode.core.caller import AccountId
from beastmode.core.errors import Problem

if TYPE_CHECKING:
    from beastmode.accounts.grants import Grant


def check_password(login: str, password: str) -> AccountId:
    """The ID of the active user with this login and password, after the attempt was counted.

    Args:
        login: The value of the column that users log in with.
        password: The password.

    Raises:
        Problem: 401 or 429.
    """
    desk = _counted(login)
    return desk.sign_in.check(desk.sign_in.normal(login), password)


def log_in(login: str, password: str) -> "Grant":
    """The tokens of a new session for the user with this login and password, after the attempt was counted.

    Args:
        login: The value of the column that users log in with.
        password: The password.

    Raises:
        Problem: 401 or 429.
    """
    desk, (agent, address) = _counted(login), _client()
    return desk.sign_in.log_in(desk.sign_in.normal(login), password, user_agent=agent, address=address)


def open_session(user_id: AccountId) -> "Grant":
    """The tokens of a new session for a user.

    Args:
        user_id: The user's ID.

    Raises:
        Problem: 403 if the user has been deleted or deactivated.
    """
    agent, address = _client()
    grant = current_desk().sign_in.open(user_id, user_agent=agent, address=address)
    if grant is None:
        raise Problem(403, "This account does not exist, or was deactivated")
    return grant


def end_sessions(user_id: AccountId) -> None:
    """End all sessions of a user.

    Args:
        user_id: The user's ID.
    """
    current_desk().session_list.end_all_of(user_id)


def _counted(login: str) -> Desk:
    """The services, after an attempt to log in was counted."""
    desk = current_desk()
    desk.count_attempt("login", desk.sign_in.normal(login), _client()[1])
    return desk


def _client() -> tuple[str, str]:
    """The `User-Agent` and the IP address of the current request; outside of one, none."""
    if not has_request_context():
        return "", "unknown"
    return request.headers.get("User-Agent", ""), request.remote_addr or "unknown"
