"""The relay on a real Redis: what it hands over, what it hands over again, and what it does without a broker."""

import logging

import pytest
import redis
from parcels import JOBS, greet, often, report, row, states
from sqlalchemy import select

from beastmode.core.errors import Degraded
from beastmode.db import current_database
from beastmode.jobs.distributed.broker import BrokerUnavailable
from beastmode.jobs.distributed.relay import Relay
from beastmode.jobs.distributed.relays import report_broker
from beastmode.jobs.models import JobRelay, JobRow


@pytest.fixture
def make(shop, redis_broker):
    """Makes relays that do one step at a time."""
    relays = []

    def make(**options):
        relay = Relay(shop, **{"jobs": JOBS, **options})
        relays.append(relay)
        return relay

    yield make
    for relay in relays:
        relay.broker.close()
        relay._wakeups.close()


@pytest.fixture
def relay(make):
    return make()


@pytest.fixture
def messages(redis_broker):
    """The number of messages of a queue."""
    return lambda queue="default": redis.Redis(port=redis_broker.port).llen(queue)


def lose(redis_broker, queue="default"):
    """Lose a message, as Redis does when a worker is killed while it fetches one."""
    redis.Redis(port=redis_broker.port).rpop(queue)


def step(relay):
    """One step, with the upkeep that is done every five seconds."""
    relay._timers.hasten("upkeep")
    return relay._step()


def test_ready_rows_are_handed_to_celery(relay, messages):
    """Each by one message, and only once."""
    greet.enqueue(name="a")
    report.enqueue()
    greet.enqueue(name="later", _delay=60)

    step(relay)
    step(relay)

    assert states() == ["relayed", "relayed", "scheduled"]
    assert (messages(), messages("reports")) == (1, 1)


def test_a_relay_of_some_queues_leaves_the_others_alone(make, messages):
    """As `flask beastmode worker -q reports` does."""
    greet.enqueue(name="a")
    report.enqueue()

    step(make(queues=["reports"]))

    assert (states(), messages()) == (["ready", "relayed"], 0)


def test_no_more_messages_wait_at_the_broker_than_the_window_has_room_for(make, messages):
    """A job that is enqueued later, with a higher priority, is handed over before the others."""
    relay = make()
    relay._window = 2
    for number in range(4):
        greet.enqueue(name=str(number))
    step(relay)
    urgent = greet.enqueue(name="urgent", _priority=9)
    current_database().execute(JobRow.__table__.update().where(JobRow.id == 1).values(state="done"))

    step(relay)

    assert row(urgent).state == "relayed"
    assert states() == ["done", "relayed", "ready", "ready", "relayed"]


def test_a_row_whose_message_was_lost_is_handed_over_again(relay, redis_broker, messages, clock, caplog):
    """When nobody has started it within the lease."""
    greet.enqueue(name="a")
    greet.enqueue(name="b")
    step(relay)
    lose(redis_broker)
    clock.advance(seconds=6)

    with caplog.at_level(logging.WARNING, "beastmode"):
        step(relay)

    assert messages() == 2
    assert "1 jobs of queue default were handed over again" in caplog.text


def test_a_broker_without_workers_does_not_fill_with_copies(relay, messages, clock):
    """Rows whose messages still wait there are not sent again, however long it takes."""
    for number in range(3):
        greet.enqueue(name=str(number))
    for _ in range(5):
        step(relay)
        clock.advance(seconds=6)

    assert messages() == 3


def test_a_broker_that_lost_everything_gets_it_again(relay, redis_broker, messages, clock):
    """Such as a Redis without persistence after a restart."""
    for number in range(3):
        greet.enqueue(name=str(number))
    step(relay)
    redis.Redis(port=redis_broker.port).flushall()
    clock.advance(seconds=6)

    step(relay)

    assert messages() == 3


def test_a_job_that_the_relay_does_not_know_waits_until_it_does(make, messages, caplog):
    """An old relay must not lose the jobs of a new version."""
    greet.enqueue(name="a")
    step(make(jobs={"parcels.report": report}))
    assert (states(), messages()) == (["parked"], 0)

    step(make())

    assert (states(), messages()) == (["relayed"], 1)
    assert "parcels.greet is not known here" in caplog.text


def test_scheduled_jobs_are_enqueued_once_for_each_time_by_two_relays(make, clock, messages):
    """Whoever is first."""
    relays = [make(jobs={often.name: often}), make(jobs={often.name: often})]

    for relay in relays * 2:
        step(relay)

    assert (states(), messages()) == (["relayed"], 1)


def test_without_a_broker_rows_stay_ready_and_web_processes_are_told(relay, redis_broker, shop):
    """The relay stores why, and hands them over when the broker is back, with no restart."""
    step(relay)
    report_broker()
    redis_broker.kill()
    try:
        greet.enqueue(name="a")
        with pytest.raises(BrokerUnavailable) as raised:
            relay._step()
        relay._tell(str(raised.value))
        with pytest.raises(BrokerUnavailable):
            relay._step()

        assert states() == ["ready"]
        problem = current_database().execute(select(JobRelay.problem)).scalar_one()
        assert "Connection refused" in problem
        with pytest.raises(Degraded, match="The relay cannot reach the broker of Celery; jobs wait in the database: "):
            report_broker()
    finally:
        redis_broker.start()

    step(relay)
    step(relay)

    assert states() == ["relayed"]
    report_broker()


def test_readiness_is_degraded_without_a_relay_but_the_web_still_serves(shop):
    """A load balancer must not take every machine out because Celery's broker is unavailable."""
    answer = shop.test_client().get("/health/ready")

    assert answer.json["checks"]["broker"] == "degraded"
    assert "jobs_broker_up 0.0" in shop.test_client().get("/metrics").text


def test_a_relay_that_is_told_to_stop_leaves_and_is_forgotten(make):
    """Web processes then say that none is running."""
    relay = make()
    thread = relay.start()
    relay.stop()
    thread.join(20)

    assert not thread.is_alive()
    assert current_database().execute(select(JobRelay.name)).all() == []
