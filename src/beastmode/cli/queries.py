"""How each loading of a project reads and writes, for `flask beastmode doctor --queries`."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import starmap
from typing import Any

from flask import Flask

from beastmode.db.session import has_database
from beastmode.query.statements import kept
from beastmode.query.way import read_way, write_ways
from beastmode.query.write.writes import VERBS

_HEADINGS = ("loading", "reads", "inserts", "updates", "deletes")


@dataclass(frozen=True)
class LoadingWays:
    """The ways of one loading.

    Args:
        loading: Its schema and model.
        read: How it reads.
        insert: How it inserts.
        update: How it updates.
        delete: How it deletes.
        reason: Why it reads entities; None if it reads rows.
    """

    loading: str
    read: str
    insert: str
    update: str
    delete: str
    reason: str | None


def ways_of(app: Flask) -> list[LoadingWays]:
    """The ways of every loading at module level, sorted by schema. Requires an app context.

    Args:
        app: The Flask application.
    """
    if not has_database(app):
        return []
    loadings = []
    for query in list(kept):
        ways = write_ways(query, app)
        insert, update, delete = (ways[verb] for verb in VERBS)
        loadings.append(LoadingWays(str(query), read_way(query, app), insert, update, delete, query.definition.reason))
    return sorted(loadings, key=lambda ways: (ways.loading, ways.read))


def as_plain(loadings: list[LoadingWays]) -> list[dict[str, Any]]:
    """The ways of loadings as JSON values.

    Args:
        loadings: The ways of each loading.
    """
    return [asdict(ways) for ways in loadings]


def as_table(loadings: list[LoadingWays]) -> Iterator[str]:
    """The ways of loadings as a table for the terminal, followed by the reasons.

    Args:
        loadings: The ways of each loading.
    """
    if not loadings:
        yield "The application has no loadings at module level."
        return
    rows = [_HEADINGS, *((each.loading, each.read, each.insert, each.update, each.delete) for each in loadings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(starmap(str.ljust, zip(row, widths, strict=True))).rstrip()
    for ways in loadings:
        if ways.reason is not None:
            yield f"{ways.loading}: {ways.reason}"
