import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import flask
from flask import Flask

from beastmode.api.arguments import Arguments, PathNumbers
from beastmode.api.authentication import Authentication
from beastmode.api.blueprint import Blueprint
from beastmode.api.callers import Permissions, checked_caller, inheriting
from beastmode.api.declarations import defaults_of
from beastmode.api.deprecations import DeprecatedRoute
from beastmode.api.docs import docs_blueprint
from beastmode.api.document import VersionDocument
from beastmode.api.endpoint import Endpoint
from beastmode.api.freshness import Freshness
from beastmode.api.if_match import IfMatch
from beastmode.api.inheritance import resolve
from beastmode.api.permissions import Permission
from beastmode.api.route import Route
from beastmode.api.settings import ApiSettings
from beastmode.api.versions import Version
from beastmode.core.errors import ConfigurationError
from beastmode.core.middleware import Middleware
from beastmode.core.steps import Stage, add_step

_STEPS = (
    (Stage.ANNOUNCEMENT, DeprecatedRoute.of),
    (Stage.CALLER, Authentication.of),
    (Stage.PERMISSION, Permission.of),
    (Stage.PERMISSION, Freshness.of),
    (Stage.ARGUMENTS, PathNumbers.of),
    (Stage.ARGUMENTS, Arguments.of),
    (Stage.PRECONDITION, IfMatch.of),
)
"""What every API has; features and projects add more."""
_FIRST_SEGMENT = re.compile(r"/api/([^/]+)")


class Api:
    """A project's API: its versions and blueprints.

    Args:
        title: Its title, for the OpenAPI documents.
        versions: The versions, oldest first; a version inherits every route of the previous one that it does not
            redefine.
        defaults: Declarations for all routes for which neither the route nor its blueprint has any, such as
            `[rate_limit(1000, 3600)]`.
        permission: What callers of its routes must be allowed to do, unless the blueprint or the route says otherwise,
            or answers callers who are not logged in.
    """

    def __init__(
        self,
        title: str,
        *,
        versions: Sequence[Version] = (Version("v1"),),
        defaults: Sequence[Any] = (),
        permission: Permissions | None = None,
    ) -> None:
        _refuse_other_versions(versions)
        names = [version.name for version in versions]
        if not names or len(set(names)) < len(names):
            raise ConfigurationError(f"Api(versions={names}): expected at least one version, each with a unique name.")
        self.title = title
        self.versions = tuple(versions)
        self._defaults = defaults_of("Api()", "default", defaults)
        self._callers = {"permission": checked_caller("Api()", "permission", permission)}
        self.blueprints: list[Blueprint] = []

    def register(self, *blueprints: Blueprint) -> None:
        """Register blueprints; registering one twice has no effect.

        Args:
            blueprints: The blueprints.

        Raises:
            ConfigurationError: One of them is not a beastmode blueprint.
        """
        for blueprint in blueprints:
            _refuse_other_blueprint(blueprint)
        self.blueprints += [blueprint for blueprint in blueprints if blueprint not in self.blueprints]

    def install(self, app: Flask, settings: ApiSettings, middleware: Middleware) -> None:
        """Register every route and document in an application.

        Args:
            app: The Flask application.
            settings: Its settings.
            middleware: Its middleware, which rewrites unversioned paths.

        Raises:
            ConfigurationError: Two routes conflict, or API_VERSION does not exist.
        """
        if settings.api_version not in {version.name for version in self.versions}:
            known = ", ".join(version.name for version in self.versions)
            raise ConfigurationError(f"API_VERSION is {settings.api_version!r}; available versions: {known}.")
        for stage, make in _STEPS:
            add_step(app, stage, make)
        tables = resolve(self.versions, (route for blueprint in self.blueprints for route in blueprint.routes))
        descriptions = {blueprint.name: blueprint.description for blueprint in self.blueprints}
        documents = {}
        for name, routes in tables.items():
            document = documents[name] = VersionDocument(app, self.title, name, settings)
            document.add_routes([Endpoint(app, self._with_defaults(route), settings) for route in routes], descriptions)
        app.extensions["beastmode.documents"] = documents
        if settings.shows_docs:
            for name, document in documents.items():
                app.add_url_rule(f"/api/{name}/openapi.json", f"{name}_openapi", document.answer)
            paths = {name: f"/api/{name}/openapi.json" for name in documents}
            app.register_blueprint(docs_blueprint(self.title, paths))
        default = settings.api_version
        middleware.rewrites.append(_unversioned(default, {route.rule.split("/")[1] for route in tables[default]}))

    def _with_defaults(self, route: Route) -> Route:
        """The route with the defaults of the API after those of its blueprint, and what the API requires of callers."""
        changes = inheriting(vars(route), self._callers)
        if self._defaults:
            changes["defaults"] = (*route.defaults, *self._defaults)
        return replace(route, **changes) if changes else route


def _refuse_other_blueprint(blueprint: Any) -> None:
    """Refuse anything but blueprints of an API, with a message that says what to write."""
    if isinstance(blueprint, Blueprint):
        return
    if isinstance(blueprint, flask.Blueprint):
        raise ConfigurationError(
            f"api.register({blueprint.name!r}): this is a Flask Blueprint, which app.register_blueprint(...) adds to "
            "the application; declare API routes on a beastmode.Blueprint."
        )
    raise ConfigurationError(
        f"api.register({blueprint!r}): expected a beastmode.Blueprint; pass several as arguments, not as a list: "
        "api.register(posts, comments)."
    )


def _refuse_other_versions(versions: Any) -> None:
    """Refuse anything but a sequence of versions, with a message that says what to write."""
    is_sequence = isinstance(versions, Sequence) and not isinstance(versions, str)
    if not is_sequence or not all(isinstance(version, Version) for version in versions):
        raise ConfigurationError(
            f'Api(versions={versions!r}): expected a list of versions, such as [Version("v1"), Version("v2")].'
        )


def _unversioned(default: str, heads: set[str]) -> Callable[[str], str]:
    """A function that turns `/api/posts` into the path of the default version, which limits and metrics then see.

    Args:
        default: The default version's name.
        heads: The first segments of its routes; any other path under /api is the project's own.
    """
    ours = heads | {"openapi.json"}

    def rewrite(path: str) -> str:
        if path.startswith("/api/") and (match := _FIRST_SEGMENT.match(path)) and match[1] in ours:
            return f"/api/{default}{path[4:]}"
        return path

    return rewrite
