"""API keys: another program acts for a user, within scopes, until the key expires or is revoked."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from beastmode import Api, Beastmode, Blueprint, Database, Problem
from beastmode.accounts import Accounts, ApiKeys, Bearer
from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import current_identity
from beastmode.db import transaction
from beastmode.testing import Queries

SECRET = "a secret of more than thirty-two bytes"


def keys_api():
    """Routes for programs."""
    api, notes = Api("Keys"), Blueprint("notes", version="v1", url_prefix="/notes")

    @notes.get()
    def read():
        """Read."""
        return [current_identity().id, sorted(current_identity().permissions)]

    @notes.post()
    def write():
        """Write."""
        return True

    @notes.get("/moderation", permission="notes:moderate")
    def moderate():
        """Moderate."""
        return True

    @notes.get("/optional", sign_in="optional")
    def optional():
        """For anyone."""
        return current_identity().is_account

    api.register(notes)
    return api


@pytest.fixture(scope="session")
def with_keys(user):
    """The accounts of a project with roles."""
    return Accounts(user, roles={"moderator": ["notes:moderate", "notes:hide"]})


@pytest.fixture
def keys_app(url, with_keys, app):
    """An application whose callers have access tokens or API keys."""
    given = Flask("keys")
    given.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=url, JWT_SECRET_KEY=SECRET, LOG_LEVEL="ERROR")
    authenticators = [Bearer(), ApiKeys(prefix="shop")]
    Beastmode(given, database=Database(), api=keys_api(), accounts=with_keys, authenticators=authenticators)
    yield given
    given.extensions["beastmode.database"].engines.dispose()


@pytest.fixture
def person(keys_app, with_keys):
    """The ID of a moderator, and the headers of their session."""
    with keys_app.app_context():
        made = with_keys.create_user("ada@example.com", "correct horse battery").id
        with_keys.grant_role(made, "moderator")
        return made, {"Authorization": f"Bearer {with_keys.open_session(made).token}"}


@pytest.fixture
def make_key(keys_app, with_keys, person):
    """Makes a key of that person, by code."""

    def make(*scopes, **options):
        with keys_app.app_context():
            return with_keys.create_api_key(person[0], name="report", scopes=scopes, **options)

    return make


def calls(app, key):
    """What the routes answer to a key: read, write, moderate, optional."""
    client, headers = app.test_client(), {"X-API-Key": key}
    answers = [client.get("/api/v1/notes", headers=headers), client.post("/api/v1/notes", headers=headers)]
    answers += [client.get(f"/api/v1/notes/{path}", headers=headers) for path in ("moderation", "optional")]
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (["read"], [200, 403, 403, 200]),
        (["write"], [403, 200, 403, 403]),
        (["read", "write"], [200, 200, 403, 200]),
        (["notes:moderate"], [403, 403, 200, 403]),
        (["notes:hide", "read"], [200, 403, 403, 200]),
    ],
)
def test_a_key_may_what_its_scopes_say(keys_app, make_key, scopes, expected):
    """Of what its user may do; routes that require no permission require read or write."""
    assert calls(keys_app, make_key(*scopes).key) == expected


def test_a_scope_gives_nothing_that_its_user_may_not_do(keys_app, with_keys, person, make_key):
    """A role that is revoked is missing from the key, too."""
    key = make_key("notes:moderate", "read").key
    before = calls(keys_app, key)[2]
    with keys_app.app_context():
        with_keys.revoke_role(person[0], "moderator")

    assert (before, calls(keys_app, key)[2]) == (200, 403)


def test_keys_are_made_listed_and_revoked_by_routes(keys_app, person):
    """The key is shown once; what is stored is a hash."""
    client, (user_id, session) = keys_app.test_client(), person
    made = client.post(
        "/api/auth/keys", json={"name": "report", "scopes": ["read"], "expires_in_days": 2}, headers=session
    )
    key = made.json["data"]

    used = client.get("/api/v1/notes", headers={"X-API-Key": key["key"]})
    listed = client.get("/api/auth/keys", headers=session).json["data"]
    revoked = client.delete(f"/api/auth/keys/{key['id']}", headers=session)
    again = client.delete(f"/api/auth/keys/{key['id']}", headers=session)
    after = client.get("/api/v1/notes", headers={"X-API-Key": key["key"]})

    assert (made.status_code, made.headers["Cache-Control"], used.json["data"]) == (201, "no-store", [user_id, []])
    assert key["key"].startswith(f"shop_{key['id']}_")
    assert [(each["name"], each["scopes"], "key" in each) for each in listed] == [("report", ["read"], False)]
    assert listed[0]["last_used_at"] is not None
    assert [answer.status_code for answer in (revoked, again, after)] == [200, 404, 401]
    assert client.get("/api/auth/keys", headers=session).json["data"] == []
    with keys_app.app_context():
        stored = keys_app.extensions["beastmode.database"].database.execute(text("SELECT * FROM api_keys")).all()
    assert key["key"][-43:] not in str(stored)


def test_a_key_cannot_manage_the_account(keys_app, make_key):
    """Neither make another key, which could have more scopes, nor end sessions."""
    client, headers = keys_app.test_client(), {"X-API-Key": make_key("read", "write").key}

    answers = [client.post("/api/auth/keys", json={"name": "x", "scopes": ["write"]}, headers=headers)]
    answers += [client.get(f"/api/auth/{path}", headers=headers) for path in ("keys", "sessions", "me")]

    assert [answer.status_code for answer in answers] == [401] * 4
    assert answers[0].json["message"] == "The credential in X-Api-Key is not accepted here"


def test_a_key_of_somebody_else_is_not_there(keys_app, with_keys, make_key):
    """It can neither be listed nor revoked."""
    made = make_key("read")
    with keys_app.app_context():
        eve = with_keys.create_user("eve@example.com", "correct horse battery").id
        session = {"Authorization": f"Bearer {with_keys.open_session(eve).token}"}
    client = keys_app.test_client()

    assert client.get("/api/auth/keys", headers=session).json["data"] == []
    assert client.delete(f"/api/auth/keys/{made.id}", headers=session).status_code == 404
    assert calls(keys_app, made.key)[0] == 200


def test_a_key_expires(keys_app, make_key, clock):
    """Then the message says so, as only its owner has it."""
    key = make_key("read", expires_at=now() + timedelta(days=1)).key
    before = calls(keys_app, key)[0]
    clock.advance(days=1)

    answer = keys_app.test_client().get("/api/v1/notes", headers={"X-API-Key": key})

    assert (before, answer.status_code, answer.json["message"]) == (200, 401, "The API key has expired")


@pytest.mark.parametrize("change", ["", "x", "shop_", "other", "secret"])
def test_a_key_that_is_not_genuine_is_refused(keys_app, make_key, change):
    """Also where nobody needs one, and also beside a valid access token."""
    key = make_key("read").key
    wrong = {"secret": key[:-1] + ("A" if key[-1] != "A" else "B"), "other": "shop_" + "A" * 16 + key[21:]}
    client, headers = keys_app.test_client(), {"X-API-Key": wrong.get(change, change)}

    answers = [client.get(f"/api/v1/notes{path}", headers=headers) for path in ("", "/optional")]

    assert [(each.status_code, each.json["message"]) for each in answers] == [(401, "The API key is invalid")] * 2


def test_a_wrong_key_beside_a_good_token_is_refused(keys_app, person):
    """No credential is ignored."""
    answer = keys_app.test_client().get("/api/v1/notes", headers=person[1] | {"X-API-Key": "guess"})

    assert (answer.status_code, answer.json["message"]) == (401, "The API key is invalid")


def test_the_key_of_an_inactive_user_is_refused(keys_app, person, make_key, user):
    """At once, as every request looks."""
    key = make_key("read").key
    with keys_app.app_context(), transaction():
        database = keys_app.extensions["beastmode.database"].database
        database.session.scalar(select(user).where(user.id == person[0])).is_active = False

    assert calls(keys_app, key)[0] == 401


def test_a_request_with_a_key_costs_one_statement_and_the_last_use_one_a_minute(keys_app, make_key, clock):
    """The last use is stored to the minute."""
    key, counted = make_key("read").key, []
    for _ in range(3):
        with Queries(keys_app)() as queries:
            keys_app.test_client().get("/api/v1/notes/optional", headers={"X-API-Key": key})
        counted.append([statement.split()[0] for statement in queries])
        clock.advance(seconds=40)

    assert counted == [["SELECT", "UPDATE"], ["SELECT"], ["SELECT", "UPDATE"]]


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        (["notes:erase"], "Unknown scope: notes:erase. Known scopes: notes:hide, notes:moderate, read, write."),
        ([], "At least one scope is required. Known scopes: notes:hide, notes:moderate, read, write."),
    ],
)
def test_scopes_that_do_not_exist_are_refused(make_key, scopes, said):
    """A typo must not make a key that can do nothing, or later something else."""
    with pytest.raises(Problem) as caught:
        make_key(*scopes)

    assert (caught.value.code, caught.value.details) == (422, {"scopes": [said]})


def test_the_document_has_the_key_as_a_scheme(keys_app):
    """Routes take either; those of accounts take access tokens only; 403 is documented."""
    document = keys_app.test_client().get("/api/v1/openapi.json").json
    paths = document["paths"]

    assert document["components"]["securitySchemes"]["api_key"] == {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
    }
    assert paths["/api/v1/notes"]["post"]["security"] == [{"bearer": []}, {"api_key": []}]
    assert "403" in paths["/api/v1/notes"]["post"]["responses"]
    assert paths["/api/v1/auth/keys"]["post"]["security"] == [{"bearer": []}]


def test_a_prefix_that_is_not_a_word_is_refused():
    """Keys are found by their beginning."""
    with pytest.raises(ConfigurationError, match=r"ApiKeys\(prefix='a_b'\): expected up to 20 letters and digits."):
        ApiKeys(prefix="a_b")
