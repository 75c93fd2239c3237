"""Checkpoints: the exact files come back, and the person's repository is as it was."""

import sqlite3
from contextlib import closing

import pytest

from beastmode_tools.agent.checkpoint.checkpoint import Checkpoints
from work_tree import WorkTree

GITIGNORE = "*.db\n.env\ninstance/\n"


def checkpoints(folder):
    return Checkpoints(folder, "r1", folder / ".beast" / "runs" / "r1")


def files(folder):
    """Every file's bytes, rights and links, but what belongs to git and to beast."""
    found = {}
    for place in sorted(folder.rglob("*")):
        inside = place.relative_to(folder)
        if inside.parts[0] in (".git", ".beast") or place.suffix in (".db", ".db-wal", ".db-shm"):
            continue
        if place.is_symlink():
            found[inside] = ("link", place.readlink())
        elif place.is_dir():
            found[inside] = ("folder", "")
        else:
            found[inside] = (place.stat().st_mode, place.read_bytes())
    return found


def of_git(tree):
    """All that git knows which a checkpoint must not touch."""
    asked = (
        ("status", "--porcelain=v2", "--branch"),
        ("stash", "list"),
        ("reflog",),
        ("ls-files", "--stage"),
        ("for-each-ref", "refs/heads", "refs/tags", "refs/stash"),
        ("symbolic-ref", "--quiet", "HEAD"),
    )
    return [tree.git(*each, check=False) for each in asked]


def disturb(folder):
    """What a failed step may leave behind, and worse."""
    (folder / "app.py").write_bytes(b"broken\n")
    (folder / "windows.txt").write_bytes(b"unix\n")
    (folder / "untracked.txt").unlink()
    (folder / "new").mkdir()
    (folder / "new" / "deep.py").write_text("x\n")
    (folder / "run.sh").chmod(0o644)
    (folder / "link").unlink()
    (folder / "link").write_text("no link now\n")
    (folder / "package" / "inner.py").unlink()
    (folder / "package").rmdir()
    (folder / "package").write_text("a file where a folder was\n")
    (folder / "empty").rmdir()


def ordinary(tree):
    """A dirty tree: staged, changed and untracked files, rights, a link, both kinds of line ends."""
    tree.commit(
        {
            ".gitignore": GITIGNORE,
            "app.py": "x = 1\n",
            "staged.py": "1\n",
            "windows.txt": b"one\r\ntwo\n",
            "package/inner.py": "y\n",
            "run.sh": "#!/bin/sh\n",
        }
    )
    (tree.folder / "run.sh").chmod(0o755)
    (tree.folder / "link").symlink_to("app.py")
    tree.commit()
    tree.write({"staged.py": "2\n"})
    tree.git("add", "staged.py")
    leave_work(tree)


def leave_work(tree):
    tree.write({"app.py": "x = 2\n", "untracked.txt": "mine\n", "windows.txt": b"one\r\ntwo\r\nthree\n"})
    (tree.folder / "empty").mkdir()


def converting(tree):
    tree.git("config", "core.autocrlf", "true")
    tree.git("config", "core.logAllRefUpdates", "always")
    tree.git("config", "filter.shout.clean", "tr a-z A-Z")
    ordinary(tree)
    tree.write({".gitattributes": "*.py text eol=crlf filter=shout\n"})


def detached(tree):
    ordinary(tree)
    tree.git("checkout", "--quiet", "--detach")


def merging(tree):
    ordinary(tree)
    tree.git("stash", "--include-untracked")
    tree.git("checkout", "--quiet", "-b", "other")
    tree.commit({"app.py": "x = 3\n"})
    tree.git("checkout", "--quiet", "main")
    tree.commit({"app.py": "x = 4\n"})
    tree.git("merge", "other", check=False)
    leave_work(tree)


def without_commit(tree):
    tree.write(
        {".gitignore": GITIGNORE, "package/inner.py": "y\n", "run.sh": "#!/bin/sh\n", "staged.py": "", "link": ""}
    )
    (tree.folder / "run.sh").chmod(0o755)
    (tree.folder / "link").unlink()
    (tree.folder / "link").symlink_to("app.py")
    leave_work(tree)


@pytest.mark.parametrize("state", [ordinary, converting, detached, merging, without_commit])
def test_after_a_restore_the_files_are_the_same_and_git_noticed_nothing(tmp_path, state):
    """Whatever state the repository is in: content, rights, links, empty folders, untracked files."""
    tree = WorkTree(tmp_path / "project")
    state(tree)
    before, known = files(tree.folder), of_git(tree)
    marks = checkpoints(tree.folder)

    taken = marks.take("1")
    assert of_git(tree) == known
    disturb(tree.folder)
    changed = marks.restore(taken)

    assert files(tree.folder) == before
    assert of_git(tree) == known
    assert {"app.py", "untracked.txt", "new/deep.py", "run.sh", "link", "package"} <= set(changed)
    assert marks.tree() == taken.tree
    assert tree.git("for-each-ref", "--format=%(refname)", "refs/beast") == "refs/beast/r1/1"
    marks.forget()
    assert tree.git("for-each-ref", "refs/beast") == ""


def test_a_project_without_git_has_its_checkpoints_in_a_shadow(tmp_path):
    """No repository appears in the project, and what is installed or secret is not stored."""
    tree = WorkTree(tmp_path / "project")
    without_commit(tree)
    tree.git("config", "--list")
    (tree.folder / ".git").rename(tmp_path / "elsewhere")
    tree.write({".env": "SECRET_KEY=canary\n", ".venv/lib/site.py": "x\n"})
    before = files(tree.folder)
    marks = checkpoints(tree.folder)

    taken = marks.take("1")
    disturb(tree.folder)
    marks.restore(taken)

    assert files(tree.folder) == before
    assert not (tree.folder / ".git").exists()
    assert sorted(path for path, _ in marks.files(taken.tree)) == [
        ".gitignore",
        "app.py",
        "link",
        "package/inner.py",
        "run.sh",
        "staged.py",
        "untracked.txt",
        "windows.txt",
    ]


def test_a_project_within_a_repository_is_restored_and_its_neighbours_are_left_alone(tmp_path):
    """In a repository of several projects only the one that the run is in comes back."""
    tree = WorkTree(tmp_path)
    tree.commit({"shop/app.py": "x = 1\n", "other/app.py": "y = 1\n"})
    marks = checkpoints(tmp_path / "shop")
    taken = marks.take("1")
    tree.write({"shop/app.py": "x = 2\n", "other/app.py": "y = 2\n", "shop/new.py": ""})

    assert [path for path, _ in marks.files(taken.tree)] == ["app.py"]
    assert [(each.path, each.kind) for each in marks.edits(taken.tree, marks.tree())] == [
        ("app.py", "edit"),
        ("new.py", "create"),
    ]
    assert sorted(marks.restore(taken)) == ["app.py", "new.py"]
    assert (tmp_path / "shop" / "app.py").read_text() == "x = 1\n"
    assert (tmp_path / "other" / "app.py").read_text() == "y = 2\n"


def test_a_sqlite_file_that_git_ignores_comes_back_with_its_rows(tmp_path):
    """One that somebody still has open, with rows in its log; one that is new goes."""
    tree = WorkTree(tmp_path / "project")
    tree.commit({".gitignore": GITIGNORE, "app.py": ""})
    place = tree.folder / "instance" / "app.db"
    place.parent.mkdir()
    with closing(sqlite3.connect(place)) as open_elsewhere:
        open_elsewhere.execute("PRAGMA journal_mode=WAL")
        open_elsewhere.execute("CREATE TABLE rows (name TEXT)")
        open_elsewhere.execute("INSERT INTO rows VALUES ('kept')")
        open_elsewhere.commit()
        marks = checkpoints(tree.folder)
        taken = marks.take("1")
        open_elsewhere.execute("DELETE FROM rows")
        open_elsewhere.commit()
        with closing(sqlite3.connect(tree.folder / "other.db")) as other:
            other.execute("CREATE TABLE t (x)")

        changed = marks.restore(taken)

        assert open_elsewhere.execute("SELECT name FROM rows").fetchall() == [("kept",)]
    assert set(changed) == {"other.db", "instance/app.db"}
    assert not (tree.folder / "other.db").exists()


def test_a_restore_that_was_killed_midway_is_completed_by_the_next_one(tmp_path):
    """Removed files, files not yet written: the second restore finds what the first left."""
    tree = WorkTree(tmp_path / "project")
    ordinary(tree)
    before = files(tree.folder)
    marks = checkpoints(tree.folder)
    taken = marks.take("1")
    disturb(tree.folder)
    (tree.folder / "new" / "deep.py").unlink()  # as far as a killed restore came
    (tree.folder / "app.py").write_text("x = 2\n")

    checkpoints(tree.folder).restore(taken)

    assert files(tree.folder) == before
