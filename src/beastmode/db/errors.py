"""The response to an error of the database: never SQL, a value or a name of the schema."""

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm.exc import StaleDataError

from beastmode.core.errors import Problem
from beastmode.db.base import MomentOutOfRangeError

_RETRY_SECONDS = 1
_CONFLICTS = {"40001", "40P01"}
"""PostgreSQL's serialization_failure and deadlock_detected."""

_BUSY = "The database is busy or unavailable; try again"
_TAKEN = "This already exists"
_REFERENCE = "This refers to something that does not exist, or something else still refers to it"
_UNACCEPTABLE = "A value is not allowed"
_CHANGED = "This was changed or deleted in the meantime"

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_BUSY_CLASSES = {"08", "40", "53", "57"}
"""Connection exceptions, transaction rollbacks, insufficient resources, operator intervention."""
_LOCK_NOT_AVAILABLE = "55P03"
_OUT_OF_RANGE = "22003"
_CONSTRAINTS = {"23505": (409, _TAKEN), "23P01": (409, _TAKEN), "23503": (409, _REFERENCE)}

# https://www.sqlite.org/rescode.html; the low byte is the primary code.
_SQLITE_BUSY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOMEM,
}
_SQLITE_CONSTRAINTS = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: (409, _TAKEN),
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: (409, _TAKEN),
    sqlite3.SQLITE_CONSTRAINT_ROWID: (409, _TAKEN),
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: (409, _REFERENCE),
}


def is_conflict(error: DBAPIError) -> bool:
    """Whether PostgreSQL aborted this transaction because of a conflict, so that it may succeed when retried."""
    return _sqlstate_of(error) in _CONFLICTS


def is_out_of_range(error: Exception) -> bool:
    """Whether a number was too large for its PostgreSQL column; SQLite stores any 64-bit integer."""
    return isinstance(error, DataError) and _sqlstate_of(error) == _OUT_OF_RANGE


def is_unanswered(error: DBAPIError) -> bool:
    """Whether the server did not respond in time, rather than being unreachable."""
    return getattr(error.orig, "is_unanswered", False)


def problem_of(error: Exception) -> Problem | None:
    """The response to an error of the database.

    Args:
        error: Any exception that a view raised.

    Returns:
        503 with `Retry-After` if the database is busy or unavailable, 409 for a conflict with stored rows, 422 for a
        value that cannot be stored; None if it is not an error of the database, or a programming error.
    """
    if isinstance(error, NoConnection):
        return _busy()
    if isinstance(error, StaleDataError):
        return Problem(409, _CHANGED)
    if isinstance(error, DBAPIError):
        return _problem_of_driver(error)
    is_unreachable = isinstance(error, StatementError) and isinstance(error.orig, MomentOutOfRangeError)
    if is_unreachable or (isinstance(error, OverflowError) and "SQLite" in str(error)):
        return Problem(422, _UNACCEPTABLE)
    return None


def _problem_of_driver(error: DBAPIError) -> Problem | None:
    """The response to an error of the driver."""
    if error.connection_invalidated or _is_busy(error):
        return _busy()
    if isinstance(error, IntegrityError):
        status, message = _violated(error)
        return Problem(status, message)
    if isinstance(error, DataError):
        return Problem(422, _UNACCEPTABLE)
    return None


def _is_busy(error: DBAPIError) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error.orig) & 0xFF in _SQLITE_BUSY
    state = _sqlstate_of(error)
    if state is None:
        # libpq could not connect in time, or lost its connection; the error does not come from the server.
        return isinstance(error, OperationalError)
    return state[:2] in _BUSY_CLASSES or state == _LOCK_NOT_AVAILABLE


def _violated(error: IntegrityError) -> tuple[int, str]:
    """The status and the message for a violated constraint."""
    if isinstance(error.orig, sqlite3.Error):
        return _SQLITE_CONSTRAINTS.get(_sqlite_code(error.orig), (422, _UNACCEPTABLE))
    return _CONSTRAINTS.get(_sqlstate_of(error) or "", (422, _UNACCEPTABLE))


def _sqlite_code(error: sqlite3.Error) -> int:
    """SQLite's extended result code; 0 for an error of Python's module itself."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code


def _sqlstate_of(error: DBAPIError) -> str | None:
    """PostgreSQL's code for an error; None if it does not come from the server."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def _busy() -> Problem:
    """The response if the database is busy or unavailable for now."""
    return Problem(503, _BUSY, headers={"Retry-After": str(_RETRY_SECONDS)})
