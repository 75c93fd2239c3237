"""The files that people copy into their CI: what they call has to exist."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from beastmode_tools.cli.group import commands

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BEAST = re.compile(r"^(?:exec |\$ )?(beast [^\n|&#;]*)", re.MULTILINE)


def hook():
    (entry,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return entry


def workflow():
    return yaml.safe_load((ROOT / "docs" / "how-to" / "beast-check.yml").read_text(encoding="utf-8"))


def lines_in(page):
    """Every command line of beast on a page; in Markdown only those in blocks."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [found for block in blocks for found in BEAST.findall(block)]


def parsed(line):
    """The context in which click would run this line; a line that has a slip raises."""
    words = [word for word in shlex.split(line.split(" >")[0])[1:] if word != "..."]
    context, command = click.Context(commands, info_name="beast"), commands
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command = command.get_command(context, words.pop(0))
        assert command is not None, line
        context = click.Context(command, parent=context)
    if "--help" not in words and not isinstance(command, click.Group):
        command.make_parser(context).parse_args(args=words)
    return command


def test_the_hook_runs_a_command_that_there_is():
    assert parsed(hook()["entry"]).name == "check"


def test_the_hook_runs_in_the_projects_own_environment_and_once():
    entry = hook()

    assert entry["language"] == "system"
    assert entry["pass_filenames"] is False
    assert entry["always_run"] is True


def test_the_workflow_runs_a_command_that_there_is():
    steps = workflow()["jobs"]["check"]["steps"]
    (line,) = [step["run"] for step in steps if "beast check" in step.get("run", "")]

    assert parsed(line).name == "check"


def test_the_workflow_fetches_the_base_and_gets_no_more_rights_than_it_needs():
    file = workflow()

    assert file["permissions"] == {"contents": "read"}
    assert file["jobs"]["check"]["permissions"] == {"contents": "read", "security-events": "write"}
    checkout = file["jobs"]["check"]["steps"][0]
    assert checkout["with"]["fetch-depth"] == 0
    assert "pull_request_target" not in str(file)


def test_no_value_of_a_pull_request_is_written_into_a_script():
    scripts = [step.get("run", "") for step in workflow()["jobs"]["check"]["steps"]]

    assert not [script for script in scripts if "${{" in script]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_line_of_a_page_can_be_understood(page):
    for line in lines_in(page):
        parsed(line)


@pytest.mark.parametrize("name", ["check", "prove", "explain", "accept", "contract"])
def test_every_option_of_a_command_stands_on_the_page_of_commands(name):
    text = (ROOT / "docs" / "reference" / "guard" / "commands.md").read_text(encoding="utf-8")
    command = commands.get_command(click.Context(commands), name)

    names = [option for each in command.params for option in each.opts if option.startswith("--")]

    assert not [option for option in names if option not in text]
