"""`flask beastmode worker` and `flask beastmode jobs`, run as commands."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import psycopg
import pytest
from cli_project import SECONDS, until
from job_shop import JOB_SHOP

from servers import scratch_postgres


@pytest.fixture
def shop(project):
    """A project with jobs, on SQLite: commands ask no other questions of PostgreSQL, and each is a process."""
    project.write(JOB_SHOP)
    project.environment |= {"JOBS_LEASE_SECONDS": "5", "DATABASE_URL": "sqlite:///shop.db"}
    return project


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_shop(shop, request):
    """The same on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield shop
        return
    with scratch_postgres() as url:
        shop.environment["DATABASE_URL"] = url
        yield shop


@contextmanager
def working(project, *options):
    """A worker process and its output."""
    with (project.folder / "worker").open("w+") as output:
        process = subprocess.Popen(
            ["flask", "beastmode", "worker", *options],
            cwd=project.folder,
            env=project.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def python(project, code):
    """The output of a line of Python, run in the project's application context."""
    whole = f"import json\nfrom shop import *\nwith create_app().app_context():\n    {code}"
    said = subprocess.run(
        [sys.executable, "-c", whole],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert said.returncode == 0, said.stderr
    return said.stdout


def enqueue(project, call):
    """Enqueue a job, and return its id."""
    return int(python(project, f"print({call})"))


def state(project, job_id):
    """The state of a job, as its row says; a command for each look would take a second."""
    query = f"SELECT state FROM jobs WHERE id = {int(job_id)}"
    url = project.environment["DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(project.folder / "shop.db", timeout=SECONDS)) as connection:
            return connection.execute(query).fetchone()[0]
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


@pytest.mark.slow
def test_a_worker_runs_jobs_until_it_is_told_to_stop(any_shop):
    """It prints how many jobs it runs at a time, and exits with 0."""
    # Before the worker starts: the shop creates its tables as it does, which two processes cannot do at the same time.
    job_id = enqueue(any_shop, "greet.enqueue(name='Ada')")
    with working(any_shop, "-c", "2") as worker:
        until(lambda: state(any_shop, job_id) == "done")
        worker.send_signal(signal.SIGTERM)

        assert worker.wait(SECONDS) == 0
    said = (any_shop.folder / "worker").read_text()
    assert said == "Running jobs, 2 at a time. Press Ctrl-C to stop.\n"


@pytest.mark.slow
def test_dead_jobs_are_listed_and_run_again(shop):
    """With the line that says why."""
    job_id = enqueue(shop, "fails.enqueue()")
    with working(shop):
        until(lambda: state(shop, job_id) == "dead")
    listed = shop.run("beastmode", "jobs", "list").stdout
    shown = shop.run("beastmode", "jobs", "show", str(job_id)).stdout
    told = shop.run("beastmode", "doctor").stdout
    retried = shop.run("beastmode", "jobs", "retry", str(job_id)).stdout

    assert listed.splitlines()[0].startswith(f"{job_id}  dead  shop.fails  1/1  ")
    assert listed.splitlines()[0].endswith("  RuntimeError: the printer is on fire")
    assert listed.splitlines()[1] == "Jobs: 1 dead. The oldest has been ready for 0 s."
    assert "error: Traceback (most recent call last):" in shown
    assert "- 1 jobs are dead: inspect them with `flask beastmode jobs list`" in told
    assert retried == "Retrying 1 job.\n"
    assert state(shop, job_id) == "ready"


def test_a_command_that_names_no_job_is_refused(shop):
    """A forgotten argument must not discard everything."""
    said = shop.run("beastmode", "jobs", "discard")

    assert said.returncode == 2
    assert "Specify job ids, --name, or --all for all dead jobs." in said.stderr


@pytest.mark.slow
def test_a_job_that_hangs_is_ended_with_its_process(shop):
    """And one that does not gives its result, whatever it prints."""
    hanging, other = json.loads(python(shop, "print([hangs.enqueue(), elsewhere.enqueue()])"))
    with working(shop) as worker:
        until(lambda: state(shop, hanging) == "dead")
        until(lambda: state(shop, other) == "done")
    shown = shop.run("beastmode", "jobs", "show", str(other)).stdout
    assert int(shown.rpartition("result: ")[2]) != worker.pid
    error = shop.run("beastmode", "jobs", "show", str(hanging)).stdout
    assert "error: Timed out after 3 s; the process was killed." in error
