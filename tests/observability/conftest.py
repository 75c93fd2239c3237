import logging

import pytest
from flask import Flask

from beastmode.core.environment import read_settings
from beastmode.core.identity import Identity, identify
from beastmode.core.middleware import install_middleware
from beastmode.observability.install import install
from beastmode.observability.settings import LogSettings, MetricsSettings

SHOP = "shop"


@pytest.fixture(autouse=True)
def loggers_as_before():
    """Loggers belong to the process: each test begins with untouched ones, and leaves them as it found them."""
    loggers = [logging.getLogger(name) for name in ("beastmode", SHOP)]
    before = [(logger, logger.level, logger.propagate, logger.handlers[:], logger.filters[:]) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.NOTSET)
        logger.handlers[:] = []
    yield
    for logger, level, propagate, handlers, filters in before:
        logger.setLevel(level)
        logger.propagate = propagate
        logger.handlers[:] = handlers
        logger.filters[:] = filters


@pytest.fixture
def make_app():
    """Puts a small shop together; keyword arguments are settings, in lower case."""

    def make(*, without=(), **given):
        app = Flask(SHOP)
        given = {"ENVIRONMENT": "development", **{name.upper(): value for name, value in given.items()}}
        settings = read_settings(given, {}, kinds=[LogSettings, MetricsSettings])
        install(app, settings, install_middleware(app), without=frozenset(without))
        app.add_url_rule("/orders/<int:order_id>", view_func=order, endpoint="order", methods=["GET", "POST"])
        app.add_url_rule("/broken", view_func=lambda: 1 / 0, endpoint="broken")
        return app

    return make


def order(order_id):
    identify(Identity("account", order_id))
    return {"id": order_id}


@pytest.fixture
def log_path(tmp_path):
    return tmp_path / "logs" / "shop.log"


@pytest.fixture
def log_lines(log_path):
    """What is in the log so far."""
    return lambda: log_path.read_text(encoding="utf-8").splitlines()
