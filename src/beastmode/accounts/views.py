"""The routes of accounts."""

from typing import Any

from marshmallow import Schema

from beastmode.accounts import by_code
from beastmode.accounts.api_keys.routes import add_api_keys
from beastmode.accounts.browsers.routes import add_browser_sessions
from beastmode.accounts.desk import Desk, current_desk
from beastmode.accounts.emails.routes import add_proofs
from beastmode.accounts.grants import Grant, GrantSchema
from beastmode.accounts.offers import Offers
from beastmode.accounts.options import Options
from beastmode.accounts.own.me_routes import add_me
from beastmode.accounts.own.routes import NOT_STORED, add_password, add_sessions, client_address
from beastmode.accounts.passwords.resets import Resets
from beastmode.accounts.registration import Registration
from beastmode.accounts.schemas import (
    NewPasswordSchema,
    RefreshSchema,
    ResetSchema,
    account_schema,
    grant_schema,
    login_schema,
    registration_schema,
)
from beastmode.api import Answer, Blueprint
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.identity import current_identity
from beastmode.core.secret_responses import SecretResponses
from beastmode.core.security_schemes import SESSIONS
from beastmode.db.session import current_work
from beastmode.query import Dumped


def auth_blueprint(user: Any, options: Options, offers: Offers) -> Blueprint:
    """The routes under `/auth`.

    Args:
        user: The project's User model.
        options: What the project chooses.
        offers: What the routes can do.
    """
    auth = Blueprint(
        "auth",
        version=offers.version,
        url_prefix="/auth",
        description="Registration, login and tokens.",
        defaults=[SecretResponses()],
        # Whatever the API requires of its callers: they must be able to log out.
        permission=(),
        # A key that was made for another program must not change how the account is protected.
        authenticators=[SESSIONS],
    )
    (_add_quiet_registration if offers.hides_taken else _add_registration)(auth, user, options)
    _add_sign_in(auth, user, options)
    if offers.resets:
        _add_resets(auth)
    if offers.proofs:
        add_proofs(auth)
    add_sessions(auth)
    add_password(auth)
    add_me(auth, user, offers)
    if offers.cookies:
        add_browser_sessions(auth, user, options)
    if offers.scopes:
        add_api_keys(auth, offers.scopes)
    if options.routes is not None:
        _keep(auth, options.routes)
    return auth


def _keep(auth: Blueprint, names: frozenset[str]) -> None:
    """Leave out the routes that the project does not name."""
    known = {route.view.__name__: route for route in auth.routes}
    if unknown := sorted(names - known.keys()):
        raise ConfigurationError(
            f"Accounts(routes=...): there is no route {', '.join(unknown)}; the routes are {', '.join(known)}."
        )
    auth.routes = [route for name, route in known.items() if name in names]


def _add_registration(auth: Blueprint, user: Any, options: Options) -> None:
    """The route that creates users."""
    accepts, returns = _registration(user, options), account_schema(user)

    @auth.post("/register", accepts=accepts, returns=returns, status=201, public=True, errors=(400, 403, 429))
    def register(new: dict[str, Any]) -> Answer:
        """Register.

        A registered address returns 400. Limited per email address and network.
        """
        registration, verification = _open_registration(new), current_desk().verification
        and_then = None if verification is None else verification.begin
        return Answer(registration.create(**new, and_then=and_then), headers=NOT_STORED)


def _add_quiet_registration(auth: Blueprint, user: Any, options: Options) -> None:
    """The route that creates users without revealing which addresses are registered."""
    accepts = _registration(user, options)

    @auth.post("/register", accepts=accepts, status=202, public=True, errors=(403, 429))
    def register(new: dict[str, Any]) -> Answer:
        """Register.

        The response is the same for an address that is already registered. Limited per email address and network.
        """
        registration, verification = _open_registration(new), current_desk().verification
        registration.create_quietly(**new)
        if verification is not None:
            verification.begin_quietly(new["email"])
        return Answer(
            message="If this email address was not registered yet, you can now log in with it.", headers=NOT_STORED
        )


def _registration(user: Any, options: Options) -> Schema:
    """The schema of a registration, with the fields that the project adds."""
    return registration_schema(user, _weaknesses, further=options.registration, log_in_with=options.log_in_with)


def _weaknesses(password: str) -> list[str]:
    """What is wrong with a password by the rules of the current application."""
    return current_desk().registration.weaknesses(password)


def _open_registration(new: dict[str, Any]) -> Registration:
    """The service that creates users, after the attempt was counted.

    Raises:
        Problem: 403 if registration is closed, 429 if there were too many attempts.
    """
    desk = current_desk()
    if not desk.is_open:
        raise Problem(403, "Registration is closed")
    desk.count_attempt("register", new["email"], client_address())
    return desk.registration


def _add_sign_in(auth: Blueprint, user: Any, options: Options) -> None:
    """The routes that issue and revoke tokens."""
    accepts, returns = login_schema(user, options.log_in_with), grant_schema(options.log_in_fields)()

    @auth.post("/login", accepts=accepts, returns=returns, public=True, errors=(401, 429))
    def login(credentials: dict[str, Any]) -> Answer:
        """Log in.

        Limited per email address and network.
        """
        grant = by_code.log_in(credentials[options.log_in_with], credentials["password"])
        return Answer(_shown(grant, user, options, returns), headers=NOT_STORED)

    @auth.post("/refresh", accepts=RefreshSchema, returns=GrantSchema, public=True, errors=(401,))
    def refresh(grant: dict[str, Any]) -> Answer:
        """Get a new access token and the next refresh token.

        A refresh token can be used once. Using it again, after a short grace period, ends the session.
        """
        return Answer(current_desk().sign_in.refresh(grant["refresh_token"]), headers=NOT_STORED)

    @auth.post("/logout")
    def logout() -> Answer:
        """Log out: end the session that the access token belongs to."""
        current_desk().sign_in.log_out(current_identity())
        return Answer(message="Logged out", headers=NOT_STORED)


def _shown(grant: Grant, user: Any, options: Options, schema: Schema) -> Grant | Dumped:
    """The response to a login, with the fields of the user that the project adds."""
    if options.log_in_fields is None:
        return grant
    further = options.log_in_fields().dump(current_work().open_session().get(user, grant.user_id))
    return Dumped({**further, **GrantSchema().dump(grant)}, schema, many=False)


def _add_resets(auth: Blueprint) -> None:
    """The routes for those who have forgotten their password."""

    @auth.post("/reset-password", accepts=ResetSchema, public=True, errors=(429,))
    def reset_password(asked: dict[str, Any]) -> Answer:
        """Request a link to reset a password.

        The response is the same for an address that nobody has registered. Limited per email address and network.
        """
        desk = current_desk()
        desk.count_attempt("reset", asked["email"], client_address())
        _resets_of(desk).request(asked["email"])
        return Answer(
            message="If this email address is registered, a mail with a link is on its way.", headers=NOT_STORED
        )

    @auth.post("/reset-password/confirm", accepts=NewPasswordSchema, public=True, errors=(400,))
    def confirm_reset(new: dict[str, Any]) -> Answer:
        """Set a new password with the token from the mail.

        The token can be used once. All sessions of the user end.
        """
        _resets_of(current_desk()).confirm(new["token"], new["password"])
        return Answer(message="Your password was changed. You can now log in with it.", headers=NOT_STORED)


def _resets_of(desk: Desk) -> Resets:
    """What resets passwords; an application that shares its routes with another one may have none.

    Raises:
        Problem: 403 if it has none.
    """
    if desk.resets is None:
        raise Problem(403, "Password reset is disabled")
    return desk.resets
