"""Turns a declared route into the function that Flask calls; what a request needs is decided at startup."""

from typing import Any, TypeVar

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.api.problems import problem_for
from beastmode.api.route import Route
from beastmode.api.settings import ApiSettings
from beastmode.api.view import View
from beastmode.core.private_flask import current_request
from beastmode.core.steps import Call, Step, chained, steps_of

S = TypeVar("S", bound=Step)


class Endpoint:
    """One route of one version, as Flask calls it: its steps in order, then its view.

    Args:
        app: The Flask application.
        route: The declaration.
        settings: The application's settings.

    Attributes:
        steps: What it does in addition to its view.
    """

    def __init__(self, app: Flask, route: Route, settings: ApiSettings) -> None:
        self.route = route
        self.__name__ = route.view.__name__
        self.__doc__ = route.view.__doc__
        self.steps = tuple(steps_of(app, route))
        self.view = View(app, route, settings)
        self._respond = chained(self.steps, self.view)

    def __call__(self, **path: Any) -> Response:
        """Handle the current request."""
        asked = current_request()
        try:
            return self._respond(Call(asked, path))
        except Exception as error:
            problem = problem_for(error)
            if problem is None or problem is error:
                raise
            raise problem from error

    def step(self, kind: type[S]) -> S | None:
        """The step of a kind; None if the route has none.

        Args:
            kind: The step's class.
        """
        return next((step for step in self.steps if isinstance(step, kind)), None)
