"""Operations as they were seen to run, in the same words as those that are read from the source."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.captured import Key, Run
from beastmode_tools.guard.migrations.compare.proved.trips import Ran, Trip
from beastmode_tools.guard.migrations.compare.sql import operations_of_sql
from beastmode_tools.guard.migrations.proof.captured_parts import (
    alter_column,
    column_of,
    constraint_of,
    drop_kind,
    full_table,
    option,
    words,
)

__all__ = ["operations_that_ran", "runs_of"]

Note = Mapping[str, Any]


def runs_of(trips: Mapping[str, Sequence[Trip]]) -> list[Run]:
    """What the trips did on each kind of database; PostgreSQL first, whose words say more."""
    return [
        Run(dialect, tuple(operations_that_ran(walked)), directions_of(walked))
        for dialect, walked in sorted(trips.items(), key=lambda each: each[0] != "postgresql")
    ]


def directions_of(trips: Iterable[Trip]) -> frozenset[Key]:
    """The upgrades and downgrades that went through, with all of what they did noted."""
    ways = (ran for trip in trips for ran in (trip.up, trip.down) if ran is not None)
    return frozenset((ran.revision, ran.direction) for ran in ways if not ran.failed and not ran.is_cut)


def operations_that_ran(trips: Iterable[Trip]) -> list[ops.Operation]:
    """What the upgrades and downgrades of the trips did, on the database that they ran on."""
    found: list[ops.Operation] = []
    for trip in trips:
        for ran in (trip.up, trip.down):
            if ran is not None and not ran.failed:
                found.extend(operations_of(ran, trip.dialect))
    return found


def operations_of(ran: Ran, dialect: str) -> list[ops.Operation]:
    """What one direction of one revision did: Alembic's operations, and SQL that did not come from one of them."""
    place = ops.Place(ran.revision, ran.path, 0, ran.direction)
    found = [each for note in ran.operations if "error" not in note for each in noted(note, place, dialect)]
    for each in ran.statements:
        if not each.of_operation:
            here = replace(place, line=each.line, in_autocommit=each.in_autocommit)
            made = operations_of_sql(each.sql, here, dialect)
            found += [(each.number, replace(op, calls=each.calls, ran_on=(dialect,))) for op in made]
    return [op for _, op in sorted(found, key=lambda one: one[0])]


def noted(note: Note, place: ops.Place, dialect: str) -> list[tuple[int, ops.Operation]]:
    """What one of Alembic's operations did, and which it was in the order of all."""
    calls = tuple((str(path), int(line)) for path, line in note["calls"])
    here = replace(place, line=note["line"], in_autocommit=note["in_autocommit"], in_batch=note["in_batch"])
    made = operation(note, here, dialect)
    return [(int(note["number"]), replace(op, calls=calls, ran_on=(dialect,))) for op in made]


def operation(note: Note, place: ops.Place, dialect: str) -> list[ops.Operation]:
    """One of Alembic's operations; nothing for what is no change of its own."""
    kind = str(note["op"])
    if kind == "ExecuteSQLOp":
        return operations_of_sql(str(note.get("sql") or ""), place, dialect)
    make = MAKERS.get(kind)
    return [make(note, place)] if make is not None else []


def add_column(note: Note, place: ops.Place) -> ops.Operation:
    """ADD COLUMN."""
    return ops.AddColumn(place=place, table=full_table(note), column=column_of(note["column"]))


def drop_column(note: Note, place: ops.Place) -> ops.Operation:
    """DROP COLUMN."""
    return ops.DropColumn(place=place, table=full_table(note), column=str(note["column_name"]))


def create_table(note: Note, place: ops.Place) -> ops.Operation:
    """CREATE TABLE."""
    columns = tuple(column_of(each) for each in note.get("columns", ()))
    partitioned = option(note, "postgresql_partition_by") is not None
    return ops.CreateTable(place=place, table=full_table(note), columns=columns, partitioned=partitioned)


def drop_table(note: Note, place: ops.Place) -> ops.Operation:
    """DROP TABLE."""
    return ops.DropTable(place=place, table=full_table(note))


def rename_table(note: Note, place: ops.Place) -> ops.Operation:
    """RENAME TO."""
    return ops.RenameTable(place=place, table=full_table(note), new_name=str(note["new_table_name"]))


def create_index(note: Note, place: ops.Place) -> ops.Operation:
    """CREATE INDEX."""
    return ops.CreateIndex(
        place=place,
        table=full_table(note),
        name=note.get("index_name"),
        columns=words(note.get("columns")),
        unique=bool(note.get("unique")),
        concurrently=option(note, "postgresql_concurrently") is True,
    )


def drop_index(note: Note, place: ops.Place) -> ops.Operation:
    """DROP INDEX."""
    return ops.DropIndex(
        place=place,
        name=note.get("index_name"),
        table=full_table(note) or None,
        concurrently=option(note, "postgresql_concurrently") is True,
    )


def drop_constraint(note: Note, place: ops.Place) -> ops.Operation:
    """DROP CONSTRAINT."""
    name = note.get("constraint_name")
    return ops.DropConstraint(place=place, table=full_table(note), name=name, kind=drop_kind(note))


def bulk_insert(note: Note, place: ops.Place) -> ops.Operation:
    """`op.bulk_insert`."""
    return ops.BulkInsert(place=place, table=full_table(note), rows=note.get("rows"))


def comment(note: Note, place: ops.Place) -> ops.Operation:
    """A comment on a table."""
    return ops.ChangeComment(place=place, table=full_table(note))


def add_constraint(kind: Literal["unique", "foreign", "check", "primary", "exclude"]) -> Any:
    """ADD CONSTRAINT of one kind."""

    def make(note: Note, place: ops.Place) -> ops.Operation:
        return ops.AddConstraint(place=place, table=full_table(note), constraint=constraint_of(note, kind))

    return make


MAKERS: dict[str, Any] = {
    "AddColumnOp": add_column,
    "DropColumnOp": drop_column,
    "AlterColumnOp": alter_column,
    "CreateTableOp": create_table,
    "DropTableOp": drop_table,
    "RenameTableOp": rename_table,
    "CreateIndexOp": create_index,
    "DropIndexOp": drop_index,
    "CreateUniqueConstraintOp": add_constraint("unique"),
    "CreateForeignKeyOp": add_constraint("foreign"),
    "CreateCheckConstraintOp": add_constraint("check"),
    "CreatePrimaryKeyOp": add_constraint("primary"),
    "CreateExcludeConstraintOp": add_constraint("exclude"),
    "DropConstraintOp": drop_constraint,
    "BulkInsertOp": bulk_insert,
    "CreateTableCommentOp": comment,
    "DropTableCommentOp": comment,
}
