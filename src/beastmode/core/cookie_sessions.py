"""Flask's own cookie sessions, without their cost for requests that have none."""

from typing import TYPE_CHECKING

from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin


class _SignedCookieSessions(SecureCookieSessionInterface):
    """Reads and writes the same as Flask's interface, at no cost for clients of the API, which send no cookie."""

    def open_session(self, app: "Flask", request: "Request") -> SecureCookieSession | None:
        """The session of a request; without a cookie, a new one without creating a signer."""
        if "HTTP_COOKIE" not in request.environ and app.secret_key:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: "Flask", session: "SessionMixin", response: "Response") -> None:
        """Write the cookie, unless the session was never used."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)


def install_cookie_sessions(app: "Flask") -> None:
    """Make Flask's own sessions cheaper; an interface of the project is kept.

    With a secret key, Flask creates a signer for each request, which takes as long as everything else it does.

    Args:
        app: The Flask application.
    """
    given = app.session_interface
    if type(given) is SecureCookieSessionInterface:
        sessions = _SignedCookieSessions()
        vars(sessions).update(vars(given))  # a salt or serializer of the project's own
        app.session_interface = sessions
