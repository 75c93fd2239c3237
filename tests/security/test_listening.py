import click
import pytest
from flask import Flask

from beastmode import Api, Beastmode
from beastmode.core.environment import read_settings
from beastmode.core.errors import SettingsError
from beastmode.core.settings import DEVELOPMENT_SECRET
from beastmode.security.listening import refuse_strangers

OWN = "a-secret-of-more-than-thirty-two-bytes"
HERE = ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost", "unix:///run/shop.sock"]
EVERYWHERE = ["0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "fe80::1"]


@pytest.fixture
def make_app():
    def make(**config):
        app = Flask("shop")
        app.config.from_mapping(ENVIRONMENT="development", **config)
        Beastmode(app, api=Api("Shop"))
        return app

    return make


@pytest.mark.parametrize("host", EVERYWHERE)
@pytest.mark.parametrize(
    "secrets",
    [
        {},
        {"SECRET_KEY": OWN, "JWT_SECRET_KEY": DEVELOPMENT_SECRET},
        {"JWT_SECRET_KEY": OWN},
        {"SECRET_KEY": OWN, "JWT_PREVIOUS_SECRET_KEYS": [DEVELOPMENT_SECRET]},
    ],
)
def test_a_secret_that_everybody_knows_is_for_this_machine_alone(host, secrets):
    settings = read_settings({"ENVIRONMENT": "testing", **secrets}, {})

    with pytest.raises(SettingsError, match="can be reached from other machines"):
        refuse_strangers(settings, host)


@pytest.mark.parametrize("host", HERE)
def test_this_machine_may_be_served_with_it(host):
    refuse_strangers(read_settings({"ENVIRONMENT": "development"}, {}), host)


@pytest.mark.parametrize("host", EVERYWHERE)
def test_a_secret_of_ones_own_may_serve_everybody(host):
    refuse_strangers(read_settings({"ENVIRONMENT": "development", "SECRET_KEY": OWN}, {}), host)


def test_flask_run_is_refused_before_it_listens(make_app):
    command = click.Command("run", params=[click.Option(["--host"])])

    with click.Context(command, info_name="run") as context:
        context.params["host"] = "0.0.0.0"
        with pytest.raises(SettingsError, match=r"0\.0\.0\.0 can be reached"):
            make_app()
        context.params["host"] = "127.0.0.1"
        make_app()


def test_app_run_is_refused_before_it_listens(make_app):
    with pytest.raises(SettingsError, match=r"0\.0\.0\.0 can be reached"):
        make_app().run("0.0.0.0")


def test_a_site_that_signs_nothing_with_it_runs_as_it_did(monkeypatch):
    app = Flask("shop")
    app.config["ENVIRONMENT"] = "development"
    served = []
    monkeypatch.setattr(app, "run", lambda host=None: served.append(host))

    Beastmode(app)
    app.run("0.0.0.0")

    assert served == ["0.0.0.0"]
