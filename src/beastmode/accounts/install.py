from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask

from beastmode.accounts.attempts import Attempts
from beastmode.accounts.desk import DESK, Desk
from beastmode.accounts.ids import refuse_reused_ids
from beastmode.accounts.refresh_tokens import refresh_tokens_of
from beastmode.accounts.registration import Registration
from beastmode.accounts.sessions import Sessions
from beastmode.accounts.sign_in import SignIn
from beastmode.accounts.tokens import tokens_of
from beastmode.accounts.verifier import bearer_authenticator, id_reader
from beastmode.core.identity import set_authenticator
from beastmode.core.inspections import add_inspection
from beastmode.core.settings import Settings
from beastmode.db import Database
from beastmode.db.session import installed_in

__all__ = ["install"]


def install(app: Flask, settings: Settings, database: Database, user: Any) -> None:
    """Give an application its desk, and let access tokens say who calls.

    Args:
        app: The Flask application.
        settings: Its settings.
        database: Its database.
        user: The project's User model.

    Raises:
        ConfigurationError: JWT_SECRET_KEY cannot sign tokens.
    """
    tokens = tokens_of(settings)
    sessions = Sessions(
        database=database,
        user=user,
        refresh_tokens=refresh_tokens_of(settings),
        lifetime=timedelta(days=settings.refresh_expires_days),
        grace=timedelta(seconds=settings.refresh_grace_seconds),
    )
    app.extensions[DESK] = Desk(
        attempts=Attempts(database, settings.login_limit_per_email, settings.login_limit_per_address),
        registration=Registration(database, user, settings.password_rules),
        sign_in=SignIn(database, user, tokens, sessions),
        is_open=settings.enable_registration,
    )
    set_authenticator(app, bearer_authenticator(tokens, id_reader(user.__table__.c.id.type.python_type)))
    add_inspection(app, partial(refuse_reused_ids, installed_in(app).engines.reader, user.__table__))
