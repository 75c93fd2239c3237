"""Runs in the project's interpreter: migrates, seeds and serves on a socket that it inherits.

`child.py SOCKET READY`: two numbers of open files. One line of JSON goes to READY when requests are answered.
"""

import ctypes
import json
import os
import signal
import sys
from typing import Any

__all__ = ["main"]

PR_SET_PDEATHSIG = 1
"""Linux's number for it, of `sys/prctl.h`."""


def main(socket: int, ready: int) -> None:
    """Serves until the process is ended."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    sys.path[0] = os.getcwd()
    from flask.cli import ScriptInfo, load_dotenv
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Silent(WSGIRequestHandler):
        """The application has a log of its own requests."""

        def log_request(self, *_: Any) -> None:
            """Write nothing."""

    load_dotenv()
    app = ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app()
    migrate(app)
    said = seed(app)
    # The address is that of the inherited socket; the server only names itself by it.
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent, fd=socket)
    with os.fdopen(ready, "w") as report:
        report.write(json.dumps({"app": app.name, "said": said, "routes": routes(app)}) + "\n")
    server.serve_forever()


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
