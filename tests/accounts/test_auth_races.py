"""Two at once, on PostgreSQL, brought to the very same point by a lock that both wait for."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text

from beastmode.accounts.models import Credential, Session
from lock_waiting import wait_for_waiting

pytestmark = pytest.mark.postgres
ADA = {"email": "ada@example.com", "password": "correct horse battery"}


@pytest.fixture
def backend():
    return "postgresql"


@contextmanager
def held(database, lock):
    """Hold a lock until two others wait for it, then let go."""
    with database.engine.begin() as holder, database.reader.connect() as watcher:
        holder.execute(text(lock))
        yield
        wait_for_waiting(2, watcher)


def post_twice(app, database, path, body, *, lock):
    with ThreadPoolExecutor(2) as pool:
        with held(database, lock):
            both = [pool.submit(lambda: app.test_client().post(path, json=body)) for _ in range(2)]
        return [one.result() for one in both]


def count(database, model):
    return database.execute(select(func.count()).select_from(model)).scalar()


def test_of_two_registrations_of_one_address_one_wins_and_the_other_is_told(app, database, user):
    # Lets both look for the address, and neither insert it.
    lock = "LOCK TABLE users IN SHARE MODE"

    answers = post_twice(app, database, "/api/auth/register", ADA, lock=lock)

    assert sorted(answer.status_code for answer in answers) == [201, 400]
    refused = next(answer for answer in answers if answer.status_code == 400)
    assert "already exists" in refused.json["message"]
    assert (count(database, user), count(database, Credential)) == (1, 1)
    assert app.test_client().post("/api/auth/login", json=ADA).status_code == 200


def test_two_refreshes_with_one_token_rotate_once_and_get_the_same_successor(app, client, database, clock):
    client.post("/api/auth/register", json=ADA)
    token = client.post("/api/auth/login", json=ADA).json["data"]["refresh_token"]
    lock = "SELECT id FROM sessions FOR UPDATE"

    answers = post_twice(app, database, "/api/auth/refresh", {"refresh_token": token}, lock=lock)

    assert [answer.status_code for answer in answers] == [200, 200]
    successors = {answer.json["data"]["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert database.execute(select(Session.generation)).scalar_one() == 1
    again = client.post("/api/auth/refresh", json={"refresh_token": successors.pop()})
    assert again.status_code == 200


def test_two_reuses_at_once_end_the_session_and_neither_gets_a_token(app, client, database, clock):
    client.post("/api/auth/register", json=ADA)
    token = client.post("/api/auth/login", json=ADA).json["data"]["refresh_token"]
    client.post("/api/auth/refresh", json={"refresh_token": token})
    clock.advance(seconds=11)
    lock = "SELECT id FROM sessions FOR UPDATE"

    answers = post_twice(app, database, "/api/auth/refresh", {"refresh_token": token}, lock=lock)

    assert [answer.status_code for answer in answers] == [401, 401]
    assert database.execute(select(Session.revoked_at)).scalar_one() is not None


def test_two_log_ins_at_once_are_both_counted(app, client, database, clock):
    client.post("/api/auth/register", json=ADA)
    lock = "LOCK TABLE login_attempts IN SHARE MODE"

    answers = post_twice(app, database, "/api/auth/login", ADA, lock=lock)

    assert [answer.status_code for answer in answers] == [200, 200]
    spent = database.execute(text("SELECT count FROM login_attempts WHERE key LIKE 'login:%'")).scalar_one()
    assert spent == 2
