"""One version's routes, registered in Flask and described in its OpenAPI document, by flask-smorest."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import flask_smorest
import orjson
from flask import Flask, Response
from marshmallow import Schema

from beastmode.api.authentication import Authentication
from beastmode.api.components import Components
from beastmode.api.conditional import etag_of, has_it_already
from beastmode.api.endpoint import Endpoint
from beastmode.api.envelope import JsonResponse
from beastmode.api.hidden import without
from beastmode.api.if_match import IfMatch
from beastmode.api.operations import Operations, operation_id
from beastmode.api.private_smorest import QuietApi
from beastmode.api.properties import Direction
from beastmode.api.representations import compare_with_representations
from beastmode.api.route import Route
from beastmode.api.settings import ApiSettings
from beastmode.core.errors import ConfigurationError
from beastmode.core.private_flask import current_request
from beastmode.core.security_schemes import SecurityScheme, schemes_of

_OPENAPI = "3.1.0"


class VersionDocument(QuietApi):
    """The document of one version.

    Args:
        app: The Flask application.
        title: The API's name.
        version: The version's name, such as "v1".
        settings: The maximum lengths of lists.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None  # a `default` answer would hide a status that is not documented

    def __init__(self, app: Flask, title: str, version: str, settings: ApiSettings) -> None:
        self._flask = app
        self._version = version
        self._texts: dict[frozenset[str], bytes] = {}
        self._endpoints: list[Endpoint] = []
        prefix = f"BEASTMODE_{version.upper()}_"
        super().__init__(
            app,
            config_prefix=prefix,
            spec_kwargs={"title": title, "version": version, "openapi_version": _OPENAPI},
        )
        most: dict[Direction, int] = {"request": settings.max_json_items, "response": settings.nested_limit}
        self._components = Components(self.spec, self.ma_plugin.converter, most)
        has_envelope = app.extensions.get("beastmode.problems", False)
        self._operations = Operations(self._components, self.ma_plugin.converter, has_envelope=has_envelope)
        self._schemes: dict[str, SecurityScheme] = {}
        for scheme in schemes_of(app):
            self._describe_scheme(scheme)

    def add_routes(self, endpoints: Sequence[Endpoint], descriptions: Mapping[str, str]) -> None:
        """Register the routes of this version, in Flask and in the document.

        Args:
            endpoints: One for each route.
            descriptions: A sentence for each blueprint, by name.
        """
        compare_with_representations(endpoints)
        self._components.claim(_shown_by(endpoint.route for endpoint in endpoints))
        groups: dict[str, list[Endpoint]] = {}
        for endpoint in endpoints:
            groups.setdefault(endpoint.route.blueprint, []).append(endpoint)
        for name, members in groups.items():
            blueprint = flask_smorest.Blueprint(
                f"{self._version}_{name}", __name__, url_prefix=f"/api/{self._version}", description=descriptions[name]
            )
            for endpoint in members:
                self._add(blueprint, endpoint)
            self.register_blueprint(blueprint)
            for endpoint in members:
                # Without Flask's wrapper, which checks with each request whether it is async.
                self._flask.view_functions[f"{blueprint.name}.{endpoint.__name__}"] = endpoint

    def _add(self, blueprint: Any, endpoint: Endpoint) -> None:
        route = endpoint.route
        self._endpoints.append(endpoint)
        operation = self._operations.describe(
            route,
            endpoint.steps,
            can_match=_is_compared(endpoint),
            security=self._security_of(endpoint),
        )
        blueprint.add_url_rule(
            route.rule,
            endpoint.__name__,
            blueprint.doc(**operation)(endpoint),
            methods=[route.method],
            # Otherwise a path with two slashes would be redirected to whatever host is in the request.
            merge_slashes=False,
            tags=[route.blueprint],
        )

    def _security_of(self, endpoint: Endpoint) -> list[dict[str, Any]]:
        """The ways to authenticate for a route, of which one is enough; [] if it needs none."""
        step = endpoint.step(Authentication)
        if step is None:
            return []
        for scheme in step.schemes:
            self._describe_scheme(scheme)
        ways: list[dict[str, Any]] = [{scheme.name: []} for scheme in step.schemes]
        return [{}, *ways] if step.is_optional else ways

    def _describe_scheme(self, scheme: SecurityScheme) -> None:
        known = self._schemes.setdefault(scheme.name, scheme)
        if known is scheme:
            if scheme.name not in self.spec.components.security_schemes:
                self.spec.components.security_scheme(scheme.name, dict(scheme.definition))
        elif dict(known.definition) != dict(scheme.definition):
            raise ConfigurationError(f"Two authenticators are called {scheme.name}; give each its own name.")

    def content(self) -> dict[str, Any]:
        """The document, as plain values, without routes that steps hide."""
        return self._content(self._hidden())

    def _content(self, hidden: frozenset[str]) -> dict[str, Any]:
        whole: dict[str, Any] = self.spec.to_dict()
        for tag in whole.get("tags", ()):
            tag["name"] = tag["name"].removeprefix(f"{self._version}_")
        return without(whole, hidden) if hidden else whole

    def _hidden(self) -> frozenset[str]:
        """The operations that a step hides at this moment."""
        return frozenset(
            operation_id(endpoint.route)
            for endpoint in self._endpoints
            if not all(step.is_listed for step in endpoint.steps)
        )

    def answer(self) -> Response:
        """The document over HTTP; it is serialized once for each set of hidden routes."""
        hidden = self._hidden()
        text = self._texts.get(hidden)
        if text is None:
            text = orjson.dumps(self._content(hidden), option=orjson.OPT_INDENT_2)
            # One set at a time: a flag that goes back and forth must not fill the memory.
            self._texts = {hidden: text}
        etag = etag_of(text)
        known = has_it_already(current_request(), etag)
        response = JsonResponse(status=304) if known else JsonResponse([text])
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "no-cache"
        return response


def _shown_by(routes: Iterable[Route]) -> Iterator[tuple[Schema, Direction]]:
    """Every schema that clients of these routes send or receive."""
    for route in routes:
        if route.accepts is not None:
            yield route.accepts, "request"
        if route.returns is not None:
            yield route.returns, "response"


def _is_compared(endpoint: Endpoint) -> bool:
    """Whether `If-Match` has a representation to be compared with."""
    step = endpoint.step(IfMatch)
    return step is not None and step.tag is not None
