"""Reads what the probe answers about a revision's way up, down and up again."""

from collections.abc import Mapping
from typing import Any

from beastmode_tools.guard.migrations.compare.proved.locks import Lock
from beastmode_tools.guard.migrations.compare.proved.looks import Look
from beastmode_tools.guard.migrations.compare.proved.trips import Failure, Ran, Statement, Trip
from beastmode_tools.guard.migrations.proof.migrating import error_of, where_of
from beastmode_tools.source.sides import Side

__all__ = ["ran_of", "trip_of"]


def trip_of(result: Mapping[str, Any], side: Side, dialect: str) -> Trip:
    """A trip from what `do_trip` of the probe answers."""
    ways: dict[str, Any] = {name: ran_of(result[name], side) for name in ("up", "down", "again") if name in result}
    looks: dict[str, Any] = {
        name: Look.of(result[name]) for name in ("before", "after", "back", "final") if name in result
    }
    return Trip(dialect=dialect, **looks, **ways, refused=dict(result["fill"].get("refused", {})))


def ran_of(result: Mapping[str, Any], side: Side) -> Ran:
    """One direction of one revision."""
    record = result["ran"][0]
    path = where_of(side, record)
    return Ran(
        revision=record["revision"],
        path=path,
        direction=record["direction"],
        body=record["body"],
        ran=bool(record.get("ran")),
        operations=tuple(record.get("operations", ())),
        statements=tuple(
            Statement(
                one["sql"],
                one["rows"],
                one["line"],
                bool(one["of_operation"]),
                tuple((file, line) for file, line in one["calls"]),
                bool(one["in_autocommit"]),
                int(one["number"]),
            )
            for one in record.get("statements", ())
        ),
        errors=tuple(
            Failure(one["error"], one["statement"], where_of(side, record, one["line"]))
            for one in record.get("errors", ())
        ),
        locks=tuple(
            Lock(
                one["table"],
                tuple(one["modes"]),
                bool(one["rewritten"]),
                one["sql"],
                one["line"],
                checked=bool(one["checked"]),
                scanned=one["scanned"],
            )
            for one in record.get("locks", ())
        ),
        failure=failure_of(result),
        is_cut=bool(record.get("cut")),
    )


def failure_of(result: Mapping[str, Any]) -> Failure | None:
    """What ended it."""
    error = result.get("error")
    return Failure(error_of(result), error["statement"], error["where"]) if error else None
