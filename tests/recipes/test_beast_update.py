"""`beast update`: what the generator writes today, in a project that an older one made and people changed."""

import subprocess

import pytest

from beast_command import beast_in
from beastmode_tools.recipes.new.create import create_project


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A project whose generator had another line in README.md, no Dockerfile, and another AGENTS.md."""
    for variable, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com")):
        monkeypatch.setenv(f"GIT_AUTHOR_{variable}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{variable}", value)
    create_project(tmp_path, "shop", "sqlite")
    folder = tmp_path / "shop"
    (folder / "Dockerfile").unlink()
    for name, now, before in (("README.md", "Test it:", "Try it:"), ("AGENTS.md", "## Rules", "## Laws")):
        text = (folder / name).read_text()
        assert now in text
        (folder / name).write_text(text.replace(now, before))
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--amend", "-m", "Create the project with beast new")
    return folder


def git(folder, *command):
    """What git prints; it has to say yes."""
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    return subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_what_nobody_changed_becomes_what_is_written_today(shop):
    """A line, and a file that is new."""
    done = beast_in(shop, "update")

    assert done.out.startswith("Change 0001:\n"), done.err
    assert "Test it:" in (shop / "README.md").read_text()
    assert (shop / "Dockerfile").exists()
    assert beast_in(shop, "update").out == "Nothing to change: it is there already.\n"


def test_changes_of_people_stay(shop):
    """Lines elsewhere in a file, and a file that they deleted."""
    (shop / "README.md").write_text((shop / "README.md").read_text() + "\nOur own words.\n")
    (shop / "AGENTS.md").unlink()

    beast_in(shop, "update")

    text = (shop / "README.md").read_text()
    assert "Test it:" in text
    assert text.endswith("\nOur own words.\n")
    assert not (shop / "AGENTS.md").exists()


def test_a_file_in_which_both_changed_a_line_is_left_alone_and_named(shop):
    """`--markers --pretend` shows both."""
    changed = (shop / "README.md").read_text().replace("Try it:", "Check it:")
    (shop / "README.md").write_text(changed)

    done = beast_in(shop, "update")
    shown = beast_in(shop, "update", "--markers", "--pretend")

    assert "  README.md stays as it is: see beast update --markers --pretend\n" in done.out
    assert (shop / "README.md").read_text() == changed
    assert "+<<<<<<< yours\n Check it:\n+=======\n+Test it:\n+>>>>>>> beast\n" in shown.out


def test_an_update_is_taken_back_exactly(shop):
    """As every other change."""
    beast_in(shop, "update")

    beast_in(shop, "undo")

    assert git(shop, "status", "--porcelain") == ""


def test_without_the_commit_of_beast_new_nothing_is_guessed(shop):
    """Somebody rewrote the history."""
    git(shop, "commit", "--quiet", "--amend", "-m", "Start")

    done = beast_in(shop, "update")

    told = "the commit of `beast new` is not in this repository, so nobody knows what you changed since."
    assert (done.status, done.err) == (2, f"beast: {told}\n")
