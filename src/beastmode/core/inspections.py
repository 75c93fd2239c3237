"""What is looked at before an application serves: faults that do not keep it from answering, but want to be known."""

from collections.abc import Callable, Iterator

from flask import Flask

from beastmode.core.errors import BeastmodeError

__all__ = ["add_inspection", "inspect"]

EXTENSION = "beastmode.inspections"
Inspection = Callable[[], object]
"""Raises BeastmodeError for what it found; runs in an application context."""


def add_inspection(app: Flask, inspection: Inspection) -> None:
    """Have `flask beastmode doctor` and the start of `flask beastmode serve` look at something.

    Args:
        app: The Flask application.
        inspection: Raises BeastmodeError with what was found and what to do.
    """
    app.extensions.setdefault(EXTENSION, []).append(inspection)


def inspect(app: Flask) -> Iterator[str]:
    """What the inspections of an application find, one sentence each.

    What cannot be looked at, as where the database is away, is left to the readiness checks, which say so.

    Args:
        app: The Flask application.
    """
    with app.app_context():
        for inspection in app.extensions.get(EXTENSION, ()):
            try:
                inspection()
            except BeastmodeError as error:
                yield str(error)
            except Exception:  # noqa: BLE001, S112 - as said above
                continue
