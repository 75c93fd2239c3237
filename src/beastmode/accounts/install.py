from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import flask
from flask import Flask, Request

from beastmode.accounts.bearer import Bearer
from beastmode.accounts.browsers.cookie_sessions import BROWSERS, Browsers
from beastmode.accounts.desk import DESK, Desk
from beastmode.accounts.emails.notices import Notices
from beastmode.accounts.emails.tasks import DELETE, NOTIFY, SEND_PROOF, SEND_WELCOME
from beastmode.accounts.emails.verification import Verification
from beastmode.accounts.hooks import Hooks
from beastmode.accounts.ids import refuse_reused_ids
from beastmode.accounts.options import Options
from beastmode.accounts.own.account import OwnAccount
from beastmode.accounts.own.deletions import Deletions
from beastmode.accounts.passwords.change import PasswordChange
from beastmode.accounts.passwords.reset_mails import SEND_LINK
from beastmode.accounts.passwords.resets import Resets
from beastmode.accounts.registration import Registration
from beastmode.accounts.roles import AccountRoles, roles_held
from beastmode.accounts.sessions.deactivation import watch_application
from beastmode.accounts.sessions.holding import NO_LIMIT
from beastmode.accounts.sessions.networks import has_logged_in
from beastmode.accounts.sessions.seen import SEEN
from beastmode.accounts.sessions.session_list import SessionList
from beastmode.accounts.sessions.sessions import Sessions
from beastmode.accounts.settings import AccountSettings
from beastmode.accounts.sign_in import SignIn
from beastmode.accounts.tokens.access import Tokens, tokens_of
from beastmode.accounts.tokens.email import EmailTokens
from beastmode.accounts.tokens.keys import derive
from beastmode.accounts.tokens.refresh import refresh_tokens_of
from beastmode.accounts.tokens.reset import ResetTokens
from beastmode.accounts.verifier import bearer_authenticator, id_reader
from beastmode.accounts.words import WORD
from beastmode.core.attempts import AttemptLimiter, attempt_limiter_of
from beastmode.core.background import add_task, has_background
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import Identity, set_authenticators
from beastmode.core.inspections import add_inspection
from beastmode.core.mailing import mailer_of
from beastmode.core.permissions import roles_in
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
    notices = _notices(app, settings, database, user)
    sessions = Sessions(
        database=database,
        user=user,
        refresh_tokens=refresh_tokens_of(settings),
        lifetime=timedelta(days=settings.refresh_expires_days),
        grace=timedelta(seconds=settings.refresh_grace_seconds),
        longest=timedelta(days=settings.session_expires_days) or NO_LIMIT,
        trusted=timedelta(seconds=settings.session_check_seconds),
        arrived=notices.tell_of_device if notices.task is not None and notices.tells_devices else None,
    )
    app.extensions[SEEN] = sessions.seen
    registration = Registration(database, user, settings.password_rules, options.log_in_with)
    read_id = id_reader(user.__table__.c.id.type.python_type)
    knows = partial(has_logged_in, database, user, getattr(user, options.log_in_with))
    verification = _verification(app, settings, notices)
    deletions = _deletions(app, settings, notices, options.hooks)
    session_list = SessionList(database, sessions.seen, sessions.longest)
    app.extensions[WORD] = settings.authorization_scheme
    app.extensions[DESK] = Desk(
        count_attempt=partial(_limiter_of(app).count, has_logged_in=knows),
        registration=registration,
        sign_in=SignIn(
            database,
            user,
            tokens,
            sessions,
            options.log_in_with,
            roles_held if settings.roles_in_tokens else None,
        ),
        is_open=settings.enable_registration,
        session_list=session_list,
        password_change=PasswordChange(database, user, registration, notices),
        own_account=OwnAccount(database, user, session_list, verification, deletions, options.hooks.exports),
        read_id=read_id,
        resets=_resets(settings, registration, read_id, verification),
        verification=verification,
        deletions=deletions,
        roles=AccountRoles(database, roles_in(app)),
        authenticate=bearer_authenticator(
            tokens,
            read_id,
            scheme=settings.authorization_scheme,
            holds=partial(_holds, sessions),
            reads_roles=settings.roles_in_tokens,
        ),
    )
    app.extensions[BROWSERS] = _browsers(settings, tokens, sessions, read_id)
    if not declared_in(app):
        set_authenticators(app, [Bearer()])
    installed = installed_in(app)
    watch_application(installed, user)
    add_inspection(app, partial(refuse_reused_ids, installed.engines.reader, user.__table__))


def _browsers(settings: AccountSettings, tokens: Tokens, sessions: Sessions, read_id: Any) -> Browsers:
    """What keeps the sessions of browsers in cookies, for projects that use them."""
    return Browsers(
        tokens=replace(tokens, kind="session+jwt", lifetime=round(settings.refresh_expires_days * 86_400)),
        read_id=read_id,
        holds=partial(_holds, sessions),
        csrf_key=derive(settings.token_secret, "CSRF token"),
        is_secure=settings.is_production,
        roles=roles_held if settings.roles_in_tokens else None,
    )


def _notices(app: Flask, settings: AccountSettings, database: Database, user: Any) -> Notices:
    """What tells users what happened to their account; nothing without mail."""
    if mailer_of(app) is None:
        return Notices(database, user, None)
    add_task(NOTIFY)
    # The templates of the project come first, so that it can replace those of ours.
    app.register_blueprint(flask.Blueprint("beastmode_accounts", "beastmode.accounts", template_folder="templates"))
    return Notices(database, user, NOTIFY, settings.enable_device_notices)


def _verification(app: Flask, settings: AccountSettings, notices: Notices) -> Verification | None:
    """What proves email addresses; None without mail, which a link would be sent by."""
    if mailer_of(app) is None:
        return None
    add_task(SEND_PROOF)
    add_task(SEND_WELCOME)
    return Verification(
        database=notices.database,
        user=notices.user,
        tokens=EmailTokens(notices.database, notices.user, timedelta(hours=settings.verify_email_hours)),
        notices=notices,
        url=settings.verify_email_url,
        send=SEND_PROOF,
        welcome=SEND_WELCOME,
        greets=settings.enable_email_verification,
    )


def _deletions(app: Flask, settings: AccountSettings, notices: Notices, hooks: Hooks) -> Deletions | None:
    """What deletes accounts; None without jobs, which carry it out."""
    if not has_background(app):
        return None
    add_task(DELETE)
    delay = timedelta(days=settings.account_deletion_days)
    return Deletions(notices.database, notices.user, notices, delay, hooks.deletions, DELETE)


def _resets(
    settings: AccountSettings, registration: Registration, read_id: Any, verification: Verification | None
) -> Resets | None:
    """What resets passwords; None without mail, which a link would be sent by, or if it is switched off."""
    if verification is None or not settings.enable_password_reset:
        return None
    add_task(SEND_LINK)
    return Resets(
        database=registration.database,
        user=registration.user,
        tokens=ResetTokens(settings.token_secret, timedelta(minutes=settings.reset_password_minutes)),
        registration=registration,
        verification=verification,
        url=settings.reset_password_url,
        read_id=read_id,
        task=SEND_LINK,
    )


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
