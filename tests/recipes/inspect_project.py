"""Starts projects and runs their migrations, each in a fork of this process, which has imported what they share.

Lines of standard input: a folder, the revision of before the change, and the address of an empty database, or "-" for
none. For each a line of JSON: the documents of the API; the schema and the rows before the change, after it, after the
way back, and after the second time.
"""

import json
import os
import sys
import traceback
from pathlib import Path

import flask_migrate
import psycopg
from sqlalchemy import create_engine, inspect, text

import beastmode.cache
import beastmode.jobs
import beastmode.limits
import beastmode.mail
import beastmode.uploads

SHARED = (beastmode.cache, beastmode.jobs, beastmode.limits, beastmode.mail, beastmode.uploads, psycopg)
TABLES = ("users", "tags", "products")
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
ROWS = (
    "INSERT INTO users (email, name) VALUES ('ada@example.com', 'Ada')",
    "INSERT INTO tags (name) VALUES ('first'), ('second')",
    "INSERT INTO products (name, price, label, note) VALUES ('first', 1.5, 'a', 'b'), ('second', 2, NULL, NULL)",
)


def main():
    for line in sys.stdin:
        folder, revision, url = line.split()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            told = answer(Path(folder), revision, url)
            with os.fdopen(writing, "w") as out:
                json.dump(told, out, default=str)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as given:
            sys.stdout.write(given.read() + "\n")
        sys.stdout.flush()
        os.waitpid(child, 0)


def answer(folder, revision, url):
    """What became of the project; a traceback if it cannot be said."""
    try:
        os.chdir(folder)
        database = "sqlite://" if url == "-" else url
        os.environ |= {"ENVIRONMENT": "development", "DATABASE_URL": database, "LOG_LEVEL": "ERROR"}
        sys.path.insert(0, str(folder))
        os.dup2(2, 1)
        return looked_at(revision, url)
    except (Exception, SystemExit):  # noqa: BLE001 - whatever it is, the test shows it
        return {"problem": traceback.format_exc()[-3000:]}


def looked_at(revision, url):
    """The documents, and what the migrations do to a database with rows."""
    from shop import create_app

    app = create_app()
    documents = {name: each.content() for name, each in app.extensions["beastmode.documents"].items()}
    if url == "-":
        return {"documents": documents}
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with app.app_context():
        flask_migrate.upgrade(revision=revision)
        fill(engine)
        before = state(engine)
        flask_migrate.upgrade()
        after = state(engine)
        flask_migrate.check()
        flask_migrate.downgrade(revision=revision)
        down = state(engine)
        flask_migrate.upgrade()
    return {"documents": documents, "before": before, "after": after, "down": down, "again": state(engine)}


def fill(engine):
    """Stores rows, some of them without a value where that is allowed."""
    with engine.begin() as connection:
        for statement in ROWS:
            connection.execute(text(statement))


def state(engine):
    """The schema and the rows."""
    with engine.connect() as connection:
        found = inspect(connection)
        schema = {table: described(found, table) for table in sorted(found.get_table_names())}
        rows = {
            table: [dict(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).mappings()]
            for table in TABLES
        }
        triggers = sorted(connection.scalars(text(TRIGGERS[engine.dialect.name])))
    engine.dispose()
    return {"schema": schema, "triggers": triggers, "rows": rows}


def described(found, table):
    """A table's columns, keys and indexes, in an order that does not depend on when they were added."""
    columns = [
        [each["name"], str(each["type"]), each["nullable"], each["default"]] for each in found.get_columns(table)
    ]
    indexes = [[each["name"], each["column_names"], bool(each["unique"])] for each in found.get_indexes(table)]
    keys = [[each["constrained_columns"], each["referred_table"]] for each in found.get_foreign_keys(table)]
    return {"columns": sorted(columns), "indexes": sorted(indexes, key=str), "keys": sorted(keys)}


main()
