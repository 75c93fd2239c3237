"""What is so of a project at every change is told once; what is lacking for a change is told with it."""

import pytest
from reported import found, report

from beastmode_tools.guard.application.compare.entries import entry_for
from beastmode_tools.guard.report.last_report import remember, without_told
from beastmode_tools.project import Project
from work_tree import WorkTree

STANDING = "Values for API_KEY were made up."
OF_THE_CHANGE = "0002 was not proved."


def test_a_sentence_about_the_project_is_told_once_and_one_about_the_change_each_time(tmp_path):
    WorkTree(tmp_path)
    project = Project(root=tmp_path, folder=tmp_path, python=tmp_path / "python", app=None, migrations=None)
    given = report(found(), not_proven=(OF_THE_CHANGE, STANDING), standing=(STANDING,))

    first = without_told(given, project)
    remember(given, project)
    second = without_told(given, project)

    assert first.not_proven == (OF_THE_CHANGE, STANDING)
    assert second.not_proven == (OF_THE_CHANGE,)


@pytest.mark.parametrize(
    ("message", "reason", "said"),
    [
        ("several things could be the application: a:create_app, b:app. Name one", "error", 'app = "a:create_app"'),
        (
            "create_app() needs x and y: --app 'shop:create_app(...)'",
            "error",
            '"shop:create_app(...)"',
        ),
        ("no Flask application was found here. Name it with --app MODULE", "error", 'app = "MODULE:FACTORY"'),
        ("ModuleNotFoundError: No module named 'ldap' (shop/auth.py:8)", "error", "Install ldap"),
        ("boot on the work side did not end within 60 s and was stopped", "timeout", "timeout = 180"),
        ("KeyError: 'PAYMENT_KEY' (shop/pay.py:3)", "error", '[guard] environment = { PAYMENT_KEY = "none" }'),
        ("refused: the guard lets no one reach the network: api.example.com (shop.py:1)", "refused", "api.example.com"),
        ("ValueError: nothing helps (shop.py:1)", "error", "[guard] environment"),
    ],
)
def test_how_a_start_failed_tells_the_entry_that_would_help(message, reason, said):
    assert said in entry_for(message, reason)
