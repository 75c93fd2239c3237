"""`flask beastmode worker` and `flask beastmode jobs`, run as commands."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from cli_project import SECONDS, until
from job_shop import JOB_SHOP

from servers import scratch_postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shop(project, request):
    """A project with jobs, on SQLite and on PostgreSQL."""
    project.write(JOB_SHOP)
    project.environment |= {"JOBS_LEASE_SECONDS": "5", "DATABASE_URL": "sqlite:///shop.db"}
    if request.param == "sqlite":
        yield project
        return
    with scratch_postgres() as url:
        project.environment["DATABASE_URL"] = url
        yield project


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
    return project.run("beastmode", "jobs", "show", str(job_id)).stdout.split()[1]


@pytest.mark.slow
def test_a_worker_runs_jobs_until_it_is_told_to_stop(shop):
    """It prints how many jobs it runs at a time, and exits with 0."""
    with working(shop, "-c", "2") as worker:
        job_id = enqueue(shop, "greet.enqueue(name='Ada')")
        until(lambda: state(shop, job_id) == "done")
        worker.send_signal(signal.SIGTERM)

        assert worker.wait(SECONDS) == 0
    said = (shop.folder / "worker").read_text()
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
    hanging, other = enqueue(shop, "hangs.enqueue()"), enqueue(shop, "elsewhere.enqueue()")
    with working(shop) as worker:
        until(lambda: state(shop, hanging) == "dead")
        until(lambda: state(shop, other) == "done")
        shown = shop.run("beastmode", "jobs", "show", str(other)).stdout

    assert int(shown.rpartition("result: ")[2]) != worker.pid
    error = shop.run("beastmode", "jobs", "show", str(hanging)).stdout
    assert "error: Timed out after 5 s; the process was killed." in error


@pytest.mark.slow
def test_jobs_of_workers_that_are_killed_are_run_by_others_and_their_effects_happen_once(shop):
    """Each worker is killed during the job, before or after its effect, and replaced by another."""
    calls = "; ".join(
        f"effect.enqueue(number={number}, fatal={'before' if number == 3 else 'after' if number == 7 else ''!r})"
        for number in range(20)
    )
    python(shop, calls)

    def all_done():
        return int(python(shop, COUNT)) == 20

    killed = 0
    while True:
        with working(shop, "-c", "3") as worker:
            until(lambda: worker.poll() is not None or all_done())
            if worker.poll() is None:
                break
            killed += 1
            assert worker.poll() == -signal.SIGKILL

    texts = json.loads(python(shop, EFFECTS))
    assert killed == 2
    assert sorted(text for text in texts if text.startswith("effect")) == sorted(f"effect {n}" for n in range(20))


COUNT = (
    "from beastmode.jobs.models import JobRow; "
    "print(len(db.execute(select(JobRow.id).where(JobRow.state == 'done')).all()))"
)
EFFECTS = "print(json.dumps(list(db.execute(select(Effect.text)).scalars())))"
