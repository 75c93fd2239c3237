import subprocess

import pytest

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.source.repository import two_sides


def changes_of(project, base=None):
    with two_sides(project, base) as comparison:
        return {change.path: change for change in comparison.changes}


def test_the_work_side_is_the_work_tree_with_untracked_files_and_without_ignored_ones(repository):
    repository.commit({"app.py": "one\n", "gone.py": "gone\n", ".gitignore": "*.log\n"})
    repository.write({"app.py": "two\n", "new.py": "new\n", "debug.log": "noise\n", "staged.py": "staged\n"})
    repository.git("add", "staged.py")
    (repository.folder / "gone.py").unlink()

    changes = changes_of(repository.project())

    assert sorted(changes) == ["app.py", "gone.py", "new.py", "staged.py"]
    assert (changes["app.py"].old, changes["app.py"].new) == ("one\n", "two\n")
    assert (changes["gone.py"].old, changes["gone.py"].new) == ("gone\n", None)
    assert (changes["new.py"].old, changes["new.py"].new) == (None, "new\n")


def test_both_sides_can_be_run_as_they_were(repository):
    repository.commit({"app.py": "print('old')\n", "same.py": "1\n"})
    repository.write({"app.py": "print('new')\n"})

    with two_sides(repository.project(), None) as comparison:
        old = (comparison.old.folder / "app.py").read_text()
        new = (comparison.new.folder / "app.py").read_text()
        same = [(side.folder / "same.py").exists() for side in (comparison.old, comparison.new)]

    assert (old, new, same) == ("print('old')\n", "print('new')\n", [True, True])
    assert not comparison.old.folder.exists()


def test_nothing_of_the_users_changes_not_even_gits_index(repository):
    repository.commit({"app.py": "one\n"})
    repository.git("switch", "--quiet", "--create", "topic")
    repository.write({"app.py": "two\n", "new.py": "new\n"})
    before = repository.fingerprint()

    changes_of(repository.project())

    assert repository.fingerprint() == before
    assert repository.git("worktree", "list").count("\n") == 0


def test_a_renamed_file_is_one_change_with_both_paths(repository):
    text = "".join(f"line {number}\n" for number in range(30))
    repository.commit({"old_name.py": text})
    repository.git("mv", "old_name.py", "new_name.py")

    changes = changes_of(repository.project())

    assert [(change.old_path, change.path) for change in changes.values()] == [("old_name.py", "new_name.py")]


def test_the_base_is_the_merge_base_and_what_main_did_since_is_nobodys_change(repository):
    repository.commit({"app.py": "one\n"})
    repository.git("switch", "--quiet", "--create", "topic")
    repository.commit({"topic.py": "topic\n"})
    repository.git("switch", "--quiet", "main")
    repository.commit({"main.py": "main\n"})
    repository.git("switch", "--quiet", "topic")

    with two_sides(repository.project(), None) as comparison:
        paths = [change.path for change in comparison.changes]

    assert paths == ["topic.py"]
    assert comparison.base.startswith("main (")


def test_on_main_the_commits_that_its_upstream_lacks_are_judged(repository, tmp_path):
    repository.commit({"app.py": "one\n"})
    subprocess.run(["git", "clone", "--quiet", "--bare", repository.folder, tmp_path / "origin.git"], check=True)
    repository.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    repository.git("fetch", "--quiet", "origin")
    repository.commit({"app.py": "two\n"})

    assert list(changes_of(repository.project())) == ["app.py"]


def test_on_main_without_an_upstream_the_uncommitted_work_is_judged(repository):
    repository.commit({"app.py": "one\n"})
    repository.commit({"app.py": "two\n"})

    assert changes_of(repository.project()) == {}

    repository.write({"app.py": "three\n"})

    assert changes_of(repository.project())["app.py"].old == "two\n"


@pytest.mark.parametrize("base", ["v1", "HEAD~1", "main~1"])
def test_any_name_of_a_commit_can_be_the_base(repository, base):
    repository.commit({"app.py": "one\n"})
    repository.git("tag", "v1")
    repository.commit({"app.py": "two\n"})

    assert changes_of(repository.project(), base)["app.py"].old == "one\n"


def test_a_project_in_a_folder_of_its_repository_has_paths_of_its_own(repository):
    repository.commit({"shop/app.py": "one\n", "README.md": "one\n", "other/app.py": "one\n"})
    repository.write({"shop/app.py": "two\n", "README.md": "two\n", "other/app.py": "two\n"})

    with two_sides(repository.project("shop"), None) as comparison:
        paths = [change.path for change in comparison.changes]
        beside = (comparison.new.root / "other/app.py").read_text()

    assert paths == ["app.py"]
    assert comparison.outside == ("README.md", "other/app.py")
    assert beside == "two\n"


def test_a_file_that_moved_into_the_project_is_new_there(repository):
    text = "".join(f"line {number}\n" for number in range(30))
    repository.commit({"tool.py": text, "shop/app.py": "one\n"})
    repository.git("mv", "tool.py", "shop/tool.py")

    change = changes_of(repository.project("shop"))["tool.py"]

    assert (change.old, change.new) == (None, text)


def test_names_and_texts_of_any_kind_are_read(repository):
    names = ["größe.py", "with space.py", 'quote".py', "-dash.py"]
    repository.commit({"app.py": "one\n", "latin.txt": "caf\u00e9".encode("latin-1"), "logo.png": b"\x89PNG\0"})
    repository.write(dict.fromkeys(names, "x\n") | {"logo.png": b"\x89PNG\0\0", "bom.py": b"\xef\xbb\xbfx = 1\n"})

    changes = changes_of(repository.project())

    assert {*names, "logo.png", "bom.py"} == set(changes)
    assert changes["logo.png"].is_binary
    assert changes["bom.py"].new == "x = 1\n"


def test_a_link_is_no_way_out_of_the_copy(repository, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    repository.commit({"app.py": "one\n"})
    (repository.folder / "link.py").symlink_to(tmp_path / "secret.txt")

    assert "secret\n" not in (changes_of(repository.project())["link.py"].new or "")
    assert changes_of(repository.project())["link.py"].new.startswith("link to ")


def test_a_work_tree_in_the_middle_of_a_merge_is_read_as_it_stands(repository):
    repository.commit({"app.py": "one\n"})
    repository.git("switch", "--quiet", "--create", "topic")
    repository.commit({"app.py": "two\n"})
    repository.git("switch", "--quiet", "main")
    repository.commit({"app.py": "three\n"})
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("merge", "topic")

    assert "<<<<<<<" in changes_of(repository.project())["app.py"].new


@pytest.mark.parametrize("base", ["nowhere", "--help", "-x", ""])
def test_a_base_that_is_none_is_said_in_one_line(repository, base):
    repository.commit({"app.py": "one\n"})

    with pytest.raises(CouldNotRun, match="There is no commit") as caught, two_sides(repository.project(), base):
        pass

    assert "\n" not in str(caught.value)


def test_a_repository_without_a_commit_or_a_main_branch_says_what_to_do(repository, tmp_path):
    with pytest.raises(CouldNotRun, match="no commit yet"), two_sides(repository.project(), None):
        pass

    repository.commit({"app.py": "one\n"})
    repository.git("branch", "--move", "main", "something")

    with pytest.raises(CouldNotRun, match="--base REF"), two_sides(repository.project(), None):
        pass


def test_a_shallow_clone_without_the_common_commit_says_so(repository, tmp_path):
    repository.commit({"app.py": "one\n"})
    repository.git("switch", "--quiet", "--create", "topic")
    repository.commit({"app.py": "two\n"})
    repository.git("switch", "--quiet", "main")
    repository.commit({"main.py": "x\n"})
    clone = tmp_path / "clone"
    command = ["git", "clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=topic"]
    subprocess.run([*command, f"file://{repository.folder}", clone], check=True)
    project = type(repository.project())(clone, clone, repository.project().python, None, None)

    with pytest.raises(CouldNotRun, match="fetch-depth: 0"), two_sides(project, None):
        pass
