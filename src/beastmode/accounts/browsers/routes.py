"""The routes with which browsers log in and out by a cookie."""

from typing import Any

from flask import current_app

from beastmode.accounts import by_code
from beastmode.accounts.browsers.cookie_sessions import BROWSERS, Browsers
from beastmode.accounts.desk import current_desk
from beastmode.accounts.options import Options
from beastmode.accounts.schemas import CsrfSchema, login_schema
from beastmode.api import Answer, Blueprint
from beastmode.core.errors import Problem
from beastmode.core.identity import current_identity


def add_browser_sessions(auth: Blueprint, user: Any, options: Options) -> None:
    """The routes for sessions in a cookie.

    Args:
        auth: The routes under `/auth`.
        user: The project's User model.
        options: What the project chooses.
    """
    accepts = login_schema(user, options.log_in_with)

    @auth.post("/session", accepts=accepts, returns=CsrfSchema, public=True, errors=(401, 429))
    def log_in_browser(credentials: dict[str, Any]) -> Answer:
        """Log in a browser: sets a cookie that no script can read.

        Requests that may change something must send the CSRF token in `X-CSRF-Token`. Limited like logins.
        """
        grant = by_code.log_in(credentials[options.log_in_with], credentials["password"])
        browsers = _current_browsers()
        token = {"csrf_token": browsers.csrf_token(grant.session_id)}
        return Answer(token, headers={"Set-Cookie": browsers.set_cookie(grant)})

    @auth.get("/session", returns=CsrfSchema, errors=(403,))
    def browser_session() -> dict[str, str]:
        """Get the CSRF token of your session, for a page that was loaded again."""
        session_id = current_identity().session_id
        if session_id is None:
            raise Problem(403, "Log in to do this: only a session has a CSRF token")
        return {"csrf_token": _current_browsers().csrf_token(session_id)}

    @auth.delete("/session")
    def log_out_browser() -> Answer:
        """Log out: end the session, and clear the cookie."""
        current_desk().sign_in.log_out(current_identity())
        return Answer(message="Logged out", headers={"Set-Cookie": _current_browsers().clear_cookie()})


def _current_browsers() -> Browsers:
    """The cookies of the current application."""
    browsers: Browsers = current_app.extensions[BROWSERS]
    return browsers
