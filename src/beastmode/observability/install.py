from collections.abc import Set as AbstractSet

from flask import Flask

from beastmode.core.middleware import Middleware
from beastmode.core.settings import Settings
from beastmode.observability.destination import open_destination
from beastmode.observability.health import install_health
from beastmode.observability.logs import install_logs
from beastmode.observability.metrics import install_metrics
from beastmode.observability.request_log import request_logger
from beastmode.observability.settings import LogSettings, MetricsSettings


def install(app: Flask, settings: Settings, middleware: Middleware, without: AbstractSet[str] = frozenset()) -> None:
    """Add metrics, logs and health checks to an application.

    Args:
        app: The Flask application.
        settings: Its settings.
        middleware: Its middleware.
        without: What to leave out: "metrics", "logs", "health".

    Raises:
        SettingsError: LOG_FILE cannot be written.
    """
    if "metrics" not in without:
        install_metrics(app, settings.of(MetricsSettings), middleware)
    if "logs" not in without:
        log_settings = settings.of(LogSettings)
        destination = open_destination(log_settings)
        install_logs(app, log_settings, destination)
        middleware.observers.append(request_logger(log_settings, destination))
    if "health" not in without:
        install_health(app, middleware)
