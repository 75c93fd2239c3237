"""What the routes of sign-in work with, kept with the application that they answer for."""

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
        attempts: Counts who tries.
        registration: Makes users.
        sign_in: Signs them in and out.
        is_open: Whether anybody may register.
    """

    attempts: "Attempts"
    registration: "Registration"
    sign_in: "SignIn"
    is_open: bool


def current_desk() -> Desk:
    """The desk of the current application."""
    desk: Desk = current_app.extensions[DESK]
    return desk
