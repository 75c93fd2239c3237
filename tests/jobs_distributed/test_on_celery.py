"""Jobs on Celery's own workers, in processes as a server has them: everything that jobs promise holds there too."""

import contextlib
import json
import subprocess
import urllib.request

import pytest

from brokers import free_port
from celery_project import celery_project
from servers import scratch_postgres

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def shop(redis_server, tmp_path_factory):
    """A project on PostgreSQL and Redis, whose relay and worker run."""
    with (
        scratch_postgres() as url,
        celery_project(tmp_path_factory.mktemp("shop"), url, redis_server.url) as project,
    ):
        project.do("greet.enqueue(name='first')")
        project.relay()
        project.worker("-E", "-n", "shop@tests")
        project.until(lambda: project.states() == {"done": 1})
        yield project


@pytest.fixture
def project(shop):
    """It, without rows."""
    shop.until(lambda: not set(shop.states()) & {"ready", "relayed", "running"})
    shop.forget()
    return shop


def test_a_worker_of_celery_runs_the_function_and_the_row_gets_its_result(project):
    """In another process than the relay's and the caller's."""
    project.do("greet.enqueue(name='Ada')")

    project.until(lambda: project.states() == {"done": 1})

    row = project.job("greet")
    assert row["result"]["greeted"] == "Ada"
    assert (row["attempts"], row["worker"], row["lease_until"]) == (1, None, None)
    assert project.effects() == ["hello Ada"]


def test_a_job_is_gone_with_the_transaction_that_enqueued_it(project):
    """No row, no message."""
    project.do("roll_back()", "greet.enqueue(name='kept')")

    project.until(lambda: project.states() == {"done": 1})

    assert project.effects() == ["hello kept"]


def test_a_job_that_fails_is_tried_again_and_dead_in_the_end(project):
    """As often as its options say; the row keeps the error."""
    project.do("fails.enqueue(text='the printer is on fire')")

    project.until(lambda: project.states() == {"dead": 1})

    assert project.effects() == ["attempt the printer is on fire"] * 2
    assert project.job("fails")["error"].endswith("RuntimeError: the printer is on fire\n")


def test_a_job_that_gives_up_is_dead_at_once(project):
    """No further attempt is made."""
    project.do("gives_up.enqueue()")

    project.until(lambda: project.states() == {"dead": 1})

    assert (project.job("gives_up")["attempts"], project.job("gives_up")["error"]) == (1, "no such order")


def test_a_job_that_hangs_is_ended_and_celery_starts_another_process(project):
    """It would otherwise occupy its process for ever."""
    project.do("hangs.enqueue()", "hangs.enqueue()", "hangs.enqueue()", "greet.enqueue(name='Ada')")

    project.until(lambda: project.states() == {"dead": 3, "done": 1})

    assert project.job("hangs")["error"] == "Timed out after 1 s; the process was killed."


def test_a_limited_job_does_not_run_beside_itself(project):
    """Six calls for one account, on two processes."""
    project.do(*[f"one_each.enqueue(account='a', number={number})" for number in range(6)])

    project.until(lambda: project.states() == {"done": 6})

    assert project.effects() == ["a begins", "a ends"] * 6


def test_delays_and_unique_keys_hold(project):
    """The database decides when rows are handed over."""
    project.do(
        "assert greet.enqueue(name='first', _unique='one', _delay=0.5)",
        "assert greet.enqueue(name='second', _unique='one') is None",
    )

    project.until(lambda: project.states() == {"done": 1})

    row = project.job("greet")
    assert row["started_at"] >= row["run_at"]
    assert project.effects() == ["hello first"]


def test_progress_is_seen_while_a_job_runs(project):
    """By another process, in its row."""
    project.do("reports.enqueue(seconds=2)")

    project.until(lambda: project.job("reports")["progress"])

    row = project.job("reports")
    assert (row["state"], row["progress"], row["note"]) == ("running", 0.5, f"half of {row['id']}")


def test_an_effect_in_once_happens_once_though_the_process_is_killed(project):
    """Before or after the effect; the other attempts see that it is done."""
    project.do("effect.enqueue(number=1, fatal='before')", "effect.enqueue(number=2, fatal='after')")

    project.until(lambda: project.states() == {"done": 2})

    effects = project.effects()
    assert sorted(text for text in effects if text.startswith("effect")) == ["effect 1", "effect 2"]
    assert [effects.count(f"run {number}") for number in (1, 2)] == [2, 2]


def test_celery_inspect_knows_the_jobs(project):
    """By the names that they have in the rows."""
    answer = json.loads(celery(project, "inspect", "registered", "-d", "shop@tests", "-t", "20", "--json"))

    assert "shop.greet" in answer["shop@tests"]


def test_flower_shows_jobs_with_their_arguments_and_outcomes(project):
    """Flower finds the application as `celery` does."""
    port = free_port()
    words = ["celery", "-A", "beastmode.jobs.celery", "flower", f"--port={port}", "--address=127.0.0.1"]
    project.start(*words, FLOWER_UNAUTHENTICATED_API="true")
    project.until(lambda: flower(port, "/api/workers?refresh=1"))
    project.do("greet.enqueue(name='Flower')", "fails.enqueue(text='no')")

    def tasks():
        found = flower(port, "/api/tasks") or {}
        return {task["name"]: task for task in found.values() if task["state"] in {"SUCCESS", "FAILURE"}}

    shown = project.until(lambda: tasks() if {"shop.greet", "shop.fails"} <= set(tasks()) else None)

    assert shown["shop.greet"]["state"] == "SUCCESS"
    assert "Flower" in shown["shop.greet"]["kwargs"]
    assert (shown["shop.fails"]["state"], shown["shop.fails"]["uuid"].rpartition("-")[2]) == ("FAILURE", "2")
    assert "JobFailed('RuntimeError: no')" in shown["shop.fails"]["exception"]


def celery(project, *words):
    """What a command of Celery prints."""
    said = subprocess.run(
        ["celery", "-A", "beastmode.jobs.celery", *words],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


def flower(port, path):
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        return json.loads(answer.read())
    return None
