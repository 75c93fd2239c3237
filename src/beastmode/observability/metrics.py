"""Counts and durations of requests, for Prometheus."""

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hmac import compare_digest
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from flask import Flask
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, values
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from beastmode.core.exchange import Exchange
from beastmode.core.identity import Identity
from beastmode.core.middleware import Middleware, Probe
from beastmode.observability.escaping import word
from beastmode.observability.folding import fold, folder_lock
from beastmode.observability.lookup import Lookup
from beastmode.observability.settings import MetricsSettings

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CALLERS = 100
"""How many callers of each kind are distinguished; a series is never removed, and there are many addresses."""
_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"

_Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class _Metrics:
    """The metrics of an application, and their registry."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    deprecated: Counter


def install_metrics(app: Flask, settings: MetricsSettings, middleware: Middleware) -> None:
    """Count every request, and add /metrics.

    In production without METRICS_TOKEN there is no /metrics, so that only the operator can read it.

    Args:
        app: The Flask application; gets its `Metrics` as `extensions["beastmode.metrics"]`.
        settings: METRICS_TOKEN and ENVIRONMENT are used.
        middleware: Its middleware.
    """
    metrics = app.extensions["beastmode.metrics"] = _shared_metrics() if _is_shared() else _new_metrics()
    middleware.observers.append(_request_counter(metrics))
    if settings.metrics_token or not settings.is_production:
        middleware.probes["/metrics"] = _exposition(app, metrics, settings)


def _is_shared() -> bool:
    """Whether prometheus-client was configured before its import to keep values in files that all workers share."""
    return values.ValueClass is not values.MutexValue


@cache
def _shared_metrics() -> _Metrics:
    """The metrics of the process: two objects for one series in a shared file would overwrite each other's values."""
    folder = Path(os.environ[_DIRECTORY])
    folder.mkdir(parents=True, exist_ok=True)
    fold(folder)
    return _new_metrics()


def _new_metrics() -> _Metrics:
    """New metrics in a new registry, so that two applications in one process count separately."""
    registry = CollectorRegistry()
    labels = ["method", "route", "status"]
    return _Metrics(
        registry,
        Counter("http_requests_total", "Requests answered.", labels, registry=registry),
        Histogram(
            "http_request_seconds",
            "Time from the first byte of a request to the end of its response.",
            labels,
            buckets=_SECONDS,
            registry=registry,
        ),
        Counter(
            "http_requests_deprecated_total",
            "Requests to deprecated routes.",
            ["route", "caller"],
            registry=registry,
        ),
    )


def _request_counter(metrics: _Metrics) -> Callable[[Exchange], None]:
    """An observer for the middleware."""
    # Looking up a series by its labels costs several times as much as counting.
    series: dict[tuple[str, str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}
    callers: dict[str, set[str]] = {}

    def series_of(key: tuple[str, str, int]) -> tuple[Callable[[], None], Callable[[float], None]]:
        method, route, status = key
        if method not in _METHODS:  # anybody can invent methods, and each would be a series
            key = ("other", route, status)
        known = series.get(key)
        if known is None:
            labels = (key[0], route or "unmatched", str(status))
            known = series[key] = metrics.requests.labels(*labels).inc, metrics.seconds.labels(*labels).observe
        return known

    def count(exchange: Exchange) -> None:
        key = (exchange.environ["REQUEST_METHOD"], exchange.route, exchange.status)
        increment, observe = series.get(key) or series_of(key)
        increment()
        observe(perf_counter() - exchange.started)
        if exchange.deprecated:
            metrics.deprecated.labels(exchange.route or "unmatched", _caller_label(exchange, callers)).inc()

    return count


def _caller_label(exchange: Exchange, known: dict[str, set[str]]) -> str:
    """The caller, for the first CALLERS accounts and the first CALLERS addresses; "other" for the rest."""
    identity = exchange.identity or Identity("address", exchange.environ.get("REMOTE_ADDR", "unknown"))
    key = word(identity.key)
    callers = known.setdefault(identity.kind, set())
    if key not in callers:
        if len(callers) >= CALLERS:
            return "other"
        callers.add(key)
    return key


class _Exposition(Collector):
    """Everything that /metrics returns: the version, our metrics, and the project's own prometheus-client metrics.

    Args:
        metrics: The metrics of the application.
        environment: ENVIRONMENT.
        app: The application, whose gauges are looked up.
    """

    def __init__(self, metrics: _Metrics, environment: str, app: Flask) -> None:
        self._metrics = metrics
        self._lookup = Lookup(app)
        self._about = {
            "version": version("beastmode"),
            "python": platform.python_version(),
            "environment": environment,
        }

    def collect(self) -> Iterator[Metric]:
        """Each metric once, however many processes and registries have it."""
        # Not prometheus-client's Info, which does not work with several processes.
        about = GaugeMetricFamily("beastmode_info", "Version and environment.", labels=list(self._about))
        about.add_metric(list(self._about.values()), 1)
        yield about
        yield from self._lookup.families()
        if _is_shared():  # the files of all workers; what dead ones counted stays, so that no counter ever falls
            with folder_lock(Path(os.environ[_DIRECTORY]), shared=True):
                yield from MultiProcessCollector(None).collect()  # type: ignore[no-untyped-call]  # has no annotations
            return
        names = set()
        for family in self._metrics.registry.collect():
            names.add(family.name)
            # A third of the lines would be creation times of series, which are not available with several processes
            # anyway.
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family
        yield from (family for family in REGISTRY.collect() if family.name not in names)


def _exposition(app: Flask, metrics: _Metrics, settings: MetricsSettings) -> Probe:
    """The handler of /metrics."""
    everything = _Exposition(metrics, settings.environment, app)
    expected = f"Bearer {settings.metrics_token}".encode() if settings.metrics_token else b""

    def expose(exchange: Exchange) -> tuple[int, _Headers, bytes]:
        if expected and not _is_allowed(exchange.environ.get("HTTP_AUTHORIZATION", ""), expected):
            return 401, [("WWW-Authenticate", 'Bearer realm="metrics"')], b""
        content_type = ("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        return 200, [content_type, ("Cache-Control", "no-store")], generate_latest(everything)

    return expose


def _is_allowed(given: str, expected: bytes) -> bool:
    """Whether an Authorization header is the expected one, compared in constant time."""
    scheme, _, token = given.partition(" ")
    presented = f"{scheme.capitalize()} {token.strip()}".encode("latin-1", "replace")
    return compare_digest(presented, expected)
