import click
import pytest
from flask import Flask

from beastmode import Api, Beastmode
from beastmode.accounts.settings import AccountSettings
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
        app.config.from_mapping({"ENVIRONMENT": "development", **config})
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
    settings = read_settings({"ENVIRONMENT": "testing", **secrets}, {}, kinds=[AccountSettings])

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


STRANGERS = [
    {"REMOTE_ADDR": "203.0.113.7"},
    {"REMOTE_ADDR": "2001:db8::1"},
    {"REMOTE_ADDR": "::ffff:203.0.113.7"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.7:40000"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1, 10.0.0.4"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "localhost"},
    {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": "unknown"},
]
OWN_REQUESTS = [
    {"REMOTE_ADDR": "127.0.0.1"},
    {"REMOTE_ADDR": "127.3.2.1"},
    {"REMOTE_ADDR": "::1"},
    {"REMOTE_ADDR": "::ffff:127.0.0.1"},
    {"REMOTE_ADDR": ""},  # a Unix socket
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1, [::1]:40000"},
]


@pytest.mark.parametrize("path", ["/health", "/metrics", "/api/v1/nothing", "/nowhere"])
@pytest.mark.parametrize("environ", STRANGERS)
def test_a_request_from_elsewhere_is_refused(make_app, environ, path):
    answer = make_app().test_client().get(path, environ_overrides=environ)

    assert answer.status_code == 503
    assert (
        answer.json["message"]
        == "This server is configured for development, and accepts requests only from its own machine"
    )


@pytest.mark.parametrize("environ", OWN_REQUESTS)
def test_a_request_of_this_machine_is_answered(make_app, environ):
    assert make_app().test_client().get("/health", environ_overrides=environ).status_code == 200


@pytest.mark.parametrize("environ", STRANGERS)
def test_a_proxy_that_is_trusted_does_not_make_a_request_ones_own(make_app, environ):
    client = make_app(TRUSTED_PROXIES=1).test_client()

    assert client.get("/health", environ_overrides=environ).status_code == 503


@pytest.mark.parametrize("environ", STRANGERS)
def test_tests_may_come_from_anywhere_but_servers_in_the_same_environment_may_not(make_app, environ):
    client = make_app(ENVIRONMENT="testing").test_client()

    assert client.get("/health", environ_overrides=environ).status_code == 200
    served = environ | {"SERVER_SOFTWARE": "gunicorn/27"}
    assert client.get("/health", environ_overrides=served).status_code == 503


@pytest.mark.parametrize("environ", STRANGERS)
def test_with_a_secret_of_ones_own_a_request_from_elsewhere_is_answered(make_app, environ):
    assert make_app(SECRET_KEY=OWN).test_client().get("/health", environ_overrides=environ).status_code == 200
