from importlib import import_module
from typing import TYPE_CHECKING, Any

from flask import Flask

from beastmode.accounts.desk import current_desk
from beastmode.accounts.ids import never_reuse_ids
from beastmode.core.errors import ConfigurationError
from beastmode.core.settings import Settings

if TYPE_CHECKING:
    from beastmode.api import Api, Blueprint
    from beastmode.db import Database

__all__ = ["Accounts"]


class Accounts:
    """Sign-in for a project's users: the routes under `/api/auth`, and the services behind them.

    Args:
        user: The project's User model, of table `users`, with AccountMixin or the same columns.

    Raises:
        ConfigurationError: The model lacks what sign-in needs.
    """

    def __init__(self, user: Any) -> None:
        refuse_other_models(user)
        never_reuse_ids(user.__table__)
        self.user = user
        self._blueprints: dict[tuple[str, bool], Blueprint] = {}
        # Not at the top: with this import the tables of sign-in join the metadata, also of projects that have no users.
        import_module("beastmode.accounts.models")
        import_module("beastmode.accounts.deactivation").watch_model(user)

    def install(self, app: Flask, settings: Settings, database: "Database", api: "Api") -> None:
        """Add sign-in to an application; before `api.install`, which reads the routes.

        Args:
            app: The Flask application.
            settings: Its settings.
            database: Its database.
            api: The API whose every version gets the routes.
        """
        from beastmode.accounts.install import install  # noqa: PLC0415 - imports the tables, as above
        from beastmode.accounts.views import auth_blueprint  # noqa: PLC0415 - likewise

        install(app, settings, database, self.user)
        app.extensions["beastmode.accounts"] = self
        kind = (api.versions[0].name, settings.hide_registered_emails)
        if kind not in self._blueprints:
            self._blueprints[kind] = auth_blueprint(self.user, kind[0], hides_taken=settings.hide_registered_emails)
        # An API that several applications share has the routes of the one that is put together now.
        api.blueprints = [one for one in api.blueprints if one not in self._blueprints.values()]
        api.register(self._blueprints[kind])

    def create_user(self, email: str, password: str, *, name: str | None = None, operator: bool = False) -> Any:
        """A new user who can log in; needs an app context.

        Args:
            email: The address; compared without case.
            password: What they will log in with.
            name: What to call them; the address's local part where it is None.
            operator: Whether they operate the backend.

        Raises:
            Problem: 400 for a taken address, 422 for an address or password that will not do.
        """
        return current_desk().registration.create(email, password, name=name, is_operator=operator)

    def set_password(self, user_id: int | str, password: str) -> None:
        """Give a user a new password, and end all their sessions; needs an app context.

        Args:
            user_id: Whose.
            password: The new one.

        Raises:
            Problem: 422 for a password that will not do.
            IntegrityError: There is no such user; let through by a view, it is answered 409.
        """
        current_desk().registration.set_password(user_id, password)


def refuse_other_models(user: Any) -> None:
    """Refuse a model that cannot sign in, in words that say what to change."""
    name = getattr(user, "__name__", repr(user))
    if getattr(user, "__tablename__", None) != "users":
        raise ConfigurationError(
            f'Accounts({name}): sessions and credentials refer to the table users; set __tablename__ = "users".'
        )
    columns = user.__table__.columns
    if missing := [column for column in ("id", "email", "is_active", "created_at") if column not in columns]:
        raise ConfigurationError(f"Accounts({name}): users has no {', '.join(missing)}; add AccountMixin to {name}.")
    if columns.id.type.python_type not in (int, str):
        raise ConfigurationError(f"Accounts({name}): users.id is {columns.id.type}; expected an integer or a string.")
