"""From what was seen on one revision's way up, down and up again to the facts that rules judge."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from beastmode_tools.guard.migrations.compare.proved.facts import (
    DowngradeFailed,
    DowngradeMissing,
    ErrorSwallowed,
    ProvedFact,
    Reversible,
    RowsChanged,
    RowsLeftBehind,
    RowsNotRestored,
    SchemaNotRestored,
    SecondUpgradeDiffers,
    SecondUpgradeFailed,
    SequenceEnds,
    UpgradeFailed,
)
from beastmode_tools.guard.migrations.compare.proved.locks import locked_tables
from beastmode_tools.guard.migrations.compare.proved.looks import (
    Look,
    changed_rows,
    changed_values,
    differences,
    is_additive,
)
from beastmode_tools.guard.migrations.compare.proved.trips import Failure, Ran, Trip

__all__ = ["facts_of", "without_false_green"]

AGAINST = (
    UpgradeFailed,
    DowngradeFailed,
    DowngradeMissing,
    ErrorSwallowed,
    SchemaNotRestored,
    RowsNotRestored,
    RowsLeftBehind,
    SecondUpgradeFailed,
    SecondUpgradeDiffers,
)
EXPECTED = re.compile(
    r"already exists|does not exist|no such|duplicate column|undefined|duplicate(table|object)", re.IGNORECASE
)
SEQUENCE = re.compile(r".* MAX (?P<most>\d+)\b.* OWNED BY (?P<table>.+)\.(?P<column>[^.]+)$")
LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
LIMITED = re.compile(r"\bWHERE\b", re.IGNORECASE)
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|MERGE|REPLACE|TRUNCATE|COPY)\b", re.IGNORECASE)


def facts_of(trip: Trip, others: Iterable[Trip] = (), big_tables: Sequence[str] = ()) -> list[ProvedFact]:
    """What one trip shows.

    Args:
        trip: The trip.
        others: Trips that ship with it, also on other databases: what they show puts this one in its place.
        big_tables: Tables that hold many rows in production; () for "any may".
    """
    if trip.is_idle:
        return []
    facts: list[ProvedFact] = [*upgrade_facts(trip)]
    if trip.up.failed or trip.after is None:
        return facts
    existing = first_tables(trip, others)
    facts += locked_tables(trip.up.locks, existing, base(trip, trip.up), big_tables)
    facts += sequences_left(trip)
    facts += downgrade_facts(trip, tuple(others))
    facts = without_repetition(facts)
    if trip.is_whole and not any(isinstance(fact, AGAINST) for fact in facts):
        facts.append(Reversible(**base(trip, trip.up), rows=trip.before.count))
    return facts


def sequences_left(trip: Trip) -> Iterator[SequenceEnds]:
    """Sequences that end before the type does that the upgrade gives their columns."""
    after = trip.after or trip.before
    for part, text in after.schema.items():
        found = SEQUENCE.match(text) if part.startswith("sequence ") else None
        if found is None:
            continue
        column = f"column {found['table']}.{found['column']}"
        old, new = (look.schema.get(column, "").partition(" ")[0] for look in (trip.before, after))
        most = int(found["most"])
        if old != new and old in LARGEST and most == LARGEST[old] < LARGEST.get(new, 0):
            yield SequenceEnds(
                **base(trip, trip.up),
                table=found["table"],
                column=found["column"],
                sequence=part.removeprefix("sequence "),
                type=new,
                most=most,
            )


def without_false_green(facts: Sequence[ProvedFact]) -> list[ProvedFact]:
    """The facts; that a revision is reversible on one database is not said where another one says that it is not."""
    against = {fact.revision for fact in facts if isinstance(fact, AGAINST)}
    return [fact for fact in facts if not (isinstance(fact, Reversible) and fact.revision in against)]


def without_repetition(facts: list[ProvedFact]) -> list[ProvedFact]:
    """The facts; that a downgrade is missing is not said where rows that do not return say it better."""
    says_more = any(isinstance(fact, (RowsNotRestored, RowsLeftBehind)) for fact in facts)
    return [fact for fact in facts if not (says_more and isinstance(fact, DowngradeMissing) and not fact.left)]


def base(trip: Trip, ran: Ran, line: int = 0) -> dict[str, Any]:
    """What every fact says."""
    where = f"{ran.path}:{line}" if line else ran.path
    return {"revision": ran.revision, "where": where, "dialects": (trip.dialect,)}


def failed(trip: Trip, ran: Ran) -> dict[str, Any]:
    """What every fact about an error says."""
    failure = ran.failure or Failure("")
    where = failure.where if failure.where.startswith(ran.path) else ran.path
    return {**base(trip, ran), "where": where, "error": failure.error, "statement": failure.statement}


def first_tables(trip: Trip, others: Iterable[Trip]) -> frozenset[str]:
    """The tables that were there before the whole change."""
    before = [other.before.tables for other in others if other.dialect == trip.dialect]
    return frozenset.intersection(trip.before.tables, *before)


def upgrade_facts(trip: Trip) -> Iterator[ProvedFact]:
    """What the upgrade itself shows."""
    if trip.up.failed:
        yield UpgradeFailed(**failed(trip, trip.up), only_with_rows=trip.only_with_rows)
        return
    seen = set()
    for failure in trip.up.errors:
        about = " ".join(failure.statement.split()[:6])
        if about not in seen:
            seen.add(about)
            expected = bool(EXPECTED.search(failure.error))
            words: dict[str, Any] = {"error": failure.error, "statement": failure.statement}
            yield ErrorSwallowed(
                **{**base(trip, trip.up), "where": failure.where}, **words, about=about, expected=expected
            )


def downgrade_facts(trip: Trip, others: tuple[Trip, ...]) -> Iterator[ProvedFact]:
    """What the way back shows."""
    if trip.down is None or trip.after is None or trip.back is None:
        return
    left = differences(trip.before, trip.back)
    if trip.down.failed and trip.down.body != "raises":
        yield DowngradeFailed(**failed(trip, trip.down))
        yield from rewritten_rows(trip, frozenset())
        return
    undone = trip.again is not None
    if not undone:
        if left or (writes(trip.up) and not any(corrects(trip, table) for table in trip.before.tables)):
            why = trip.down.body if trip.down.body != "some" else "idle"
            yield DowngradeMissing(**base(trip, trip.down), why=why, additive=is_additive(left), left=left)
    elif left:
        elsewhere = tuple(
            other.dialect
            for other in others
            if other.up.revision == trip.up.revision and other.dialect != trip.dialect and is_restored(other)
        )
        yield SchemaNotRestored(**base(trip, trip.down), differences=left, elsewhere=elsewhere)
    yield from row_facts(trip)
    if trip.again is not None:
        yield from again_facts(trip)


def writes(ran: Ran) -> bool:
    """Whether it wrote rows."""
    return any(WRITES.match(statement.sql) and statement.rows for statement in ran.statements)


def is_restored(trip: Trip) -> bool:
    """Whether the schema after the downgrade is what it was."""
    return trip.is_whole and trip.back is not None and not differences(trip.before, trip.back)


def again_facts(trip: Trip) -> Iterator[ProvedFact]:
    """What the second upgrade shows."""
    if trip.again is None or trip.after is None:
        return
    if trip.again.failed:
        yield SecondUpgradeFailed(**failed(trip, trip.again))
    elif trip.final is not None and (differs := differences(trip.after, trip.final)):
        yield SecondUpgradeDiffers(**base(trip, trip.again), differences=differs)


def row_facts(trip: Trip) -> Iterator[ProvedFact]:
    """What became of the rows."""
    if trip.after is None or trip.back is None:
        return
    told = base(trip, trip.up)
    lost = {
        (change.table, change.column): change
        for change in changed_values(trip.before, trip.back)
        if change.lost and not (change.lost < change.of and corrects(trip, change.table))
    }
    for (table, column), change in lost.items():
        dropped = is_dropped(trip.after, table, column)
        yield RowsNotRestored(
            **told,
            table=table,
            column=column,
            values=change.lost,
            of=change.of,
            dropped=dropped,
            example=change.example,
        )
    yield from rewritten_rows(trip, frozenset(lost))
    yield from whole_rows(trip, told)


def corrects(trip: Trip, table: str) -> bool:
    """Whether rows of a table are only corrected: conditions limit which, and a way back is not meant."""
    if trip.down is None or trip.down.body not in {"missing", "empty"} or is_dropped(trip.after or trip.before, table):
        return False
    named = re.compile(rf"\b{re.escape(table.rpartition('.')[2])}\b")
    written = [one.sql for one in trip.up.statements if WRITES.match(one.sql) and named.search(one.sql)]
    return bool(written) and all(LIMITED.search(sql) and sql.lstrip()[:6].upper() == "UPDATE" for sql in written)


def rewritten_rows(trip: Trip, lost: frozenset[tuple[str, str]]) -> Iterator[RowsChanged]:
    """What the upgrade writes into columns that were there, besides what is known to be lost."""
    for change in changed_values(trip.before, trip.after or trip.before):
        if (change.table, change.column) not in lost:
            yield RowsChanged(
                **base(trip, trip.up),
                table=change.table,
                column=change.column,
                values=change.lost or change.filled,
                from_null=not change.lost,
                example=change.example,
            )


def whole_rows(trip: Trip, told: dict[str, Any]) -> Iterator[ProvedFact]:
    """Rows that are gone, and rows that are too many."""
    if trip.after is None or trip.back is None:
        return
    lost = set()
    for table, gone, added in changed_rows(trip.before, trip.back):
        if gone:
            lost.add(table)
            dropped = table not in trip.after.tables
            of = len(trip.before.rows[table].rows)
            yield RowsNotRestored(**told, table=table, column="", values=gone, of=of, dropped=dropped)
        if added:
            yield RowsLeftBehind(**told, table=table, rows=added)
    for table, gone, _added in changed_rows(trip.before, trip.after):
        if gone and table not in lost:
            yield RowsChanged(**told, table=table, column="", values=gone)


def is_dropped(after: Look, table: str, column: str = "") -> bool:
    """Whether the upgrade took a table, or a column of it, away."""
    return table not in after.tables or bool(column and f"column {table}.{column}" not in after.schema)
