"""Finds the GET for each route that makes changes, so that `If-Match` can be compared."""

from collections.abc import Iterable
from typing import Any

from flask import Request

from beastmode.api.arguments import Arguments
from beastmode.api.endpoint import Endpoint
from beastmode.api.if_match import IfMatch, Tag


def compare_with_representations(endpoints: Iterable[Endpoint]) -> None:
    """Make each route that changes something compare `If-Match` with the GET on its path.

    Args:
        endpoints: The routes of one version.

    Raises:
        ConfigurationError: One of them is public, and its GET is not.
    """
    shown = {endpoint.route.rule: endpoint for endpoint in endpoints if endpoint.route.is_safe}
    for endpoint in endpoints:
        step, source = endpoint.step(IfMatch), shown.get(endpoint.route.rule)
        # The resource that a POST creates does not exist yet.
        if step is not None and source is not None and endpoint.route.method != "POST":
            step.compare_with(source.route, _tag_of(source))


def _tag_of(source: Endpoint) -> Tag:
    """A function that returns the ETag of a GET's current representation."""
    arguments = source.step(Arguments)

    def tag(asked: Request, path: dict[str, Any]) -> str:
        return source.view.etag(asked, path, [] if arguments is None else arguments.without_query())

    return tag
