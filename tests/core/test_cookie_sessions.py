import pytest
from flask import Flask, flash, get_flashed_messages, session
from flask.sessions import SecureCookieSessionInterface, SessionInterface

from beastmode.core.cookie_sessions import install_cookie_sessions

KEY = "a-key-for-this-test-alone"


def site(*, ours):
    """A site that uses sessions in every way."""
    app = Flask("site")
    app.secret_key = KEY
    if ours:
        install_cookie_sessions(app)

    @app.get("/untouched")
    def untouched():
        return "nobody looks"

    @app.get("/read")
    def read():
        return session.get("name", "nobody")

    @app.get("/write/<name>")
    def write(name):
        session["name"] = name
        return "written"

    @app.get("/clear")
    def clear():
        session.clear()
        return "cleared"

    @app.get("/flash")
    def say():
        flash("Saved")
        return "said"

    @app.get("/flashed")
    def said():
        return ", ".join(get_flashed_messages())

    return app


@pytest.mark.parametrize(
    "paths",
    [
        ["/untouched"],
        ["/read"],
        ["/write/Ada", "/read", "/untouched", "/clear", "/read"],
        ["/flash", "/flashed", "/flashed"],
        ["/clear"],
    ],
    ids=" ".join,
)
def test_a_session_is_what_flask_makes_of_it(paths):
    answers = []
    for ours in (False, True):
        client = site(ours=ours).test_client()
        seen = [client.get(path) for path in paths]
        answers.append([(answer.text, answer.headers.get("Vary"), "Set-Cookie" in answer.headers) for answer in seen])

    assert answers[0] == answers[1]


def test_a_request_without_a_cookie_makes_no_signer(monkeypatch):
    app = site(ours=True)
    made = []
    signer = app.session_interface.get_signing_serializer
    monkeypatch.setattr(app.session_interface, "get_signing_serializer", lambda app: made.append(1) or signer(app))

    app.test_client().get("/untouched")
    app.test_client().get("/read")

    assert made == []


def test_a_cookie_that_was_signed_before_goes_on_being_read():
    before, after = site(ours=False).test_client(), site(ours=True).test_client()
    before.get("/write/Ada")
    after.set_cookie("session", before.get_cookie("session").value)

    assert after.get("/read").text == "Ada"


def test_an_application_without_a_key_has_a_session_that_refuses_writing():
    app = site(ours=True)
    app.secret_key = None

    with app.test_request_context("/"), pytest.raises(RuntimeError, match="secret key"):
        session["name"] = "Ada"


def test_what_a_project_chose_for_its_sessions_stays():
    salted, other = Flask("salted"), Flask("other")
    salted.session_interface.salt = "its-own"
    mine = other.session_interface = type("Mine", (SessionInterface,), {})()

    install_cookie_sessions(salted)
    install_cookie_sessions(other)

    assert salted.session_interface.salt == "its-own"
    assert isinstance(salted.session_interface, SecureCookieSessionInterface)
    assert other.session_interface is mine
