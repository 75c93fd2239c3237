import json
import re

import pytest
from cli_project import PEOPLE

from beastmode.cli.settings import masked


def lines(shown):
    """What is printed, without the blanks that align the columns: the longest name of all settings decides them."""
    return re.sub(r"(?<=\S) +", " ", shown.stdout)


SECRET = "a-secret-of-forty-bytes-for-tests-only-0"


def test_settings_are_shown_with_their_secrets_masked(project):
    shown = project.run("beastmode", "settings", SECRET_KEY=SECRET, LOG_LEVEL="ERROR")

    assert shown.returncode == 0, shown.stderr
    assert "* LOG_LEVEL ERROR" in lines(shown)
    assert "* SECRET_KEY ********" in lines(shown)
    assert SECRET not in shown.stdout


@pytest.mark.parametrize("secret", ["scheme://of-a-token/hunter2", "postgresql://me@hunter2/x", "sqlite:///hunter2"])
@pytest.mark.parametrize("name", ["METRICS_TOKEN", "JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEYS"])
def test_a_secret_is_stars_whatever_it_looks_like(project, name, secret):
    project.write(PEOPLE)

    shown = project.run("beastmode", "settings", **{name: secret})

    assert shown.returncode == 0, shown.stderr
    assert f"* {name} ********" in lines(shown)
    assert "hunter2" not in shown.stdout


def test_settings_are_json_for_another_program(project):
    shown = project.run("beastmode", "settings", "--json", WORKERS="3")

    rows = {row["name"]: row for row in json.loads(shown.stdout)}
    assert rows["WORKERS"]["value"] == 3
    assert rows["WORKERS"]["is_default"] is False
    assert rows["THREADS"]["is_default"] is True


OF_A_PROJECT = """
    from dataclasses import dataclass

    from flask import Flask
    from beastmode import Beastmode
    from beastmode.core.setting import setting, text, whole
    from beastmode.core.settings import Settings

    @dataclass(frozen=True, kw_only=True)
    class ShopSettings(Settings):
        shop_shelves: int = setting(whole(1, 9), 3, "How many shelves there are.", expects="a number from 1 to 9")
        shop_stamp: str = setting(text(), "", "Printed on receipts.", expects="a word", secret=True)

    def create_app():
        app = Flask(__name__)
        Beastmode(app, settings=[ShopSettings])
        return app
"""


def test_settings_of_the_project_are_shown_and_described_with_the_others(project):
    """A project's rows are listed after those of the library, and its secrets are masked."""
    project.write(OF_A_PROJECT)

    shown = project.run("beastmode", "settings", "--describe", SHOP_SHELVES="7", SHOP_STAMP="hunter2")
    rows = json.loads(project.run("beastmode", "settings", "--json", SHOP_SHELVES="7").stdout)

    assert "* SHOP_SHELVES 7\n How many shelves there are.\n Expects a number from 1 to 9.\n" in re.sub(
        "\n +", "\n ", lines(shown)
    )
    assert "* SHOP_STAMP ********" in lines(shown)
    assert "hunter2" not in shown.stdout
    row = {"name": "SHOP_SHELVES", "value": 7, "is_default": False, "about": "How many shelves there are."}
    assert rows[-2] == {**row, "expects": "a number from 1 to 9"}


def test_settings_of_the_project_that_are_wrong_are_refused_by_doctor(project):
    """`flask beastmode doctor` lists them with the others, and shows no secret of the project's."""
    project.write(
        f"{OF_A_PROJECT}\n    import os\n    assert 'SHOP_FAILS' not in os.environ, os.environ['SHOP_STAMP']\n"
    )

    refused = project.run("beastmode", "doctor", SHOP_SHELVES="70", THREADS="many")
    broken = project.run("beastmode", "doctor", SHOP_STAMP="hunter2", SHOP_FAILS="1")

    assert refused.returncode == 1
    assert "- THREADS is 'many'; expected a number from 1 to 256.\n" in refused.stdout
    assert "- SHOP_SHELVES is '70'; expected a number from 1 to 9.\n" in refused.stdout
    assert "AssertionError: ********" in broken.stdout
    assert "hunter2" not in broken.stdout


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
