"""The routes of a logged-in user for their own account."""

from typing import Any

from sqlalchemy import bindparam

from beastmode.accounts.desk import current_desk
from beastmode.accounts.offers import Offers
from beastmode.accounts.own.routes import NOT_STORED, logged_in
from beastmode.accounts.schemas import SessionSchema, account_changes_schema, account_schema, own_account_schema
from beastmode.accounts.tokens.access import invalid_token
from beastmode.api import Answer, Blueprint
from beastmode.core.errors import Problem
from beastmode.core.identity import current_identity
from beastmode.query import loading

_DOWNLOAD = {**NOT_STORED, "Content-Disposition": 'attachment; filename="account.json"'}


def add_me(auth: Blueprint, user: Any, offers: Offers) -> None:
    """The routes that show, change, export and delete the account of the caller.

    Args:
        auth: The routes under `/auth`.
        user: The project's User model.
        offers: What the routes can do.
    """
    if offers.proofs or offers.deletions:
        _add_detailed_me(auth, user, offers)
    else:
        _add_plain_me(auth, user)
    _add_changes(auth, user, offers)
    _add_export(auth, user, offers)
    if offers.deletions:
        _add_deletion(auth)


def _add_plain_me(auth: Blueprint, user: Any) -> None:
    """The route that shows the account, as a loading."""
    schema = account_schema(user)
    account = loading(schema, user).where(user.id == bindparam("user_id"), user.is_active)

    @auth.get("/me", returns=schema)
    def me() -> Answer:
        """Get your own account."""
        details = account.bind(user_id=current_identity().id).first()
        if details is None:
            # The user was deleted or deactivated after the token was issued.
            raise invalid_token()
        return Answer(details, headers=NOT_STORED)


def _add_detailed_me(auth: Blueprint, user: Any, offers: Offers) -> None:
    """The route that shows the account, with what mail and jobs add to it."""

    @auth.get("/me", returns=own_account_schema(user, offers))
    def me() -> Answer:
        """Get your own account."""
        return Answer(current_desk().own_account.of(current_identity().id), headers=NOT_STORED)


def _add_changes(auth: Blueprint, user: Any, offers: Offers) -> None:
    """The route that changes the account; none if it has nothing that could be changed."""
    accepts = account_changes_schema(user, offers)
    if not accepts.fields:
        return

    @auth.patch("/me", accepts=accepts, returns=own_account_schema(user, offers), errors=(403,))
    def update_me(changes: dict[str, Any]) -> Answer:
        """Change your own account.

        The email address and the password have routes of their own.
        """
        return Answer(current_desk().own_account.change(logged_in().id, changes), headers=NOT_STORED)


def _add_export(auth: Blueprint, user: Any, offers: Offers) -> None:
    """The route that exports the account."""
    account, session = own_account_schema(user, offers), SessionSchema()

    @auth.get("/me/export", errors=(403,))
    def export_me() -> Answer:
        """Export everything that is stored about you."""
        return Answer(current_desk().own_account.export(logged_in(), account.dump, session.dump), headers=_DOWNLOAD)


def _add_deletion(auth: Blueprint) -> None:
    """The route that deletes the account."""

    @auth.delete("/me", status=202, errors=(403,))
    def delete_me() -> Answer:
        """Delete your account, after some days in which you can change your mind.

        `deletes_at` of your account says when. Until then, PATCH it with null to keep the account.
        """
        desk, caller = current_desk(), logged_in()
        if desk.deletions is None:
            raise Problem(403, "Accounts cannot be deleted here")
        account = desk.own_account.of(caller.id)
        due_at = desk.deletions.ask(account.id, account.email)
        message = f"Your account will be deleted on {due_at:%d %B %Y}. Until then you can change your mind."
        return Answer({"deletes_at": due_at}, message=message, headers=NOT_STORED)
