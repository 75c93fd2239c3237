"""Values that are looked up when somebody asks for the metrics: how many jobs wait, how full a disk is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from flask import Flask

__all__ = ["Gauge", "Sample", "add_gauge", "gauges_of"]

EXTENSION = "beastmode.gauges"
Sample: TypeAlias = tuple[tuple[str, ...], float]
"""The values of a gauge's labels, and its value with them."""


@dataclass(frozen=True)
class Gauge:
    """A metric whose value is looked up.

    Args:
        name: As Prometheus names metrics, such as "jobs".
        help: One sentence.
        labels: The names of its labels.
        samples: Returns its values; runs in an application context. If it raises, the metric is missing from that
            response, and the error is logged.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    samples: Callable[[], Iterable[Sample]]


def add_gauge(app: Flask, gauge: Gauge) -> None:
    """Add a metric to /metrics.

    Args:
        app: The Flask application.
        gauge: The metric.
    """
    app.extensions.setdefault(EXTENSION, []).append(gauge)


def gauges_of(app: Flask) -> list[Gauge]:
    """The metrics of an application whose values are looked up.

    Args:
        app: The Flask application.
    """
    found: list[Gauge] = app.extensions.get(EXTENSION, [])
    return found
