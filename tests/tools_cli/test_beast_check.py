"""`beast check` from the command line to its exit status, on a small project."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from checked_project import APP, WITHOUT_NEWS, git, make_project

HANGING = APP + "\nimport pathlib, time\npathlib.Path(__file__).with_name('started').touch()\ntime.sleep(60)\n"


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    return make_project(folder)


@pytest.fixture
def check(beast, project):
    """Runs `beast check` on the project, without proofs."""

    def run(*arguments):
        return beast("check", "--no-proofs", "--project", project, "--python", sys.executable, *arguments)

    return run


def test_an_unchanged_project_is_safe(check):
    done = check()

    assert done.status == 0
    assert done.out.splitlines()[-1].startswith("No findings against main (")
    assert done.out.splitlines()[-1].endswith("Verdict: SAFE.")


def test_what_is_not_proven_is_said(check):
    done = check("--format", "json")

    assert json.loads(done.out)["not_proven"]


def test_a_route_that_is_gone_is_dangerous_until_somebody_accepts_it(beast, check, project):
    (project / "app.py").write_text(WITHOUT_NEWS)
    first = check()
    marks = re.findall(r"beast accept (\w+)", first.out)

    for mark in marks:
        assert beast("accept", mark, "--reason", "Nobody reads it.", "--project", project).status == 0
    second = check()

    assert first.status == 1
    assert "GET /news" in first.out
    assert second.status == 0
    assert "accepted in this change by Ada <ada@example.com>" in second.out


def test_json_names_each_finding_whole(check, project):
    (project / "app.py").write_text(WITHOUT_NEWS)

    data = json.loads(check("--format", "json").out)

    assert data["verdict"] == "DANGEROUS"
    assert data["base"].startswith("main (")
    for finding in data["findings"]:
        assert finding["where"]
        assert finding["problem"]
        assert re.fullmatch(r"[0-9a-f]{12}", finding["fingerprint"])


def test_the_page_of_a_real_change_can_be_made(check, project, tmp_path):
    (project / "app.py").write_text(WITHOUT_NEWS)

    done = check("--save", tmp_path / "report.html", "--save", tmp_path / "report.sarif")

    assert done.status == 1
    assert "GET /news" in (tmp_path / "report.html").read_text()
    assert json.loads((tmp_path / "report.sarif").read_text())["runs"][0]["results"]


def test_nothing_of_the_users_is_changed(check, project):
    (project / "app.py").write_text(WITHOUT_NEWS)
    (project / "new.py").write_text("x = 1\n")
    before = state(project)

    check()

    assert state(project) == before


@pytest.mark.parametrize("arguments", [["--base", "nowhere"], ["--project", "gone"], ["--python", "gone/python"]])
def test_what_is_not_there_is_told_in_one_line(check, project, arguments):
    (project / "app.py").write_text(WITHOUT_NEWS)

    done = check(*arguments)

    assert done.status == 2
    assert done.out == ""
    assert arguments[1] in done.err
    assert done.err.count("\n") == 1


def test_an_application_that_cannot_be_started_is_a_finding_and_no_silence(check, project):
    (project / "app.py").write_text(WITHOUT_NEWS)

    done = check("--app", "app:no_such_factory", "--fail-on", "cautious")

    assert done.status == 1
    assert "no_such_factory" in done.out
    assert "Traceback" not in done.err


def test_a_folder_outside_of_git_is_told_in_one_line(beast, tmp_path_factory):
    done = beast("check", "--project", tmp_path_factory.mktemp("plain"))

    assert done.status == 2
    assert "git" in done.err
    assert done.err.count("\n") == 1


def test_a_malformed_settings_file_is_told_with_its_line(check, project):
    (project / "beastmode.toml").write_text("[guard]\ncor = []\n")

    done = check()

    assert done.status == 2
    assert "beastmode.toml:2" in done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_leaves_no_copy_and_no_process_behind(tmp_path, number):
    folder, scratch = tmp_path / "shop", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    make_project(folder, HANGING)
    (folder / "app.py").write_text(HANGING.replace("news", "stories"))
    checking = subprocess.Popen(
        [sys.executable, "-c", "from beastmode_tools.cli import main; main()", "check", "--python", sys.executable],
        cwd=folder,
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with checking:
        wait_for_start(scratch, checking)

        checking.send_signal(number)

        _, err = checking.communicate(timeout=60)
    assert checking.returncode == 128 + number
    assert "interrupted" in err.splitlines()[-1]
    assert list(scratch.iterdir()) == []
    assert processes_in(scratch) == []
    assert git(folder, "worktree", "list").count("\n") == 1


def state(folder):
    """Everything of the work tree, and what git thinks of it."""
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}
    return files, git(folder, "status", "--porcelain"), git(folder, "for-each-ref"), git(folder, "stash", "list")


def wait_for_start(scratch, process):
    """Until the project's code is being run."""
    for _ in range(600):
        if any(scratch.rglob("app.py")) and processes_in(scratch):
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.kill()
    raise AssertionError("the project was never started")


def processes_in(scratch):
    """Processes that were started with a file below this folder."""
    listed = subprocess.run(["ps", "-eww", "-o", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(scratch) in line]
