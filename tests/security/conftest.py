import pytest
from flask import Flask

from beastmode.core.environment import read_settings
from beastmode.core.middleware import install_middleware
from beastmode.security.install import install
from beastmode.security.settings import CorsSettings, HeaderSettings

SECRET = "a-secret-of-more-than-thirty-two-bytes"


@pytest.fixture
def make_app(tmp_path):
    """Puts a small shop together; keyword arguments are settings, in lower case."""

    def make(*, without=(), **given):
        app = Flask("shop", root_path=str(tmp_path))
        given = {"SECRET_KEY": SECRET, **{name.upper(): value for name, value in given.items()}}
        install(
            app,
            read_settings(given, {}, kinds=[CorsSettings, HeaderSettings]),
            install_middleware(app),
            without=frozenset(without),
        )
        app.add_url_rule("/api/v1/orders", view_func=lambda: {"items": []}, endpoint="orders", methods=["GET", "POST"])
        app.add_url_rule("/page", view_func=lambda: "<p>Hello</p>", endpoint="page")
        app.add_url_rule("/broken", view_func=lambda: 1 / 0, endpoint="broken")
        return app

    return make
