"""`/metrics` says how jobs are doing."""

import logging

from deeds import greet

from beastmode.core.gauges import Gauge, add_gauge


def lines(app):
    """What /metrics says of jobs."""
    text = app.test_client().get("/metrics").text
    return [line for line in text.splitlines() if line.startswith("jobs")]


def test_jobs_are_counted_by_state_and_the_oldest_wait_is_told(app, clock):
    """A state without a job is there too, so that an alert can compare it."""
    greet.enqueue(name="Ada")
    greet.enqueue(name="Ada", _delay=60)
    clock.advance(seconds=30)

    assert lines(app) == [
        'jobs{state="scheduled"} 1.0',
        'jobs{state="ready"} 1.0',
        'jobs{state="running"} 0.0',
        'jobs{state="blocked"} 0.0',
        'jobs{state="parked"} 0.0',
        'jobs{state="dead"} 0.0',
        "jobs_lag_seconds 30.0",
    ]


def test_a_gauge_that_cannot_be_looked_up_leaves_the_others(app, caplog, monkeypatch):
    """The log has the reason."""
    monkeypatch.setitem(app.extensions, "beastmode.gauges", list(app.extensions["beastmode.gauges"]))
    add_gauge(app, Gauge("jobs_broken", "Never there.", (), lambda: 1 / 0))

    with caplog.at_level(logging.ERROR, "beastmode"):
        found = lines(app)

    assert len(found) == 7
    assert "Metrics: jobs_broken could not be looked up" in caplog.text
