"""What the log says about logins, passwords and keys: the account, and nothing that was typed."""

import logging

import pytest

ADA, PASSWORD, NEW = "ada@example.com", "correct horse battery", "entirely different words"


@pytest.fixture
def events(caplog):
    """The lines about accounts, each with its level and its fields."""
    caplog.set_level(logging.INFO, "beastmode.accounts")

    def logged():
        return [
            (each.levelname, each.getMessage(), each.user, getattr(each, "reason", None))
            for each in caplog.records
            if each.name == "beastmode.accounts"
        ]

    return logged


def log_in(client, email=ADA, password=PASSWORD):
    return client.post("/api/auth/login", json={"email": email, "password": password})


def test_a_login_and_a_logout_are_logged_with_the_user(client, ada, events):
    """With the session, by which the lines belong together."""
    token = log_in(client).json["data"]["token"]
    client.post("/api/auth/logout", headers={"Authorization": f"Bearer {token}"})

    assert events() == [("INFO", "Logged in", str(ada.id), None), ("INFO", "Logged out", str(ada.id), None)]


def test_a_failed_login_is_a_warning_that_says_why_without_what_was_typed(client, ada, events, caplog):
    """The client gets one message for all; a password in the wrong field stays out of the log."""
    answers = [log_in(client, password="a wrong one, really"), log_in(client, email="my-secret@example.com")]

    assert {each.json["message"] for each in answers} == {"Wrong email address or password"}
    assert events() == [
        ("WARNING", "Login failed", str(ada.id), "wrong password"),
        ("WARNING", "Login failed", "-", "no such user"),
    ]
    assert "my-secret" not in caplog.text
    assert "a wrong one" not in caplog.text


def test_a_changed_password_is_logged_once_it_is_stored(client, ada, events):
    """A refused change is not."""
    headers = {"Authorization": f"Bearer {log_in(client).json['data']['token']}"}
    for current in ("something else entirely", PASSWORD):
        body = {"current_password": current, "new_password": NEW}
        client.post("/api/auth/change-password", json=body, headers=headers)

    assert events() == [("INFO", "Logged in", str(ada.id), None), ("INFO", "Password changed", str(ada.id), None)]


def test_ended_sessions_are_logged(client, ada, events):
    """One, and all."""
    log_in(client)
    headers = {"Authorization": f"Bearer {log_in(client).json['data']['token']}"}
    other = next(
        each for each in client.get("/api/auth/sessions", headers=headers).json["data"] if not each["is_current"]
    )
    client.delete(f"/api/auth/sessions/{other['id']}", headers=headers)
    client.post("/api/auth/logout-all", headers=headers)

    assert [message for _, message, *_ in events()] == [
        "Logged in",
        "Logged in",
        "Session ended",
        "All sessions ended",
    ]
