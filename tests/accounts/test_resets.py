"""A forgotten password is replaced by a link that is mailed, without telling anybody who has an account."""

import base64

import pytest
from flask import Flask
from sqlalchemy import delete, select

import beastmode.limits.models  # noqa: F401 - its table is made with the others
from beastmode import Accounts, Api, Beastmode, Database, Version
from beastmode.accounts.desk import current_desk
from beastmode.accounts.passwords import hashing
from beastmode.accounts.tokens.reset import ResetTokens
from beastmode.db import Base
from beastmode.jobs import Jobs
from beastmode.jobs.models import JobRow
from beastmode.jobs.running import outcome_of
from beastmode.jobs.tasks import all_jobs
from beastmode.mail import Mails
from beastmode.mail.models import Mail
from beastmode.testing.queries import Queries
from servers import scratch_postgres

ADA, PASSWORD, NEW = "ada@example.com", "correct horse battery", "entirely different words"
SECRET = "a secret of more than thirty-two bytes"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def make(request, user, tmp_path):
    """Makes applications with mail, on one new database; settings as arguments."""
    database = Database()

    def made(**settings):
        app = Flask("shop", root_path=str(tmp_path))
        app.config.from_mapping(
            {
                "ENVIRONMENT": "testing",
                "SECRET_KEY": SECRET,
                "DATABASE_URL": url,
                "RESET_PASSWORD_URL": "https://shop.example/reset?token={token}",
                **settings,
            }
        )
        api = Api("Shop", versions=[Version("v1")])
        Beastmode(app, database=database, api=api, accounts=Accounts(user), jobs=Jobs(), mail=Mails())
        with app.app_context():
            Base.metadata.create_all(database.engine)
        return app

    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'shop.db'}"
        yield made
        return
    with scratch_postgres() as url:
        yield made
        with made().app_context():
            database.engine.dispose()


@pytest.fixture
def app(make):
    """An application in which Ada has registered."""
    app = make()
    with app.app_context():
        current_desk().registration.create(ADA, PASSWORD)
        yield app


@pytest.fixture
def client(app):
    return app.test_client()


def run_jobs(app):
    """Run what waits, as a worker does, until nothing is left; return what was mailed."""
    database = app.extensions["beastmode.jobs"]
    while row := database.execute(select(JobRow.id, JobRow.name, JobRow.arguments).order_by(JobRow.id)).first():
        database.execute(delete(JobRow).where(JobRow.id == row.id))
        outcome = outcome_of(row.id, row.name, all_jobs()[row.name].function, row.arguments)
        assert outcome.error is None, outcome.error
    return database.execute(select(Mail.recipients, Mail.subject, Mail.text).order_by(Mail.id)).all()


def token_in(mail):
    """The token of the link in a mail."""
    return mail.text.partition("reset?token=")[2].split()[0]


def ask(client, email=ADA):
    return client.post("/api/v1/auth/reset-password", json={"email": email})


def confirm(client, token, password=NEW):
    return client.post("/api/v1/auth/reset-password/confirm", json={"token": token, "password": password})


def log_in(client, password):
    return client.post("/api/v1/auth/login", json={"email": ADA, "password": password})


def test_a_forgotten_password_is_reset_with_an_emailed_link(app, client):
    """The old password no longer works, and existing sessions end."""
    refresh_token = log_in(client, PASSWORD).get_json()["data"]["refresh_token"]

    asked = ask(client)
    [mail] = run_jobs(app)
    confirmed = confirm(client, token_in(mail))

    assert (asked.status_code, asked.get_json()["message"]) == (
        200,
        "If this email address is registered, a mail with a link is on its way.",
    )
    assert (mail.recipients, mail.subject) == (ADA, "Reset your password")
    assert "open this link within 30 minutes:\n\nhttps://shop.example/reset?token=" in mail.text
    assert (confirmed.status_code, confirmed.get_json()["message"]) == (
        200,
        "Your password was changed. You can now log in with it.",
    )
    assert (log_in(client, PASSWORD).status_code, log_in(client, NEW).status_code) == (401, 200)
    assert client.post("/api/v1/auth/refresh", json={"refresh_token": refresh_token}).status_code == 401


def test_a_request_does_not_reveal_whether_an_account_exists(app, client, monkeypatch):
    """The response and the SQL statements are the same, and no password is hashed."""
    hashed = []
    monkeypatch.setattr(hashing, "hash_password", hashed.append)
    seen = []
    for email in (ADA, "nobody@example.com"):
        with Queries(app)() as sent:
            answer = ask(client, email)
        seen.append((answer.status_code, answer.get_json(), [str(statement).split()[0] for statement in sent]))

    assert seen[0] == seen[1]
    assert hashed == []
    assert [mail.recipients for mail in run_jobs(app)] == [ADA]


def test_a_link_can_be_used_once(app, client):
    """A password change invalidates every link, used or not."""
    ask(client)
    ask(client)
    first, second = map(token_in, run_jobs(app))

    assert [confirm(client, token).status_code for token in (first, first, second)] == [200, 400, 400]
    assert confirm(client, first).get_json()["message"] == "This link is no longer valid. Request a new one."


def test_a_link_expires(app, client, clock):
    """After half an hour by default."""
    ask(client)
    token = token_in(run_jobs(app)[0])
    clock.advance(minutes=30)

    assert confirm(client, token).status_code == 400


def unsigned(text):
    """A token whose signature nobody made."""
    return base64.urlsafe_b64encode(bytes(32) + text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "é" * 20,
        "A" * 512,
        "_" * 40,
        *(unsigned(text) for text in ("9999999999.1", "9999999999.x", "99999999999999999999.1", "x.1", "")),
        *(unsigned(f"9999999999.{number}") for number in (2**31, 2**63, -(2**70), "1_0", "\0", "1\0")),
    ],
)
def test_a_malformed_token_is_refused_like_an_expired_one(client, token):
    """No input causes a server error."""
    assert confirm(client, token).status_code == 400


def test_a_token_signed_with_another_secret_is_refused(app, client):
    """Only the server can issue tokens."""
    with app.app_context():
        resets = current_desk().resets
        account = resets._find(resets.user.email == ADA)
    forged = ResetTokens("another secret of thirty-two bytes!!", resets.tokens.lifetime)

    assert confirm(client, forged.issue(account.id, account.password_hash)).status_code == 400


def test_a_weak_password_is_refused_and_the_link_stays_valid(app, client):
    """The response lists the reasons, as for a registration."""
    ask(client)
    token = token_in(run_jobs(app)[0])

    refused = confirm(client, token, "short")

    assert (refused.status_code, refused.get_json()["details"]) == (
        422,
        {"password": ["Password must be at least 8 characters long"]},
    )
    assert confirm(client, token).status_code == 200


def test_an_inactive_user_gets_no_email(app, client, user):
    """A link would let them log in again."""
    database = app.extensions["beastmode.jobs"]
    database.session.execute(user.__table__.update().values(is_active=False))
    database.session.commit()

    ask(client)

    assert run_jobs(app) == []


def test_requests_are_limited(app, client):
    """Ten per minute for an email address from one network, as for logins."""
    assert [ask(client).status_code for _ in range(11)] == [200] * 10 + [429]


def test_without_a_frontend_page_the_email_contains_the_token(make):
    """For clients in which it is entered manually."""
    app = make(RESET_PASSWORD_URL="")
    with app.app_context():
        current_desk().registration.create(ADA, PASSWORD)
        client = app.test_client()
        ask(client)
        [mail] = run_jobs(app)

        token = mail.text.partition("enter this code within 30 minutes:")[2].split()[0]
        assert confirm(client, token).status_code == 200


def test_a_project_can_override_the_email_template(make, tmp_path):
    """The project's template takes precedence over the library's."""
    folder = tmp_path / "templates" / "mail"
    folder.mkdir(parents=True)
    (folder / "reset_password.txt").write_text("Subject: Moin\n\n{{ link }}\n")
    app = make()
    with app.app_context():
        current_desk().registration.create(ADA, PASSWORD)
        ask(app.test_client())

        assert [mail.subject for mail in run_jobs(app)] == ["Moin"]


def test_resets_can_be_disabled(make):
    """The route reports that they are disabled, and the API document does not include it."""
    client = make(ENABLE_PASSWORD_RESET=False).test_client()

    refused = ask(client)
    document = client.get("/api/v1/openapi.json").get_json()

    assert (refused.status_code, refused.get_json()["message"]) == (403, "Password reset is disabled")
    assert not [path for path in document["paths"] if "reset" in path]
