from datetime import timedelta
from functools import partial
from typing import Any

import flask
from flask import Flask, Request

from beastmode.accounts.bearer import Bearer
from beastmode.accounts.deactivation import watch_application
from beastmode.accounts.desk import DESK, Desk
from beastmode.accounts.holding import NO_LIMIT
from beastmode.accounts.ids import refuse_reused_ids
from beastmode.accounts.networks import has_logged_in
from beastmode.accounts.options import Options
from beastmode.accounts.password_change import PasswordChange
from beastmode.accounts.refresh_tokens import refresh_tokens_of
from beastmode.accounts.registration import Registration
from beastmode.accounts.reset_mails import SEND_LINK
from beastmode.accounts.reset_tokens import ResetTokens
from beastmode.accounts.resets import Resets
from beastmode.accounts.seen import SEEN
from beastmode.accounts.session_list import SessionList
from beastmode.accounts.sessions import Sessions
from beastmode.accounts.settings import AccountSettings
from beastmode.accounts.sign_in import SignIn
from beastmode.accounts.tokens import tokens_of
from beastmode.accounts.verifier import bearer_authenticator, id_reader
from beastmode.accounts.words import WORD
from beastmode.core.attempts import AttemptLimiter, attempt_limiter_of
from beastmode.core.background import add_task
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import Identity, set_authenticators
from beastmode.core.inspections import add_inspection
from beastmode.core.mailing import mailer_of
from beastmode.core.security_schemes import declared_in
from beastmode.db import Database
from beastmode.db.session import installed_in

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: Flask, settings: AccountSettings, database: Database, user: Any, options: Options) -> None:
    """Set up the services of an application, and identify callers by access token.

    Args:
        app: The Flask application.
        settings: Its settings.
        database: Its database.
        user: The project's User model.
        options: What the project chooses.

    Raises:
        ConfigurationError: JWT_SECRET_KEY cannot sign tokens, or nothing limits attempts.
    """
    tokens = tokens_of(settings)
    sessions = Sessions(
        database=database,
        user=user,
        refresh_tokens=refresh_tokens_of(settings),
        lifetime=timedelta(days=settings.refresh_expires_days),
        grace=timedelta(seconds=settings.refresh_grace_seconds),
        longest=timedelta(days=settings.session_expires_days) or NO_LIMIT,
        trusted=timedelta(seconds=settings.session_check_seconds),
    )
    app.extensions[SEEN] = sessions.seen
    registration = Registration(database, user, settings.password_rules, options.log_in_with)
    read_id = id_reader(user.__table__.c.id.type.python_type)
    knows = partial(has_logged_in, database, user, getattr(user, options.log_in_with))
    app.extensions[WORD] = settings.authorization_scheme
    app.extensions[DESK] = Desk(
        count_attempt=partial(_limiter_of(app).count, has_logged_in=knows),
        registration=registration,
        sign_in=SignIn(database, user, tokens, sessions, options.log_in_with),
        is_open=settings.enable_registration,
        session_list=SessionList(database, sessions.seen, sessions.longest),
        password_change=PasswordChange(database, user, registration),
        resets=_resets(app, settings, database, user, registration, read_id),
        authenticate=bearer_authenticator(
            tokens, read_id, scheme=settings.authorization_scheme, holds=partial(_holds, sessions)
        ),
    )
    if not declared_in(app):
        set_authenticators(app, [Bearer()])
    installed = installed_in(app)
    watch_application(installed, user)
    add_inspection(app, partial(refuse_reused_ids, installed.engines.reader, user.__table__))


def _resets(  # noqa: PLR0913, PLR0917 - what it is made of
    app: Flask, settings: AccountSettings, database: Database, user: Any, registration: Registration, read_id: Any
) -> Resets | None:
    """What resets passwords; None without mail, which a link would be sent by, or if it is switched off."""
    if mailer_of(app) is None or not settings.enable_password_reset:
        return None
    add_task(SEND_LINK)
    # The templates of the project come first, so that it can replace those of ours.
    app.register_blueprint(flask.Blueprint("beastmode_accounts", "beastmode.accounts", template_folder="templates"))
    tokens = ResetTokens(settings.token_secret, timedelta(minutes=settings.reset_password_minutes))
    return Resets(database, user, tokens, registration, settings.reset_password_url, read_id, SEND_LINK)


def _limiter_of(app: Flask) -> AttemptLimiter:
    """What limits the attempts to log in; without it, passwords could be guessed at full speed."""
    limiter = attempt_limiter_of(app)
    if limiter is None:
        raise ConfigurationError(
            "Accounts require a limit for logins. Beastmode(app, accounts=...) installs one; if you install "
            "the accounts yourself, call limit_attempts() of beastmode.limits.install first, or "
            "set_attempt_limiter() of beastmode.core.attempts with a limiter of your own."
        )
    return limiter


def _holds(sessions: Sessions, identity: Identity, request: Request) -> bool:
    """Whether the session of a token is valid for this request."""
    if identity.session_id is None:
        return False
    return sessions.holds(identity.session_id, identity.id, is_read=request.method in _SAFE)
