"""Engines that send each statement by itself."""

import inspect
from typing import Any

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.engine.default import DefaultDialect

__all__ = ["create_reader"]

SKIPS = "skip_autocommit_rollback"
CAN_SKIP = SKIPS in inspect.signature(DefaultDialect.__init__).parameters
"""Whether SQLAlchemy can be told to send no ROLLBACK where nothing was begun: since 2.0.43."""


def create_reader(url: URL, **options: Any) -> Engine:
    """An engine in autocommit, without the round trips of BEGIN and ROLLBACK.

    Args:
        url: The address of the database.
        options: As `create_engine` takes them.
    """
    if CAN_SKIP:
        return create_engine(url, isolation_level="AUTOCOMMIT", **{SKIPS: True}, **options)
    engine = create_engine(url, isolation_level="AUTOCOMMIT", **options)
    # The connection of a database in memory is the writer's too, whose open transaction this would end.
    engine.dialect.do_rollback = nothing  # type: ignore[method-assign,assignment]  # what the option does
    return engine


def nothing(_: object) -> None:
    """What there is to roll back in autocommit."""
