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


class Processes:
    """The relay and the worker that run at the moment; the tests kill them, and start others.

    Args:
        project: Their project.
    """

    def __init__(self, project):
        self._project = project
        self.relay = project.relay()
        self.worker = project.worker()

    def kill_relay(self):
        kill(self.relay.pid)
        self.relay = self._project.relay()

    def kill_child(self):
        kill(self._project.until(lambda: children(self.worker.pid))[0])

    def kill_parent(self):
        self._project.until(lambda: children(self.worker.pid))
        kill(self.worker.pid)
        self.worker = self._project.worker()

    def kill_worker(self):
        self._project.until(lambda: children(self.worker.pid))
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker = self._project.worker()


@pytest.fixture(scope="module")
def processes(project):
    project.do("greet.enqueue(name='first')")
    processes = Processes(project)
    project.until(lambda: project.states() == {"done": 1})
    return processes


@pytest.fixture(autouse=True)
def clean(project, processes):
    project.forget()


KILLED = {
    "the relay": Processes.kill_relay,
    "a child of Celery": Processes.kill_child,
    "the parent of Celery": Processes.kill_parent,
    "a whole worker of Celery": Processes.kill_worker,
}


@pytest.mark.parametrize("what", KILLED)
def test_what_runs_jobs_is_killed(project, processes, what, survived):
    """Rows of the relay are handed over by the next one; attempts of killed processes count, and are made again.

    The children of a killed parent finish their jobs. A whole worker, as of a machine that loses its power, leaves rows
    whose leases must expire first.
    """
    enqueue(project, JOBS)

    kills = disturb(project, JOBS, lambda: KILLED[what](processes))

    survived(kills=kills, **counted(project, JOBS))


def test_celery_is_told_to_stop_while_jobs_run(project, processes, survived):
    """Running jobs finish, others go to the next worker; no attempt is lost."""
    enqueue(project, JOBS)
    project.until(lambda: project.states().get("done", 0) >= 2)

    processes.worker.send_signal(signal.SIGTERM)
    processes.worker.wait(60)
    processes.worker = project.worker()
    project.until(lambda: project.states() == {"done": JOBS})

    found = counted(project, JOBS)
    assert found["repeated_runs"] == 0
    assert set(project.ask("SELECT attempts FROM jobs")) == {1}
    survived(**found)


def test_a_process_that_is_terminated_gives_its_job_back(project, processes, survived):
    """As systemd does by default: every process of the service gets SIGTERM, and the attempt does not count."""
    project.do("effect.enqueue(number=0, fatal='waits')")
    project.until(lambda: "waited 0" in project.effects())

    for child in children(processes.worker.pid):
        os.kill(child, signal.SIGTERM)
    project.until(lambda: project.states() == {"done": 1})

    row = project.job("effect")
    assert (row["attempts"], row["error"]) == (1, None)
    survived(terminated=1, **counted(project, 1))
