"""Users see where they are logged in, and end any of it; a new password ends the rest."""

import pytest

from beastmode.accounts.passwords import hashing
from beastmode.accounts.sessions.devices import device_of

ADA, PASSWORD, NEW = "ada@example.com", "correct horse battery", "entirely different words"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def log_in(client, ada):
    """Logs Ada in on a device, and gives the headers of that session."""

    def logged_in(agent=FIREFOX, password=PASSWORD, address="203.0.113.7", email=ADA):
        answer = client.post(
            "/api/auth/login",
            json={"email": email, "password": password},
            headers={"User-Agent": agent},
            environ_overrides={"REMOTE_ADDR": address},
        )
        assert answer.status_code == 200, answer.json
        return {"Authorization": f"Bearer {answer.json['data']['token']}"}

    return logged_in


def sessions_of(client, headers):
    return client.get("/api/auth/sessions", headers=headers).json["data"]


def status(client, headers):
    return client.get("/api/auth/me", headers=headers).status_code


def change(client, headers, current=PASSWORD, new=NEW):
    body = {"current_password": current, "new_password": new}
    return client.post("/api/auth/change-password", json=body, headers=headers)


def test_a_user_sees_every_open_session_with_its_device_and_address(client, clock, log_in):
    """The last seen comes first, and the one of the request is marked."""
    log_in(SAFARI, address="198.51.100.4")
    clock.advance(hours=1)
    desk = log_in()

    listed = client.get("/api/auth/sessions", headers=desk)

    assert listed.headers["Cache-Control"] == "no-store"
    assert [{name: value for name, value in each.items() if name != "id"} for each in listed.json["data"]] == [
        {
            "device": "Firefox on Windows",
            "address": "203.0.113.7",
            "created_at": "2030-01-01T01:00:00+00:00",
            "last_seen_at": "2030-01-01T01:00:00+00:00",
            "is_current": True,
        },
        {
            "device": "Safari on iPhone",
            "address": "198.51.100.4",
            "created_at": "2030-01-01T00:00:00+00:00",
            "last_seen_at": "2030-01-01T00:00:00+00:00",
            "is_current": False,
        },
    ]


def test_a_session_is_seen_when_it_is_refreshed(client, clock, log_in):
    """Not at every request: each would cost a write."""
    answer = client.post("/api/auth/login", json={"email": ADA, "password": PASSWORD}).json["data"]
    clock.advance(minutes=40)
    answer = client.post("/api/auth/refresh", json={"refresh_token": answer["refresh_token"]}).json["data"]

    [seen] = sessions_of(client, {"Authorization": f"Bearer {answer['token']}"})

    assert (seen["created_at"], seen["last_seen_at"]) == ("2030-01-01T00:00:00+00:00", "2030-01-01T00:40:00+00:00")


def test_a_user_ends_one_session(client, log_in):
    """It is refused at once, and no longer listed."""
    phone, desk = log_in(SAFARI), log_in()
    [other] = [each for each in sessions_of(client, desk) if not each["is_current"]]

    ended = client.delete(f"/api/auth/sessions/{other['id']}", headers=desk)

    assert (ended.status_code, ended.json["message"]) == (200, "The session has ended")
    assert (status(client, phone), status(client, desk)) == (401, 200)
    assert [each["is_current"] for each in sessions_of(client, desk)] == [True]
    again = client.delete(f"/api/auth/sessions/{other['id']}", headers=desk)
    assert (again.status_code, again.json["message"]) == (404, "You have no open session with this ID")


def test_a_session_of_somebody_else_is_not_found(client, desk, log_in):
    """And goes on."""
    desk.registration.create("eve@example.com", PASSWORD)
    ada, eve = log_in(), log_in(email="eve@example.com")
    [session] = sessions_of(client, ada)

    assert client.delete(f"/api/auth/sessions/{session['id']}", headers=eve).status_code == 404
    assert status(client, ada) == 200


def test_logging_out_everywhere_ends_every_session(client, desk, log_in):
    """Of this user, and of nobody else."""
    desk.registration.create("eve@example.com", PASSWORD)
    phone, here, eve = log_in(SAFARI), log_in(), log_in(email="eve@example.com")

    answer = client.post("/api/auth/logout-all", headers=here)

    assert (answer.status_code, answer.json["message"]) == (200, "Logged out everywhere")
    assert [status(client, each) for each in (phone, here, eve)] == [401, 401, 200]


def test_a_changed_password_ends_the_other_sessions(client, clock, log_in):
    """The session in which it was changed continues, and can be refreshed."""
    phone = log_in(SAFARI)
    grant = client.post("/api/auth/login", json={"email": ADA, "password": PASSWORD}).json["data"]
    here = {"Authorization": f"Bearer {grant['token']}"}
    assert [status(client, phone), status(client, here)] == [200, 200]  # both are trusted by this process now
    clock.advance(seconds=5)

    answer = change(client, here)

    assert (answer.status_code, answer.json["message"]) == (
        200,
        "Your password was changed. Your other sessions have ended.",
    )
    assert [status(client, phone), status(client, here)] == [401, 200]
    refreshed = client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]})
    assert refreshed.status_code == 200
    assert status(client, log_in(password=NEW)) == 200
    old = client.post("/api/auth/login", json={"email": ADA, "password": PASSWORD})
    assert old.status_code == 401


@pytest.mark.parametrize(
    ("given", "details"),
    [
        ({"current": "a wrong password"}, {"current_password": ["This is not your current password."]}),
        ({"new": "short"}, {"new_password": ["Password must be at least 8 characters long"]}),
        ({"new": ADA}, {"new_password": ["Password must not be your email address or name"]}),
    ],
    ids=["wrong", "short", "the address"],
)
def test_a_password_is_not_changed_without_the_current_one_or_to_a_weak_one(client, log_in, given, details):
    """Whoever found an unlocked phone must not take over the account."""
    here = log_in()

    refused = change(client, here, **given)

    assert (refused.status_code, refused.json["details"]) == (422, details)
    assert status(client, log_in()) == 200


def test_guesses_of_the_current_password_are_limited(client, log_in, monkeypatch):
    """Like logins, and with them: a stolen token must not make guessing faster."""
    compared = []
    match = hashing.match
    monkeypatch.setattr(hashing, "match", lambda *given: compared.append(given) or match(*given))
    here = log_in(address="127.0.0.1")

    statuses = [change(client, here, current="a wrong password").status_code for _ in range(10)]

    assert statuses == [422] * 9 + [429]
    assert len(compared) == 10  # with the one of the login


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0",
            "Edge on macOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.14.1", "curl"),
        ("my app 3 (build 7)", "my app 3"),
        ("<script>alert(1)</script>", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_named_without_versions(agent, device):
    """Versions change with every update; the device is the same."""
    assert device_of(agent) == device
