"""Sessions of browsers: a cookie that no script can read, and a token that other sites do not know."""

import pytest
from flask import Flask, Response

from beastmode import Api, Beastmode, Blueprint, Database
from beastmode.accounts import Accounts, Bearer, CookieSessions
from beastmode.core.identity import current_identity

SECRET = "a secret of more than thirty-two bytes"
ADA = {"email": "ada@example.com", "password": "correct horse battery"}


def pages_api():
    """What a page calls."""
    api, notes = Api("Pages"), Blueprint("notes", version="v1", url_prefix="/notes")

    @notes.get(sign_in="optional")
    def read():
        """Read."""
        return current_identity().is_account

    @notes.post()
    def write():
        """Write."""
        return True

    api.register(notes)
    return api


@pytest.fixture(scope="session")
def for_browsers(user):
    """The accounts of a project with a page."""
    return Accounts(user)


@pytest.fixture
def make_pages(url, for_browsers, app):
    """Makes applications that browsers log in to."""
    made = []

    def make(**settings):
        given = Flask("pages")
        given.config.from_mapping({"ENVIRONMENT": "testing", "LOG_LEVEL": "ERROR"}, JWT_SECRET_KEY=SECRET, **settings)
        given.config["DATABASE_URL"] = url
        authenticators = [Bearer(), CookieSessions()]
        Beastmode(given, database=Database(), api=pages_api(), accounts=for_browsers, authenticators=authenticators)
        made.append(given)
        return given

    yield make
    for each in made:
        each.extensions["beastmode.database"].engines.dispose()


@pytest.fixture
def pages(make_pages, for_browsers):
    """An application, and somebody who can log in."""
    app = make_pages()
    with app.app_context():
        for_browsers.create_user(**ADA)
    return app


@pytest.fixture
def browser(pages):
    """A browser that has logged in, and its CSRF token."""
    client = pages.test_client()
    answer = client.post("/api/auth/session", json=ADA)
    assert answer.status_code == 200
    return client, {"X-CSRF-Token": answer.json["data"]["csrf_token"]}, answer.headers["Set-Cookie"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser):
    """And the response has no token that a script could keep."""
    _, _, cookie = browser

    assert cookie.startswith("auth_session=")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert parts == {"HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax", *(p for p in parts if "Expires" in p)}


def test_the_cookie_of_production_is_for_https_and_this_host_alone(make_pages, for_browsers, pages):
    """Another subdomain can neither read nor set it."""
    app = make_pages(ENVIRONMENT="production", SECRET_KEY="k3J9-an0ther-l0ng-and-random-secret-Zq8x")

    with app.test_request_context(), app.app_context():
        response = Response()
        person = for_browsers.check_password(login=ADA["email"], password=ADA["password"])
        for_browsers.log_in_browser(response, person)

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-auth_session=")
    assert {part.strip() for part in cookie.split(";")[1:]} >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_a_browser_reads_by_cookie_and_writes_with_the_csrf_token(browser):
    """A form of another site sends the cookie at most, and gets 403."""
    client, csrf, _ = browser

    answers = [
        client.get("/api/v1/notes"),
        client.post("/api/v1/notes", headers=csrf),
        client.post("/api/v1/notes"),
        client.post("/api/v1/notes", headers={"X-CSRF-Token": "guess"}),
    ]

    assert answers[0].json["data"] is True
    assert [answer.status_code for answer in answers] == [200, 200, 403, 403]
    assert answers[2].json["message"] == "Send the CSRF token of the session in X-CSRF-Token"
    assert client.get("/api/auth/session").json["data"]["csrf_token"] == csrf["X-CSRF-Token"]


def test_the_csrf_token_of_another_session_is_refused(pages, browser):
    """An attacker has a session of their own, too."""
    client, _, _ = browser
    other = pages.test_client().post("/api/auth/session", json=ADA).json["data"]["csrf_token"]

    assert client.post("/api/v1/notes", headers={"X-CSRF-Token": other}).status_code == 403


def test_logging_out_ends_the_session_and_clears_the_cookie(pages, browser):
    """A copy of the cookie is refused, and the browser is told to forget it, so that optional routes answer again."""
    client, csrf, cookie = browser
    copy = cookie.partition(";")[0]

    out = client.delete("/api/auth/session", headers=csrf)
    replayed = pages.test_client(use_cookies=False).get("/api/v1/notes", headers={"Cookie": copy})
    after = client.get("/api/v1/notes")

    assert (out.status_code, replayed.status_code, after.json["data"]) == (200, 401, False)
    assert replayed.headers["Set-Cookie"].startswith("auth_session=; ")
    assert "Max-Age=0" in replayed.headers["Set-Cookie"]


def test_neither_kind_of_token_is_accepted_as_the_other(pages, browser):
    """The cookie is no bearer token, which would need no CSRF token; an access token is no cookie."""
    _, _, cookie = browser
    token = pages.test_client().post("/api/auth/login", json=ADA).json["data"]["token"]
    value = cookie.partition(";")[0].partition("=")[2]

    as_bearer = pages.test_client().post("/api/v1/notes", headers={"Authorization": f"Bearer {value}"})
    as_cookie = pages.test_client(use_cookies=False).get("/api/v1/notes", headers={"Cookie": f"auth_session={token}"})

    assert (as_bearer.status_code, as_cookie.status_code) == (401, 401)


def test_a_wrong_password_sets_no_cookie(pages):
    """The same response as for a login."""
    answer = pages.test_client().post("/api/auth/session", json=ADA | {"password": "guess"})

    assert (answer.status_code, "Set-Cookie" in answer.headers) == (401, False)


def test_the_document_has_the_cookie_as_a_scheme(pages):
    """With the 403 of a request that has no CSRF token."""
    document = pages.test_client().get("/api/v1/openapi.json").json

    assert document["components"]["securitySchemes"]["cookie"] == {
        "type": "apiKey",
        "in": "cookie",
        "name": "auth_session",
    }
    assert document["paths"]["/api/v1/notes"]["post"]["security"] == [{"bearer": []}, {"cookie": []}]
    assert "403" in document["paths"]["/api/v1/notes"]["post"]["responses"]
