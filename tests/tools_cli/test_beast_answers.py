"""What the options that every command with a report has do to its answer."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest

from beastmode_tools.cli.answer import answers, project_view
from beastmode_tools.cli.group import Beast, run
from beastmode_tools.guard.finding import Acceptance, Evidence, Finding, Report, Verdict
from beastmode_tools.guard.report.view import View
from beastmode_tools.project import Project
from beastmode_tools.terminal import Progress

ACCEPTED = Acceptance("r", "Ada", "2026-11-01")


def finding(verdict, acceptance=None):
    return Finding("some-rule", verdict, "app.py:1", "what", Evidence("read", "e"), "do", verdict.name, acceptance)


def report(*findings):
    return Report("main (1a2b3c4)", findings, (), 1.0, {})


@pytest.fixture
def asking(capsys):
    """Runs a command that has found these findings, with these options."""

    def ask(*arguments, findings=()):
        group = Beast("beast")

        @group.command()
        @answers
        def judge(*, answer):
            with answer.progress() as progress:
                progress("looking")
            return answer.give(report(*findings), View())

        group.add_command(click.Command("other"))
        with pytest.raises(SystemExit) as ended:
            run(group, ["judge", *map(str, arguments)])
        return ended.value.code, capsys.readouterr()

    return ask


@pytest.mark.parametrize(
    ("verdict", "limit", "status"),
    [
        (Verdict.DANGEROUS, "dangerous", 1),
        (Verdict.DANGEROUS, "cautious", 1),
        (Verdict.CAUTIOUS, "dangerous", 0),
        (Verdict.CAUTIOUS, "cautious", 1),
        (Verdict.SAFE, "cautious", 0),
    ],
)
def test_the_status_is_one_from_the_limit_on(asking, verdict, limit, status):
    assert asking("--fail-on", limit, findings=[finding(verdict)])[0] == status


def test_only_what_is_dangerous_fails_unless_more_is_asked_for(asking):
    assert asking(findings=[finding(Verdict.CAUTIOUS)])[0] == 0


def test_what_was_accepted_does_not_fail(asking):
    assert asking("--fail-on", "cautious", findings=[finding(Verdict.DANGEROUS, ACCEPTED)])[0] == 0


@pytest.mark.parametrize(
    ("style", "begins"),
    [("text", "DANGEROUS"), ("json", "{"), ("sarif", "{"), ("github", "::error"), ("html", "<!doctype html>")],
)
def test_each_format_is_an_answer(asking, style, begins):
    status, seen = asking("--format", style, findings=[finding(Verdict.DANGEROUS)])

    assert status == 1
    assert seen.out.lstrip().startswith(begins)


def test_an_answer_in_a_file_leaves_standard_output_empty(asking, tmp_path):
    status, seen = asking("--format", "json", "--output", tmp_path / "out.json", findings=[finding(Verdict.DANGEROUS)])

    assert status == 1
    assert seen.out == ""
    assert "1 dangerous" in seen.err
    assert json.loads((tmp_path / "out.json").read_text())["verdict"] == "DANGEROUS"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_one_run_can_be_kept_in_several_formats(asking, tmp_path):
    files = [tmp_path / name for name in ("a.html", "a.sarif", "a.json", "a.txt")]

    _, seen = asking(*(word for file in files for word in ("--save", file)), findings=[finding(Verdict.DANGEROUS)])

    assert seen.out.startswith("DANGEROUS")
    assert [file.read_text()[:9] for file in files] == ["<!doctype", '{\n  "$sch', '{\n  "verd', "DANGEROUS"]


def test_a_file_whose_ending_names_no_format_is_refused_before_anything_runs(asking, tmp_path):
    status, seen = asking("--save", tmp_path / "report.pdf")

    assert status == 2
    assert "must end with one of .html, .json, .sarif, .txt" in seen.err
    assert "looking" not in seen.err


def test_a_file_that_cannot_be_written_is_told(asking, tmp_path):
    status, seen = asking("--output", tmp_path / "nowhere" / "out.json")

    assert status == 2
    assert "could not be written" in seen.err


def test_a_file_that_is_there_keeps_its_rights_and_a_link_stays_one(asking, tmp_path):
    kept, link = tmp_path / "kept.txt", tmp_path / "link.txt"
    kept.write_text("before")
    kept.chmod(0o640)
    link.symlink_to(kept)

    asking("--output", link, findings=[finding(Verdict.DANGEROUS)])

    assert link.is_symlink()
    assert kept.read_text().startswith("DANGEROUS")
    assert kept.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_into_and_not_replaced(asking, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    asking("--output", pipe, findings=[finding(Verdict.DANGEROUS)])

    told = os.read(reader, 65536)
    os.close(reader)
    assert pipe.is_fifo()
    assert told.startswith(b"DANGEROUS")


def test_a_text_in_a_file_has_no_colour(asking, tmp_path):
    asking("--output", tmp_path / "out.txt", findings=[finding(Verdict.DANGEROUS)])

    assert "\x1b" not in (tmp_path / "out.txt").read_text()


def test_progress_is_a_line_each_in_a_log_and_nothing_when_quiet(asking):
    assert asking()[1].err == "beast: looking\n"
    assert asking("--quiet")[1].err == ""


def test_progress_never_mixes_with_the_answer(asking):
    _, seen = asking("--format", "json")

    assert json.loads(seen.out)["verdict"] == "SAFE"


def test_on_a_terminal_progress_is_one_line_that_goes_away():
    code = "from beastmode_tools.terminal import Progress\nwith Progress() as p: p('one'); p('two')"

    shown = in_terminal(code)

    assert shown == "\r\x1b[Kone\r\x1b[Ktwo\r\x1b[K"


def test_progress_cannot_steer_the_terminal(capsys):
    with Progress() as progress:
        progress("a\x1b[2Jb\nc")

    assert capsys.readouterr().err == "beast: a\\x1b[2Jb\\nc\n"


@pytest.mark.parametrize(("variable", "colour"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_for_terminals_that_want_it(variable, colour):
    code = "from beastmode_tools.terminal import has_colour, say; say(str(has_colour()))"

    assert in_terminal(code, **variable).strip() == str(colour)


def test_places_are_relative_to_the_repository(tmp_path):
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "requirements.txt").touch()
    project = Project(tmp_path, tmp_path / "backend", Path(sys.executable), None, None)

    view = project_view(project)

    assert (view.prefix, view.anchor) == ("backend", "backend/requirements.txt")


def in_terminal(code, **variables):
    """What a person sees of this code at a terminal."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", **variables}
    environment = {name: text for name, text in environment.items() if name != "NO_COLOR" or "NO_COLOR" in variables}
    subprocess.run([sys.executable, "-c", code], stdout=slave, stderr=slave, env=environment, check=True)
    os.close(slave)
    shown = b""
    while part := read(master):
        shown += part
    os.close(master)
    return shown.decode()


def read(master):
    """The next bytes; a terminal whose other end is closed answers with an error instead of nothing."""
    try:
        return os.read(master, 1024)
    except OSError:
        return b""
