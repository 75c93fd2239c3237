"""The processes of a project on Celery are killed: no job is lost, and no effect happens twice."""

import os
import signal

import pytest
from celery_faults import counted, disturb, enqueue, kill
from survival import many

from brokers import own_broker
from celery_project import celery_project, children
from servers import scratch_postgres

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
JOBS = many(12)


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with own_broker("redis", tmp_path_factory.mktemp("redis")) as broker:
        yield broker


@pytest.fixture(scope="module")
def project(broker, tmp_path_factory):
    with (
        scratch_postgres() as url,
        celery_project(tmp_path_factory.mktemp("shop"), url, broker.url, CELERY_WINDOW="20") as project,
    ):
        yield project


@pytest.fixture(autouse=True)
def clean(project):
    yield
    project.stop()
    project.forget()


def test_the_relay_is_killed(project, survived):
    """Rows that it had taken, and whose messages it had not sent, are handed over by the next one."""
    relays = [project.relay()]
    project.worker()
    enqueue(project, JOBS)

    def fault():
        kill(relays[-1].pid)
        relays.append(project.relay())

    kills = disturb(project, JOBS, fault)

    survived(kills=kills, **counted(project, JOBS))


def test_a_child_of_celery_is_killed(project, survived):
    """Its parent returns the message, and the attempt counts."""
    project.relay()
    worker = project.worker()
    enqueue(project, JOBS)

    kills = disturb(project, JOBS, lambda: kill(project.until(lambda: children(worker.pid))[0]))

    survived(kills=kills, **counted(project, JOBS))


def test_the_parent_of_celery_is_killed(project, survived):
    """Its children finish their jobs, and store the outcomes themselves; the next worker does the others."""
    project.relay()
    workers = [project.worker()]
    enqueue(project, JOBS)

    def fault():
        project.until(lambda: children(workers[-1].pid))
        kill(workers[-1].pid)
        workers.append(project.worker())

    kills = disturb(project, JOBS, fault)

    survived(kills=kills, **counted(project, JOBS))


def test_a_whole_worker_of_celery_is_killed(project, survived):
    """As a machine that loses its power: its rows are handed over again when their leases have expired."""
    project.relay()
    workers = [project.worker()]
    enqueue(project, JOBS)

    def fault():
        project.until(lambda: children(workers[-1].pid))
        os.killpg(workers[-1].pid, signal.SIGKILL)
        workers.append(project.worker())

    kills = disturb(project, JOBS, fault)

    survived(kills=kills, **counted(project, JOBS))


def test_celery_is_told_to_stop_while_jobs_run(project, survived):
    """Running jobs finish, others go to the next worker; no attempt is lost."""
    project.relay()
    worker = project.worker()
    enqueue(project, JOBS)
    project.until(lambda: project.states().get("done", 0) >= 2)

    worker.send_signal(signal.SIGTERM)
    worker.wait(60)
    project.worker()
    project.until(lambda: project.states() == {"done": JOBS})

    found = counted(project, JOBS)
    assert found["repeated_runs"] == 0
    assert set(project.ask("SELECT attempts FROM jobs")) == {1}
    survived(**found)


def test_a_process_that_is_terminated_gives_its_job_back(project, survived):
    """As systemd does by default: every process of the service gets SIGTERM, and the attempt does not count."""
    project.relay()
    worker = project.worker()
    project.do("effect.enqueue(number=0, fatal='waits')")
    project.until(lambda: "waited 0" in project.effects())

    for child in children(worker.pid):
        os.kill(child, signal.SIGTERM)
    project.until(lambda: project.states() == {"done": 1})

    row = project.job("effect")
    assert (row["attempts"], row["error"]) == (1, None)
    survived(terminated=1, **counted(project, 1))
