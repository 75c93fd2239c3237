"""What happens to an account while its password is compared, which takes a while, counts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import delete, select, update
from werkzeug.security import generate_password_hash

from beastmode.accounts.models import Credential, Session
from beastmode.core.errors import Problem
from beastmode.db import transaction
from lock_waiting import wait_for_waiting

PASSWORD = "correct horse battery"
ADA = {"email": "ada@example.com", "password": PASSWORD}
CLIENT = {"user_agent": "curl/8", "address": "203.0.113.7"}


class Interrupted:
    """Sessions before each of which something happens."""

    def __init__(self, sessions, happen):
        self.sessions = sessions
        self.happen = happen

    def open(self, *whose, **how):
        self.happen()
        return self.sessions.open(*whose, **how)


@pytest.fixture
def log_in_while(desk, ada):
    def log_in(happen):
        sign_in = replace(desk.sign_in, sessions=Interrupted(desk.sign_in.sessions, happen))
        return sign_in.log_in(ADA["email"], PASSWORD, **CLIENT)

    return log_in


@pytest.fixture
def people(desk, database, user, ada):
    return desk, database, user, ada


def count_open(database):
    return len(database.execute(select(Session.id).where(Session.revoked_at.is_(None))).all())


@pytest.mark.parametrize("kept", ["argon2", "scrypt"])
@pytest.mark.parametrize("how", ["set_password", "deactivate", "delete", "take the password away"])
def test_a_log_in_under_way_does_not_outlive_what_ends_it(log_in_while, people, how, kept):
    desk, database, user, ada = people
    if kept == "scrypt":
        database.execute(update(Credential).values(password_hash=generate_password_hash(PASSWORD, "scrypt:1024:8:1")))
    happen = {
        "set_password": lambda: desk.registration.set_password(ada.id, "another horse battery"),
        "deactivate": lambda: database.execute(update(user).values(is_active=False)),
        "delete": lambda: database.execute(delete(user)),
        "take the password away": lambda: database.execute(delete(Credential)),
    }[how]

    with pytest.raises(Problem, match="Wrong email address or password"):
        log_in_while(happen)

    assert count_open(database) == 0


def test_a_log_in_outlives_a_new_hash_of_the_same_password(log_in_while, desk, database):
    hashes = iter([generate_password_hash(PASSWORD, "scrypt:1024:8:1")])

    def renew():
        for stored in hashes:
            database.execute(update(Credential).values(password_hash=stored))

    log_in_while(renew)

    assert count_open(database) == 1


def test_a_log_in_ends_although_the_hash_changes_each_time(log_in_while, database):
    def renew():
        database.execute(update(Credential).values(password_hash=generate_password_hash(PASSWORD, "scrypt:1024:8:1")))

    with pytest.raises(Problem, match="Wrong email address or password"):
        log_in_while(renew)


def test_a_new_hash_of_the_same_password_ends_no_session(client, desk, database, clock, ada):
    grant = client.post("/api/auth/login", json=ADA).json["data"]
    database.execute(update(Credential).values(password_hash=generate_password_hash(PASSWORD, "scrypt:1024:8:1")))
    clock.advance(seconds=1)

    client.post("/api/auth/login", json=ADA)

    assert client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]}).status_code == 200


def test_log_ins_with_one_outdated_hash_at_once_all_succeed(app, database, ada):
    database.execute(update(Credential).values(password_hash=generate_password_hash(PASSWORD, "scrypt:1024:8:1")))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: app.test_client().post("/api/auth/login", json=ADA), range(4)))

    assert [answer.status_code for answer in answers] == [200] * 4


def test_no_session_of_the_old_password_is_left_whatever_the_order(app, desk, database, ada):
    def log_in(password):
        answer = app.test_client().post("/api/auth/login", json=ADA | {"password": password})
        return answer.json.get("data", {}).get("refresh_token")

    passwords = [PASSWORD, *(f"battery horse number {number}" for number in range(4))]
    for old, new in pairwise(passwords):
        with ThreadPoolExecutor(4) as pool:
            guesses = [pool.submit(log_in, old) for _ in range(6)]
            desk.registration.set_password(ada.id, new)
        tokens = [token for guess in guesses if (token := guess.result())]
        client = app.test_client()
        alive = [client.post("/api/auth/refresh", json={"refresh_token": token}).status_code for token in tokens]
        assert set(alive) <= {401}


def test_two_first_passwords_at_once_leave_one(app, desk, database, ada):
    database.execute(delete(Credential))

    def set_password(password):
        with app.app_context():
            desk.registration.set_password(ada.id, password)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(set_password, ["first horse battery", "second horse battery"]))

    statuses = [
        app.test_client().post("/api/auth/login", json=ADA | {"password": password}).status_code
        for password in ("first horse battery", "second horse battery")
    ]
    assert sorted(statuses) == [200, 401]


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
@pytest.mark.parametrize("how", ["set_password", "deactivate"])
def test_a_change_that_is_not_committed_yet_is_waited_for(app, backend, people, how, isolation):
    desk, database, user, ada = people
    if backend == "sqlite":
        pytest.skip("SQLite has one writer: nothing is in between")
    with ThreadPoolExecutor(1) as pool, database.reader.connect() as watcher:
        with transaction(isolation=isolation):
            if how == "set_password":
                desk.registration.set_password(ada.id, "another horse battery")
            else:
                database.execute(update(user).values(is_active=False))
            answer = pool.submit(lambda: app.test_client().post("/api/auth/login", json=ADA))
            wait_for_waiting(1, watcher)
        assert answer.result().status_code == 401

    assert count_open(database) == 0


def test_a_session_that_a_snapshot_cannot_see_ends_with_the_old_password(app, backend, desk, database, ada):
    """As in a view that is asked with If-Match, which runs in one snapshot."""
    if backend == "sqlite":
        pytest.skip("SQLite has one writer: nothing is in between")
    with ThreadPoolExecutor(1) as pool, transaction(isolation="REPEATABLE READ"):
        database.execute(select(Session.id)).all()
        answer = pool.submit(lambda: app.test_client().post("/api/auth/login", json=ADA)).result()
        desk.registration.set_password(ada.id, "another horse battery")
    token = answer.json["data"]["refresh_token"]

    refused = app.test_client().post("/api/auth/refresh", json={"refresh_token": token})

    assert refused.status_code == 401
