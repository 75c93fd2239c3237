"""Runs the project's migrations on the scratch database, one command after the other in one process.

The request's "commands" are objects with "do", one of the functions of `Commands`; the answer's "results" are as many
objects, each with what was found and "seconds", or with "error". After an error the commands of the same "group" are
skipped.
"""

from __future__ import annotations

import ast
import logging
import time
from typing import Any

from ..start import models, settings
from .drift import drift
from .env import Environment, Steps
from .locks import LockWatcher
from .prints import prints
from .recording import Recorder, told
from .rows import Wanted, fill, hints_of
from .schema import quoted, rows, schema, tables

__all__ = ["answer"]


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What every command found."""
    commands = Commands(request)
    results: list[dict[str, Any]] = []
    failed = set()
    for command in request["commands"]:
        if command.get("group") in failed:
            results.append({"skipped": True})
            continue
        begin = time.monotonic()
        try:
            result = getattr(commands, "do_" + command["do"])(command)
        except BaseException as error:
            if settings.missing(error):
                raise  # so that the probe starts again with them
            logging.getLogger(__name__).exception("%s", command)
            result = {"error": told(error, request["folder"])}
        if ("error" in result or result.get("in_doubt")) and "group" in command:
            failed.add(command["group"])
        results.append({**result, "seconds": round(time.monotonic() - begin, 3)})
    return {"results": results, "order": commands.order()}


class Commands:
    """What can be asked of the migrations."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.environment = Environment(request)
        self.recorder = Recorder(request["folder"])
        self.recorder.install()
        hurry()
        self.hints: dict[str, dict[str, Any]] | None = None
        self.columns: dict[str, str] = {}

    def order(self) -> list[str]:
        """Every revision, each after those that it needs; none where the history is in no order."""
        try:
            return self.environment.in_order()
        except Exception:
            logging.getLogger(__name__).exception("the history")
            return []

    def do_upgrade(self, command: dict[str, Any]) -> dict[str, Any]:
        """Everything up to "to", or in order "through" or "before" a revision; what it does is not noted."""
        return self.recorded(lambda heads, _context: Steps(self.environment.steps(heads, command)), [])

    def do_trip(self, command: dict[str, Any]) -> dict[str, Any]:
        """One revision up, down and up again, with rows in the tables and a look in between.

        "in_doubt": the database is neither before nor behind the revision; nothing more can be learned from it.
        """
        revision = command["revision"]
        result: dict[str, Any] = {"fill": self.do_fill(command), "before": self.do_look(command)}
        result["up"] = self.step(revision, up=True, locks=True)
        if "error" in result["up"]:
            return {**result, "in_doubt": True}
        result["after"] = self.do_look(command)
        result["down"] = self.step(revision, up=False)
        result["back"] = self.do_look(command)
        if "error" in result["down"]:
            return {**result, "in_doubt": result["back"] != result["after"]}
        ran = result["down"]["ran"][0]
        if not ran["statements"] and result["back"]["schema"] == result["after"]["schema"]:
            self.step(revision, up=True, runs=False)  # nothing was undone, so only Alembic's own mark has to go up
            return result
        result["again"] = self.step(revision, up=True)
        if "error" in result["again"]:
            return {**result, "in_doubt": True}
        result["final"] = self.do_schema(command)
        return result

    def step(self, revision: str, *, up: bool, locks: bool = False, runs: bool = True) -> dict[str, Any]:
        """One revision up or down; on PostgreSQL with the locks that its statements took, on request."""
        records = [self.record_of(revision, up=up)]
        self.recorder.watcher = LockWatcher() if locks else None

        def work(_heads: Any, _context: Any) -> Steps:
            step = self.environment.step(revision, up=up)
            if not runs:
                step.migration_fn = lambda **_options: None
            return Steps([self.recorder.wrap(step, records[0], self.environment.path(revision))])

        return self.recorded(work, records)

    def recorded(self, work: Any, records: list[dict[str, Any]]) -> dict[str, Any]:
        """The records of what ran, and the error that ended it; raises what kept env.py from coming to the work."""
        reached = []

        def begun(heads: Any, context: Any) -> Any:
            reached.append(True)
            return work(heads, context)

        try:
            self.environment.run(begun)
        except BaseException as error:
            if not reached or (settings.missing(error) and not any(record["statements"] for record in records)):
                raise
            return {"ran": records, "error": told(error, self.request["folder"])}
        finally:
            self.recorder.watcher = None
        return {"ran": records}

    def record_of(self, revision: str, *, up: bool) -> dict[str, Any]:
        """An empty record of one revision."""
        path = self.environment.path(revision)
        name = "upgrade" if up else "downgrade"
        return {"revision": revision, "path": path, "direction": name, "body": body(path, name)}

    def do_create(self, command: dict[str, Any]) -> dict[str, Any]:
        """Everything that the models say, and the stamp of the revision "to"."""

        def work(heads: Any, context: Any) -> Steps:
            metadata = context.opts.get("target_metadata")
            if metadata is None:
                raise RuntimeError("env.py gives Alembic no target_metadata, so the models cannot make the tables")
            for one in metadata if isinstance(metadata, (list, tuple)) else [metadata]:
                one.create_all(context.connection)
            for one in models.mapped_metadatas():  # what packages bring along; those tables that there are stay
                one.create_all(context.connection)
            committed(context.connection)
            return Steps(self.environment.script._stamp_revs(command["to"], heads))

        self.environment.load_models()
        self.environment.run(work)
        return {}

    def do_clear(self, _command: dict[str, Any]) -> dict[str, Any]:
        """Everything out of the scratch database."""

        def work(_heads: Any, context: Any) -> None:
            connection = context.connection
            cursor = connection.connection.cursor()
            for statement in clearing(connection):
                cursor.execute(statement)
            cursor.close()
            committed(connection)

        self.environment.run(work)
        return {}

    def do_schema(self, _command: dict[str, Any]) -> dict[str, Any]:
        """The schema as flat text: {"schema": {...}, "heads": [...]}."""
        return self.looked(lambda heads, context: {"heads": list(heads), "schema": self.schema(context)})

    def do_rows(self, _command: dict[str, Any]) -> dict[str, Any]:
        """What stands in every row: {"rows": {...}}."""
        return self.looked(lambda _heads, context: {"rows": prints(context.connection, self.environment.version_table)})

    def do_look(self, _command: dict[str, Any]) -> dict[str, Any]:
        """The schema and the rows, seen in one transaction."""

        def work(heads: Any, context: Any) -> dict[str, Any]:
            rows = prints(context.connection, self.environment.version_table)
            return {"heads": list(heads), "schema": self.schema(context), "rows": rows}

        return self.looked(work)

    def do_drift(self, _command: dict[str, Any]) -> dict[str, Any]:
        """Where the models and the schema differ: {"drift": [...]}."""
        return self.looked(lambda _heads, context: {"drift": drift(context, context.opts.get("target_metadata"))})

    def do_fill(self, command: dict[str, Any]) -> dict[str, Any]:
        """Rows for every table: {"filled": {...}, "refused": {...}}."""

        def work(_heads: Any, context: Any) -> dict[str, Any]:
            if self.hints is None:
                self.hints = hints_of(context.opts.get("target_metadata"))
            table = self.environment.version_table
            wanted = Wanted(int(command.get("rows", 5)), self.request.get("named") or {})
            return fill(context.connection, table, self.hints, wanted)

        return self.looked(work)

    def do_seed(self, command: dict[str, Any]) -> dict[str, Any]:
        """What the project's own function `module:function` puts in; it gets the connection."""
        from importlib import import_module

        module, _, name = str(command["function"]).partition(":")

        def work(_heads: Any, context: Any) -> None:
            getattr(import_module(module), name)(context.connection)
            committed(context.connection)

        self.environment.run(work)
        return {}

    def schema(self, context: Any) -> dict[str, str]:
        """The schema as flat text."""
        return schema(context.connection, self.environment.version_table)

    def looked(self, work: Any) -> dict[str, Any]:
        """What was seen."""
        found: dict[str, Any] = self.environment.run(work)
        return found


def hurry() -> None:
    """Lets SQLite not wait for the disk: what is written is thrown away, whatever happens to the machine."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def connected(connection: Any, _record: Any) -> None:
        if "sqlite" in type(connection).__module__.lower():
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.close()

    event.listen(Engine, "connect", connected)


def committed(connection: Any) -> None:
    """Keeps what was done: env.py begins no transaction on SQLite, where Alembic does so for each revision."""
    connection.connection.commit()


def clearing(connection: Any) -> list[str]:
    """The statements that empty the scratch database."""
    if connection.dialect.name == "sqlite":
        views = rows(connection, "SELECT name FROM sqlite_master WHERE type = 'view'")
        drops = ["DROP VIEW {}".format(quoted(row[0])) for row in views]
        return drops + ["DROP TABLE {}".format(quoted(name)) for _schema, name in tables(connection)]
    owned = "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
    schemas = [row[0] for row in rows(connection, owned)]
    return ["DROP SCHEMA {} CASCADE".format(quoted(name)) for name in schemas] + ["CREATE SCHEMA public"]


def body(path: str, name: str) -> str:
    """What a revision's function consists of: "missing", "empty", "raises" (and nothing else), or "some"."""
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    function = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name), None)
    if function is None:
        return "missing"
    rest = [node for node in function.body if not is_nothing(node)]
    if not rest:
        return "empty"
    return "raises" if isinstance(rest[0], ast.Raise) else "some"


def is_nothing(node: ast.stmt) -> bool:
    """Whether a statement does nothing: a docstring, `pass`, `...`, `return`."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Return) and node.value is None)
