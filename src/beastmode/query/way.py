"""How a loading reads and writes."""

from enum import StrEnum
from typing import Any

from beastmode.db.driver.fast_path import listens_to
from beastmode.db.session import Installed, installed_in
from beastmode.query.statements import Query
from beastmode.query.write.writes import VERBS, Verb


class Way(StrEnum):
    """How rows are read or written; the value is shown to users."""

    DRIVER = "rows by the driver"
    """A statement that is compiled once and sent directly to psycopg."""
    ROWS = "rows"
    """A statement that SQLAlchemy executes."""
    ENTITIES = "entities"
    """ORM entities, which the schema dumps or the session writes."""


def read_way(query: Query, app: Any) -> Way:
    """How a loading reads in an application. It does not change while the application runs.

    Args:
        query: The rows of the loading.
        app: The Flask application.
    """
    if query.definition.reason is not None:
        return Way.ENTITIES
    return _way_of(query, installed_in(app), query.every)


def write_ways(query: Query, app: Any) -> dict[Verb, Way]:
    """How a loading inserts, updates and deletes in an application, if all columns are set.

    Args:
        query: The rows of the loading.
        app: The Flask application.
    """
    installed, writes = installed_in(app), query.writes
    return {
        verb: _way_of(query, installed, writes.sample(verb)) if writes.is_plain(verb) else Way.ENTITIES
        for verb in VERBS
    }


def _way_of(query: Query, installed: Installed, statement: Any) -> Way:
    """How a statement is executed."""
    engine = installed.engines.reader
    takes = query.is_kept and installed.fast_path.prepared(engine.dialect, statement) is not None
    return Way.DRIVER if takes and not listens_to(engine) else Way.ROWS
