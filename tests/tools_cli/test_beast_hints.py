"""Wrong arguments get the nearest right one, commands find their project from below, and shells complete names."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class

from beast_command import beast_in
from beastmode_tools.cli.group import commands
from beastmode_tools.recipes.new.create import create_project

NO_PREVIEW = "'adopd' changes no project, so there is nothing to preview."
BEAST = str(Path(sys.executable).parent / "beast")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A new project."""
    folder = tmp_path_factory.mktemp("projects")
    create_project(folder, "shop", "sqlite")
    return folder / "shop"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("ad resource Product", "No such command 'ad'. Did you mean 'add'? `beast --help` shows the usage."),
        ("unknown", "No such command 'unknown'. `beast --help` shows the usage."),
        ("explain nope", "there is no rule 'nope'; `beast explain` lists them all."),
        (
            "preview adopd",
            f"{NO_PREVIEW} Did you mean 'adopt'? `beast preview --help` shows the usage.",
        ),
    ],
)
def test_a_wrong_argument_gets_the_nearest_right_one(tmp_path, command, told):
    """In one line, with exit status 2."""
    done = beast_in(tmp_path, *command.split())

    assert (done.status, done.out, done.err) == (2, "", f"beast: {told}\n")


def test_a_command_in_a_subfolder_changes_the_project_above(shop):
    """The paths in the answer are relative to the project."""
    done = beast_in(shop / "shop" / "users", "add", "setting", "SHOP_OPEN", "bool=true", "Whether it is open.")

    assert done.out.startswith("Change 0001:\n  ~ shop/settings.py\n  + tests/test_settings.py\n")
    assert (
        beast_in(shop / "tests", "undo").out
        == "Undone: beast add setting SHOP_OPEN bool=true 'Whether it is open.' (2 files).\n"
    )


def test_a_project_is_not_looked_for_above_the_repository(shop):
    """A repository within a project is not the project."""
    inner = shop / "vendored"
    (inner / ".git").mkdir(parents=True)

    done = beast_in(inner, "history")

    told = "beast: there is no project here. Change to its folder, or create one: beast new NAME\n"
    assert (done.status, done.err) == (2, told)


def test_a_preview_shows_the_diff_and_the_verdict_and_changes_nothing(shop):
    """It is what the command itself would do."""
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}

    done = beast_in(shop, "preview", "add", "field", "User", "nickname:str:40?")

    assert "+    nickname: Mapped[str | None] = mapped_column(String(40))\n" in done.out
    assert done.out.endswith("\n4 files, +35 -0, with a migration. Verdict: CAUTIOUS. Nothing was changed.\n")
    assert {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()} == before


def test_bash_completes_commands(tmp_path):
    """As the script does that `_BEAST_COMPLETE=bash_source beast` prints."""
    asked = {
        "_BEAST_COMPLETE": "bash_complete",
        "COMP_WORDS": "beast add re",
        "COMP_CWORD": "2",
        "PATH": "/usr/bin:/bin",
    }
    script = subprocess.run(
        [BEAST],
        env=asked | {"_BEAST_COMPLETE": "bash_source"},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    done = subprocess.run([BEAST], env=asked, capture_output=True, text=True, check=True, cwd=tmp_path)

    assert done.stdout == "plain,resource\nplain,relation\n"
    assert "complete -o nosort -F _beast_completion beast" in script.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("beast add field U", ["User"]),
        ("beast add relation ", ["User."]),
        ("beast add relation User.friends U", ["User"]),
        ("beast add index users.n", ["users.name"]),
        ("beast change rename users.", ["users.id", "users.name"]),
        ("beast add version u", ["users"]),
    ],
)
def test_names_of_the_project_are_completed(shop, monkeypatch, typed, offered):
    """Models, columns and resources, as they are written now, from any folder of the project."""
    monkeypatch.chdir(shop / "shop")

    assert completions(monkeypatch, typed) == offered


def test_nothing_is_completed_outside_of_a_project(tmp_path, monkeypatch):
    """And nothing is printed into the line that a person types."""
    monkeypatch.chdir(tmp_path)

    assert completions(monkeypatch, "beast undo ") == []


def completions(monkeypatch, typed):
    """What bash offers for a line."""
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
    shell = get_completion_class("bash")(commands, {}, "beast", "_BEAST_COMPLETE")
    return [line.partition(",")[2] for line in shell.complete().splitlines()]
