"""The schemas of the routes; those that depend on the project's User are generated from it."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

import marshmallow as ma
from marshmallow import ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from beastmode.accounts.emails.addresses import EmailAddress
from beastmode.accounts.grants import GrantSchema
from beastmode.accounts.offers import Offers
from beastmode.accounts.passwords.hashing import LONGEST, SHORTEST
from beastmode.accounts.registration import longest_name
from beastmode.api import Schema
from beastmode.core.secrets import SecretText

_NEW_PASSWORD = {"minLength": SHORTEST, "maxLength": LONGEST, "format": "password"}
"""The limits of a new password, for the document; the service checks it."""
_ID_FIELDS: dict[type, type[fields.Field[Any]]] = {int: fields.Integer, UUID: fields.UUID}


class _SecretField(fields.String):
    """A password or token in a request, passed to the view as a string that `repr` does not show."""

    def _deserialize(self, *arguments: Any, **others: Any) -> SecretText:
        return SecretText(super()._deserialize(*arguments, **others))


class RefreshSchema(Schema):
    """The refresh token of the last grant."""

    refresh_token = _SecretField(required=True)


class ResetSchema(Schema):
    """Whose password is forgotten."""

    email = EmailAddress()


class NewPasswordSchema(Schema):
    """A new password, and the token from the mail."""

    token = _SecretField(required=True, validate=Length(1, 512))
    password = _SecretField(required=True, metadata=_NEW_PASSWORD)


class ChangePasswordSchema(Schema):
    """The current password and the new one."""

    current_password = _SecretField(required=True, validate=Length(1, LONGEST), metadata={"format": "password"})
    new_password = _SecretField(required=True, metadata=_NEW_PASSWORD)


class VerifyEmailSchema(Schema):
    """The token from the mail."""

    token = _SecretField(required=True, validate=Length(1, 512))


class ChangeEmailSchema(Schema):
    """The new address, and the password."""

    email = EmailAddress()
    password = _SecretField(required=True, validate=Length(1, LONGEST), metadata={"format": "password"})


class SessionSchema(Schema):
    """An open session."""

    id = fields.String()
    device = fields.String(metadata={"description": "The browser and the system, as the client names them."})
    address = fields.String(metadata={"description": "The IP address that it was opened from."})
    created_at = fields.DateTime(metadata={"description": "When it was opened, or the password changed in it."})
    last_seen_at = fields.DateTime(metadata={"description": "When it was opened or last refreshed."})
    is_current = fields.Boolean(metadata={"description": "Whether it is the session of this request."})


class CsrfSchema(Schema):
    """The CSRF token of a session in a cookie."""

    csrf_token = fields.String(metadata={"description": "To be sent as `X-CSRF-Token` by requests that write."})


class KeySchema(Schema):
    """An API key, without the key itself."""

    id = fields.String()
    name = fields.String()
    scopes = fields.List(fields.String())
    created_at = fields.DateTime()
    expires_at = fields.DateTime(allow_none=True)
    last_used_at = fields.DateTime(allow_none=True, metadata={"description": "To the minute."})


class MadeKeySchema(KeySchema):
    """A new API key, with the key itself, which is shown only once."""

    key = fields.String(metadata={"description": "The key; store it now, as it is not shown again."})


def new_key_schema(scopes: Collection[str]) -> Schema:
    """The schema of a new API key.

    Args:
        scopes: The scopes that exist.
    """
    known = sorted(scopes)
    about = "What it may be used for: `read`, `write`, and names of permissions."
    parts: dict[str, Any] = {
        "name": fields.String(required=True, validate=Length(1, 100), metadata={"description": "What it is for."}),
        "scopes": fields.List(
            fields.String(validate=OneOf(known)),
            required=True,
            validate=Length(1, len(known)),
            metadata={"description": about},
        ),
        "expires_in_days": fields.Integer(
            strict=True,
            allow_none=True,
            # Ten years: longer than a key should be used.
            validate=Range(1, 3660),
            metadata={"description": "After how many days it expires; null for never."},
        ),
    }
    return _named("NewKeySchema", "A new API key.", parts)()


def account_schema(user: Any) -> Schema:
    """The schema of a user's own account.

    Args:
        user: The project's User model.
    """
    shown: dict[str, fields.Field[Any]] = {
        "id": _ID_FIELDS.get(user.__table__.c.id.type.python_type, fields.String)(),
        "email": fields.String(),
        "is_active": fields.Boolean(),
        "created_at": fields.DateTime(),
    }
    if longest_name(user) is not None:
        shown["name"] = fields.String()
    return _named("Account", "The user's account.", shown)()


def own_account_schema(user: Any, offers: Offers) -> Schema:
    """The schema of a user's own account, with what mail and jobs add to it.

    Args:
        user: The project's User model.
        offers: What the routes can do.
    """
    shown = dict(account_schema(user).fields)
    if offers.proofs:
        text = "Whether you have opened a link that was mailed to this address."
        shown["email_verified"] = fields.Boolean(metadata={"description": text})
    if offers.deletions:
        text = "When the account will be deleted; null if you did not ask for it."
        shown["deletes_at"] = fields.DateTime(allow_none=True, metadata={"description": text})
    name = "OwnAccount" if offers.proofs or offers.deletions else "Account"
    return _named(name, "The user's account.", shown)()


def account_changes_schema(user: Any, offers: Offers) -> Schema:
    """The schema of what users can change about their account.

    Args:
        user: The project's User model.
        offers: What the routes can do.
    """
    taken: dict[str, fields.Field[Any]] = {}
    if (longest := longest_name(user)) is not None:
        taken["name"] = fields.String(validate=Length(1, longest))
    if offers.deletions:
        text = "Only null, which keeps an account that would be deleted."
        taken["deletes_at"] = fields.DateTime(
            allow_none=True, validate=_refuse_a_moment, metadata={"description": text}
        )
    return _named("AccountChanges", "What to change about the user's account.", taken)()


def _refuse_a_moment(_: Any) -> None:
    """Refuse anything but null, which marshmallow does not validate."""
    raise ValidationError("Only null is possible here; delete the account to set a time.")


def login_schema(user: Any, log_in_with: str) -> type[Schema]:
    """The schema of the credentials for a login.

    Args:
        user: The project's User model.
        log_in_with: The column that users log in with.
    """
    parts = {
        log_in_with: _login_field(user, log_in_with),
        "password": _SecretField(required=True, validate=Length(1, LONGEST), metadata={"format": "password"}),
    }
    return _named("LoginSchema", "Credentials for a login.", parts)


def _login_field(user: Any, name: str) -> fields.Field[Any]:
    """The field of the column that users log in with."""
    if name == "email":
        return EmailAddress()
    return fields.String(required=True, validate=Length(1, user.__table__.columns[name].type.length or 255))


def grant_schema(further: type[ma.Schema] | None) -> type[ma.Schema]:
    """The schema of the response to a login.

    Args:
        further: Further fields of the user; None for none.
    """
    return GrantSchema if further is None else type("LoginGrant", (GrantSchema, further), {"__doc__": further.__doc__})


def registration_schema(
    user: Any,
    weaknesses: Callable[[str], list[str]],
    *,
    further: type[ma.Schema] | None = None,
    log_in_with: str = "email",
) -> Schema:
    """The schema of a registration.

    The document has the limits of the password, but the service checks it, because a registered address takes
    precedence.

    Args:
        user: The project's User model.
        weaknesses: What is wrong with a password, in sentences.
        further: A schema of further fields; None for none.
        log_in_with: The column that users log in with.
    """
    taken: dict[str, Any] = {
        "email": EmailAddress(),
        "password": _SecretField(required=True, metadata=_NEW_PASSWORD),
    }
    theirs = set() if further is None else set(further().fields)
    if (longest := longest_name(user)) is not None and "name" not in theirs:
        taken["name"] = fields.String(validate=Length(1, longest))
    if log_in_with != "email" and log_in_with not in theirs:
        taken[log_in_with] = _login_field(user, log_in_with)

    def handle_error(_: Schema, error: ValidationError, data: Any, **__: Any) -> None:
        # The request is refused anyway, so it should report every problem at once.
        password = data.get("password") if isinstance(data, dict) else None
        if isinstance(password, str) and isinstance(error.messages, dict) and (wrong := weaknesses(password)):
            error.messages.setdefault("password", wrong)

    parts = {**taken, "handle_error": handle_error}
    return _named("RegistrationSchema", "A new user.", parts, *filter(None, [further]))()


def _named(name: str, sentence: str, parts: dict[str, Any], *bases: type[ma.Schema]) -> type[Schema]:
    """A schema class with this name, which is also the name of its component in the document."""
    return type(
        name,
        (*bases, Schema) if not any(issubclass(base, Schema) for base in bases) else bases,
        {"__doc__": sentence, "__module__": __name__, **parts},
    )
