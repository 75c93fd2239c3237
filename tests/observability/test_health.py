import logging
from threading import Event, Thread
from time import sleep

import pytest
from flask import current_app, g

from beastmode.core.errors import Degraded
from beastmode.observability import health
from beastmode.observability.health import READINESS


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def checks(app):
    return app.extensions[READINESS]


def fail():
    raise RuntimeError("secret address of the database")


def test_a_living_process_says_so(client):
    answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.json == {"status": "ok"}
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_process_that_needs_nothing_is_ready(client):
    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json) == (200, {"status": "ok", "checks": {}})


def test_a_ready_process_names_what_it_looked_at(client, checks):
    checks["database"] = lambda: None
    checks["migrations"] = lambda: True

    answer = client.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "checks": {"database": "ok", "migrations": "ok"}}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_process_that_lacks_something_names_what_and_says_no_more(client, checks):
    checks["database"] = fail
    checks["migrations"] = lambda: None

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json == {"status": "failed", "checks": {"database": "failed", "migrations": "ok"}}
    assert "secret" not in answer.text


def test_a_process_that_can_serve_without_something_is_ready_and_says_what(client, checks, caplog):
    """Otherwise a broker that is unavailable would take every machine out of the load balancer."""

    def broker():
        raise Degraded("the broker does not respond")

    checks["broker"] = broker

    answer = client.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "checks": {"broker": "degraded"}}
    assert "Degraded: broker: " in caplog.text


def test_a_process_that_lacks_something_lives_all_the_same(client, checks):
    checks["database"] = fail

    assert client.get("/health").status_code == 200


def test_a_process_is_ready_again_without_a_restart(client, checks):
    checks["database"] = fail
    client.get("/health/ready")

    checks["database"] = lambda: None

    assert client.get("/health/ready").status_code == 200


def test_each_check_runs_in_an_application_context_of_its_own(app, client, checks):
    seen = []

    def look():
        seen.append((current_app.name, g.get("left_over")))
        g.left_over = True

    checks["one"] = checks["two"] = look

    client.get("/health/ready")

    assert seen == [("shop", None), ("shop", None)]


def test_a_context_that_cannot_be_left_is_a_failed_check_too(app, client, checks):
    checks["database"] = lambda: None

    @app.teardown_appcontext
    def close(_):
        raise RuntimeError

    assert client.get("/health/ready").json["checks"] == {"database": "failed"}


def test_the_log_is_told_why_and_not_with_every_request(client, checks, caplog):
    checks["database"] = checks["cache"] = fail

    for _ in range(5):
        client.get("/health/ready")

    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    why = "RuntimeError: secret address of the database"
    assert [record.getMessage() for record in told] == [f"Not ready: database: {why}", f"Not ready: cache: {why}"]
    assert not any(record.exc_info for record in told)  # one line


def test_probes_answer_head_and_refuse_the_rest(client):
    assert client.head("/health").status_code == 200
    assert client.head("/health/ready").data == b""
    assert client.post("/health").status_code == 405


def test_without_health_the_paths_are_the_projects(make_app):
    client = make_app(without={"health"}).test_client()

    assert client.get("/health").status_code == 404
    assert client.get("/health/ready").status_code == 404


def test_a_check_that_only_promises_to_look_is_a_failed_one(client, checks, caplog):
    async def look_later():
        pass

    checks["later"] = look_later

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json["checks"]["later"]) == (503, "failed")
    assert "'later' returned a coroutine" in caplog.text


@pytest.fixture
def hanging(monkeypatch, checks):
    """A check that hangs until the test is over; how often it was begun."""
    monkeypatch.setattr(health, "READY_SECONDS", 0.05)
    begun, end = [], Event()

    def hang():
        begun.append(current_app.name)
        end.wait()

    checks["database"], checks["migrations"] = hang, lambda: None
    yield begun, end
    end.set()


def test_a_check_that_hangs_is_a_failed_one_and_the_log_is_told_which(client, hanging, caplog):
    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json == {"status": "failed", "checks": {"database": "failed", "migrations": "failed"}}
    assert [record.getMessage() for record in caplog.records] == ["Not ready: database: no response within 0.05 s"]


def test_however_many_ask_a_check_that_hangs_is_begun_once(client, hanging):
    begun, _ = hanging

    assert {client.get("/health/ready").status_code for _ in range(20)} == {503}

    assert begun == ["shop"]


def test_who_asks_while_others_wait_gets_what_was_found_before(client, checks, hanging, monkeypatch):
    begun, end = hanging
    hang, checks["database"] = checks["database"], lambda: None
    assert client.get("/health/ready").status_code == 200
    checks["database"] = hang
    monkeypatch.setattr(health, "READY_SECONDS", 60)

    first = Thread(target=client.get, args=["/health/ready"])
    first.start()
    while not begun:
        sleep(0.01)
    answers = [client.get("/health/ready").status_code for _ in range(5)]
    end.set()
    first.join()

    assert (answers, begun) == ([200] * 5, ["shop"])


def test_a_process_whose_check_hung_is_ready_when_it_has_ended(client, hanging):
    _, end = hanging
    assert client.get("/health/ready").status_code == 503

    end.set()
    while client.get("/health/ready").status_code != 200:
        sleep(0.01)
