"""Lets an application that reads its database while it starts do so, on tables of its models."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing, contextmanager
from typing import Any, Iterator

from ..call.database import SqliteRestorable
from ..start import models

__all__ = ["emptied", "tables_at_first_use"]

KEPT = "beast_aside"
PATIENCE = 10
"""Seconds to wait for the application's own connections to let go of the tables."""


@contextmanager
def emptied(url: str) -> Iterator[None]:
    """Takes what the scratch database holds away, and brings it back at the end."""
    if url.startswith("sqlite"):
        path = url.split("///", 1)[1].split("?", 1)[0]
        held = SqliteRestorable(path)
        with closing(sqlite3.connect(":memory:")) as nothing, closing(sqlite3.connect(path)) as target:
            nothing.backup(target)
        try:
            yield
        finally:
            held.restore()
        return
    from sqlalchemy import create_engine

    engine = create_engine(url)
    run(engine, 'ALTER SCHEMA public RENAME TO "{}"'.format(KEPT), "CREATE SCHEMA public")
    try:
        yield
    finally:
        run(engine, "DROP SCHEMA public CASCADE", 'ALTER SCHEMA "{}" RENAME TO public'.format(KEPT))
        engine.dispose()


def run(engine: Any, *statements: str) -> None:
    """Runs the statements in one transaction."""
    with engine.begin() as connection:
        for statement in ("SET LOCAL lock_timeout = '{}s'".format(PATIENCE), *statements):
            connection.exec_driver_sql(statement)


@contextmanager
def tables_at_first_use() -> Iterator[None]:
    """Makes the tables of every model that is known when the application first connects."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    done: list[Any] = []

    def connected(connection: Any, *_rest: Any) -> None:
        if done:
            return
        done.append(connection)
        for metadata in models.mapped_metadatas():
            make(metadata, connection.engine)

    event.listen(Engine, "engine_connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", connected)


def make(metadata: Any, engine: Any) -> None:
    """Makes the tables; types that the database does not know are told by what the application then fails with."""
    try:
        metadata.create_all(engine)
    except Exception:
        logging.getLogger(__name__).exception("the tables that the application reads while it starts")
