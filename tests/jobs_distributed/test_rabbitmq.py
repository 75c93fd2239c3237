"""The relay on RabbitMQ: a message is sent when the server has confirmed it, and again when the queue has lost it."""

import os
import secrets
from contextlib import suppress
from functools import cache

import pytest
from kombu import Connection
from parcels import JOBS, greet, states

from beastmode.jobs.distributed.broker import HEADER, BrokerUnavailable
from beastmode.jobs.distributed.relay import Relay

RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"


@cache
def problem_of(url):
    try:
        with Connection(url, connect_timeout=5) as connection:
            connection.connect()
    except OSError as error:
        return str(error)
    return None


@pytest.fixture(scope="module")
def server():
    """A RabbitMQ server, on which these tests have queues of their own."""
    url = os.environ.get("TEST_RABBITMQ_URL") or RABBITMQ
    if problem := problem_of(url):
        pytest.skip(f"no RabbitMQ at {url.rpartition('@')[2]} (TEST_RABBITMQ_URL): {problem}")
    return url


@pytest.fixture
def queue(server):
    """The name of a queue that no one else uses."""
    name = f"tests-{secrets.token_hex(4)}"
    yield name
    with Connection(server) as connection:
        connection.default_channel.queue_delete(name)
        connection.default_channel.exchange_delete(name)


@pytest.fixture
def relay(application, server, tmp_path, queue):
    app = application(f"sqlite:///{tmp_path / 'shop.db'}", CELERY_BROKER_URL=server)
    with app.app_context():
        relay = Relay(app, queues=[queue], jobs=JOBS)
        yield relay
        relay.broker.close()
        relay._wakeups.close()


def messages(server, queue):
    """What is in a queue, which is empty afterwards."""
    with Connection(server) as connection:
        found = []
        while (message := connection.default_channel.basic_get(queue, no_ack=True)) is not None:
            found.append(message)
    return found


def step(relay):
    relay._timers.hasten("upkeep")
    return relay._step()


def test_the_message_names_the_row_and_outlives_a_restart(relay, server, queue):
    """The arguments are there for people who look at the queue."""
    job_id = greet.enqueue(name="Ada", _queue=queue)

    step(relay)

    [message] = messages(server, queue)
    assert states() == ["relayed"]
    assert (message.headers["task"], message.headers[HEADER]) == ("parcels.greet", job_id)
    assert message.headers["id"] == f"job-{job_id}-1"
    assert message.properties["delivery_mode"] == 2
    assert '{"name": "Ada"}' in message.body


def test_a_message_that_the_queue_no_longer_holds_is_sent_again(relay, server, queue, clock):
    """One that it holds is not, however long nobody fetches it."""
    greet.enqueue(name="a", _queue=queue)
    greet.enqueue(name="b", _queue=queue)
    step(relay)
    clock.advance(seconds=6)
    step(relay)
    assert relay.broker.depth(queue) == 2
    messages(server, queue)
    clock.advance(seconds=6)

    step(relay)

    assert [message.headers["id"] for message in messages(server, queue)] == ["job-1-1", "job-2-1"]


def test_a_queue_that_is_not_there_holds_nothing(relay):
    """Such as after the server lost its data; the connection goes on working."""
    assert relay.broker.depth(f"tests-{secrets.token_hex(4)}") == 0
    assert relay.broker.depth(f"tests-{secrets.token_hex(4)}") == 0


def test_a_connection_that_was_closed_is_opened_again(relay, server, queue):
    """As by a server that ends idle connections; the job waits for one step at most."""
    greet.enqueue(name="a", _queue=queue)
    relay.broker.connect()
    relay.broker._connection.transport.close_connection(relay.broker._connection.connection)

    with suppress(BrokerUnavailable):
        step(relay)
    step(relay)

    assert states() == ["relayed"]
    assert len(messages(server, queue)) == 1
