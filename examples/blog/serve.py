"""`make run`: the blog on SQLite in var/, migrated, seeded and served, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent
DATABASE = HOME.parent.parent / "var" / "blog.db"
HOST = "127.0.0.1"
FLASK = [sys.executable, "-m", "flask", "--app", "blog"]
START_SECONDS = 60

WELCOME = """
The blog is at {url}

  docs     {url}/docs
  inbox    {url}/dev/inbox, the mails that it sends
  account  {email}, password {password}

Log in and store the token, list the users, create a post:

  TOKEN=$(curl -s {url}/api/auth/login -H 'Content-Type: application/json' -d '{login}' \
| sed -n 's/.*"token":"\\([^"]*\\)".*/\\1/p')
  curl -s {url}/api/v2/users -H "Authorization: Bearer $TOKEN"
  curl -s {url}/api/v1/posts -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{post}'

The database is {database}; delete it to start over.
"""


def main() -> int:
    """Prepare, serve, and exit as the server exits."""
    port = int(os.environ.get("PORT") or 8000)
    refuse_busy_port(port)
    DATABASE.parent.mkdir(exist_ok=True)
    os.environ |= {"ENVIRONMENT": "development", "DATABASE_URL": f"sqlite:///{DATABASE}"}
    os.environ.setdefault("UPLOAD_FOLDER", str(DATABASE.with_name("uploads")))
    os.chdir(HOME)
    prepare()
    return serve(port)


def prepare() -> None:
    """Migrate the database and add the rows to look at, as `flask db upgrade` and `flask seed` do."""
    import click  # noqa: PLC0415 - a busy port is said before anything is imported
    from flask_migrate import upgrade  # noqa: PLC0415 - as above

    from blog import create_app  # noqa: PLC0415 - as above
    from blog.seed import seed  # noqa: PLC0415 - as above

    with create_app().app_context():
        print("Migrating the database", flush=True)
        upgrade()
        print("Adding example data", flush=True)
        try:
            seed.main([], standalone_mode=False)
        except click.Abort:  # what click makes of Ctrl-C
            raise KeyboardInterrupt from None


def refuse_busy_port(port: int) -> None:
    """End with one line where somebody listens already."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        sys.exit(
            f"port {port} is already in use on {HOST}. Stop the process that uses it, or choose another port: PORT=8001"
        )


def serve(port: int) -> int:
    """Serve until a signal, and say once it answers what there is to see."""
    # Ctrl-C reaches every process of the terminal; the server shall hear of it from here alone.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    server = subprocess.Popen([*FLASK, "beastmode", "serve", "--port", str(port), "--workers", "1"])
    stopped = []

    def stop(*_: Any) -> None:
        stopped.append(True)
        server.terminate()

    # A terminal that is closed sends SIGHUP, which granian would take for an order to restart its workers.
    for order in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(order, stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if answers_in_time(server, port):
        print(welcome(port), flush=True)
    ended = server.wait()
    print("Stopped.", flush=True)
    return 0 if stopped else ended


def answers_in_time(server: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the server responds before it exits."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/health", timeout=START_SECONDS).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def welcome(port: int) -> str:
    """Where the docs are, whose account there is, and three lines to paste."""
    from blog.seed import EMAIL, PASSWORD  # noqa: PLC0415 - as above

    return WELCOME.format(
        url=f"http://{HOST}:{port}",
        email=EMAIL,
        password=PASSWORD,
        login=f'{{"email": "{EMAIL}", "password": "{PASSWORD}"}}',
        post='{"title": "Hello", "body": "Written with curl."}',
        database=DATABASE,
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before it served
        print("Stopped.")
