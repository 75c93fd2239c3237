"""Whatever a client writes, the log has one line for each request, and no secret in it."""

import json

import pytest
from answers import Ask, ask
from serving import PASSWORD, blog_on, sign_in

FORGED = "\n2026-01-01T00:00:00.000Z INFO request method=GET path=/ status=200 caller=account:1"
HOSTILE = [
    FORGED, FORGED.replace("\n", "\r"), FORGED.replace("\n", "\r\n"), FORGED.replace("\n", "\u2028"), "\x1b[2K\x1b[1A",
    "\x00", "\x85", "\u202e", '" status=200 "', "caller=account:1 ", "%0a%0d", "{}", '","status":200,"', "\\n",
    "\u00ff",
]  # fmt: skip


@pytest.fixture(params=["text", "json"])
def logged(request, app_databases, app_factory, tmp_path):
    """A blog, and the lines that it has logged."""
    file = tmp_path / "requests.log"
    settings = {"LOG_FILE": str(file), "LOG_FORMAT": request.param, "LOG_LEVEL": "INFO"}
    with blog_on(app_databases, app_factory, **settings) as app:
        ada = sign_in(app, "ada@example.com")

        def lines():
            return file.read_bytes().decode().split("\n")[:-1]

        yield app, ada, lines


def test_each_request_is_one_line_of_visible_characters(logged):
    app, ada, lines = logged
    before = len(lines())
    token = {"Authorization": f"Bearer {ada.api.auth_token}"}

    for text in HOSTILE:
        raw = text.encode()
        latin = raw.decode("latin-1")
        ask(app, Ask("GET", b"/api/v1/posts/" + raw, headers=token))
        ask(app, Ask("GET", raw, headers={"User-Agent": latin, "X-Request-ID": latin, "Referer": latin}))
        ask(app, Ask("GET", b"/api/v1/posts", query=latin.strip(), headers=token | {"X-Forwarded-For": latin}))
        ask(app, Ask("GET", b"/api/v1/posts", headers={"Authorization": latin}))
        body = json.dumps({"email": text, "password": text, text: text}).encode()
        ask(app, Ask("POST", b"/api/auth/login", headers={"Content-Type": "application/json"}, body=body))

    added = lines()[before:]
    assert len(added) == 5 * len(HOSTILE)
    assert all(line.isascii() and line.isprintable() for line in added)
    assert all(is_line(line) for line in added)
    assert not any("account:1" in caller(line) for line in added if "path=/api/auth" in line)


def is_line(line):
    """Whether it is what the format promises: an object, or a moment, a level, and fields."""
    if line.startswith("{"):
        return json.loads(line)["event"] == "request"
    return line.split(" ")[1:3] in (["INFO", "request"], ["ERROR", "request"])


def caller(line):
    return json.loads(line)["caller"] if line.startswith("{") else line.rpartition(" caller=")[2]


def test_neither_tokens_nor_passwords_are_logged(logged):
    app, ada, lines = logged
    client = app.test_client()

    grant = client.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD}).json["data"]
    client.post("/api/auth/login", json={"email": ada.email, "password": "my other password"})
    client.post("/api/auth/register", json={"email": "grace@example.com", "password": "a third password"})
    client.get(f"/api/v1/posts?token={grant['token']}", headers={"Authorization": f"Bearer {grant['token']}"})
    client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]})
    client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"][:-1]})
    client.get("/api/auth/me", headers={"Authorization": f"Basic {grant['token']}"})

    whole = "\n".join(lines())
    for secret in (
        PASSWORD,
        "my other password",
        "a third password",
        grant["token"],
        grant["refresh_token"],
        "$argon2",
    ):
        assert secret not in whole
