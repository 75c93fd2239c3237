"""The services that the routes of accounts use, one set per application."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from beastmode.accounts.attempts import Attempts
    from beastmode.accounts.registration import Registration
    from beastmode.accounts.sign_in import SignIn

__all__ = ["DESK", "Desk", "current_desk"]

DESK = "beastmode.accounts.desk"


@dataclass(frozen=True, slots=True)
class Desk:
    """The services of one application.

    Attributes:
        attempts: Counts login attempts.
        registration: Creates users.
        sign_in: Logs them in and out.
        is_open: Whether anyone may register.
    """

    attempts: "Attempts"
    registration: "Registration"
    sign_in: "SignIn"
    is_open: bool


def current_desk() -> Desk:
    """The desk of the current application."""
    desk: Desk = current_app.extensions[DESK]
    return desk
