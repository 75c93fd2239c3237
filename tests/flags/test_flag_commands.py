"""`flask beastmode flag`, as an operator uses it."""

import re

import pytest

from beastmode.cli import install


@pytest.fixture
def run(shop_app):
    install(shop_app.app)
    runner = shop_app.app.test_cli_runner()

    def run(*words):
        result = runner.invoke(args=["beastmode", "flag", *words])
        return result.exit_code, result.output

    return run


def test_flags_are_listed_set_and_reset(run):
    """Each command prints for whom the flag is on now."""
    assert run("list") == (0, "wishes  off  Wish lists.\nreviews  on\n")
    assert run("set", "wishes", "25%") == (0, "wishes  25%\n")
    assert run("set", "wishes", "off", "--for", "account:7") == (0, "wishes  25%, off for account:7\n")
    assert run("reset", "wishes") == (0, "wishes  off, off for account:7\n")
    assert run("list") == (0, "wishes  off, off for account:7  Wish lists.\nreviews  on\n")


def test_the_history_says_who_has_changed_what(run):
    """By default, the system's user has."""
    run("set", "wishes", "on", "--by", "ada")
    run("set", "wishes", "off", "--for", "account:7")

    status, printed = run("history", "wishes")

    lines = printed.splitlines()
    assert status == 0
    assert len(lines) == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  wishes  off for account:7  by cli:?\S*", lines[0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  wishes  on  by ada", lines[1])


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("set", "wihses", "on"), 1, "Error: There is no flag 'wihses'; declared flags: wishes, reviews.\n"),
        (("set", "wishes", "most"), 2, "VALUE is 'most'; expected on, off, or a percentage from 0% to 100%.\n"),
        (("set", "wishes", "20%", "--for", "account:7"), 2, "Error: VALUE is '20%'; expected on or off.\n"),
        (("history", "wihses"), 1, "Error: There is no flag 'wihses'; declared flags: wishes, reviews.\n"),
    ],
)
def test_a_mistake_is_answered_with_what_is_expected(run, words, status, message):
    """Nothing is changed by it."""
    found, printed = run(*words)

    assert (found, printed[-len(message) :]) == (status, message)
    assert run("list") == (0, "wishes  off  Wish lists.\nreviews  on\n")
