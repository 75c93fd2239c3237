from typing import TYPE_CHECKING

from flask import Flask

from beastmode.core.steps import Declared, Stage, add_step, declarations_for
from beastmode.idempotency.declaration import Idempotent

if TYPE_CHECKING:
    from beastmode.idempotency.steps import Idempotency


def install(app: Flask) -> None:
    """Let routes of an application heed `Idempotency-Key`; those that do not declare it are not affected.

    Args:
        app: The Flask application.
    """
    add_step(app, Stage.IDEMPOTENCY, _step_of)


def _step_of(app: Flask, route: Declared) -> "Idempotency | None":
    """The step of a route; None if it does not heed keys."""
    if not declarations_for(route, Idempotent):
        return None
    from beastmode.idempotency.steps import Idempotency  # noqa: PLC0415 - adds the table to the metadata

    return Idempotency.of(app, route)
