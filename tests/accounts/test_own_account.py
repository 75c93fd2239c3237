"""Users change, export and delete their own account, and may change their mind for some days."""

import pytest
from sqlalchemy import func, select

from beastmode import Accounts
from beastmode.accounts.models import AccountDeletion, Credential, Session
from beastmode.core.errors import ConfigurationError
from beastmode.jobs import list_jobs
from beastmode.testing import Inbox
from beastmode.testing.job_runs import run_due

ADA, PASSWORD = "ada@example.com", "correct horse battery"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


@pytest.fixture
def app(make_mailing_app, empty_tables):
    app = make_mailing_app()
    empty_tables(app)
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def inbox(app):
    return Inbox(app)


@pytest.fixture
def ada(client, clock):
    """The headers of Ada's session."""
    new = {"email": ADA, "password": PASSWORD, "name": "Ada"}
    client.post("/api/auth/register", json=new)
    grant = client.post(
        "/api/auth/login", json={"email": ADA, "password": PASSWORD}, headers={"User-Agent": FIREFOX}
    ).json["data"]
    return {"Authorization": f"Bearer {grant['token']}"}


@pytest.fixture
def hooks(accounts):
    """The project's functions; those that a test adds are removed again."""
    hooks = accounts._options.hooks
    kept, called = dict(hooks.exports), list(hooks.deletions)
    yield accounts
    hooks.exports.clear()
    hooks.exports.update(kept)
    hooks.deletions[:] = called


def me(client, headers):
    return client.get("/api/auth/me", headers=headers).json["data"]


def count(app, model):
    with app.app_context():
        return app.extensions["beastmode.database"].database.execute(select(func.count()).select_from(model)).scalar()


def test_a_user_changes_the_name(client, ada):
    """The rest has routes of its own."""
    changed = client.patch("/api/auth/me", json={"name": "Ada Lovelace"}, headers=ada)
    refused = client.patch("/api/auth/me", json={"email": "eve@example.com"}, headers=ada)

    assert (changed.status_code, changed.json["data"]["name"]) == (200, "Ada Lovelace")
    assert (refused.status_code, refused.json["details"]) == (422, {"email": ["Unknown field."]})
    assert me(client, ada)["name"] == "Ada Lovelace"


def test_the_account_says_what_is_verified_and_when_it_ends(client, ada, clock):
    """In one response."""
    assert me(client, ada) | {"id": 0, "created_at": ""} == {
        "id": 0,
        "email": ADA,
        "name": "Ada",
        "is_active": True,
        "created_at": "",
        "email_verified": False,
        "deletes_at": None,
    }


def test_an_export_has_the_account_its_sessions_and_what_the_project_adds(client, clock, hooks, ada):
    """As a file to download."""

    @hooks.exports("posts")
    def posts_of(user_id):
        return [{"title": f"A post of {user_id}", "at": clock.now()}]

    export = client.get("/api/auth/me/export", headers=ada)
    account = me(client, ada)

    assert export.headers["Content-Disposition"] == 'attachment; filename="account.json"'
    assert export.json["data"]["account"] == account
    assert [session["device"] for session in export.json["data"]["sessions"]] == ["Firefox on Windows"]
    assert export.json["data"]["posts"] == [{"title": f"A post of {account['id']}", "at": "2030-01-01T00:00:00+00:00"}]


def test_two_parts_of_an_export_do_not_have_one_name(hooks):
    """One of them would be missing."""
    message = r"^accounts\.exports\('sessions'\): an export has this part already; choose another name\.$"
    with pytest.raises(ConfigurationError, match=message):
        hooks.exports("sessions")(list)


def test_an_account_is_deleted_after_two_weeks_with_what_the_project_deletes(app, client, clock, hooks, ada, inbox):  # noqa: PLR0917 - fixtures
    """By a job; the user is told at both times."""
    deleted = []
    hooks.before_deletion(deleted.append)
    account_id = me(client, ada)["id"]

    asked = client.delete("/api/auth/me", headers=ada)
    clock.advance(days=13)
    run_due(app)
    before = (deleted[:], count(app, Credential), count(app, AccountDeletion))
    clock.advance(days=1)
    run_due(app)

    assert (asked.status_code, asked.json["message"], asked.json["data"]) == (
        202,
        "Your account will be deleted on 15 January 2030. Until then you can change your mind.",
        {"deletes_at": "2030-01-15T00:00:00+00:00"},
    )
    assert before == ([], 1, 1)
    assert deleted == [account_id]
    assert [count(app, model) for model in (Credential, Session, AccountDeletion)] == [0, 0, 0]
    assert client.post("/api/auth/login", json={"email": ADA, "password": PASSWORD}).status_code == 401
    assert [(mail.to[0], mail.subject) for mail in inbox][1:] == [
        (ADA, "Your account will be deleted"),
        (ADA, "Your account was deleted"),
    ]


def test_a_user_who_changes_their_mind_keeps_the_account(app, client, clock, ada):
    """Also after another request to delete it, which counts its own days."""
    client.delete("/api/auth/me", headers=ada)
    kept = client.patch("/api/auth/me", json={"deletes_at": None}, headers=ada)
    clock.advance(minutes=10)
    client.delete("/api/auth/me", headers=ada)
    clock.advance(days=13, hours=23, minutes=55)
    run_due(app)

    assert (kept.status_code, kept.json["data"]["deletes_at"]) == (200, None)
    assert (count(app, Credential), count(app, AccountDeletion)) == (1, 1)


def test_asking_twice_changes_nothing(client, clock, ada, inbox):
    """The first day counts, and there is one mail."""
    first = client.delete("/api/auth/me", headers=ada).json["data"]
    clock.advance(minutes=5)
    second = client.delete("/api/auth/me", headers=ada).json["data"]

    assert first == second
    assert [mail.subject for mail in inbox].count("Your account will be deleted") == 1
    assert me(client, ada)["deletes_at"] == first["deletes_at"]


def test_a_time_cannot_be_set(client, ada):
    """An account is deleted by DELETE alone."""
    refused = client.patch("/api/auth/me", json={"deletes_at": "2040-01-01T00:00:00Z"}, headers=ada)

    assert (refused.status_code, refused.json["details"]) == (
        422,
        {"deletes_at": ["Only null is possible here; delete the account to set a time."]},
    )


def test_a_deletion_that_fails_deletes_nothing_and_is_tried_again(app, client, clock, hooks, ada):
    """What the project does before is rolled back with it."""
    fails = [True]

    @hooks.before_deletion
    def delete_posts(user_id):
        if fails.pop():
            raise RuntimeError("the posts are locked")

    client.delete("/api/auth/me", headers=ada)
    clock.advance(days=14)
    run_due(app)
    with app.app_context():
        [job] = list_jobs("scheduled")
    before = (job.name, count(app, Credential), count(app, AccountDeletion))
    fails[:] = [False]
    clock.advance(hours=1)
    run_due(app)

    assert before == ("beastmode.accounts.delete", 1, 1)
    assert count(app, Credential) == 0


def test_without_jobs_no_account_is_deleted_and_without_mail_no_address_changes(make_app, accounts):
    """The routes do not exist, and are not in the document."""
    paths = make_app().test_client().get("/api/v1/openapi.json").json["paths"]
    methods = {path.partition("/auth/")[2]: sorted(item) for path, item in paths.items() if "/auth/" in path}

    assert (methods["me"], methods["me/export"]) == (["get", "patch"], ["get"])
    assert "change-email" not in methods
    assert "verify-email" not in methods
    assert isinstance(accounts, Accounts)
