"""The response to an error of the database: never SQL, a value or a name of the schema."""

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm.exc import StaleDataError

from beastmode.core.errors import Problem
from beastmode.db.base import MomentOutOfRangeError

__all__ = ["is_conflict", "is_out_of_range", "is_unanswered", "problem_of"]

RETRY_SECONDS = 1
CONFLICTS = {"40001", "40P01"}
"""PostgreSQL's serialization_failure and deadlock_detected."""

BUSY = "The database is busy or unavailable; try again"
TAKEN = "This already exists"
REFERENCE = "This refers to something that does not exist, or something else still refers to it"
UNACCEPTABLE = "A value is not allowed"
CHANGED = "This was changed or deleted in the meantime"

# https://www.postgresql.org/docs/current/errcodes-appendix.html
BUSY_CLASSES = {"08", "40", "53", "57"}
"""Connection exceptions, transaction rollbacks, insufficient resources, operator intervention."""
LOCK_NOT_AVAILABLE = "55P03"
OUT_OF_RANGE = "22003"
CONSTRAINTS = {"23505": (409, TAKEN), "23P01": (409, TAKEN), "23503": (409, REFERENCE)}

# https://www.sqlite.org/rescode.html; the low byte is the primary code.
SQLITE_BUSY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOMEM,
}
SQLITE_CONSTRAINTS = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: (409, TAKEN),
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: (409, TAKEN),
    sqlite3.SQLITE_CONSTRAINT_ROWID: (409, TAKEN),
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: (409, REFERENCE),
}


def is_conflict(error: DBAPIError) -> bool:
    """Whether PostgreSQL aborted this transaction because of a conflict, so that it may succeed when retried."""
    return sqlstate_of(error) in CONFLICTS


def is_out_of_range(error: Exception) -> bool:
    """Whether a number was too large for its PostgreSQL column; SQLite stores any 64-bit integer."""
    return isinstance(error, DataError) and sqlstate_of(error) == OUT_OF_RANGE


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
        return busy()
    if isinstance(error, StaleDataError):
        return Problem(409, CHANGED)
    if isinstance(error, DBAPIError):
        return problem_of_driver(error)
    is_unreachable = isinstance(error, StatementError) and isinstance(error.orig, MomentOutOfRangeError)
    if is_unreachable or (isinstance(error, OverflowError) and "SQLite" in str(error)):
        return Problem(422, UNACCEPTABLE)
    return None


def problem_of_driver(error: DBAPIError) -> Problem | None:
    """The response to an error of the driver."""
    if error.connection_invalidated or is_busy(error):
        return busy()
    if isinstance(error, IntegrityError):
        status, message = violated(error)
        return Problem(status, message)
    if isinstance(error, DataError):
        return Problem(422, UNACCEPTABLE)
    return None


def is_busy(error: DBAPIError) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error.orig, sqlite3.Error):
        return sqlite_code(error.orig) & 0xFF in SQLITE_BUSY
    state = sqlstate_of(error)
    if state is None:
        # libpq could not connect in time, or lost its connection; the error does not come from the server.
        return isinstance(error, OperationalError)
    return state[:2] in BUSY_CLASSES or state == LOCK_NOT_AVAILABLE


def violated(error: IntegrityError) -> tuple[int, str]:
    """The status and the message for a violated constraint."""
    if isinstance(error.orig, sqlite3.Error):
        return SQLITE_CONSTRAINTS.get(sqlite_code(error.orig), (422, UNACCEPTABLE))
    return CONSTRAINTS.get(sqlstate_of(error) or "", (422, UNACCEPTABLE))


def sqlite_code(error: sqlite3.Error) -> int:
    """SQLite's extended result code; 0 for an error of Python's module itself."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code


def sqlstate_of(error: DBAPIError) -> str | None:
    """PostgreSQL's code for an error; None if it does not come from the server."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def busy() -> Problem:
    """The response if the database is busy or unavailable for now."""
    return Problem(503, BUSY, headers={"Retry-After": str(RETRY_SECONDS)})
