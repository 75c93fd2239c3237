"""Engines in autocommit mode."""

import inspect
from typing import Any

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.engine.default import DefaultDialect

_SKIPS = "skip_autocommit_rollback"
CAN_SKIP = _SKIPS in inspect.signature(DefaultDialect.__init__).parameters
"""Whether SQLAlchemy can be configured to skip ROLLBACK without a transaction: since 2.0.43."""


def create_reader(url: URL, **options: Any) -> Engine:
    """An engine in autocommit, without the round trips of BEGIN and ROLLBACK.

    Args:
        url: The URL of the database.
        options: The arguments of `create_engine`.
    """
    if CAN_SKIP:
        return create_engine(url, isolation_level="AUTOCOMMIT", **{_SKIPS: True}, **options)
    engine = create_engine(url, isolation_level="AUTOCOMMIT", **options)
    # The connection of an in-memory database is also the writer's, whose open transaction this would end.
    engine.dialect.do_rollback = _nothing  # type: ignore[method-assign,assignment]  # what the option does
    return engine


def _nothing(_: object) -> None:
    """Nothing, because there is nothing to roll back in autocommit mode."""
