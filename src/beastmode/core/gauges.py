"""Gauges: metrics whose values are read when /metrics is requested, such as the number of waiting jobs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from flask import Flask

__all__ = ["Gauge", "Sample", "add_gauge", "gauges_of"]

EXTENSION = "beastmode.gauges"
Sample: TypeAlias = tuple[tuple[str, ...], float]
"""The values of a gauge's labels, and the gauge's value for them."""


@dataclass(frozen=True)
class Gauge:
    """A metric whose value is read when /metrics is requested.

    Args:
        name: The Prometheus name of the metric, such as "jobs".
        help: A one-sentence description.
        labels: The names of its labels.
        samples: Returns the current values; called in an application context. If it raises, the metric is left out of
            the response, and the error is logged.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    samples: Callable[[], Iterable[Sample]]


def add_gauge(app: Flask, gauge: Gauge) -> None:
    """Add a gauge to /metrics.

    Args:
        app: The Flask application.
        gauge: The gauge.
    """
    app.extensions.setdefault(EXTENSION, []).append(gauge)


def gauges_of(app: Flask) -> list[Gauge]:
    """The gauges of an application.

    Args:
        app: The Flask application.
    """
    found: list[Gauge] = app.extensions.get(EXTENSION, [])
    return found
