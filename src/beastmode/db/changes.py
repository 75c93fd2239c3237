"""Which tables a commit has changed, for what was computed from their rows.

Seen are all changes that an application makes through its session (flushes, ORM and Core statements, textual SQL),
`Database.execute` and loadings. Not seen are those of other programs, of connections that are opened by hand, and of
functions in the database.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeAlias

from flask import g
from sqlalchemy import Delete, Executable, MetaData, Table, TextClause, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase

from beastmode.core.events import after_commit
from beastmode.db.session import Installed, opened_work
from beastmode.db.statements import is_write

Told: TypeAlias = Callable[[frozenset[str]], object]
"""Takes the names of the tables that a commit has changed."""

_PENDING = "beastmode_changed_tables"
"""The name in the app context's `g` of the tables whose changes have not been reported yet."""
_WORD = re.compile(r"\w+")
_DELETES = re.compile(r"\b(?:delete|truncate|replace|merge|drop)\b", re.IGNORECASE)


def tell_changes(installed: Installed, told: Told) -> None:
    """Call a function after each commit, with the tables that it changed.

    Args:
        installed: The database of an application.
        told: The function; it may get tables too many, such as those of a savepoint that was rolled back.
    """
    installed.told.append(told)
    if len(installed.told) > 1:
        return

    def after_statement(statement: Executable) -> None:
        if is_write(statement):
            _note(installed, _tables_of(installed.database.metadata, statement))

    def in_session(state: ORMExecuteState) -> Any:
        if not is_write(state.statement):
            return None
        result = state.invoke_statement()
        after_statement(state.statement)
        return result

    def after_flush(session: Session, _: UOWTransaction) -> None:
        written = {name for entity in (*session.new, *session.dirty) for name in _tables_of_entity(entity)}
        deleted = {name for entity in session.deleted for name in _tables_of_entity(entity)}
        _note(installed, written | _with_cascades(installed.database.metadata, deleted))

    # Functions of this module, not partial ones: query/write/plain_writes.py knows that they change nothing.
    installed.watchers.append(after_statement)
    event.listen(installed.sessions, "do_orm_execute", in_session)
    event.listen(installed.sessions, "after_flush", after_flush)


def note_write(installed: Installed, table: Table, *, deletes: bool) -> None:
    """Note that a statement has changed a table.

    Args:
        installed: The database.
        table: The table.
        deletes: Whether it has deleted rows, and what the database deletes or changes with them.
    """
    names = {table.fullname}
    _note(installed, _with_cascades(installed.database.metadata, names) if deletes else names)


def _tables_of_entity(entity: Any) -> Iterator[str]:
    """The tables of an entity's class, and those that connect it with others."""
    mapper = entity.__mapper__
    for table in mapper.tables:
        yield table.fullname
    for relation in mapper.relationships:
        if isinstance(relation.secondary, Table):
            yield relation.secondary.fullname


def _tables_of(metadata: MetaData, statement: Any) -> set[str]:
    """The tables that a statement may change."""
    text = getattr(statement, "element", statement)  # of text that was told its columns
    if isinstance(text, TextClause):
        words = {word.lower() for word in _WORD.findall(text.text)}
        named = {name for name, table in metadata.tables.items() if table.name.lower() in words}
        return _with_cascades(metadata, named) if _DELETES.search(text.text) else named
    names: set[str] = set()
    for part in visitors.iterate(statement):
        if isinstance(part, UpdateBase):
            table: Any = part.table
            written = {each.fullname for each in visitors.iterate(table) if isinstance(each, Table)}
            names |= _with_cascades(metadata, written) if isinstance(part, Delete) else written
    return names


def _with_cascades(metadata: MetaData, names: Iterable[str]) -> set[str]:
    """Tables, and those whose rows the database deletes or changes when rows of these are deleted."""
    found = set(names)
    waiting = list(found)
    while waiting:
        parent = waiting.pop()
        for table in metadata.tables.values():
            if table.fullname not in found and any(_follows(key, parent) for key in table.foreign_keys):
                found.add(table.fullname)
                waiting.append(table.fullname)
    return found


def _follows(key: Any, parent: str) -> bool:
    """Whether the database does something with the rows of a foreign key when their parent is deleted."""
    action = (key.ondelete or "").upper()
    return action in {"CASCADE", "SET NULL", "SET DEFAULT"} and key.target_fullname.rpartition(".")[0] == parent


def _note(installed: Installed, tables: Iterable[str]) -> None:
    """Report tables after the commit of what was written; now, if it was committed by itself."""
    pending: set[str] = g.setdefault(_PENDING, set())
    pending.update(tables)
    work = opened_work()
    if work is not None and work.session is not None and work.session.is_writing:
        after_commit(partial(_tell, installed, pending))
    else:
        _tell(installed, pending)


def _tell(installed: Installed, pending: set[str]) -> None:
    """Report what has not been reported yet: a transaction of many statements is reported once."""
    if pending:
        tables = frozenset(pending)
        pending.clear()
        for told in installed.told:
            told(tables)
