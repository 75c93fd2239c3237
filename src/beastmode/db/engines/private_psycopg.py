"""Access to what is private in psycopg."""

from typing import Any

import psycopg

__all__ = ["RELIES_ON", "forget_prepared"]

RELIES_ON: tuple[tuple[Any, str], ...] = ((psycopg.Connection, "_prepared"),)
"""Every private name that this module uses, with its owner."""


def forget_prepared(connection: psycopg.Connection[Any]) -> None:
    """Make a connection prepare all its statements again.

    The public `rollback()` does so only if a transaction is open, and in autocommit there is none.

    Args:
        connection: The connection.
    """
    connection._prepared.clear()
