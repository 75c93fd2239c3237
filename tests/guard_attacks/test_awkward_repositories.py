"""Repositories that are set up as few are: nothing of them is run, changed or passed over in silence."""

from attacked import APP

MOVED = APP.replace("/users", "/people")


def test_a_change_is_seen_although_git_refuses_to_commit_its_line_ends(shop):
    shop.git("config", "core.safecrlf", "true")
    shop.git("config", "core.autocrlf", "input")
    shop.write({"app.py": MOVED, "first.py": b"VALUE = 1\r\n"})

    answer = shop.check()

    assert answer.status == 1
    assert "GET /users was removed without notice" in answer.output


def test_a_repository_without_a_commit_inside_of_the_project_is_told_and_hides_nothing(shop):
    (shop.folder / "apart").mkdir()
    shop.git("init", "--quiet", "apart")
    shop.write({"apart/x.py": "X = 1\n", "app.py": MOVED})

    answer = shop.check("--all")

    assert "GET /users was removed without notice" in answer.output
    assert "'apart/' does not have a commit checked out" in " ".join(answer.output.split())


def test_programs_that_the_git_settings_name_for_files_are_not_run(shop):
    ran = shop.place / "ran"
    script = shop.place / "filter.sh"
    script.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    script.chmod(0o755)
    for key in ("filter.x.y.clean", "filter.x.y.smudge", "filter.x.y.process", "core.fsmonitor", "diff.external"):
        shop.git("config", key, str(script))
    shop.git("config", "filter.x.y.required", "true")
    shop.write({".gitattributes": "*.py filter=x.y\n", "app.py": MOVED})

    answer = shop.check()

    assert answer.status == 1, answer.errors
    assert not ran.exists()


def test_a_split_index_leaves_no_other_half_in_the_git_folder(shop):
    shop.git("update-index", "--split-index")
    shop.write({"more.py": "VALUE = 1\n"})
    before = shop.contents()

    answer = shop.check()

    assert answer.status == 0, answer.errors
    assert shop.contents() == before


def test_what_is_in_a_submodule_is_said_not_to_be_looked_at(shop):
    shop.git("clone", "--quiet", ".", "../library")
    shop.git("submodule", "--quiet", "add", "../library", "library")
    shop.commit()
    shop.write({"library/app.py": MOVED})

    answer = shop.check()

    assert answer.status == 0, answer.errors
    assert "library is a repository of its own" in answer.output
