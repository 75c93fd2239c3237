"""Statements that running processes have prepared, and whose results another schema gives another type.

PostgreSQL refuses to run a prepared statement whose result columns changed in name, type, length or collation: "cached
plan must not change result type", SQLSTATE 0A000 (`RevalidateCachedQuery` in its sources). psycopg 3 prepares what a
connection ran five times, and forgets it on ROLLBACK.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from beastmode_tools.guard.migrations.compare.column_types import change_of_type
from beastmode_tools.guard.migrations.compare.operations import AddColumn, AlterColumn, DropColumn, Operation, Place
from beastmode_tools.probes.messages.application import Application
from beastmode_tools.source.files import is_migration, is_test

__all__ = ["PlansKept", "plans_kept", "prepares", "starred"]

REPAIRS = "beastmode.database"
"""The extension of an application whose statements are prepared again by themselves: beastmode's database."""
OTHER_RESULT = ("lossy", "rewrite", "wider")
NEVER = re.compile(r"prepare_threshold[\"']?\s*[:=]\s*None")
STAR = re.compile(
    r"\bselect\s+(?:\w+\.)?\*(?P<rest>[^;]{0,400})|\b(?:insert\s+into|update)\s+(?P<table>[\w.\"]+)[^;]{0,600}?\breturning\s+\*",
    re.IGNORECASE,
)
NAMED = re.compile(r"\b(?:from|join)\s+[\"`]?([\w.]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlansKept:
    """A table whose change makes prepared statements of running processes fail.

    Args:
        place: The first operation that does.
        table: The table.
        columns: Those whose type, name or presence changes.
        is_star: Only statements that ask for all columns (`SELECT *`) are hit, since no type changes.
        for_ever: The base has connections that never send ROLLBACK, so the statement is never forgotten.
    """

    place: Place
    table: str
    columns: tuple[str, ...]
    is_star: bool
    for_ever: bool


def plans_kept(
    operations: Iterable[Operation], app: Application | None, files: Mapping[str, str]
) -> Iterator[PlansKept]:
    """What of the upgrades hits statements that processes of the base have prepared; a table once.

    Args:
        operations: Of the new revisions.
        app: The base side's application; None where it did not start, so that nobody knows its driver.
        files: The base side's sources, path -> text.
    """
    upgrades = [
        op
        for op in operations
        if op.place.direction == "upgrade" and op.place.dialects in ((), ("postgresql",)) and not op.known.new_table
    ]
    if app is None or not upgrades:
        return
    # Read only now: nearly every change has no migration, and a project may have many files.
    texts = [files[path] for path in files if path.endswith(".py") and not is_test(path) and not is_migration(path)]
    if not prepares(app, texts):
        return
    stars = {name for text in texts for name in starred(text)}
    hit: dict[str, list[tuple[Operation, str, bool]]] = defaultdict(list)
    for op in upgrades:
        for table, column, is_star in other_results(op, stars):
            hit[table].append((op, column, is_star))
    for_ever = any("AUTOCOMMIT" in text or "autocommit=True" in text for text in texts)
    for table, each in hit.items():
        columns = tuple(dict.fromkeys(column for _, column, _ in each))
        yield PlansKept(each[0][0].place, table, columns, all(is_star for _, _, is_star in each), for_ever)


def other_results(op: Operation, stars: set[str]) -> Iterator[tuple[str, str, bool]]:
    """Table, column, and whether only `SELECT *` is hit, of an operation that changes what statements give."""
    match op:
        case AlterColumn(table=table, column=column, type_to=str(new)) if not op.known.new_column:
            change = change_of_type(op.type_from or op.known.old_type or "", new, op.using)
            if change is not None and change.effect in OTHER_RESULT:
                yield table, column, False
        case AlterColumn(table=table, column=column, new_name=str()) | DropColumn(table=table, column=column):
            if table in stars:
                yield table, column, True
        case AddColumn(table=table, column=added) if table in stars:
            yield table, added.name, True


def prepares(app: Application, texts: Iterable[str]) -> bool:
    """Whether processes of an application prepare statements on the server, and do not prepare them again.

    Args:
        app: Its extensions and packages tell the driver.
        texts: Its sources.
    """
    if "psycopg" not in app.packages or REPAIRS in app.extensions:
        return False
    known = list(texts)
    if any(NEVER.search(text) for text in known):
        return False
    other = "psycopg2" in app.packages or "psycopg2-binary" in app.packages
    is_named = any("postgresql+psycopg:" in text or re.search(r"\bpsycopg\.connect", text) for text in known)
    return is_named or not other or version(app.packages.get("sqlalchemy", "")) >= (2, 1)


def version(text: str) -> tuple[int, ...]:
    """The first two numbers; SQLAlchemy takes psycopg 3 for `postgresql://` from 2.1 on."""
    return tuple(int(each) for each in re.findall(r"\d+", text)[:2])


def starred(text: str) -> Iterator[str]:
    """The tables of which a source asks for all columns in SQL of its own."""
    for found in STAR.finditer(text):
        if found["table"]:
            yield found["table"].strip('"').removeprefix("public.")
        else:
            yield from (name.removeprefix("public.") for name in NAMED.findall(found["rest"]))
