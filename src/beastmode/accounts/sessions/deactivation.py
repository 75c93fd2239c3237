"""Detects when a project deactivates a user, and ends their sessions in the same transaction.

This covers everything that an application sends through SQLAlchemy: entities, bulk updates, textual SQL. A change by
another program is detected the next time a session of the user is used, which ends it then (`Sessions`).
"""

import re
from typing import Any

from flask import has_app_context
from sqlalchemy import Connection, Executable, TextClause, Update, event, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState

from beastmode.accounts.sessions.holding import end_of_the_inactive
from beastmode.accounts.sessions.seen import forget_seen_sessions
from beastmode.core.clock import now
from beastmode.core.events import after_commit
from beastmode.db.session import Installed, current_work

_CHANGED = "beastmode.is_active"
_UPDATE = re.compile(r"\bupdate\b.*\bis_active\b", re.IGNORECASE | re.DOTALL)


def watch_model(user: Any) -> None:
    """End the sessions of a user whose entity is flushed as inactive.

    Args:
        user: The project's User model.
    """
    if not event.contains(user, "after_update", _end_sessions):
        event.listen(user, "before_update", _note_change)
        event.listen(user, "after_update", _end_sessions)


def _note_change(_mapper: Mapper[Any], _connection: Connection, entity: Any) -> None:
    """Called by a flush before the UPDATE of a user; after it, an attribute that was set to SQL shows no change."""
    state = inspect(entity)
    state.info[_CHANGED] = state.attrs.is_active.history.has_changes()


def _end_sessions(mapper: Mapper[Any], connection: Connection, entity: Any) -> None:
    """Called by a flush after the UPDATE of a user."""
    state = inspect(entity)
    if state.info.pop(_CHANGED, False):
        connection.execute(end_of_the_inactive(mapper.local_table, now(), state.identity[0]))  # type: ignore[arg-type]  # a table
        _forget_what_was_seen()


def watch_application(installed: Installed, user: Any) -> None:
    """End the sessions of users that a statement deactivates.

    Args:
        installed: The application's database.
        user: The project's User model.
    """
    users = user.__table__

    def after(statement: Executable) -> None:
        if _deactivates(statement, users):
            current_work().execute(end_of_the_inactive(users, now()))
            _forget_what_was_seen()

    def in_session(state: ORMExecuteState) -> Any:
        if not _deactivates(state.statement, users):
            return None
        result = state.invoke_statement()
        state.session.connection().execute(end_of_the_inactive(users, now()))
        _forget_what_was_seen()
        return result

    installed.watchers.append(after)
    event.listen(installed.sessions, "do_orm_execute", in_session)


def _deactivates(statement: Executable, users: Any) -> bool:
    """Whether a statement may set `is_active`."""
    if isinstance(statement, TextClause):
        return _UPDATE.search(statement.text) is not None
    if not isinstance(statement, Update) or getattr(statement.table, "fullname", None) != users.fullname:
        return False
    # Only statements that update this table are compiled to see what they set.
    return "is_active" in str(statement)


def _forget_what_was_seen() -> None:
    """Make this process check every session again before it accepts it, once the change is committed.

    Until then another request may check a session, and would remember that it is valid.
    """
    if has_app_context():
        after_commit(forget_seen_sessions)
