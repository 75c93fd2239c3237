"""What errors and files of the database reveal."""

import os
import re
from urllib.parse import urlsplit

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, StatementError

_OWNER_ALONE = 0o600
_WRONG_VALUE = "22"
"""PostgreSQL's class of errors about values; some repeat the value: `invalid input syntax for type integer: "x"`."""
_QUOTED = re.compile(r': ".*', re.DOTALL)


def keep_values_out(engine: Engine) -> None:
    """Remove rows and values from the errors of an engine that hides parameters.

    PostgreSQL adds to its message: `DETAIL: Failing row contains (7, $argon2id$...)`.

    Args:
        engine: Any engine.
    """

    def forget(context: ExceptionContext) -> None:
        if isinstance(context.sqlalchemy_exception, DBAPIError):
            _forget_values(context.sqlalchemy_exception)

    if engine.hide_parameters:
        event.listen(engine, "handle_error", forget)


def _forget_values(error: StatementError) -> StatementError:
    """The same error, with only the first line of the driver's message, and without values.

    Args:
        error: An error whose `orig` is the driver's.
    """
    driver = error.orig
    if driver is not None:
        said = str(driver)
        kept = said.partition("\n")[0]
        if str(getattr(driver, "sqlstate", "")).startswith(_WRONG_VALUE):
            kept = _QUOTED.sub(': "********"', kept)
        driver.args = (kept,)
        error.args = (str(error.args[0]).replace(said, kept), *error.args[1:])
    return error


def create_private(address: str) -> None:
    """Create the file of an SQLite database, readable by its owner only; the files beside it get the same mode.

    Args:
        address: The argument of `sqlite3.connect`: a path, or a `file:` URI. An existing file is not changed.
    """
    path = address
    if address.startswith("file:"):
        uri = urlsplit(address)
        if "mode=ro" in uri.query or "mode=rw&" in f"{uri.query}&" or "mode=memory" in uri.query:
            return
        path = uri.path
    if path in {"", ":memory:"}:
        return
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _OWNER_ALONE))
    except OSError:
        # It exists, or cannot be created: then SQLite reports it.
        return
