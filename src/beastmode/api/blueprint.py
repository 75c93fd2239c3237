import re
from collections.abc import Callable, Sequence
from typing import Any, Literal, NoReturn, TypedDict, TypeVar, Unpack

from marshmallow import Schema

from beastmode.api.callers import Permissions, checked_caller, inheriting, refuse_contradicting_callers
from beastmode.api.declarations import checked_options, defaults_of, refuse_rule, refuse_view
from beastmode.api.listing import Listing
from beastmode.api.route import Route
from beastmode.api.versions import Deprecation
from beastmode.core.errors import ConfigurationError

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+*-]+")
_OF_APP = "Hooks and error handlers belong to the application: use @app.{0}."
_OF_FLASK = {
    "add_url_rule": 'Declare the route: @posts.get("/<int:id>").',
    "arguments": "Declare what the route accepts: @posts.post(accepts=..., query=...).",
    "response": "Declare what the route returns: @posts.get(returns=..., status=...).",
    "alt_response": "Declare the other statuses of the route: @posts.get(errors=(403,)).",
    "paginate": "Declare the list on the route: @posts.get(returns=..., listing=Listing()).",
    "head": "GET handles HEAD as well.",
    "options": "Flask handles OPTIONS for every route.",
    **{
        hook: _OF_APP.format(hook)
        for hook in ("before_request", "after_request", "teardown_request", "errorhandler", "context_processor", "cli")
    },
    **{
        f"app_{hook}": _OF_APP.format(hook)
        for hook in ("before_request", "after_request", "teardown_request", "errorhandler", "context_processor")
    },
    "before_app_request": _OF_APP.format("before_request"),
    "after_app_request": _OF_APP.format("after_request"),
    "record": "Use the application where you call Beastmode(app, api=api).",
    "register_blueprint": "Blueprints cannot be nested; pass several to api.register.",
}
"""Names of blueprints in Flask or flask-smorest, and their counterparts here."""

View = TypeVar("View", bound=Callable[..., Any])
SchemaOrClass = Schema | type[Schema]


class RouteOptions(TypedDict, total=False):
    """What a route may declare.

    Attributes:
        accepts: The schema of the request body; the loaded data is the view's first argument.
        body_required: Whether the body is required; if it is not, a missing one is `{}`. True by default.
        query: The schema of the query string; the loaded data is the view's next argument.
        returns: The schema of the response's data.
        many: Whether the data is a list of that schema.
        listing: How the list is paginated, sorted and filtered.
        status: The status code of a successful response; 200 by default.
        public: Whether the route requires no authentication; False by default.
        sign_in: "optional" if anonymous callers are answered too; a credential that is not valid is still refused.
            "required" by default.
        authenticators: How callers authenticate, in order: names of the application's authenticators, or others; all
            of the application's by default.
        permission: What the caller must be allowed to do, such as "posts:write"; a function of the caller (`Identity`)
            that returns True; or a list of both, of which all must hold. [] for nothing, whatever the blueprint says.
        fresh: How many minutes ago the caller must have logged in, at most.
        errors: Further status codes that the view responds with, for the OpenAPI document.
        envelope: Whether the data is wrapped in the envelope; True by default.
        deprecated: Since when the route is deprecated, and when it will be removed.
    """

    accepts: SchemaOrClass
    body_required: bool
    query: SchemaOrClass
    returns: SchemaOrClass
    many: bool
    listing: Listing
    status: int
    public: bool
    sign_in: Literal["required", "optional"]
    authenticators: Sequence[Any]
    permission: Permissions
    fresh: float
    errors: tuple[int, ...]
    produces: str
    consumes: str
    envelope: bool
    deprecated: Deprecation


class Blueprint:
    """A group of routes of one API version, each declaring what it accepts and returns.

    Args:
        name: The name; a tag in the OpenAPI document and the first half of each endpoint name.
        version: The version in which the routes first appear; later versions inherit them.
        url_prefix: A prefix for every rule, such as "/posts".
        description: One sentence for the OpenAPI document.
        defaults: Declarations for all its routes that have none of their own, such as `[rate_limit(100, 3600)]`.
        authenticators: How callers of its routes authenticate, unless a route says otherwise.
        permission: What callers of its routes must be allowed to do, unless a route says otherwise or answers callers
            who are not logged in.
    """

    def __init__(  # noqa: PLR0913 - each is an option, given by name
        self,
        name: str,
        *,
        version: str,
        url_prefix: str = "",
        description: str = "",
        defaults: Sequence[Any] = (),
        authenticators: Sequence[Any] | None = None,
        permission: Permissions | None = None,
    ) -> None:
        if not isinstance(name, str) or not name.isidentifier():
            raise ConfigurationError(
                f"Blueprint({name!r}): expected a name of letters, digits and underscores, such as posts."
            )
        if not isinstance(version, str):
            raise ConfigurationError(
                f'Blueprint({name!r}, version={version!r}): expected the name of a version, such as "v1".'
            )
        if not isinstance(url_prefix, str) or (url_prefix and (url_prefix[0] != "/" or url_prefix[-1] == "/")):
            raise ConfigurationError(
                f'Blueprint({name!r}, url_prefix={url_prefix!r}): expected a path that starts with "/" and does not '
                'end with one, such as "/posts".'
            )
        self.name = name
        self.version = version
        self.url_prefix = url_prefix
        self.description = description
        self._defaults = defaults_of(f"Blueprint({name!r})", name, defaults)
        given = {"authenticators": authenticators, "permission": permission}
        self._callers = {option: checked_caller(repr(self), option, value) for option, value in given.items()}
        self.routes: list[Route] = []

    def get(self, rule: str = "", **options: Unpack[RouteOptions]) -> Callable[[View], View]:
        """Declare a route for GET and HEAD.

        Args:
            rule: The path after the prefix, in Flask's syntax; "" for the prefix itself.
            options: The options of the route, as listed for `route`.
        """
        return self.route("GET", rule, **options)

    def post(self, rule: str = "", **options: Unpack[RouteOptions]) -> Callable[[View], View]:
        """Declare a route for POST; arguments as for `get`."""
        return self.route("POST", rule, **options)

    def put(self, rule: str = "", **options: Unpack[RouteOptions]) -> Callable[[View], View]:
        """Declare a route for PUT; arguments as for `get`."""
        return self.route("PUT", rule, **options)

    def patch(self, rule: str = "", **options: Unpack[RouteOptions]) -> Callable[[View], View]:
        """Declare a route for PATCH; arguments as for `get`."""
        return self.route("PATCH", rule, **options)

    def delete(self, rule: str = "", **options: Unpack[RouteOptions]) -> Callable[[View], View]:
        """Declare a route for DELETE; arguments as for `get`."""
        return self.route("DELETE", rule, **options)

    def route(self, method: str, rule: str = "", **options: Unpack[RouteOptions]) -> Callable[[View], View]:
        """Declare a route for a method and a path.

        Args:
            method: "GET", "POST", "PUT", "PATCH" or "DELETE".
            rule: The path after the prefix.
            options: The options of the route.

        Raises:
            ConfigurationError: The declaration contradicts itself.
        """
        refuse_rule(self.name, method, rule, self.url_prefix)
        given = checked_options(self.name, method, rule, options)
        given |= inheriting(given, self._callers)

        if given.get("returns") is not None and given["returns"].many:
            given["many"] = True

        def declare(view: View) -> View:
            refuse_view(self.name, view)
            route = Route(
                blueprint=self.name,
                version=self.version,
                method=method,
                rule=self.url_prefix + rule,
                view=view,
                defaults=self._defaults,
                **given,
            )
            _refuse_contradictions(route)
            if any(other.name == route.name for other in self.routes):
                raise ConfigurationError(f"Blueprint {self.name!r} has two views called {view.__name__}; rename one.")
            self.routes.append(route)
            return view

        return declare

    def register(self, *_: Any, **__: Any) -> NoReturn:
        """Called by `app.register_blueprint`, which is for Flask blueprints.

        Raises:
            ConfigurationError: Always; the message says what to write.
        """
        raise ConfigurationError(
            f"Blueprint {self.name!r} belongs to an API: api.register({self.name}), then Beastmode(app, api=api); "
            "app.register_blueprint is for Flask blueprints."
        )

    def __repr__(self) -> str:
        """The blueprint in error messages."""
        return f"Blueprint({self.name!r}, version={self.version!r})"

    def __getattr__(self, name: str) -> NoReturn:
        """Name the counterpart of what Flask's blueprints have and this one does not."""
        advice = _OF_FLASK.get(name, "")
        raise AttributeError(f"beastmode's Blueprint has no {name}. {advice}".rstrip(), name=name, obj=self)


def _refuse_contradictions(route: Route) -> None:
    if route.accepts is not None and route.method in {"GET", "DELETE"}:
        raise ConfigurationError(f"{route}: {route.method} cannot have a request body (RFC 9110); use query=.")
    if route.consumes is not None and (route.accepts is not None or route.method in {"GET", "DELETE"}):
        raise ConfigurationError(
            f"{route}: consumes= is for views that read the body themselves; it cannot be combined with accepts=."
        )
    if route.produces is not None and route.returns is not None:
        raise ConfigurationError(
            f"{route}: produces= is for views that return a Response; it cannot be combined with returns=."
        )
    refuse_contradicting_callers(route)
    for media_type in (route.consumes, route.produces):
        if media_type is not None and not _MEDIA_TYPE.fullmatch(media_type):
            raise ConfigurationError(f"{route}: {media_type!r} is not a media type; expected, for example, text/csv.")
    if route.listing is not None and (route.returns is None or route.method != "GET"):
        raise ConfigurationError(f"{route}: listing= is for GET routes that declare returns=.")
    if route.query is not None and route.listing is not None:
        clash = set(route.query.fields) & set(route.listing.parameters())
        if clash:
            raise ConfigurationError(f"{route}: query= and listing= both declare {', '.join(sorted(clash))}.")
