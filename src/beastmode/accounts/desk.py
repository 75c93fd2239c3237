"""The services that the routes of accounts use, one set per application."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

from beastmode.core.attempts import Action
from beastmode.core.caller import AccountId
from beastmode.core.identity import Authenticator

if TYPE_CHECKING:
    from beastmode.accounts.emails.verification import Verification
    from beastmode.accounts.own.account import OwnAccount
    from beastmode.accounts.own.deletions import Deletions
    from beastmode.accounts.passwords.change import PasswordChange
    from beastmode.accounts.passwords.resets import Resets
    from beastmode.accounts.registration import Registration
    from beastmode.accounts.roles import AccountRoles
    from beastmode.accounts.sessions.session_list import SessionList
    from beastmode.accounts.sign_in import SignIn

DESK = "beastmode.accounts.desk"


@dataclass(frozen=True, slots=True)
class Desk:
    """The services of one application.

    Attributes:
        count_attempt: Counts an attempt for an email address from an IP address, and refuses one too many.
        registration: Creates users.
        sign_in: Logs them in and out.
        is_open: Whether anyone may register.
        session_list: Lists and ends the sessions of a user.
        password_change: Changes the password of those who know it.
        own_account: Reads and changes the account of the caller.
        read_id: Parses a user's ID.
        roles: Grants and revokes the roles of users.
        resets: Sets new passwords for those who forgot theirs; None if that is not possible.
        verification: Proves email addresses; None without mail.
        deletions: Deletes accounts; None without jobs.
        authenticate: Identifies callers by access token.
    """

    count_attempt: Callable[[Action, str, str], None]
    registration: "Registration"
    sign_in: "SignIn"
    is_open: bool
    session_list: "SessionList"
    password_change: "PasswordChange"
    own_account: "OwnAccount"
    read_id: Callable[[str], AccountId]
    roles: "AccountRoles"
    resets: "Resets | None" = None
    verification: "Verification | None" = None
    deletions: "Deletions | None" = None
    authenticate: Authenticator | None = None


def current_desk() -> Desk:
    """The desk of the current application."""
    desk: Desk = current_app.extensions[DESK]
    return desk
