"""The steps that a route runs in addition to its view: an ordered list, built from its declaration at startup.

Features and projects add steps with `add_step` and a function that takes each route's declaration and returns its step,
or None. The API layer runs the steps without knowing any of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias, TypeVar

from flask import Flask, Request
from werkzeug.wrappers import Response

from beastmode.core.errors import ConfigurationError

__all__ = [
    "Call",
    "Declared",
    "Defaults",
    "MakeStep",
    "Proceed",
    "Stage",
    "Step",
    "add_step",
    "chained",
    "declaration_of",
    "declarations_for",
    "declare",
    "steps_of",
]

_EXTENSION = "beastmode.steps"
_DECLARATIONS = "_beastmode_declarations"
"""The attribute of a view with the declarations of decorators; functools.wraps copies it to wrapping functions."""

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])


class Stage(IntEnum):
    """When a step runs; the steps of one stage run in the order in which they were added."""

    ANNOUNCEMENT = 1
    """Added to every response of the route, including refusals, such as its deprecation."""
    CALLER = 2
    """Who the caller is."""
    PERMISSION = 3
    """Whether the caller has permission."""
    LIMIT = 4
    """How often the caller may call."""
    ARGUMENTS = 5
    """The view's arguments: the path, the query string and the body are validated."""
    IDEMPOTENCY = 6
    """Whether the same request was handled before."""
    CACHE = 7
    """Whether the response is cached."""
    PRECONDITION = 8
    """Conditions on the resource, such as `If-Match`."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a blueprint or an API declares for those of its routes that do not declare it themselves.

    Attributes:
        place: Where it was declared, such as "posts" for a blueprint; "default" for an API.
        declarations: The declarations, such as `rate_limit(100, 3600)`.
    """

    place: str
    declarations: tuple[Any, ...]


class Declared(Protocol):
    """The declaration of a route, as steps see it."""

    @property
    def name(self) -> str:
        """Its name, the same in every version, such as "posts.get_post"."""

    @property
    def method(self) -> str:
        """Its method, such as "GET"."""

    @property
    def rule(self) -> str:
        """Its path below `/api/<version>`, in Flask's syntax: "/posts/<int:post_id>"."""

    @property
    def view(self) -> Callable[..., Any]:
        """The view function."""

    @property
    def defaults(self) -> tuple[Defaults, ...]:
        """The defaults that apply to it, the nearest first: those of its blueprint, then those of the API."""

    @property
    def public(self) -> bool:
        """Whether it requires no authentication."""

    @property
    def is_safe(self) -> bool:
        """Whether it only reads."""


class Call:
    """A request on its way through the steps of a route.

    Attributes:
        request: The request itself, not Flask's proxy.
        path: The view's keyword arguments, from the path.
        arguments: The view's positional arguments: the body and the query string, once they have been read.
    """

    __slots__ = ("arguments", "path", "request")

    def __init__(self, request: Request, path: dict[str, Any]) -> None:
        self.request = request
        self.path = path
        self.arguments: list[Any] = []


Proceed: TypeAlias = Callable[[Call], Response]
"""Runs the steps that follow, and the view."""


class Step:
    """One thing that a route does in addition to its view. It raises a Problem to refuse the request.

    Attributes:
        statuses: The status codes of its refusals, for the OpenAPI document.
        note: A sentence for the description of the route in that document.
        required_headers: Request headers without which it refuses, for that document.
        content: The media types of a body that it reads itself, and their schemas, for that document.
    """

    statuses: frozenset[int] = frozenset()
    note: str = ""
    required_headers: tuple[str, ...] = ()
    content: Mapping[str, Any] = MappingProxyType({})

    @property
    def is_listed(self) -> bool:
        """Whether the OpenAPI documents show the route at this moment; asked with each request for a document."""
        return True

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """The response: that of `proceed(call)`, or its own.

        Args:
            call: The request.
            proceed: Runs the steps that follow, and the view. A step may call it once, or not at all.

        Raises:
            Problem: The request is refused.
        """
        raise NotImplementedError


MakeStep: TypeAlias = Callable[[Flask, Any], Step | None]
"""Takes the application and a route's declaration (`Declared`); returns the route's step, or None if it needs none."""


@dataclass
class _Steps:
    """The steps that an application adds to its routes.

    Attributes:
        makers: The functions that create steps, with their stages.
        is_read: Whether routes have been built, so that it is too late to add steps.
    """

    makers: list[tuple[Stage, MakeStep]] = field(default_factory=list)
    is_read: bool = False


def add_step(app: Flask, stage: Stage, make: MakeStep) -> None:
    """Add a step to the routes of an application, before `Beastmode(app, api=...)` builds them.

    Args:
        app: The Flask application.
        stage: When it runs.
        make: Called for each route at startup; returns the step, or None if the route needs none.

    Raises:
        ConfigurationError: The routes have been built already.
    """
    steps = app.extensions.setdefault(_EXTENSION, _Steps())
    if steps.is_read:
        raise ConfigurationError(
            "add_step(): the routes have already been built; call it before Beastmode(app, api=...)."
        )
    steps.makers.append((stage, make))


def steps_of(app: Flask, route: Declared) -> Iterator[Step]:
    """The steps of a route, in the order in which they run.

    Args:
        app: The Flask application.
        route: The declaration.
    """
    steps = app.extensions.setdefault(_EXTENSION, _Steps())
    steps.is_read = True
    for _, make in sorted(steps.makers, key=lambda added: added[0]):
        step = make(app, route)
        if step is not None:
            yield step


def chained(steps: Iterable[Step], view: Proceed) -> Proceed:
    """Combine the steps and the view into one function; the first step is the outermost.

    Args:
        steps: In the order in which they run.
        view: Calls the view.
    """
    proceed = view
    for step in reversed(list(steps)):
        proceed = partial(_run, step, proceed)
    return proceed


def _run(step: Step, proceed: Proceed, call: Call) -> Response:
    return step(call, proceed)


def declare(view: View, declaration: Any) -> View:
    """Attach a declaration to a view, for a decorator whose step finds it with `declaration_of`.

    Args:
        view: The view.
        declaration: An instance of a class that belongs to the step.
    """
    setattr(view, _DECLARATIONS, (*getattr(view, _DECLARATIONS, ()), declaration))
    return view


def declaration_of(view: Callable[..., Any], kind: type[T]) -> T | None:
    """The declaration of a given class that is attached to a view; the outermost one if there are several, else None.

    Args:
        view: The view.
        kind: The class of the declaration.
    """
    given = [each for each in getattr(view, _DECLARATIONS, ()) if isinstance(each, kind)]
    return given[-1] if given else None


def declarations_for(route: Declared, kind: type[T]) -> list[tuple[str, T]]:
    """The declarations of a given class that apply to a route, each with the place where it was declared.

    Those of the route itself, or if it has none, those of its blueprint, or if that has none either, those of the API.

    Args:
        route: The declaration of the route.
        kind: The class of the declarations.
    """
    own = Defaults(route.name, getattr(route.view, _DECLARATIONS, ()))
    for level in (own, *route.defaults):
        found = [(level.place, each) for each in level.declarations if isinstance(each, kind)]
        if found:
            return found
    return []
