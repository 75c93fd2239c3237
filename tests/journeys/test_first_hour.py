"""A newcomer with the built wheel: a project, a first request, a resource while it is served, and the way back."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 120


@pytest.fixture(scope="module")
def terminal(tmp_path_factory):
    """The environment of a terminal in which the wheel of this checkout is installed, before anything else of ours."""
    place = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = place.glob("beastmode-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(place / "packages"), str(wheel)], check=True)
    (place / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    return {
        "PATH": f"{place / 'packages' / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(place / "packages"),
        "HOME": str(place),
        "LANG": "C.UTF-8",
    }


def run(terminal, folder, *command):
    """What a command prints, if it succeeds."""
    done = subprocess.run(
        command, cwd=folder, env=terminal, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_from_an_empty_folder_to_a_resource_of_ones_own(terminal, tmp_path):
    made = run(terminal, tmp_path, "beast", "new", "shop")
    shop = tmp_path / "shop"
    output = tmp_path / "output"
    with output.open("w") as stream:
        server = subprocess.Popen(
            ["beast", "dev", "--port", "0"],
            cwd=shop,
            env=terminal,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until(lambda: "account " in output.read_text() or server.poll() is not None)
        said = output.read_text()
        url = re.search(r"http://127\.0\.0\.1:\d+", said)[0]
        email, password = re.search(r"account  (\S+), password (\S+)", said).groups()
        token = ask(f"{url}/api/auth/login", {"email": email, "password": password})["data"]["token"]
        docs = urllib.request.urlopen(f"{url}/docs", timeout=SECONDS).read().decode()

        run(terminal, shop, "beast", "add", "resource", "Product", "name:str:120", "price:decimal", "stock:int=0")
        until(lambda: exists(f"{url}/api/v1/products"))
        product = ask(f"{url}/api/v1/products", {"name": "Tea", "price": "3.50"}, token)["data"]

        os.killpg(server.pid, signal.SIGINT)
        ended = server.wait(SECONDS)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
    refused = subprocess.run(
        ["beast", "undo"], cwd=shop, env=terminal, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    run(terminal, shop, "beast", "undo", "--yes")

    assert made.endswith("\n  beast test    run its tests, then check the change\n")
    assert f"docs     {url}/docs" in said
    assert f"inbox    {url}/dev/inbox" in said
    assert "<html" in docs
    assert (product["name"], product["price"], product["stock"]) == ("Tea", "3.50", 0)
    assert ended == 0
    assert output.read_text().endswith("Stopped.\n")
    assert refused.stderr == (
        "beast: this deletes rows of sqlite:///shop.db: 1 in products. If they may go: beast undo 0001 --yes\n"
    )
    assert run(terminal, shop, "git", "status", "--porcelain") == ""


def test_a_port_in_use_is_said_in_one_line(terminal, tmp_path):
    run(terminal, tmp_path, "beast", "new", "shop")
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]

        done = subprocess.run(
            ["beast", "dev", "--port", str(port)],
            cwd=tmp_path / "shop",
            env=terminal,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    assert done.returncode == 2
    assert done.stderr == (
        f"beast: port {port} is not available on 127.0.0.1 (Address already in use). "
        "Stop the process that uses it, or choose another: beast dev --port 8001\n"
    )


def ask(url, body, token=None):
    """The JSON that a POST is answered with."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return json.load(answer)


def exists(url):
    """Whether a route is served; one that asks for a login is."""
    try:
        urllib.request.urlopen(url, timeout=SECONDS).close()
    except urllib.error.HTTPError as refused:
        return refused.code == 401
    except OSError:
        return False
    return True


def until(holds):
    """Waits for something to hold."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.1)
