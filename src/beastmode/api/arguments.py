"""The arguments of a view: the path, the query string and the body, validated."""

from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from beastmode.api.body import body_reader, query_reader
from beastmode.api.route import Route
from beastmode.api.settings import ApiSettings
from beastmode.core.exchange import current_exchange
from beastmode.core.settings import settings_of
from beastmode.core.steps import Call, Proceed, Step
from beastmode.db.errors import is_out_of_range
from beastmode.query.write.targets import not_found

_WIDTH, _WIDEST = 2**31, 2**63
"""The smallest numbers that are too large for an INTEGER column, and for any column."""


class PathNumbers(Step):
    """Returns 404 for numbers that no column can hold."""

    statuses = frozenset({404})

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Refuse numbers too large for any column immediately, and others if the database refuses them.

        Raises:
            Problem: 404.
        """
        if _has_beyond(call.path, _WIDEST):
            raise not_found()
        try:
            return proceed(call)
        except Exception as error:
            if is_out_of_range(error) and _has_beyond(call.path, _WIDTH):
                raise not_found() from error
            raise

    @classmethod
    def of(cls, _: Flask, route: Route) -> "PathNumbers | None":
        """The step of a route; None if its path has no parameters."""
        return cls() if "<" in route.rule else None


class Arguments(Step):
    """Reads the body and the query string, and refuses anything that is not declared.

    Args:
        route: The declaration.
        settings: The limits of a body.
    """

    def __init__(self, route: Route, settings: ApiSettings) -> None:
        others = route.listing.parameters() if route.listing else []
        self._takes_query = route.query is not None
        self._read_body = (
            None if route.accepts is None else body_reader(route.accepts, settings, required=route.body_required)
        )
        self._read_query = query_reader(route.query, others, settings.max_json_items)
        self.statuses = frozenset() if self._read_body is None else frozenset({413, 415})

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Pass the declared data to the view.

        Raises:
            Problem: 400, 413, 415 or 422, with all problems.
        """
        request = call.request
        if self._read_body is not None:
            call.arguments.append(self._read_body(request))
        if self._takes_query:
            call.arguments.append(self._read_query(request.args))
        elif request.environ.get("QUERY_STRING"):
            self._read_query(request.args)  # no parameter is declared, so any is refused
        if call.arguments:
            current_exchange().arguments = tuple(call.arguments)
        return proceed(call)

    def without_query(self) -> list[Any]:
        """The arguments of a GET view if the query string is empty."""
        return [self._read_query(MultiDict())] if self._takes_query else []

    @classmethod
    def of(cls, app: Flask, route: Route) -> "Arguments":
        """The step of a route; every route has one, because it refuses what is not declared."""
        return cls(route, settings_of(app, ApiSettings))


def _has_beyond(path: dict[str, Any], bound: int) -> bool:
    """Whether a path contains a number that is at least this large."""
    return any(type(value) is int and value >= bound for value in path.values())
