from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from uuid import UUID

from flask import Flask, current_app

from beastmode.accounts import by_code
from beastmode.accounts.api_keys.keys import KEYS, ApiKeys, MadeKey
from beastmode.accounts.browsers.cookie_sessions import BROWSERS, CookieSessions
from beastmode.accounts.desk import DESK, current_desk
from beastmode.accounts.ids import never_reuse_ids
from beastmode.accounts.offers import Offers, offers_of
from beastmode.accounts.options import options_of
from beastmode.accounts.settings import AccountSettings
from beastmode.core.caller import AccountId
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.mailing import mailer_of
from beastmode.core.permissions import define_roles, roles_of
from beastmode.core.security_schemes import declared_in

if TYPE_CHECKING:
    from marshmallow import Schema
    from werkzeug.wrappers import Response

    from beastmode.accounts.grants import Grant
    from beastmode.api import Api, Blueprint
    from beastmode.db import Database

ExportHook = TypeVar("ExportHook", bound=Callable[[Any], Any])
DeletionHook = TypeVar("DeletionHook", bound=Callable[[Any], object])


def _refuse_resets(app: Flask, api: "Api") -> None:
    """Say that password reset is switched off, by routes that no document mentions.

    Args:
        app: The Flask application.
        api: Its API, for the names of its versions.
    """

    def refuse() -> NoReturn:
        raise Problem(403, "Password reset is disabled")

    for version in api.versions:
        path = f"/api/{version.name}/auth/reset-password"
        app.add_url_rule(path, f"{version.name}_reset_password", refuse, methods=["POST"])
        app.add_url_rule(f"{path}/confirm", f"{version.name}_confirm_reset", refuse, methods=["POST"])


class Accounts:
    """Accounts for a project's users: the routes under `/api/auth`, and the services behind them.

    Args:
        user: The project's User model, with the table name `users` and AccountMixin or the same columns.
        log_in_with: The unique column that users log in with, such as "username".
        registration: A schema of further fields of a registration, which become attributes of the new user.
        log_in_fields: A schema of further fields of the user, which the response to a login has beside the tokens.
        roles: The permissions of each role, such as `{"editor": ["posts:write"]}`; `operator`, which
            always exists, has all of them.
        routes: The names of the routes that exist, such as `["login", "refresh", "logout", "me"]`; all by default.

    Raises:
        ConfigurationError: The model lacks columns that accounts need, or the options do not fit it.
    """

    def __init__(  # noqa: PLR0913 - each is an option, given by name
        self,
        user: Any,
        *,
        log_in_with: str = "email",
        registration: "Schema | type[Schema] | None" = None,
        log_in_fields: "Schema | type[Schema] | None" = None,
        roles: Mapping[str, Collection[str]] = MappingProxyType({}),
        routes: Collection[str] | None = None,
    ) -> None:
        _refuse_other_models(user)
        self._options = options_of(user, log_in_with, registration, log_in_fields, routes)
        self._roles = dict(roles)
        never_reuse_ids(user.__table__)
        self.user = user
        self._blueprints: dict[Offers, Blueprint] = {}
        # Not at the top: this import adds the tables of accounts to the metadata, also in projects that have no users.
        import_module("beastmode.accounts.models")
        import_module("beastmode.accounts.sessions.deactivation").watch_model(user)

    def install(self, app: Flask, settings: AccountSettings, database: "Database", api: "Api") -> None:
        """Add accounts to an application; call it before `api.install`, which reads the routes.

        Args:
            app: The Flask application.
            settings: Its settings.
            database: Its database.
            api: The API; every version of it gets the routes.
        """
        from beastmode.accounts.install import install  # noqa: PLC0415 - imports the tables, as above
        from beastmode.accounts.roles import roles_held  # noqa: PLC0415 - likewise
        from beastmode.accounts.views import auth_blueprint  # noqa: PLC0415 - likewise

        define_roles(app, self._roles, roles_held)
        install(app, settings, database, self.user, self._options)
        app.extensions["beastmode.accounts"] = self
        api_keys = next((each for each in declared_in(app) if isinstance(each, ApiKeys)), None)
        scopes = frozenset() if api_keys is None else api_keys.keys(app).scopes(app)
        version, hides_taken = api.versions[0].name, settings.hide_registered_emails
        cookies = any(isinstance(each, CookieSessions) for each in declared_in(app))
        offers = offers_of(version, app.extensions[DESK], hides_taken=hides_taken, scopes=scopes, cookies=cookies)
        if offers not in self._blueprints:
            self._blueprints[offers] = auth_blueprint(self.user, self._options, offers)
        if not offers.resets and mailer_of(app) is not None:
            _refuse_resets(app, api)
        # If several applications share an API, it has the routes of the one that is being set up.
        api.blueprints = [one for one in api.blueprints if one not in self._blueprints.values()]
        api.register(self._blueprints[offers])

    def create_user(
        self, email: str, password: str, *, name: str | None = None, operator: bool = False, **further: Any
    ) -> Any:
        """Create a user who can log in; needs an app context.

        Args:
            email: The email address; case-insensitive.
            password: The password.
            name: The user's name; by default the local part of the email address.
            operator: Whether the user is an operator of the backend.
            further: Other attributes of the user.

        Raises:
            Problem: 400 if the email address is already registered, 422 if it or the password is not valid.
        """
        return current_desk().registration.create(email, password, name=name, is_operator=operator, **further)

    def set_password(self, user_id: AccountId, password: str) -> None:
        """Set a new password for a user, and end all their sessions; needs an app context.

        Args:
            user_id: The user's ID.
            password: The new password.

        Raises:
            Problem: 422 if the password is not valid.
            IntegrityError: The user does not exist; in a view, it becomes a 409.
        """
        current_desk().registration.set_password(user_id, password)

    def grant_role(self, user_id: AccountId, role: str) -> None:
        """Give a user a role; nothing happens if they have it.

        Args:
            user_id: The user's ID.
            role: A role that is defined, or "operator".

        Raises:
            ConfigurationError: No role has this name.
            IntegrityError: The user does not exist; in a view, it becomes a 409.
        """
        current_desk().roles.grant(user_id, role)

    def revoke_role(self, user_id: AccountId, role: str) -> None:
        """Take a role from a user; nothing happens if they do not have it.

        Args:
            user_id: The user's ID.
            role: The role.
        """
        current_desk().roles.revoke(user_id, role)

    def roles_of(self, user_id: AccountId) -> frozenset[str]:
        """The roles of a user.

        Args:
            user_id: The user's ID.
        """
        return roles_of(user_id)

    def create_api_key(
        self, user_id: AccountId, *, name: str, scopes: Collection[str], expires_at: datetime | None = None
    ) -> MadeKey:
        """Make an API key of a user; `.key` is the only place where the key is known. Needs `ApiKeys()`.

        Args:
            user_id: The user's ID.
            name: What it is for; up to 100 characters.
            scopes: "read" and "write", for routes that require no permission, and names of permissions.
            expires_at: When it expires; None for never.

        Raises:
            Problem: 422 for a scope that does not exist, or a moment that has passed.
        """
        made: MadeKey = current_app.extensions[KEYS].make(user_id, name, scopes, expires_at)
        return made

    def revoke_api_key(self, key_id: str) -> bool:
        """Revoke an API key; it is refused from the next request on.

        Args:
            key_id: Its ID.

        Returns:
            Whether there was such a key.
        """
        return bool(current_app.extensions[KEYS].revoke(key_id))

    def check_password(self, login: str, password: str) -> AccountId:
        """The ID of the active user with this login and password; counts as an attempt to log in.

        Args:
            login: The email address, or the value of the column that users log in with.
            password: The password.

        Raises:
            Problem: 401, with the same message after the same work whatever is wrong; 429 after too many attempts.
        """
        return by_code.check_password(login, password)

    def log_in(self, login: str, password: str) -> "Grant":
        """The tokens of a new session for the user with this login and password, as `POST /auth/login` returns them.

        Args:
            login: The email address, or the value of the column that users log in with.
            password: The password.

        Raises:
            Problem: As for `check_password`.
        """
        return by_code.log_in(login, password)

    def open_session(self, user_id: AccountId) -> "Grant":
        """The tokens of a new session for a user who was authenticated in another way.

        For a callback of OAuth, for a magic link, and after a registration.

        Args:
            user_id: The user's ID.

        Raises:
            Problem: 403 if the user has been deleted or deactivated.
        """
        return by_code.open_session(user_id)

    def log_in_browser(self, response: "Response", user_id: AccountId) -> str:
        """Set the cookie of a new session for a user who was authenticated in another way; needs `CookieSessions()`.

        Args:
            response: The response, such as the redirect of an OAuth callback.
            user_id: The user's ID.

        Returns:
            The CSRF token of the session.

        Raises:
            Problem: 403 if the user has been deleted or deactivated.
        """
        grant, browsers = by_code.open_session(user_id), current_app.extensions[BROWSERS]
        response.headers.add("Set-Cookie", browsers.set_cookie(grant))
        return str(browsers.csrf_token(grant.session_id))

    def end_sessions(self, user_id: AccountId) -> None:
        """End all sessions of a user, permanently.

        Args:
            user_id: The user's ID.
        """
        by_code.end_sessions(user_id)

    def exports(self, name: str) -> Callable[[ExportHook], ExportHook]:
        """Decorate a function whose result is part of every export of an account.

        Args:
            name: The name of that part. The function takes the user's ID, and returns JSON values or the result of a
                loading.

        Raises:
            ConfigurationError: The export has a part of this name already.
        """

        def add(function: ExportHook) -> ExportHook:
            self._options.hooks.add_export(name, function)
            return function

        return add

    def before_deletion(self, function: DeletionHook) -> DeletionHook:
        """Decorate a function that deletes or detaches what belongs to a user whose account is deleted.

        It is called in the transaction that deletes the account.

        Args:
            function: Takes the user's ID.
        """
        self._options.hooks.add_deletion(function)
        return function


def _refuse_other_models(user: Any) -> None:
    """Refuse a model that lacks what accounts need, with a message that says what to change."""
    name = getattr(user, "__name__", repr(user))
    if getattr(user, "__tablename__", None) != "users":
        raise ConfigurationError(
            f'Accounts({name}): sessions and credentials refer to the table users; set __tablename__ = "users".'
        )
    columns = user.__table__.columns
    if missing := [column for column in ("id", "email", "is_active", "created_at") if column not in columns]:
        raise ConfigurationError(f"Accounts({name}): users has no {', '.join(missing)}; add AccountMixin to {name}.")
    if columns.id.type.python_type not in (int, str, UUID):
        raise ConfigurationError(
            f"Accounts({name}): users.id is {columns.id.type}; expected an integer, a string or a UUID."
        )
