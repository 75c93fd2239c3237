"""The routes that prove and change an email address."""

from typing import Any

from beastmode.accounts.desk import current_desk
from beastmode.accounts.emails.verification import Verification
from beastmode.accounts.own.routes import NOT_STORED, client_address, logged_in
from beastmode.accounts.schemas import ChangeEmailSchema, VerifyEmailSchema
from beastmode.api import Answer, Blueprint
from beastmode.core.errors import Problem


def add_proofs(auth: Blueprint) -> None:
    """The routes that prove and change an email address.

    Args:
        auth: The routes under `/auth`.
    """

    @auth.post("/verify-email", accepts=VerifyEmailSchema, public=True, errors=(400, 403))
    def verify_email(proof: dict[str, Any]) -> Answer:
        """Verify an email address with the token from the mail.

        The token can be used once. If you asked to change your address, it changes now.
        """
        _verification().confirm(proof["token"])
        return Answer(message="Your email address is verified.", headers=NOT_STORED)

    @auth.post("/verify-email/resend", errors=(403, 429))
    def resend_verification() -> Answer:
        """Get another mail to verify your email address.

        Earlier links end. Limited per email address and network.
        """
        desk, caller = current_desk(), logged_in()
        account = desk.password_change.account_of(caller)
        desk.count_attempt("reset", account.email, client_address())
        is_sent = _verification().repeat(account.id, account.email)
        message = "A mail with a link is on its way." if is_sent else "Your email address is already verified."
        return Answer(message=message, headers=NOT_STORED)

    @auth.post("/change-email", accepts=ChangeEmailSchema, errors=(403, 429))
    def change_email(asked: dict[str, Any]) -> Answer:
        """Change your email address, once the link that is mailed to the new one is opened.

        The response is the same for an address that somebody else has. Limited like logins.
        """
        desk, caller = current_desk(), logged_in()
        account = desk.password_change.account_of(caller)
        desk.count_attempt("login", account.login, client_address())
        desk.count_attempt("reset", asked["email"], client_address())
        desk.password_change.confirm(account, asked["password"], "password")
        _verification().change(account.id, account.email, asked["email"])
        return Answer(message="A mail with a link is on its way to the new address.", headers=NOT_STORED)


def _verification() -> Verification:
    """What proves addresses; an application that shares its routes with another one may have none.

    Raises:
        Problem: 403 if it has none.
    """
    verification = current_desk().verification
    if verification is None:
        raise Problem(403, "Email addresses cannot be verified here")
    return verification
