"""A change is applied whole or not at all, whatever ends the process, and its inverse is exact."""

import errno
import os
import shutil
import signal
import sys
from functools import partial

import pytest

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.change import carry_out, finish_interrupted
from beastmode_tools.recipes.journal.entry import Journal
from beastmode_tools.recipes.journal.lock import one_at_a_time
from beastmode_tools.recipes.journal.undo import refuse_undo, to_undo
from beastmode_tools.recipes.journal.writing import apply
from beastmode_tools.recipes.plan import Plan
from work_tree import WorkTree

TOUCHING = {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.rmdir"}


def change(workspace):
    """A recipe: one file edited, two created, one of them in a new folder."""
    workspace.edit("shop.py", workspace.read("shop.py") + "b = 2\n")
    workspace.create("shop/deep/new.py", "c = 3\n")
    workspace.create("notes.txt", "d\n")
    return Plan("add something", workspace.edits())


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[project]\n")
    (folder / "shop.py").write_text("a = 1\n")
    (folder / "shop.py").chmod(0o640)
    return folder


def tree(folder):
    """Path -> mode and contents of all that is there, besides the journal."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mode, path.read_bytes() if path.is_file() else None)
        for path in sorted(folder.rglob("*"))
        if ".beast" not in path.parts
    }


def undo(folder):
    journal = Journal(folder)
    entry = to_undo(journal, None)
    refuse_undo(journal, entry)
    apply(journal, entry, "undo")


def killed_at(number, folder, work):
    """Runs it in a process that gets SIGKILL when it touches the folder for the nth time; whether it came so far."""
    child = os.fork()
    if child == 0:
        count = 0

        def hook(event, arguments):
            nonlocal count
            if event in TOUCHING and str(arguments[0]).startswith(str(folder)):
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def test_undo_gives_back_the_same_tree(project):
    before = tree(project)

    outcome = carry_out(project, change)
    changed = tree(project)
    undo(project)

    assert outcome.id == "0001"
    assert changed["shop.py"] == (0o100640, b"a = 1\nb = 2\n")
    assert changed["shop/deep/new.py"][1] == b"c = 3\n"
    assert tree(project) == before


def test_pretending_touches_nothing(project):
    before = tree(project)

    outcome = carry_out(project, change, pretend=True)

    assert outcome.plan.diff().splitlines()[:6] == [
        "--- a/shop.py",
        "+++ b/shop.py",
        "@@ -1 +1,2 @@",
        " a = 1",
        "+b = 2",
        "--- /dev/null",
    ]
    assert tree(project) == before
    assert not (project / ".beast").exists()


@pytest.mark.parametrize("direction", ["apply", "undo"])
def test_after_a_kill_at_any_moment_the_next_command_makes_the_tree_whole(project, tmp_path, direction):
    before = tree(project)
    start = tmp_path / "start"
    shutil.copytree(project, start)
    carry_out(project, change)
    after = tree(project)
    work = partial(carry_out, decide=change) if direction == "apply" else undo
    wholes = []

    for number in range(1, 200):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(start if direction == "apply" else project, copy)
        was_killed = killed_at(number, copy, partial(work, copy))
        finish_interrupted(copy)
        wholes.append(tree(copy))
        assert wholes[-1] in (before, after), f"after a kill at {number}"
        if not was_killed:
            break

    assert not was_killed
    assert before in wholes
    assert after in wholes


def test_a_file_that_was_edited_after_a_kill_is_not_overwritten(project):
    for number in range(1, 500):
        killed_at(number, project, lambda: carry_out(project, change))
        pending = project / ".beast" / "pending"
        if pending.exists() and '"replace"' in pending.read_text():
            break
        finish_interrupted(project)
    (project / "shop.py").write_text("mine = 1\n")

    with pytest.raises(CouldNotRun) as told:
        finish_interrupted(project)

    assert str(told.value) == (
        "`beast add something` was killed midway, and shop.py has been edited since. Restore it, or remove "
        ".beast/pending to keep the files as they are."
    )
    assert (project / "shop.py").read_text() == "mine = 1\n"


def test_a_full_disk_changes_no_file(project):
    before = tree(project)
    child = os.fork()
    if child == 0:
        written = 0

        def hook(event, arguments):
            nonlocal written
            if event == "open" and str(arguments[0]).endswith(".beast-part") and "w" in str(arguments[1]):
                written += 1
                if written == 3:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), arguments[0])

        sys.addaudithook(hook)
        status = 1
        try:
            carry_out(project, change)
        except CouldNotRun as problem:
            status = 0 if "No space left on device. Nothing was changed." in str(problem) else 2
        finally:
            os._exit(status)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert ended == 0
    assert tree(project) == before
    assert Journal(project).entries() == []


def test_only_one_command_changes_a_project_at_a_time(project):
    with one_at_a_time(project), pytest.raises(CouldNotRun) as told:
        carry_out(project, change)

    assert str(told.value) == "another beast command is changing this project. Run this again when it ends."


def test_undo_refuses_if_a_file_has_been_edited_since(project):
    carry_out(project, change)
    (project / "shop.py").write_text("mine = 1\n")
    before = tree(project)

    with pytest.raises(CouldNotRun) as told:
        undo(project)

    assert str(told.value) == (
        "shop.py has been edited since beast add something. Restore it first, or take the change back by hand."
    )
    assert tree(project) == before


def test_undo_of_an_earlier_change_names_the_later_one(project):
    carry_out(project, change)

    def again(workspace):
        workspace.edit("shop.py", "z = 0\n")
        return Plan("add more", workspace.edits())

    carry_out(project, again)
    journal = Journal(project)

    with pytest.raises(CouldNotRun) as told:
        refuse_undo(journal, journal.entry("1"))

    assert str(told.value) == ("shop.py was changed again by 0002 (beast add more). Undo that first: beast undo 0002")


def test_what_somebody_added_to_a_new_folder_stays(project):
    carry_out(project, change)
    (project / "shop" / "deep" / "mine.py").write_text("m\n")

    undo(project)

    assert (project / "shop" / "deep" / "mine.py").read_text() == "m\n"
    assert not (project / "shop" / "deep" / "new.py").exists()


def test_line_ends_and_byte_order_marks_stay(project):
    (project / "shop.py").write_bytes(b"\xef\xbb\xbfa = 1\r\n")

    carry_out(project, change)

    assert (project / "shop.py").read_bytes() == b"\xef\xbb\xbfa = 1\r\nb = 2\r\n"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "shop.py").chmod(0o440), "shop.py is read-only."),
        (
            lambda folder: (folder / "shop.py").write_bytes(b"\xff"),
            "shop.py is not UTF-8 text, so it cannot be edited.",
        ),
        (
            lambda folder: (folder / "notes.txt").write_text("mine"),
            "notes.txt already exists. Rename or remove it, or choose another name.",
        ),
        (
            lambda folder: (folder / "shop").write_text("mine"),
            "shop is a file, and a directory of this name is needed.",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_first_edit(project, spoil, told):
    spoil(project)
    before = tree(project)

    with pytest.raises(CouldNotRun) as refused:
        carry_out(project, change)

    assert str(refused.value) == told
    assert tree(project) == before


def test_a_link_out_of_the_project_is_not_followed(project, tmp_path):
    outside = tmp_path / "outside.py"
    outside.write_text("a = 1\n")
    (project / "shop.py").unlink()
    (project / "shop.py").symlink_to(outside)

    with pytest.raises(CouldNotRun, match="leads out of the project"):
        carry_out(project, change)

    assert outside.read_text() == "a = 1\n"


def test_a_link_within_the_project_stays_a_link(project):
    (project / "real.py").write_text("a = 1\n")
    (project / "shop.py").unlink()
    (project / "shop.py").symlink_to("real.py")

    carry_out(project, change)

    assert (project / "shop.py").is_symlink()
    assert (project / "real.py").read_text() == "a = 1\nb = 2\n"


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("MERGE_HEAD", "a merge is in progress. Finish or abort it first: git merge --continue or --abort."),
        ("rebase-merge", "a rebase is in progress. Finish or abort it first: git rebase --continue or --abort."),
        (
            "CHERRY_PICK_HEAD",
            "a cherry-pick is in progress. Finish or abort it first: git cherry-pick --continue or --abort.",
        ),
    ],
)
def test_nothing_is_changed_while_git_waits_for_somebody(project, mark, told):
    WorkTree(project)
    (project / ".git" / mark).touch()

    with pytest.raises(CouldNotRun) as refused:
        carry_out(project, change)

    assert str(refused.value) == told


def test_git_does_not_see_the_journal(project):
    repository = WorkTree(project)
    repository.commit()

    carry_out(project, change)
    undo(project)

    assert repository.git("status", "--porcelain") == ""
