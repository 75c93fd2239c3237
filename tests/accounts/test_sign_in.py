import pytest
from sqlalchemy import select, update
from werkzeug.security import generate_password_hash

from beastmode.accounts.models import Credential, Session
from beastmode.accounts.passwords import hashing
from beastmode.core.errors import Problem
from beastmode.core.identity import Identity

PASSWORD = "correct horse battery"
CLIENT = {"user_agent": "curl/8", "address": "203.0.113.7"}


class CountingHasher:
    """The real hasher, which remembers how often it worked, and on what kind of hash."""

    def __init__(self, hasher):
        self.hasher = hasher
        self.work = []

    def hash(self, password):
        self.work.append("hash")
        return self.hasher.hash(password)

    def verify(self, stored, password):
        self.work.append(("verify", stored.split("$")[3]))
        return self.hasher.verify(stored, password)

    def check_needs_rehash(self, stored):
        return self.hasher.check_needs_rehash(stored)


@pytest.fixture
def hasher(monkeypatch):
    counting = CountingHasher(hashing.hasher)
    monkeypatch.setattr(hashing, "hasher", counting)
    return counting


@pytest.fixture
def sign_in(desk):
    return desk.sign_in


def refusal(sign_in, email, password):
    with pytest.raises(Problem) as caught:
        sign_in.log_in(email, password, **CLIENT)
    return caught.value.code, caught.value.description, caught.value.headers


def stored_hash(database):
    return database.execute(select(Credential.password_hash)).scalar_one()


def keep_hash(database, stored):
    database.execute(update(Credential).values(password_hash=stored))


def test_the_right_password_opens_a_session(sign_in, ada, database, clock):
    grant = sign_in.log_in("ada@example.com", PASSWORD, **CLIENT)

    claims = sign_in.tokens.read(grant.token)
    assert (claims.subject, grant.expires_in, grant.token_type) == (str(ada.id), 900, "Bearer")
    assert database.execute(select(Session.id)).scalar_one() == claims.session_id


def test_a_wrong_password_an_unknown_address_and_an_inactive_user_are_told_the_same(sign_in, ada, database, user):
    wrong = refusal(sign_in, "ada@example.com", "wrong horse battery")
    unknown = refusal(sign_in, "eve@example.com", PASSWORD)
    database.execute(update(user).values(is_active=False))
    inactive = refusal(sign_in, "ada@example.com", PASSWORD)

    assert wrong == unknown == inactive
    assert wrong == (401, "Wrong email address or password", {"WWW-Authenticate": "Bearer"})


def test_every_failure_costs_the_same_work(sign_in, ada, database, user, hasher):
    refusal(sign_in, "ada@example.com", "wrong horse battery")
    wrong = hasher.work.copy()
    hasher.work.clear()
    refusal(sign_in, "eve@example.com", PASSWORD)
    unknown = hasher.work.copy()
    hasher.work.clear()
    database.execute(update(user).values(is_active=False))
    refusal(sign_in, "ada@example.com", PASSWORD)
    inactive = hasher.work.copy()
    hasher.work.clear()
    database.execute(Credential.__table__.delete())
    refusal(sign_in, "ada@example.com", PASSWORD)

    assert wrong == unknown == inactive == hasher.work == [("verify", "m=19456,t=2,p=1")]


@pytest.mark.parametrize("method", ["scrypt:1024:8:1", "pbkdf2:sha256:1000"])
def test_a_werkzeug_hash_becomes_argon2_when_its_user_logs_in(sign_in, ada, database, method):
    keep_hash(database, generate_password_hash(PASSWORD, method))

    sign_in.log_in("ada@example.com", PASSWORD, **CLIENT)

    assert stored_hash(database).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert sign_in.log_in("ada@example.com", PASSWORD, **CLIENT)


def test_a_wrong_password_leaves_a_werkzeug_hash_as_it_is(sign_in, ada, database):
    kept = generate_password_hash(PASSWORD, "scrypt:1024:8:1")
    keep_hash(database, kept)

    refusal(sign_in, "ada@example.com", "wrong horse battery")

    assert stored_hash(database) == kept


def test_a_hash_of_today_is_not_made_anew(sign_in, ada, database):
    before = stored_hash(database)

    sign_in.log_in("ada@example.com", PASSWORD, **CLIENT)

    assert stored_hash(database) == before


def test_a_new_hash_does_not_overwrite_a_password_that_was_changed_meanwhile(sign_in, ada, database, monkeypatch):
    keep_hash(database, generate_password_hash(PASSWORD, "scrypt:1024:8:1"))

    class SlowHasher(CountingHasher):
        def hash(self, password):
            keep_hash(database, "changed in the meantime")
            return self.hasher.hash(password)

    monkeypatch.setattr(hashing, "hasher", SlowHasher(hashing.hasher))

    with pytest.raises(Problem, match="Wrong email address or password"):
        sign_in.log_in("ada@example.com", PASSWORD, **CLIENT)

    assert stored_hash(database) == "changed in the meantime"


def test_a_refresh_gives_a_new_access_token_of_the_same_session(sign_in, ada, clock):
    first = sign_in.log_in("ada@example.com", PASSWORD, **CLIENT)
    clock.advance(minutes=20)

    second = sign_in.refresh(first.refresh_token)

    claims = sign_in.tokens.read(second.token)
    assert claims.subject == str(ada.id)
    assert claims.session_id == first.refresh_token.split(".")[0]
    with pytest.raises(Problem):
        sign_in.tokens.read(first.token)


def test_logging_out_ends_that_session_alone(sign_in, ada):
    here = sign_in.log_in("ada@example.com", PASSWORD, **CLIENT)
    there = sign_in.log_in("ada@example.com", PASSWORD, **CLIENT)

    sign_in.log_out(Identity("account", ada.id, here.refresh_token.split(".")[0]))

    with pytest.raises(Problem):
        sign_in.refresh(here.refresh_token)
    assert sign_in.refresh(there.refresh_token).token


def test_logging_out_without_a_session_is_no_error(sign_in, ada):
    sign_in.log_out(Identity("account", ada.id))
