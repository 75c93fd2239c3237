"""The mails of accounts: addresses are proved and changed by links, and users are told what happened to theirs."""

import hashlib

import pytest
from sqlalchemy import select, text

from beastmode.accounts.models import EmailToken
from beastmode.accounts.passwords import hashing
from beastmode.testing import Inbox
from beastmode.testing.job_runs import run_due
from beastmode.testing.queries import Queries

ADA, EVE, NEW = "ada@example.com", "eve@example.com", "ada@example.org"
PASSWORD, OTHER = "correct horse battery", "entirely different words"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
NEWER = FIREFOX.replace("143", "144")
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile/15E148 Safari/604.1"
INVALID = "This link is no longer valid. Request a new one."


@pytest.fixture
def app(make_mailing_app, empty_tables):
    app = make_mailing_app(verify_email_url="https://shop.example/verify?token={token}")
    empty_tables(app)
    return app


@pytest.fixture
def desk(app):
    with app.app_context():
        yield app.extensions["beastmode.accounts.desk"]


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def inbox(app):
    return Inbox(app)


@pytest.fixture
def post(client):
    """Sends JSON to a route of accounts."""

    def posted(route, headers=None, method="POST", **body):
        return client.open(f"/api/auth/{route}", method=method, json=body or None, headers=headers)

    return posted


@pytest.fixture
def register(post):
    def registered(email=ADA):
        return post("register", email=email, password=PASSWORD)

    return registered


@pytest.fixture
def log_in(client):
    """Logs somebody in, and gives the headers of that session."""

    def logged_in(email=ADA, password=PASSWORD, agent=FIREFOX, address="203.0.113.7"):
        answer = client.post(
            "/api/auth/login",
            json={"email": email, "password": password},
            headers={"User-Agent": agent},
            environ_overrides={"REMOTE_ADDR": address},
        )
        assert answer.status_code == 200, answer.json
        return {"Authorization": f"Bearer {answer.json['data']['token']}"}

    return logged_in


def token_in(mail):
    """The token of the link in a mail."""
    return mail.text.partition("?token=")[2].split()[0]


def told(inbox):
    return [(mail.to[0], mail.subject) for mail in inbox]


def me(client, headers):
    return client.get("/api/auth/me", headers=headers).json["data"]


def test_a_new_user_verifies_the_address_with_the_link_that_is_mailed(client, post, register, log_in, inbox):
    """The token is in the mail alone: the table has its hash."""
    register()
    before = me(client, log_in())["email_verified"]
    [mail] = inbox

    verified = post("verify-email", token=token_in(mail))

    assert (mail.to, mail.subject) == ((ADA,), "Verify your email address")
    assert "open this link within 24 hours:\n\nhttps://shop.example/verify?token=" in mail.text
    assert (verified.status_code, verified.json["message"]) == (200, "Your email address is verified.")
    assert (before, me(client, log_in())["email_verified"]) == (False, True)


def test_a_token_is_stored_as_a_hash(app, register, inbox):
    """Whoever reads a backup of the table cannot use it."""
    register()
    token = token_in(inbox[0])

    with app.app_context():
        stored = app.extensions["beastmode.database"].database.execute(select(EmailToken.token_hash)).scalar_one()

    assert stored == hashlib.sha256(token.encode()).hexdigest()


def test_a_link_verifies_once_and_expires(clock, post, register, inbox):
    """A used one is refused like one that nobody has sent."""
    register(ADA)
    register(EVE)
    ada, eve = map(token_in, inbox)

    statuses = [post("verify-email", token=ada).status_code for _ in range(2)]
    clock.advance(hours=24)
    late = post("verify-email", token=eve)

    assert statuses == [200, 400]
    assert (late.status_code, late.json["message"]) == (400, INVALID)
    assert post("verify-email", token="é\ud800").status_code in {400, 422}


def test_another_link_ends_the_earlier_one(post, register, log_in, inbox):
    """Until the address is verified; then there is nothing to send."""
    register()
    ada = log_in()

    again = post("verify-email/resend", ada)
    first, second = map(token_in, inbox)
    statuses = [post("verify-email", token=token).status_code for token in (first, second)]
    needless = post("verify-email/resend", ada)

    assert again.json["message"] == "A mail with a link is on its way."
    assert statuses == [400, 200]
    assert (needless.status_code, needless.json["message"]) == (200, "Your email address is already verified.")
    assert len(inbox) == 2


def test_an_address_changes_once_the_new_one_is_proved_and_both_ends_are_told(client, post, register, log_in, inbox):
    """Until then the old one stays, and can log in."""
    register()
    ada = log_in()

    asked = post("change-email", ada, email=NEW.upper(), password=PASSWORD)
    unchanged = me(client, ada)["email"]
    [link] = [mail for mail in inbox if mail.to == (NEW,)]
    confirmed = post("verify-email", token=token_in(link))

    assert (asked.status_code, asked.json["message"]) == (200, "A mail with a link is on its way to the new address.")
    assert (unchanged, confirmed.status_code) == (ADA, 200)
    assert (me(client, ada)["email"], me(client, ada)["email_verified"]) == (NEW, True)
    assert sorted(told(inbox)[1:]) == [
        (ADA, "Your email address is about to change"),
        (ADA, "Your email address was changed"),
        (NEW, "Verify your new email address"),
    ]
    assert post("login", email=ADA, password=PASSWORD).status_code == 401
    assert post("login", email=NEW, password=PASSWORD).status_code == 200


def test_an_address_is_not_changed_with_a_wrong_password(post, register, log_in, inbox):
    """An unlocked phone is not enough."""
    register()

    refused = post("change-email", log_in(), email=NEW, password="a wrong password")

    assert (refused.status_code, refused.json["details"]) == (
        422,
        {"password": ["This is not your current password."]},
    )
    assert told(inbox) == [(ADA, "Verify your email address")]


def test_a_change_to_an_address_of_somebody_else_looks_the_same_and_does_nothing(  # noqa: PLR0917 - fixtures
    app, client, post, register, log_in, inbox, monkeypatch
):
    """The same answer after the same statements and as many comparisons of passwords; its owner is told."""
    compared = []
    match = hashing.match
    monkeypatch.setattr(hashing, "match", lambda *given: compared.append(1) or match(*given))
    register(ADA)
    register(EVE)
    ada, work = log_in(), []
    for email in (NEW, EVE):
        compared.clear()
        with Queries(app)() as sent:
            answer = post("change-email", ada, email=email, password=PASSWORD)
        work.append((answer.status_code, answer.json, [each.split()[0] for each in sent], len(compared)))

    assert work[0] == work[1]
    assert work[0][3] == 1
    assert (EVE, "Your email address is already in use") in told(inbox)
    assert me(client, ada)["email"] == ADA


def test_an_address_that_is_taken_in_the_meantime_is_not_changed(client, post, register, log_in, inbox):
    """Two users never have one address."""
    register()
    ada = log_in()
    post("change-email", ada, email=NEW, password=PASSWORD)
    [link] = [mail for mail in inbox if mail.to == (NEW,)]
    register(NEW)

    refused = post("verify-email", token=token_in(link))

    assert (refused.status_code, refused.json["message"]) == (400, INVALID)
    assert me(client, ada)["email"] == ADA


@pytest.mark.parametrize("ending", ["another address", "a new password"])
def test_a_link_to_change_an_address_is_ended(client, post, register, log_in, inbox, ending, clock):  # noqa: PLR0917 - fixtures
    """By a request for another address, such as after a typo; and by a new password, if it was somebody else."""
    register()
    ada = log_in()
    post("change-email", ada, email=NEW, password=PASSWORD)
    [link] = [mail for mail in inbox if mail.to == (NEW,)]
    clock.advance(seconds=1)
    if ending == "another address":
        post("change-email", ada, email="ada@example.net", password=PASSWORD)
    else:
        post("change-password", ada, current_password=PASSWORD, new_password=OTHER)

    assert post("verify-email", token=token_in(link)).status_code == 400
    assert me(client, ada)["email"] == ADA


def test_a_link_to_reset_a_password_ends_when_the_address_changes(post, register, log_in, inbox):
    """It is in a mailbox that the user may have left for a reason."""
    register()
    ada = log_in()
    post("reset-password", email=ADA)
    reset = inbox[-1].text.split("minutes:\n\n")[1].split()[0]
    post("change-email", ada, email=NEW, password=PASSWORD)
    [link] = [mail for mail in inbox if mail.to == (NEW,)]
    post("verify-email", token=token_in(link))

    assert post("reset-password/confirm", token=reset, password=OTHER).status_code == 400


def test_a_reset_proves_the_address_and_tells_that_the_password_was_changed(client, post, register, log_in, inbox):
    """Whoever opened the link has read mail to that address."""
    register()
    post("reset-password", email=ADA)
    token = inbox[-1].text.split("minutes:\n\n")[1].split()[0]

    post("reset-password/confirm", token=token, password=OTHER)

    assert inbox[-1].subject == "Your password was changed"
    assert me(client, log_in(password=OTHER))["email_verified"] is True


def test_a_changed_password_is_told(post, register, log_in, inbox, clock):
    """With the time, and what to do if it was somebody else."""
    register()
    post("change-password", log_in(), current_password=PASSWORD, new_password=OTHER)

    assert inbox[-1].to == (ADA,)
    assert inbox[-1].text.startswith("On 01 January 2030, 00:00 UTC the password of your account was changed")


def test_a_login_on_a_new_device_is_told(register, log_in, inbox):
    """The first one, the same device with an update, and another address of the same provider are no news."""
    register()
    log_in()
    log_in(agent=NEWER)
    log_in(address="203.0.9.9")
    before = len(inbox)

    log_in(agent=IPHONE)
    log_in(agent=IPHONE)
    log_in(address="2001:db8::1")

    told = [mail.text for mail in inbox][before:]
    assert [mail.subject for mail in inbox][before:] == ["A login on a new device"] * 2
    assert "    Safari on iPhone\n    203.0.113.7\n" in told[0]
    assert "    Firefox on Windows\n    2001:db8::1\n" in told[1]


def test_registration_that_hides_who_is_registered_mails_the_owner_of_the_address(
    app, make_mailing_app, inbox, monkeypatch
):
    """The response is the same, and as many passwords are hashed; only the mail tells."""
    hashed = []
    real = hashing.hash_password
    monkeypatch.setattr(hashing, "hash_password", lambda password: hashed.append(password) or real(password))
    client = make_mailing_app(hide_registered_emails=True).test_client()

    def registered():
        hashed.clear()
        answer = client.post("/api/auth/register", json={"email": ADA, "password": PASSWORD})
        return answer.status_code, answer.json, len(hashed)

    new, unverified = registered(), registered()
    token = inbox[-1].text.split("hours:\n\n")[1].split()[0]
    assert client.post("/api/auth/verify-email", json={"token": token}).status_code == 200
    verified = registered()

    assert new == unverified == verified
    assert new[2] == 1
    assert told(inbox) == [
        (ADA, "Verify your email address"),
        (ADA, "Verify your email address"),
        (ADA, "You already have an account"),
    ]


def test_mail_is_not_sent_if_the_registration_fails(register, post, inbox):
    """A taken address, a weak password."""
    register()
    register()
    post("register", email=EVE, password="short")

    assert told(inbox) == [(ADA, "Verify your email address")]


def test_requests_for_mail_are_limited(post, register, log_in):
    """Nobody fills the mailbox of a stranger."""
    register()
    ada = log_in()

    statuses = [post("verify-email/resend", ada).status_code for _ in range(11)]

    assert statuses == [200] * 10 + [429]


def test_the_document_has_the_routes_of_mail(client):
    """With their bodies; the token is in none of the responses."""
    paths = client.get("/api/v1/openapi.json").json["paths"]

    assert {path.partition("/auth/")[2] for path in paths if "/auth/" in path} == {
        "register",
        "login",
        "refresh",
        "logout",
        "logout-all",
        "reset-password",
        "reset-password/confirm",
        "verify-email",
        "verify-email/resend",
        "change-email",
        "change-password",
        "sessions",
        "sessions/{session_id}",
        "me",
        "me/export",
    }


def test_a_deactivated_user_verifies_nothing(app, post, register, inbox):
    """And a job that runs late mails nothing."""
    register()
    token = token_in(inbox[0])
    with app.app_context():
        app.extensions["beastmode.database"].database.execute(text("UPDATE users SET is_active = false"))

    assert post("verify-email", token=token).status_code == 400
    assert run_due(app) == 0
