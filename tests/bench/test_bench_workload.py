"""bench/http/run.py against a server of a few lines, which answers as it is told."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import run

SERVER = Path(__file__).with_name("server_for_bench.py")


@pytest.fixture
def serve():
    """Starts the server with an answer for each path; gives its port."""
    started = []

    def begin(**answers):
        port, process = run.start(f"exec {sys.executable} {SERVER}", os.environ | {"ANSWERS": json.dumps(answers)})
        started.append(process)
        return port

    yield begin

    for process in started:
        run.stop(process)


def user(number):
    return {
        "id": number,
        "email": f"user{number}@example.com",
        "name": f"User {number}",
        "is_active": True,
        "created_at": "2024-01-01T00:00:00+00:00",
    }


def right_answers():
    members = [user(number) | {"profile": {"id": number}} for number in range(721, 741)]
    return {
        "health": {"status": "ok"},
        "one": {"data": user(4321)},
        "page": {"data": {"items": members, "pagination": {"total": 10_000, "has_next": True}}},
        "nested": {"data": {"id": 777, "author": user(1), "comments": [{}, {}, {}]}},
        "create": {"data": {"id": 100_001, "title": run.BODY["title"]}},
    }


def test_right_answers_are_not_reported(serve):
    port = serve(**right_answers())

    assert run.wrong(port, "any") == []


@pytest.mark.parametrize(
    ("work", "answer"),
    [
        ("one", {"data": user(1)}),
        ("page", {"data": {"items": [], "pagination": {"total": 10_000, "has_next": True}}}),
        ("nested", {"data": {"id": 777, "author": user(1), "comments": []}}),
        ("create", {"data": {"id": None, "title": run.BODY["title"]}}),
        ("health", None),
    ],
)
def test_a_wrong_answer_is_reported_by_the_name_of_its_request(serve, work, answer):
    port = serve(**right_answers() | {work: answer})

    faults = run.wrong(port, "any")

    assert [fault.split(":")[0] for fault in faults] == [work]


def test_a_stale_total_is_a_wrong_answer(serve):
    answers = right_answers()
    answers["page"]["data"]["pagination"]["total"] = 9_999

    faults = run.wrong(serve(**answers), "any")

    assert [fault.split(":")[0] for fault in faults] == ["page"]


def test_a_server_with_a_log_in_is_called_with_its_own_token(serve):
    port = serve(login={"data": {"token": "its-own"}})

    assert run.log_in(port, "fallback") == "its-own"


def test_a_server_without_a_log_in_is_called_with_the_plain_token(serve):
    port = serve()

    assert run.log_in(port, "fallback") == "fallback"


def test_a_server_that_ends_at_once_is_reported_with_what_it_said():
    with pytest.raises(SystemExit, match="no database here"):
        run.start("echo no database here >&2", dict(os.environ))


def test_stopping_ends_every_process_of_the_server():
    process = subprocess.Popen("sleep 600 & sleep 600 & wait", shell=True, start_new_session=True)

    run.stop(process)

    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.skipif(shutil.which("wrk") is None, reason="needs wrk on PATH")
def test_a_server_given_by_name_and_command_is_measured(tmp_path, monkeypatch, capsys):
    figures = tmp_path / "figures.json"
    command = ["run.py", "--seconds=1", "--rounds=1", "--only=^ours$", f"--json={figures}"]
    monkeypatch.setattr(sys, "argv", [*command, f"ours=exec {sys.executable} {SERVER}"])
    monkeypatch.setattr(run, "WORK", {"health": run.WORK["health"]})
    monkeypatch.setenv("ANSWERS", json.dumps(right_answers()))

    with pytest.raises(SystemExit) as end:
        run.main()

    assert end.value.code == 0
    assert list(json.loads(figures.read_text())["ours"]) == ["health"]
    assert capsys.readouterr().out.splitlines()[1].startswith("ours ")


def test_without_wrk_one_line_says_how_to_get_it(tmp_path):
    done = subprocess.run(
        [sys.executable, run.__file__], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )

    assert done.stderr == "wrk is not on PATH: apt-get install wrk\n"


def test_the_plain_token_holds_for_the_time_of_a_run():
    claims = run.jwt.decode(run.plain_token(), run.SECRET, algorithms=["HS256"])

    assert claims["sub"] == "1"
    assert claims["exp"] > time.time() + 1800
