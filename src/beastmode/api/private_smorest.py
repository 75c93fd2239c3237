"""Access to what is private in flask-smorest."""

from typing import Any

import flask_smorest

__all__ = ["RELIES_ON", "QuietApi"]

RELIES_ON: tuple[tuple[Any, str], ...] = (
    (flask_smorest.Api, "_register_error_handlers"),
    (flask_smorest.Api, "_register_responses"),
)
"""Every private name that this module uses, with its owner."""


class QuietApi(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest has no types
    """An API that registers only its routes; flask-smorest has no option to turn off the rest."""

    def _register_error_handlers(self) -> None:
        """Does nothing: flask-smorest's handlers would apply to the whole application, including HTML pages."""

    def _register_responses(self) -> None:
        """Does nothing: the names of its responses depend on the Python version."""
