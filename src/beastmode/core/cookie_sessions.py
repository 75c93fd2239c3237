"""Flask's own cookie sessions, without their cost for requests that have none."""

from typing import TYPE_CHECKING

from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin

__all__ = ["install_cookie_sessions"]


class CookieSessions(SecureCookieSessionInterface):
    """Reads and writes what Flask's own interface does; a client of the API, who sends no cookie, pays for neither."""

    def open_session(self, app: "Flask", request: "Request") -> SecureCookieSession | None:
        """The session of a request; a new one without making a signer where no cookie came."""
        if "HTTP_COOKIE" not in request.environ and app.secret_key:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: "Flask", session: "SessionMixin", response: "Response") -> None:
        """Write the cookie, unless nobody has looked into the session."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)


def install_cookie_sessions(app: "Flask") -> None:
    """Make sessions cheaper where they are Flask's own; an interface of the project's stays.

    A secret key alone makes Flask build a signer for each request, as long as everything else that it does.

    Args:
        app: The Flask application.
    """
    given = app.session_interface
    if type(given) is SecureCookieSessionInterface:
        sessions = CookieSessions()
        vars(sessions).update(vars(given))  # a salt or serializer of the project's own
        app.session_interface = sessions
