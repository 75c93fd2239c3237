"""What a person does who has just cloned the repository: `make run`, look, paste, Ctrl-C."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SECONDS = 300


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The checkout's own files in a folder of their own, so that no database of somebody's desk is touched.

    It uses what is installed for these tests, by a mark of its own: nothing here may install into that.
    """
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name in {"bin", "lib", "lib64", "pyvenv.cfg"}:
            (folder / ".venv" / part.name).symlink_to(part)
    (folder / ".venv" / "installed").touch()
    return folder


@pytest.fixture
def terminal():
    """The environment of a new terminal: nothing that `make test` or the person set for something else."""
    ours = {"PATH", "HOME", "LANG", "TERM", "USER", "SSL_CERT_FILE"}
    return {name: value for name, value in os.environ.items() if name in ours or name.startswith("PIP_")}


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def make_run(clone, terminal, port):
    """`make run` in a terminal of its own, once it has said everything; yields the process and what it has written."""
    output = clone / f"output-{port}"
    with output.open("w") as stream:
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=clone,
            env=terminal,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            until(lambda: "delete it to start over" in output.read_text() or process.poll() is not None)
            yield process, output
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_new_user_runs_looks_pastes_and_stops(clone, terminal, free_port):
    with make_run(clone, terminal, free_port) as (process, output):
        said = output.read_text()
        curls = [line.strip() for line in said.splitlines() if "curl " in line]

        token, users, post = pasted(curls, terminal)
        left, fields = pasted_from("limit-requests.md", curls[0], free_port, terminal)
        first, again = pasted_from("make-posts-idempotent.md", curls[0], free_port, terminal)
        *hit, miss = pasted_from("cache-responses.md", curls[0], free_port, terminal)
        docs = read(re.search(r"http://\S+/docs", said)[0])

        assert curls == lines_of_the_readme(free_port), said
        assert token.count(".") == 2
        assert json.loads(users)["success"] is True
        assert json.loads(users)["data"]["items"]
        assert json.loads(post)["data"]["id"]
        assert [left, fields] == shown_on("limit-requests.md")
        assert sorted([*hit, miss]) == sorted(shown_on("cache-responses.md"))
        assert json.loads(first)["data"]["id"] == json.loads(again)["data"]["id"]
        assert "<html" in docs

        os.killpg(process.pid, signal.SIGINT)

        until(lambda: not processes_of(process.pid))
        process.wait()
        last = output.read_text().removeprefix(said)
        assert "Stopped" in last
        assert not re.search(r"Traceback|Error|Unexpected", last)


def test_a_second_start_installs_nothing_and_keeps_what_was_written(clone, terminal, free_port):
    with make_run(clone, terminal, free_port) as (_, output):
        curls = [line.strip() for line in output.read_text().splitlines() if "curl " in line]
        _, _, first = pasted(curls, terminal)
    stamp = (clone / ".venv" / "installed").stat().st_mtime_ns

    with make_run(clone, terminal, free_port) as (_, output):
        said = output.read_text()
        _, _, second = pasted(curls, terminal)

    assert "Installing" not in said
    assert (clone / ".venv" / "installed").stat().st_mtime_ns == stamp
    assert json.loads(second)["data"]["id"] == json.loads(first)["data"]["id"] + 1


def test_somebody_registers_verifies_resets_and_is_told_by_jobs_that_the_server_runs(clone, terminal, free_port):
    """Nothing else is started: the mails are in the inbox that the banner names."""
    with make_run(clone, terminal, free_port) as (_, output):
        inbox = re.search(r"http://\S+/dev/inbox", output.read_text())[0]
        auth = f"http://127.0.0.1:{free_port}/api/auth"
        zoe = {"email": f"zoe{free_port}@example.com", "password": "correct horse battery"}

        def mailed(subject):
            """The text of the newest mail to Zoe with this subject, once it is there."""
            found = []
            until(
                lambda: (
                    found.extend(mail for mail in mails_in(inbox, zoe["email"]) if mail["subject"] == subject) or found
                )
            )
            return found[0]["text"]

        posted(f"{auth}/register", zoe)
        code = mailed("Verify your email address").partition("hours:\n\n")[2].split()[0]
        verified = posted(f"{auth}/verify-email", {"token": code})
        posted(f"{auth}/reset-password", {"email": zoe["email"]})
        code = mailed("Reset your password").partition("minutes:\n\n")[2].split()[0]
        changed = posted(f"{auth}/reset-password/confirm", {"token": code, "password": "entirely different"})
        mailed("Your password was changed")
        posted(f"{auth}/login", {**zoe, "password": "entirely different"})
        posted(f"{auth}/login", {**zoe, "password": "entirely different"}, agent="curl/8.14")
        device = mailed("A login on a new device")

    assert verified["message"] == "Your email address is verified."
    assert changed["message"] == "Your password was changed. You can now log in with it."
    assert "    curl\n    127.0.0.1\n" in device


def test_what_is_installed_is_installed_anew_once_the_lock_has_changed(tmp_path, terminal):
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy2(ROOT / name, tmp_path)
    stamp = tmp_path / ".venv" / "installed"
    stamp.parent.mkdir()
    stamp.touch()
    is_current = ["make", "--question", ".venv/installed"]

    before = subprocess.run(is_current, cwd=tmp_path, env=terminal, check=False).returncode
    later = stamp.stat().st_mtime + 1
    os.utime(tmp_path / "requirements.lock", (later, later))
    after = subprocess.run(is_current, cwd=tmp_path, env=terminal, check=False).returncode

    assert (before, after) == (0, 1)


def test_a_busy_port_is_said_in_one_line_before_anything_is_done(tmp_path, terminal):
    shutil.copy2(ROOT / "Makefile", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]

        ended = subprocess.run(
            ["make", "run", f"PORT={port}"], cwd=tmp_path, env=terminal, capture_output=True, text=True, check=False
        )

    assert ended.returncode != 0
    assert f"port {port} is already in use" in ended.stderr
    assert (ended.stdout + ended.stderr).count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["Makefile"]


def test_a_python_that_is_too_old_is_said_in_one_line(tmp_path, terminal):
    shutil.copy2(ROOT / "Makefile", tmp_path)
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    shutil.copy2(ROOT / "requirements.lock", tmp_path)
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\necho 3.8.10\n")
    old.chmod(0o755)

    ended = subprocess.run(
        ["make", "test", f"PYTHON={old}"], cwd=tmp_path, env=terminal, capture_output=True, text=True, check=False
    )

    assert ended.returncode != 0
    assert "needs Python 3.11 or newer" in ended.stderr
    assert "3.8.10" in ended.stderr
    assert (ended.stdout + ended.stderr).count("\n") == 1


def pasted(curls, terminal):
    """What a shell prints for the three lines: the token that the first keeps, and the answers to the others."""
    script = "\n".join([curls[0], 'printf "%s\\n" "$TOKEN"', curls[1], "echo", curls[2], "echo"])
    done = subprocess.run(["sh", "-c", script], env=terminal, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def pasted_from(page, log_in, port, terminal):
    """What a shell prints for the curl lines of a how-to page, each response on a line of its own."""
    text = (ROOT / "docs" / "how-to" / page).read_text()
    [block] = [code for code in re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) if "curl" in code]
    script = log_in + "\n" + re.sub(r"^(curl .*)$", r"\1; echo", block.replace(":8000", f":{port}"), flags=re.MULTILINE)
    done = subprocess.run(["sh", "-c", script], env=terminal, check=True, capture_output=True, text=True)
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def shown_on(page):
    """The header fields that a page shows."""
    text = (ROOT / "docs" / "how-to" / page).read_text()
    return re.search(r"^```http\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1].splitlines()


def lines_of_the_readme(port):
    """What README.md says that `make run` prints."""
    lines = (ROOT / "README.md").read_text().splitlines()
    return [line.replace(":8000", f":{port}") for line in lines if "curl -s" in line]


def posted(url, body, agent="journey/1"):
    """The answer to JSON that is sent."""
    headers = {"Content-Type": "application/json", "User-Agent": agent}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return json.load(answer)


def mails_in(inbox, address):
    """The mails to somebody that the inbox has as JSON, the newest first."""
    return [mail for mail in json.loads(read(inbox)) if mail["to"] == [address]]


def read(url):
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return answer.read().decode()


def processes_of(session):
    """The processes of a terminal that are still there; `ps` is not everywhere, /proc is on Linux."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, _, terminal = stat.read_text().rpartition(")")[2].split()[:4]
            if int(terminal) == session and state != "Z":
                found.append(stat.parent.name)
    return found


def until(holds):
    """Waits for something to hold."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)
