"""Checks before an application serves: problems that do not prevent it from working, but should be known."""

from collections.abc import Callable, Iterator

from flask import Flask

from beastmode.core.errors import BeastmodeError

_EXTENSION = "beastmode.inspections"
Inspection = Callable[[], object]
"""Raises BeastmodeError if it finds a problem; runs in an application context."""


def add_inspection(app: Flask, inspection: Inspection) -> None:
    """Add a check to `flask beastmode doctor` and to the start of `flask beastmode serve`.

    Args:
        app: The Flask application.
        inspection: Raises BeastmodeError with what was found and what to do.
    """
    app.extensions.setdefault(_EXTENSION, []).append(inspection)


def inspect(app: Flask) -> Iterator[str]:
    """The problems that the inspections of an application find, one sentence each.

    An inspection that cannot run, for example because the database is unavailable, is skipped: the readiness checks
    report that.

    Args:
        app: The Flask application.
    """
    with app.app_context():
        for inspection in app.extensions.get(_EXTENSION, ()):
            try:
                inspection()
            except BeastmodeError as error:
                yield str(error)
            except Exception:  # noqa: BLE001, S112 - as said above
                continue
