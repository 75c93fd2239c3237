"""Looks gauges up beside the request for /metrics, so that a database that does not respond does not hold it."""

import logging
from threading import Event, Lock, Thread
from time import monotonic

from flask import Flask
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from beastmode.core.gauges import Gauge, gauges_of

_PATIENCE_SECONDS = 0.5
"""A lookup takes milliseconds. Prometheus gives up after ten seconds by default, and asks for more than the gauges."""
_RECENT_SECONDS = 10
"""Less than the pause between two collections, which is 15 seconds or a minute."""
log = logging.getLogger("beastmode")


class Lookup:
    """The current values of the gauges of an application.

    Args:
        app: The application.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = Lock()
        self._is_running = False
        self._found: list[Metric] = []
        self._found_at = 0.0

    def families(self) -> list[Metric]:
        """Every gauge that could be looked up; none if that takes too long.

        One call at a time looks them up and waits. Others get what was found last, if that is recent: at a database
        that does not respond, they must not all wait.
        """
        if not gauges_of(self._app):
            return []
        with self._lock:
            if self._is_running:
                return self._found if monotonic() - self._found_at < _RECENT_SECONDS else []
            self._is_running = True
        done = Event()
        Thread(target=self._look_up, args=(done,), name="beastmode-gauges", daemon=True).start()
        if not done.wait(_PATIENCE_SECONDS):
            log.warning("Metrics: gauges are left out, because looking them up takes more than %s s", _PATIENCE_SECONDS)
            return []
        return self._found

    def _look_up(self, done: Event) -> None:
        found = [family for gauge in gauges_of(self._app) if (family := self._family(gauge)) is not None]
        with self._lock:
            self._found, self._found_at, self._is_running = found, monotonic(), False
        done.set()

    def _family(self, gauge: Gauge) -> Metric | None:
        """A gauge with its values; None if it cannot be looked up."""
        family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
        try:
            with self._app.app_context():
                for labels, value in gauge.samples():
                    family.add_metric(labels, value)
        except Exception:
            log.exception("Metrics: %s could not be looked up", gauge.name)
            return None
        return family
