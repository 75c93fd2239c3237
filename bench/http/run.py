#!/usr/bin/env python3
"""Runs one HTTP workload against several servers in turn and prints requests per second side by side.

Usage: run.py [--seconds 4] [--rounds 3] [--connections 16] [NAME=COMMAND ...]

Needs wrk on PATH, PostgreSQL with schema.sql loaded at DATABASE_URL, and the peers' packages in the running Python.
A NAME=COMMAND adds a server: COMMAND is started by a shell with PORT, DATABASE_URL and BENCH_SECRET set (it may set
another DATABASE_URL itself, holding the same rows), and must serve the workload's five endpoints on 127.0.0.1:$PORT
with two worker processes, listening within 300 s. A server that has POST /api/auth/login is logged in to as LOGIN below
and called with the token it gives; the others get a plain HS256 token. Rounds interleave the servers, so that a drift
of the machine's speed touches all of them; each figure is the median of the rounds. Every answer is checked before it
is timed, and a wrong one is reported.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

import jwt

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
START_SECONDS = 300
WARM_UP_SECONDS = 1
SECRET = "V7q2mXw9Lr4TzKp0HsYb6NcJd3FgUe8AiRo5QxWv1Zt"  # of the bench alone; production refuses one that repeats
DATABASE_URL = "postgresql+psycopg://bench:bench@127.0.0.1:5432/bench"
GUNICORN = f"{BIN}/gunicorn -w 2 -k gthread --threads 8 --keep-alive 30 -b 127.0.0.1:$PORT"
PEERS = {
    "floor (wsgi+psycopg, granian)": (
        f"{BIN}/granian --interface wsgi --workers 2 --blocking-threads 4 --no-access-log --log-level critical "
        "--host 127.0.0.1 --port $PORT wsgi_limit:app"
    ),
    "plain Flask (gunicorn)": f"{GUNICORN} flask_plain:app",
    "flask-smorest (gunicorn)": f"{GUNICORN} flask_smorest_app:app",
    "DRF (gunicorn)": f"{GUNICORN} drf:app",
    "FastAPI (uvicorn)": (
        f"{BIN}/uvicorn fastapi_sync:app --workers 2 --port $PORT --log-level critical --no-access-log"
    ),
}
WORK = {
    "health": ("GET", "/health"),
    "one": ("GET", "/api/v1/users/4321"),
    "page": ("GET", "/api/v2/users?page=37&per_page=20"),
    "nested": ("GET", "/api/v1/posts/777"),
    "create": ("POST", "/api/v1/posts"),
}
LOGIN = {"email": "user1@example.com", "password": "Bench-password-1"}
BODY = {"title": "A new post", "body": "Lorem ipsum dolor sit amet. " * 8}
USER_FIELDS = {"id", "email", "name", "is_active", "created_at"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def call(port: int, method: str, path: str, token: str, body: object = None) -> tuple[int, Any]:
    """The status and the decoded JSON of one request."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        json.dumps(body).encode() if body else None,
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.status, json.load(response)


def log_in(port: int, fallback: str) -> str:
    """The server's own access token, or the fallback where it has no log-in."""
    try:
        token: str = call(port, "POST", "/api/auth/login", "", LOGIN)[1]["data"]["token"]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return fallback
    return token


def plain_token() -> str:
    """An access token for the servers that have no log-in."""
    now = int(time.time())
    claims = {"sub": "1", "iat": now, "nbf": now, "exp": now + 3600, "jti": "bench", "type": "access", "fresh": False}
    return jwt.encode(claims, SECRET, algorithm="HS256")


def is_one(data: Any) -> bool:
    """Whether this is user 4321."""
    return set(data) >= USER_FIELDS and data["email"] == "user4321@example.com"


def is_page(data: Any) -> bool:
    """Whether this is page 37 of all users, each with the profile, and the true total."""
    first = data["items"][0]
    counted = data["pagination"]["total"] == 10_000 and data["pagination"]["has_next"]
    return len(data["items"]) == 20 and first["id"] == 721 and first["profile"]["id"] == 721 and counted


def is_nested(data: Any) -> bool:
    """Whether this is post 777 with its author and its three comments."""
    return data["id"] == 777 and bool(data["author"]["email"]) and len(data["comments"]) == 3


def is_created(data: Any) -> bool:
    """Whether this is the post that was sent, stored."""
    return data["title"] == BODY["title"] and bool(data["id"])


CHECKS = {"one": is_one, "page": is_page, "nested": is_nested, "create": is_created}


def wrong(port: int, token: str) -> list[str]:
    """The endpoints that answer wrongly, with what they said."""
    faults = []
    for name, (method, path) in WORK.items():
        try:
            status, answer = call(port, method, path, token, BODY if method == "POST" else None)
            if name in CHECKS and not CHECKS[name](answer["data"]):
                faults.append(f"{name}: {status} {str(answer)[:200]}")
        except Exception as error:  # noqa: BLE001 - whatever an answer breaks on is the report
            faults.append(f"{name}: {error!r}")
    return faults


def wrk(  # noqa: PLR0913, PLR0917 - a request and how long to repeat it
    port: int, method: str, path: str, token: str, seconds: int, connections: int
) -> tuple[float, str, str | None]:
    """Requests per second, the 99th percentile as wrk writes it, and what went wrong, if anything did."""
    url = f"http://127.0.0.1:{port}{path}"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(f'wrk.method = "{method}"\n')
        if token:
            lua.write(f'wrk.headers["Authorization"] = "Bearer {token}"\n')
        lua.write('wrk.headers["Content-Type"] = "application/json"\n')
        if method == "POST":
            lua.write(f"wrk.body = {json.dumps(json.dumps(BODY))}\n")
        lua.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", lua.name, url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p99 = re.search(r"^\s+99%\s+([\d.]+\w+)", done.stdout, re.MULTILINE)
    if rate is None or p99 is None:
        sys.exit(f"wrk could not measure {url}: {done.stdout}{done.stderr}")
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout) or re.search(r"Socket errors: (.*)", done.stdout)
    return float(rate[1]), p99[1], bad and bad[0]


def start(command: str, env: dict[str, str]) -> tuple[int, "subprocess.Popen[bytes]"]:
    """The port that the server listens on, and its process, which leads a group of its own."""
    port = free_port()
    with tempfile.TemporaryFile() as log:  # a file: a pipe that nobody reads would stall a server that logs
        process = subprocess.Popen(
            command,
            shell=True,
            env=env | {"PORT": str(port)},
            cwd=HERE / "peers",
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
            except OSError:
                time.sleep(0.1)
            else:
                return port, process
        stop(process)
        log.seek(0)
        said = log.read().decode(errors="replace")[-2000:]
    sys.exit(f"did not listen within {START_SECONDS} s: {command}\n{said}")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends the whole group and waits for it, so that no server is timed beside a dying one."""
    for sign, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        end = time.monotonic() + patience
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
            while time.monotonic() < end:
                process.poll()
                os.killpg(process.pid, 0)
                time.sleep(0.05)
    process.poll()


def environment() -> dict[str, str]:
    """What every server is started with."""
    return os.environ | {
        "BENCH_SECRET": SECRET,
        "JWT_SECRET_KEY": SECRET,
        "PYTHONPATH": str(HERE / "peers"),
        "DATABASE_URL": os.environ.get("DATABASE_URL", DATABASE_URL),
    }


def measure(name: str, command: str, args: argparse.Namespace, *, check: bool) -> tuple[dict[str, float], bool]:
    """One server's requests per second for each kind of work, and whether all its answers were right.

    Args:
        name: What the server is called in messages.
        command: The shell command that starts it.
        args: How long and with how many connections.
        check: Whether to look at its answers before timing them.
    """
    rates = {}
    sound = True
    port, process = start(command, environment())
    try:
        token = log_in(port, plain_token())
        if check and (faults := wrong(port, token)):
            sound = False
            print(f"{name} answers wrongly: " + "; ".join(faults), file=sys.stderr)
        for work, (method, path) in WORK.items():
            wrk(port, method, path, token, WARM_UP_SECONDS, args.connections)
            rates[work], _, bad = wrk(port, method, path, token, args.seconds, args.connections)
            if bad:
                sound = False
                print(f"{name} {work}: {bad}", file=sys.stderr)
    finally:
        stop(process)
    return rates, sound


def arguments() -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--only", default="", help="a regular expression over server names")
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("servers", nargs="*", metavar="NAME=COMMAND")
    return parser.parse_args()


def main() -> None:
    """Measure every server asked for, print the table, and fail if a figure is not to be believed."""
    args = arguments()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not on PATH: apt-get install wrk")
    servers = PEERS | dict(server.split("=", 1) for server in args.servers)
    servers = {name: command for name, command in servers.items() if re.search(args.only, name)}
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
    spoiled = False
    for round_ in range(args.rounds):
        for name, command in servers.items():
            rates, sound = measure(name, command, args, check=round_ == 0)
            figures[name].append(rates)
            spoiled |= not sound
    table = {
        name: {work: statistics.median(rates[work] for rates in rounds) for work in WORK}
        for name, rounds in figures.items()
    }
    print(f"{'requests/s, median of ' + str(args.rounds):34}" + "".join(f"{work:>10}" for work in WORK))
    for name, row in table.items():
        print(f"{name:34}" + "".join(f"{row[work]:10.0f}" for work in WORK))
    if args.json:
        Path(args.json).write_text(json.dumps(table, indent=1))
    sys.exit("not comparable: wrong answers, see above" if spoiled else 0)


if __name__ == "__main__":
    main()
