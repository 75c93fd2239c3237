"""The broker of Celery is killed, frozen and cut off: nothing is lost, and everything goes on without a restart."""

import contextlib
import http.client
import time

import pytest
from black_hole import BlackHole
from celery_faults import SECONDS, counted, enqueue
from survival import LONG, many

from brokers import free_port, own_broker
from celery_project import celery_project
from servers import scratch_postgres

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
JOBS = many(12)
# A node of RabbitMQ takes five to fifteen seconds to start, several times.
ONLY_LONG = pytest.mark.skipif(not LONG, reason="RabbitMQ takes long to start; `make faults` runs it (FAULTS=long)")


@pytest.fixture(scope="module", params=["redis", pytest.param("rabbitmq", marks=ONLY_LONG)])
def broker(request, tmp_path_factory):
    with own_broker(request.param, tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="module")
def network(broker):
    """The network to the broker, which can swallow everything."""
    network = BlackHole(broker.port)
    yield network
    network.close()


@pytest.fixture(scope="module")
def running(broker, network, tmp_path_factory):
    """A project with a relay, a worker and a server, which nothing restarts."""
    with (
        scratch_postgres() as url,
        celery_project(tmp_path_factory.mktemp("shop"), url, broker.url_at(network.port)) as project,
    ):
        project.do("greet.enqueue(name='first')")
        project.relay()
        project.worker()
        port = free_port()
        project.start("flask", "beastmode", "serve", "--workers", "1", "--port", str(port))
        project.until(lambda: project.states() == {"done": 1})
        project.until(lambda: status(port, "GET", "/health") == 200)
        yield project, port


@pytest.fixture
def project(running):
    project, _ = running
    project.until(lambda: not set(project.states()) & {"ready", "relayed", "running"})
    project.forget()
    return project


@pytest.fixture
def port(running):
    return running[1]


def status(port, method, path):
    with (
        contextlib.suppress(OSError),
        contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection,
    ):
        connection.request(method, path)
        return connection.getresponse().status
    return None


def served(port, numbers):
    """The status of a request for each of these jobs, which it enqueues."""
    return {status(port, "POST", f"/effects/{number}") for number in numbers}


def test_the_broker_is_killed_and_comes_back(project, port, broker, survived):
    """With what it had stored. Meanwhile, the web goes on, and says that the broker is unavailable."""
    enqueue(project, JOBS)
    project.until(lambda: project.states().get("done", 0) >= 2)

    broker.kill()
    answers = served(port, range(JOBS, JOBS + 5))
    project.until(lambda: project.ask("SELECT problem FROM job_relays") != [None])
    ready = status(port, "GET", "/health/ready")
    broker.start()
    project.until(lambda: project.states() == {"done": JOBS + 5})

    assert (answers, ready) == ({202}, 200)
    survived(requests=5, **counted(project, JOBS + 5))


def test_the_broker_is_cut_off(project, port, network, survived):
    """Its packets are dropped, and nobody is told; requests do not wait for it."""
    enqueue(project, JOBS)
    project.until(lambda: project.states().get("done", 0) >= 2)

    network.swallow()
    answers = served(port, range(JOBS, JOBS + 5))
    project.until(lambda: project.ask("SELECT problem FROM job_relays") != [None])
    network.let_through()
    project.until(lambda: project.states() == {"done": JOBS + 5})

    assert answers == {202}
    survived(requests=5, **counted(project, JOBS + 5))


def test_the_broker_forgets_everything(project, broker, survived):
    """As one without persistence does when it is restarted."""
    enqueue(project, JOBS, seconds=2 * SECONDS)
    project.until(lambda: project.states().get("relayed", 0) >= 2)

    broker.kill()
    broker.forget()
    time.sleep(0.5)
    broker.start()
    project.until(lambda: project.states() == {"done": JOBS})

    survived(**counted(project, JOBS))
