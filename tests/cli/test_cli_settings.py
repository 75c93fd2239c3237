import json

import pytest

from beastmode.cli.settings import masked

SECRET = "a-secret-of-forty-bytes-for-tests-only-0"


def test_settings_are_shown_with_their_secrets_masked(project):
    shown = project.run("beastmode", "settings", SECRET_KEY=SECRET, LOG_LEVEL="ERROR")

    assert shown.returncode == 0, shown.stderr
    assert "* LOG_LEVEL                   ERROR" in shown.stdout
    assert "* SECRET_KEY                  ********" in shown.stdout
    assert SECRET not in shown.stdout


@pytest.mark.parametrize("secret", ["scheme://of-a-token/hunter2", "postgresql://me@hunter2/x", "sqlite:///hunter2"])
@pytest.mark.parametrize("name", ["METRICS_TOKEN", "JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEYS", "MAIL_PASSWORD"])
def test_a_secret_is_stars_whatever_it_looks_like(project, name, secret):
    shown = project.run("beastmode", "settings", **{name: secret})

    assert shown.returncode == 0, shown.stderr
    assert f"* {name:26}  ********" in shown.stdout
    assert "hunter2" not in shown.stdout


def test_settings_are_json_for_another_program(project):
    shown = project.run("beastmode", "settings", "--json", WORKERS="3")

    rows = {row["name"]: row for row in json.loads(shown.stdout)}
    assert rows["WORKERS"]["value"] == 3
    assert rows["WORKERS"]["is_default"] is False
    assert rows["THREADS"]["is_default"] is True


def test_an_application_without_beastmode_is_told_so_in_one_line(project):
    project.write("from flask import Flask\napp = Flask(__name__)")

    shown = project.run("beastmode", "settings")

    assert shown.returncode == 1
    assert shown.stderr == "Error: shop does not use beastmode: Beastmode(app) is never called.\n"


def test_settings_of_an_application_that_refuses_to_start_are_its_problems(project):
    shown = project.run("beastmode", "settings", THREADS="many")

    assert shown.returncode == 1
    assert "THREADS is 'many'; expected a number from 1 to 256." in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("", ""),
        ("hunter2", "********"),
        (("first", "second"), ["********", "********"]),
        ("sqlite:///app.db", "sqlite:///app.db"),
        ("postgresql://host/shop", "postgresql://host/shop"),
        ("postgresql://me@host/shop", "postgresql://me@host/shop"),
        ("postgresql://me:hunter2@host:5432/shop", "postgresql://me:********@host:5432/shop"),
        ("postgresql://me:hunt@er2@host/shop", "postgresql://me:********@host/shop"),
        ("postgresql://host/shop?password=hunter2", "postgresql://host/shop"),
        ("postgresql://me:hunter2@[::1]:5432/shop", "postgresql://me:********@[::1]:5432/shop"),
        ("postgresql+psycopg://me:hun/ter2@host/shop", "postgresql+psycopg://me:********@host/shop"),
        ("postgresql://host:hunter2/shop", "********"),
        ("postgresql:me:hunter2@host/shop", "********"),
        ("postgresql:///me:hunter2@host/shop", "********"),
        ("sqlite:////srv/me@work/app.db?key=hunter2", "sqlite:////srv/me@work/app.db"),
        ("hunter2://token", "********"),
    ],
)
def test_an_address_is_shown_without_its_password(secret, shown):
    assert masked(secret) == shown
