"""The metrics of jobs."""

import logging

from deeds import greet

from beastmode.core.gauges import Gauge, add_gauge


def lines(app):
    """The lines about jobs in /metrics."""
    text = app.test_client().get("/metrics").text
    return [line for line in text.splitlines() if line.startswith("jobs")]


def test_metrics_count_jobs_by_state_and_report_the_longest_wait(app, clock):
    """States without jobs are included, so that alerts can compare them."""
    greet.enqueue(name="Ada")
    greet.enqueue(name="Ada", _delay=60)
    clock.advance(seconds=30)

    assert lines(app) == [
        'jobs{state="scheduled"} 1.0',
        'jobs{state="ready"} 1.0',
        'jobs{state="relayed"} 0.0',
        'jobs{state="running"} 0.0',
        'jobs{state="blocked"} 0.0',
        'jobs{state="parked"} 0.0',
        'jobs{state="dead"} 0.0',
        "jobs_lag_seconds 30.0",
    ]


def test_a_gauge_that_fails_does_not_affect_the_others(app, caplog, monkeypatch):
    """The error is logged."""
    monkeypatch.setitem(app.extensions, "beastmode.gauges", list(app.extensions["beastmode.gauges"]))
    add_gauge(app, Gauge("jobs_broken", "Never there.", (), lambda: 1 / 0))

    with caplog.at_level(logging.ERROR, "beastmode"):
        found = lines(app)

    assert len(found) == 8
    assert "Metrics: jobs_broken could not be looked up" in caplog.text
