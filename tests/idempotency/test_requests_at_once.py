"""The same request several times at once, and a process that is killed on the way."""

import signal
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

HERE = Path(__file__).parent


def ask(app, path="/commit", key="key-1"):
    client = app.test_client()
    return client.post(f"/api/v1/notes{path}", json={"text": "first"}, headers={"Idempotency-Key": key})


def at_once(apps, count, path="/commit"):
    """The responses to so many requests that begin together."""
    together, answers = Barrier(count), []

    def send(number):
        together.wait()
        answers.append(ask(apps[number % len(apps)], path))

    threads = [Thread(target=send, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("path", ["/commit", "/transaction", "/statement"])
def test_of_many_requests_at_once_one_takes_effect(start, texts, path):
    """In threads of two processes: one is processed, the others get its response, or 409 while it is in flight."""
    apps = [start(), start()]

    answers = at_once(apps, 8, path)

    processed = [each for each in answers if each.status_code < 300 and "Idempotent-Replayed" not in each.headers]
    assert len(processed) == 1
    for answer in answers:
        assert answer.status_code == 409 or answer.data == processed[0].data
    assert [text for text in texts() if not text.startswith("before")] == ["first"]


def test_two_requests_in_parallel_have_one_effect(start, texts):
    """The second arrives while the first one is in the middle, and is told so."""
    app = start()
    has_written, may_go_on, answers = Event(), Event(), []

    def wait():
        has_written.set()
        assert may_go_on.wait(30)

    app.hooks.inside = wait
    first = Thread(target=lambda: answers.append(ask(app)))
    first.start()
    assert has_written.wait(30)

    second = ask(app)
    may_go_on.set()
    first.join()
    third = ask(app)

    assert (second.status_code, second.headers["Retry-After"], second.json["message"]) == (
        409,
        "1",
        "A request with this Idempotency-Key is still being processed; try again",
    )
    assert (answers[0].status_code, third.data) == (201, answers[0].data)
    assert texts() == ["first"]


@pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_another_process_is_told_that_a_request_is_in_flight(start, texts, backend):
    """On PostgreSQL the claim is a lock of the server, which every process sees."""
    app, other = start(), start()
    has_written, may_go_on, answers = Event(), Event(), []
    app.hooks.inside = lambda: (has_written.set(), may_go_on.wait(30))
    first = Thread(target=lambda: answers.append(ask(app)))
    first.start()
    assert has_written.wait(30)

    second = ask(other)
    may_go_on.set()
    first.join()

    assert (second.status_code, answers[0].status_code) == (409, 201)
    assert ask(other).data == answers[0].data


@pytest.mark.parametrize("where", ["inside", "after"])
def test_a_process_that_is_killed_leaves_one_effect_or_none(start, url, texts, where):
    """Killed before the commit: the repetition is processed. Killed after it: the repetition gets the response."""
    app = start()
    command = [sys.executable, str(HERE / "killed_journal.py"), url, where]
    killed = subprocess.run(command, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert texts() == (["before first", "first"] if where == "after" else [])

    answer = ask(app, "/transaction")

    assert answer.status_code == 200
    assert ("Idempotent-Replayed" in answer.headers) is (where == "after")
    assert texts() == ["before first", "first"]
