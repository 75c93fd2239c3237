"""Runs in the project's interpreter: migrates, seeds and serves on a socket that it inherits.

`child.py SOCKET READY`: two numbers of open files. One line of JSON goes to READY when requests are answered.
"""

import ctypes
import json
import os
import signal
import sys
import threading
import time
from typing import Any

__all__ = ["main"]

ARRIVAL = 0.2
"""Seconds in which the request of a new connection arrives; a browser also opens connections that it does not use."""
TICK = 0.02  # seconds, in which a person does not notice a wait
PR_SET_PDEATHSIG = 1
"""Linux's number for it, of `sys/prctl.h`."""


def main(socket: int, ready: int) -> None:
    """Serves until the process is ended."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    sys.path[0] = os.getcwd()
    from flask.cli import ScriptInfo, load_dotenv
    from werkzeug.serving import make_server

    load_dotenv()
    app = ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app()
    migrate(app)
    said = seed(app)
    answering: set[Any] = set()
    # The address is that of the inherited socket; the server only names itself by it.
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=handler(answering), fd=socket)
    with os.fdopen(ready, "w") as report:
        report.write(json.dumps({"app": app.name, "said": said, "routes": routes(app)}) + "\n")
    serve(server, answering)


def handler(answering: set[Any]) -> Any:
    """A request handler that writes no log, as the application has one, and notes which requests are being answered."""
    from werkzeug.serving import WSGIRequestHandler

    class Handler(WSGIRequestHandler):
        """Answers one connection."""

        def log_request(self, *_: Any) -> None:
            """Write nothing."""

        def handle(self) -> None:
            """Answer the connection's request, and be known meanwhile."""
            self.since = time.monotonic()
            answering.add(self)
            try:
                super().handle()
            finally:
                answering.discard(self)

        def run_wsgi(self) -> None:
            """Answer a request that has arrived."""
            self.since = 0.0
            super().run_wsgi()

    return Handler


def serve(server: Any, answering: set[Any]) -> None:
    """Serves until SIGTERM; whatever has arrived by then is answered, and later requests wait for the next start."""
    # From another thread: `shutdown` waits for the loop that this signal has interrupted.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=TICK)
    time.sleep(TICK)  # the thread of the last connection may not have begun
    while any(not each.since or time.monotonic() - each.since < ARRIVAL for each in list(answering)):
        time.sleep(TICK)
    sys.stdout.flush()
    os._exit(0)  # threads of the application, such as that of its jobs, have no end of their own


def migrate(app: Any) -> None:
    """Brings the database to the newest revision, if the project has migrations."""
    if "migrate" in app.extensions and os.path.isdir(app.extensions["migrate"].directory):
        import logging

        from flask_migrate import upgrade
        from sqlalchemy.exc import OperationalError

        logging.getLogger("alembic.runtime.migration").addFilter(told_shortly)
        try:
            with app.app_context():
                refuse_unknown_revision(app)
                upgrade()
        except OperationalError as error:
            if error.statement is not None:  # a migration failed, and the traceback says where
                raise
            raise SystemExit(
                f"The database does not answer: {error.orig}\nStart or create it, or change DATABASE_URL in .env."
            ) from None


def told_shortly(record: Any) -> bool:
    """Says in a few words which migration runs; of Alembic's own records only warnings are left."""
    message = record.getMessage()
    if message.startswith("Running upgrade "):
        print(f"Migrated: {message.partition(', ')[2] or message}", flush=True)  # noqa: T201 - for a person
    return bool(record.levelno > 20)  # logging.INFO, which this process may not have imported


def refuse_unknown_revision(app: Any) -> None:
    """Ends with what to do where the database is ahead of the files, as after a change of the branch."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    known = app.extensions["migrate"]
    declared = ScriptDirectory.from_config(known.migrate.get_config(known.directory)).walk_revisions()
    scripts = {each.revision for each in declared}
    with known.db.engine.connect() as connection:
        strange = set(MigrationContext.configure(connection).get_current_heads()) - scripts
    if strange:
        raise SystemExit(
            f"The database has revision {', '.join(sorted(strange))}, which no file in "
            f"{os.path.relpath(known.directory)}/ declares. Change back to the "
            "branch that has it, and take it back there: beast undo, or flask db downgrade."
        )


def seed(app: Any) -> str:
    """What the project's command `seed` says, if there is one."""
    if "seed" not in app.cli.commands:
        return ""
    done = app.test_cli_runner().invoke(args=["seed"])
    if done.exit_code:
        raise SystemExit(f"flask seed failed:\n{done.output}{done.exception or ''}")
    return str(done.output)


def routes(app: Any) -> list[str]:
    """The paths that answer GET without an argument."""
    return [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
