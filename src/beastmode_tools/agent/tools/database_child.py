"""Runs in the project's interpreter: the state of the development database, and queries that only read.

`database_child.py QUESTION ANSWER`: two files of JSON. The question is `{"sql", "rows", "seconds"}`; without "sql" the
answer is the revisions that the database has, and those that it lacks.
"""

import base64
import json
import os
import re
import resource
import sys
import time
from typing import Any

__all__ = ["main"]

MEMORY = 1024 * 1024 * 1024
"""Bytes that this process may take: an application and its driver need a third of it, and a row of a gigabyte is
refused instead of filling the machine."""
MOST_CELL = 4000
"""Characters of a value that are shown; what is longer is cut, since it would push other rows out of the answer."""
MOST_LENGTH = 10_000_000
"""Bytes of one value in SQLite: more is refused by the engine before it is made."""
STEPS = 10_000
"""Instructions of SQLite between two looks at the clock: a fraction of a millisecond."""
READ_ROLE = "pg_read_all_data"
"""PostgreSQL's own role that reads tables and may do nothing else."""
TELLING = ("password", "secret", "token", "hash", "api_key", "credential", "private")
"""Words in the name of a column whose values are shown to nobody."""
PRAGMAS = (
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "foreign_key_list",
    "foreign_key_check",
)
"""Pragmas that describe the schema, and change nothing when they are called with an argument."""

REACHING = re.compile(
    r"set_config|_to_xml|ts_stat|ts_rewrite|dblink|crosstab|connectby|pg_(?:terminate|cancel)_backend|u&", re.IGNORECASE
)
"""Functions that a cursor and a role do not hold: they change the role back, run a text as SQL, or end connections of
others. A statement that a cursor takes has to name them; `U&` is how a name can be spelt otherwise."""


def main(question: str, answer: str) -> None:
    """Answers the question."""
    sys.path[0] = os.getcwd()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with open(question, encoding="utf-8") as file:
        asked = json.load(file)
    from flask.cli import ScriptInfo, load_dotenv

    load_dotenv()
    app = ScriptInfo(app_import_path=os.environ.get("FLASK_APP") or asked.get("app")).load_app()
    with app.app_context():
        try:
            found = answered(app, asked)
        except Exception as error:  # noqa: BLE001 - whatever a driver raises is the answer
            found = {"refused": f"the database refused: {first_line(error)}"}
    with open(answer, "w", encoding="utf-8") as file:
        json.dump(found, file, default=str)


def first_line(error: BaseException) -> str:
    """The first line of an error, without its SQL."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__


def answered(app: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer."""
    settings = app.extensions.get("beastmode.settings")
    if os.environ.get("ENVIRONMENT") == "production" or (settings is not None and settings.is_production):
        return {"refused": "the environment is production, and only a development database is asked."}
    engine = engine_of(app)
    if engine is None:
        return {"refused": "the application has no database that Flask-Migrate or Flask-SQLAlchemy knows."}
    if engine.dialect.name == "sqlite" and not os.path.exists(engine.url.database or ""):
        return {"refused": "the development database does not exist yet. `beast dev` or `flask db upgrade` creates it."}
    if "sql" not in asked:
        return revisions(app, engine)
    ask = {"sqlite": ask_sqlite, "postgresql": ask_postgres}.get(engine.dialect.name)
    if ask is None:
        return {
            "refused": f"only SQLite and PostgreSQL can hold a query to reading, and this is {engine.dialect.name}."
        }
    names, rows, is_complete = ask(engine, asked["sql"], asked["rows"], asked["seconds"])
    return {"columns": names, "rows": [shown(names, row) for row in rows], "is_complete": is_complete}


def engine_of(app: Any) -> Any:
    """The engine of the application."""
    known = app.extensions.get("migrate")
    database = known.db if known is not None else app.extensions.get("sqlalchemy")
    return getattr(database, "engine", None)


def revisions(app: Any, engine: Any) -> dict[str, Any]:
    """The newest revisions that the database has, and those that are not applied, oldest first."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    known = app.extensions.get("migrate")
    if known is None:
        return {"applied": [], "pending": []}
    scripts = ScriptDirectory(os.path.abspath(known.directory))
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    has = {each.revision for each in scripts.iterate_revisions(heads, "base")} if heads else set()
    every = [each for each in scripts.walk_revisions() if each.revision not in has]
    return {
        "applied": sorted(heads),
        "pending": [{"revision": each.revision, "says": each.doc} for each in reversed(every)],
    }


def ask_sqlite(engine: Any, sql: str, most: int, seconds: float) -> tuple[list[str], list[Any], bool]:
    """The rows of one statement, from a connection of its own that can only read."""
    import sqlite3

    until = time.monotonic() + seconds
    place = "file:{}?mode=ro".format(os.path.abspath(engine.url.database).replace("?", "%3f").replace("#", "%23"))
    connection = sqlite3.connect(place, uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        if hasattr(connection, "setlimit"):
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_LENGTH)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_authorizer(may)
        connection.set_progress_handler(lambda: int(time.monotonic() > until), STEPS)
        cursor = connection.execute(sql)
        names = [each[0] for each in cursor.description or ()]
        rows = cursor.fetchmany(most + 1)
    finally:
        connection.close()  # the transaction ends with it, and nothing is kept
    return names, rows[:most], len(rows) <= most


def may(action: int, first: Any, second: Any, database: Any, trigger: Any) -> int:  # noqa: ARG001 - SQLite calls it so
    """Whether a statement may do this: read, and nothing else."""
    import sqlite3

    if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if second in ("load_extension", "fts3_tokenizer") else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first in PRAGMAS and second is not None:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def ask_postgres(engine: Any, sql: str, most: int, seconds: float) -> tuple[list[str], list[Any], bool]:
    """The rows of one statement, from a connection of its own, by a cursor in a transaction that can only read.

    A cursor is declared for one SELECT: PostgreSQL refuses everything else in its place, and the extended protocol
    refuses a second statement. A superuser takes a role that reads tables first, since COPY, lo_export and functions
    on the server's files are not held by a transaction.
    """
    if found := REACHING.search(sql):
        raise PermissionError(f"{found[0]} is not called by a query that reads rows")
    try:
        import psycopg
    except ImportError:
        raise RuntimeError("the project has no psycopg 3, whose protocol takes one statement at a time") from None

    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, connect_timeout=5, application_name="beast query") as connection:
        connection.read_only = True
        connection.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
        connection.execute("SELECT set_config('lock_timeout', '1000', true)")
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper").fetchone():
            connection.execute(f"SET LOCAL ROLE {READ_ROLE}")
        with connection.cursor(name="beast") as cursor:
            cursor.itersize = most + 1
            cursor.execute(sql)
            rows = cursor.fetchmany(most + 1)
            names = [each.name for each in cursor.description or ()]
        connection.rollback()
    return names, rows[:most], len(rows) <= most


def shown(names: list[str], row: Any) -> list[Any]:
    """A row as JSON; what is secret by the name of its column is masked, and what is long is cut."""
    return [
        "***" if value is not None and any(word in name.lower() for word in TELLING) else as_json(value)
        for name, value in zip(names, row, strict=True)
    ]


def as_json(value: Any) -> Any:
    """A value that JSON has."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = base64.b64encode(value[:MOST_CELL]).decode() if isinstance(value, (bytes, memoryview)) else str(value)
    return text if len(text) <= MOST_CELL else f"{text[:MOST_CELL]}... ({len(text)} characters)"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
