"""What a migration does while it runs: Alembic's operations, the SQL that reached the driver, the rows it touched."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

__all__ = ["Recorder", "told"]

READS = re.compile(
    r"^\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*|\(\s*)*"
    r"(SELECT|PRAGMA|SHOW|EXPLAIN|VALUES|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET)\b",
    re.IGNORECASE | re.DOTALL,
)
"""Statements that leave no trace; SET stays in its session."""

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
LONGEST = 4000
"""Characters of a statement or an error: a table of a hundred columns."""
MOST = 400
"""Operations and statements of one revision; a loop over data sends one for each row."""


class Recorder:
    """Listens while one revision runs, and to nothing else.

    Args:
        folder: The project's folder; files are told relative to it.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.file = ""
        self.record: dict[str, Any] | None = None
        self.depth = 0
        self.number = 0
        self.in_autocommit = False
        self.watcher: Any = None

    def install(self) -> None:
        """Begins to hear every operation of Alembic and every statement of SQLAlchemy."""
        from alembic.operations import Operations
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        owner = next(kind for kind in Operations.__mro__ if "invoke" in kind.__dict__)
        original = owner.invoke
        recorder = self

        def invoke(self: Any, operation: Any) -> Any:
            in_batch = type(self).__name__ == "BatchOperations"
            return recorder.operation(operation, lambda: original(self, operation), in_batch=in_batch)

        owner.invoke = invoke
        self.install_batches()
        self.install_autocommit()
        event.listen(Engine, "before_cursor_execute", self.before)
        event.listen(Engine, "after_cursor_execute", self.after)
        event.listen(Engine, "handle_error", self.failed)

    def install_batches(self) -> None:
        """Takes the statements of a batch, which run at its end, for those of its operations."""
        from alembic.operations.batch import BatchOperationsImpl

        original = BatchOperationsImpl.flush

        def flush(batch: Any) -> Any:
            self.depth += 1
            try:
                return original(batch)
            finally:
                self.depth -= 1

        BatchOperationsImpl.flush = flush

    def install_autocommit(self) -> None:
        """Learns where no transaction is open, since locks end with each statement there."""
        from contextlib import contextmanager

        from alembic.runtime.migration import MigrationContext

        original = MigrationContext.autocommit_block
        recorder = self

        @contextmanager
        def autocommit_block(self: Any) -> Any:
            with original(self):
                recorder.in_autocommit = True
                try:
                    yield
                finally:
                    recorder.in_autocommit = False

        MigrationContext.autocommit_block = autocommit_block

    def wrap(self, step: Any, record: dict[str, Any], path: str) -> Any:
        """The step, heard while it runs."""
        function = step.migration_fn

        def migration(**options: Any) -> Any:
            self.record, self.file, self.depth = record, path, 0
            record.update(ran=True, cut=False, operations=[], statements=[], errors=[], locks=[])
            try:
                return function(**options)
            finally:
                self.record = None

        step.migration_fn = migration
        return step

    def operation(self, operation: Any, work: Any, *, in_batch: bool) -> Any:
        """Notes one operation, and whether it failed."""
        record = self.record
        if record is None or self.depth or self.is_full(record, "operations"):
            return work()
        note = {**self.place(), "in_batch": in_batch, **described(operation)}
        record["operations"].append(note)
        self.depth += 1
        errors = len(record["errors"])
        try:
            return work()
        except BaseException as error:
            note["error"] = "{}: {}".format(type(error).__name__, str(error).splitlines()[0] if str(error) else "")
            if len(record["errors"]) == errors:  # else the statement has said it already, and better
                record["errors"].append({"error": note["error"], "statement": note["op"], "line": note["line"]})
            raise
        finally:
            self.depth -= 1

    def before(self, connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Lets the watcher of locks see how it was."""
        if self.record is not None and self.watcher is not None and not READS.match(statement):
            self.watcher.before(connection)

    def after(self, connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        """Notes one statement that was run."""
        record = self.record
        if record is None or READS.match(statement) or self.is_full(record, "statements"):
            return
        rows = cursor.rowcount if isinstance(getattr(cursor, "rowcount", None), int) else -1
        note = {"sql": statement.strip()[:LONGEST], "rows": rows, **self.place(), "of_operation": self.depth > 0}
        if parameters:
            note["parameters"] = repr(parameters)[:LONGEST]
        record["statements"].append(note)
        if self.watcher is not None:
            record["locks"].extend({**lock, "line": note["line"]} for lock in self.watcher.after(connection, statement))

    def failed(self, context: Any) -> None:
        """Notes one statement that failed, even if the migration goes on as if it had not."""
        if self.record is None:
            return
        error = context.original_exception
        self.record["errors"].append(
            {
                "error": "{}: {}".format(type(error).__name__, " ".join(str(error).split())[:LONGEST]),
                "statement": (context.statement or "").strip()[:LONGEST],
                "line": self.line(),
            }
        )

    def is_full(self, record: dict[str, Any], what: str) -> bool:
        """Whether enough was noted; the record then says that it is not the whole."""
        record["cut"] = record["cut"] or len(record[what]) > MOST
        return len(record[what]) > MOST

    def place(self) -> dict[str, Any]:
        """When and where the project calls: the line of the revision's file, and each of the project on the stack."""
        self.number += 1
        return {
            "number": self.number,
            "line": self.line(),
            "calls": self.calls(),
            "in_autocommit": self.in_autocommit,
        }

    def calls(self) -> list[list[Any]]:
        """File and line of every function of the project that is being run, the innermost first."""
        found = []
        frame: Any = sys._getframe(1)
        while frame is not None:
            path = frame.f_code.co_filename
            if path.startswith(self.folder + os.sep) and "site-packages" not in path:
                found.append([os.path.relpath(path, self.folder).replace(os.sep, "/"), int(frame.f_lineno)])
            frame = frame.f_back
        return found

    def line(self) -> int:
        """The line of the revision's file that is being run; 0 where it is not on the stack."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.file:
                return int(frame.f_lineno)
            frame = frame.f_back
        return 0


def told(error: BaseException, folder: str) -> dict[str, Any]:
    """An error as JSON: its type, its first line, the statement, and the last line of the project that was reached."""
    original = getattr(error, "orig", None) or error
    where = ""
    trace = error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if path.startswith(folder + os.sep) and "site-packages" not in path:
            where = "{}:{}".format(os.path.relpath(path, folder), trace.tb_lineno)
        trace = trace.tb_next
    return {
        "type": type(original).__name__,
        "message": ADDRESS.sub("", " ".join(str(original).split()))[:LONGEST],
        "statement": " ".join(str(getattr(error, "statement", None) or "").split())[:LONGEST],
        "where": where,
    }


def described(operation: Any) -> dict[str, Any]:
    """An operation of Alembic as JSON."""
    names = (
        "table_name",
        "schema",
        "column_name",
        "constraint_name",
        "constraint_type",
        "index_name",
        "new_table_name",
        "referent_table",
        "nullable",
        "unique",
        "columns",
        "local_cols",
        "remote_cols",
        "condition",
    )
    note: dict[str, Any] = {"op": type(operation).__name__}
    for name in names:
        value = getattr(operation, name, None)
        if value is not None:
            note[name] = [text_of(each) for each in value] if isinstance(value, (list, tuple)) else text_of(value)
    if getattr(operation, "source_table", None) is not None:
        note["table_name"] = str(operation.source_table)
    note.update(alterations(operation))
    if hasattr(operation, "column"):
        note["column"] = column(operation.column)
    if note["op"] == "CreateTableOp":
        note["columns"] = [column(each) for each in operation.columns if hasattr(each, "nullable")]
    if hasattr(operation, "sqltext"):
        note["sql"] = str(operation.sqltext)[:LONGEST]
    if hasattr(operation, "rows"):
        note["table_name"] = str(operation.table.name)
        note["rows"] = len(operation.rows)
    options = getattr(operation, "kw", None)
    if isinstance(options, dict):
        note["options"] = {str(key): text_of(value) for key, value in options.items()}
    return note


def enum_of(given: Any) -> dict[str, Any]:
    """What an enum holds, and whether it is a type of its own that CREATE TABLE makes; nothing of another type."""
    if not getattr(given, "enums", None):
        return {}
    return {
        "enum": list(given.enums),
        "enum_name": getattr(given, "name", None),
        "enum_native": bool(getattr(given, "native_enum", True)),
        "enum_creates": bool(getattr(given, "create_type", True)),
    }


def alterations(operation: Any) -> dict[str, Any]:
    """What an AlterColumnOp changes."""
    note: dict[str, Any] = {}
    for name in ("modify_nullable", "modify_type", "existing_type", "existing_nullable"):
        value = getattr(operation, name, None)
        if value is not None:
            note[name] = value if isinstance(value, bool) else type_of(value)
            note.update({name + "_" + key: each for key, each in enum_of(value).items()})
    if getattr(operation, "modify_name", None):
        note["modify_name"] = str(operation.modify_name)
    default = getattr(operation, "modify_server_default", False)
    if default is not False:
        note["modify_server_default"] = None if default is None else default_of(default)
    return note


def column(given: Any) -> dict[str, Any]:
    """A column as JSON."""
    return {
        "name": str(given.name),
        "type": type_of(given.type),
        "nullable": bool(given.nullable),
        "primary_key": bool(given.primary_key),
        "server_default": None if given.server_default is None else default_of(given.server_default),
        "default": None if given.default is None else str(getattr(given.default, "arg", given.default)),
        "references": next((str(key.target_fullname) for key in given.foreign_keys), None),
        "unique": bool(given.unique),
        "index": bool(given.index),
        "computed": getattr(given, "computed", None) is not None,
        **enum_of(given.type),
    }


def type_of(given: Any) -> str:
    """A type as SQL; its name where it needs to know the database."""
    try:
        return str(given).upper()
    except Exception:
        return type(given).__name__.upper()


def default_of(default: Any) -> str:
    """A server default as SQL: a text is a literal there."""
    value = getattr(default, "arg", default)
    return "'{}'".format(value.replace("'", "''")) if isinstance(value, str) else str(value)


def text_of(value: Any) -> Any:
    """A value as JSON takes it."""
    return value if isinstance(value, (bool, int, float, str)) else str(value)
