"""What prints the frames of a failed request, as error trackers do, prints no password, token or key."""

import traceback

import pytest
from flask import got_request_exception
from sqlalchemy import text

PASSWORD = "correct horse battery"
ADA = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture
def frames(app):
    """The frames of every request that fails, with the `repr` of everything in them."""
    printed = []

    def note(_app, exception):
        told = traceback.TracebackException.from_exception(exception, capture_locals=True)
        printed.append("".join(told.format()))

    got_request_exception.connect(note, app)
    yield printed
    got_request_exception.disconnect(note, app)


@pytest.fixture
def broken(database):
    """Breaks a table, and mends it after the test."""
    renamed = []

    def rename(table):
        renamed.append(table)
        with database.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))

    yield rename
    for table in renamed:
        with database.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))


def ask(client, grant, name):
    token = {"Authorization": f"Bearer {grant['token']}"}
    calls = {
        "register": lambda: client.post("/api/auth/register", json=ADA | {"email": "eve@example.com"}),
        "login": lambda: client.post("/api/auth/login", json=ADA),
        "refresh": lambda: client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]}),
        "logout": lambda: client.post("/api/auth/logout", headers=token),
        "me": lambda: client.get("/api/auth/me", headers=token),
    }
    with pytest.raises(Exception, match=r"no such table|does not exist"):
        calls[name]()


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("register", "credentials"),
        ("login", "credentials"),
        ("login", "sessions"),
        ("refresh", "sessions"),
        ("logout", "sessions"),
        ("me", "users"),
    ],
)
@pytest.mark.usefixtures("ada")
def test_no_frame_shows_a_secret(app, frames, broken, name, table):
    client = app.test_client()
    grant = client.post("/api/auth/login", json=ADA).json["data"]
    broken(table)

    ask(client, grant, name)

    assert len(frames) == 1
    assert "wsgi_app" in frames[0]
    secrets = [PASSWORD, grant["token"], grant["refresh_token"], app.config["JWT_SECRET_KEY"]]
    for secret in secrets:
        assert secret not in frames[0]
        assert secret.rpartition(".")[2] not in frames[0]


def test_no_repr_of_what_signs_people_in_shows_a_key(app, desk, ada):
    secret = app.config["JWT_SECRET_KEY"]
    grant = desk.sign_in.log_in(ADA["email"], PASSWORD, user_agent="", address="")

    shown = repr((desk, desk.sign_in, desk.sign_in.tokens, desk.sign_in.sessions.refresh_tokens, grant))

    keys = [*desk.sign_in.tokens.keys.values(), *desk.sign_in.sessions.refresh_tokens.keys]
    assert not [key for key in keys if bytes(key).hex() in shown or str(bytes(key))[2:-1] in shown]
    for hidden in (secret, grant.token, grant.refresh_token):
        assert hidden not in shown
