"""The routes of a logged-in user for their own sessions and password."""

from typing import Any

from flask import request

from beastmode.accounts.desk import current_desk
from beastmode.accounts.schemas import ChangePasswordSchema, SessionSchema
from beastmode.api import Answer, Blueprint
from beastmode.core.errors import Problem
from beastmode.core.identity import Identity, current_identity

# What belongs to one user must not be stored in any cache on the way (RFC 6749, section 5.1).
NOT_STORED = {"Cache-Control": "no-store"}


def add_sessions(auth: Blueprint) -> None:
    """The routes that list and end sessions.

    Args:
        auth: The routes under `/auth`.
    """

    @auth.get("/sessions", returns=SessionSchema, many=True)
    def list_sessions() -> Answer:
        """List your open sessions, the last seen first."""
        return Answer(current_desk().session_list.of(current_identity()), headers=NOT_STORED)

    @auth.delete("/sessions/<string:session_id>", errors=(403, 404))
    def end_session(session_id: str) -> Answer:
        """End one of your sessions: none of its tokens is accepted any more."""
        current_desk().session_list.end(logged_in(), session_id)
        return Answer(message="The session has ended", headers=NOT_STORED)

    @auth.post("/logout-all", errors=(403,))
    def logout_all() -> Answer:
        """Log out everywhere: end all your sessions, with this one."""
        current_desk().session_list.end_all(logged_in())
        return Answer(message="Logged out everywhere", headers=NOT_STORED)


def add_password(auth: Blueprint) -> None:
    """The route that changes a password.

    Args:
        auth: The routes under `/auth`.
    """

    @auth.post("/change-password", accepts=ChangePasswordSchema, errors=(403, 429))
    def change_password(asked: dict[str, Any]) -> Answer:
        """Change your password.

        All your other sessions end; this one continues. Limited like logins.
        """
        caller, desk = logged_in(), current_desk()
        account = desk.password_change.account_of(caller)
        desk.count_attempt("login", account.login, client_address())
        desk.password_change.change(caller, account, asked["current_password"], asked["new_password"])
        return Answer(message="Your password was changed. Your other sessions have ended.", headers=NOT_STORED)


def logged_in() -> Identity:
    """The caller of the request, who has logged in.

    Raises:
        Problem: 403 for a caller without a session, such as a program with a key of its own.
    """
    caller = current_identity()
    if caller.session_id is None:
        raise Problem(403, "Log in to do this: only a session may change how the account is protected")
    return caller


def client_address() -> str:
    """The IP address of the client, as the server knows it."""
    return request.remote_addr or "unknown"
