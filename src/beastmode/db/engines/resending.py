"""A psycopg cursor that sends a statement again if a table has changed since it was prepared."""

from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from beastmode.db.engines.private_psycopg import forget_prepared

_PLAN_CHECK = "RevalidateCachedQuery"
"""PostgreSQL's function that detects changed columns of a prepared statement; messages may be in any language."""


class ResendingCursor(psycopg.Cursor[Any]):
    """Executes every statement of an engine, whether SQLAlchemy or beastmode sends it.

    psycopg prepares a statement that it has sent five times. If a migration then changes the type of a column,
    PostgreSQL refuses the prepared statement on that connection permanently. It does so before executing anything, so
    even a write may be sent again. In a transaction it also refuses everything afterwards, so only the first statement
    of a transaction is prepared, because it can be repeated without losing anything.
    """

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Any:
        """Execute a statement like psycopg; if its table has changed, prepare and send it again, once.

        Args:
            query: The SQL.
            params: Values of its parameters.
            prepare: Whether to prepare it; None leaves it to psycopg.
            binary: Whether the rows come in PostgreSQL's binary format.

        Raises:
            psycopg.Error: Any error of the database.
        """
        if isinstance(query, str) and "statement_timeout" in query:
            self.connection.has_own_time = True  # type: ignore[attr-defined]  # every connection of ours is Overseen
        is_alone = self.connection.pgconn.transaction_status == TransactionStatus.IDLE
        if prepare is None and not is_alone:
            prepare = False
        try:
            return super().execute(query, params, prepare=prepare, binary=binary)
        except (errors.FeatureNotSupported, errors.InvalidSqlStatementName) as error:
            if not is_alone or not _is_outdated(error):
                raise
        self.connection.rollback()  # psycopg has begun a transaction for it, if the connection is not in autocommit
        forget_prepared(self.connection)
        return super().execute(query, params, prepare=prepare, binary=binary)


def _is_outdated(error: psycopg.Error) -> bool:
    """Whether a prepared statement no longer matches its tables, or no longer exists."""
    return isinstance(error, errors.InvalidSqlStatementName) or error.diag.source_function == _PLAN_CHECK
