"""Checks the options of a route when it is declared, with messages that say what to write."""

import inspect
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from marshmallow import Schema

from beastmode.api.callers import OPTIONS, checked_caller
from beastmode.api.listing import Listing
from beastmode.api.versions import Deprecation
from beastmode.core.callables import deferral_of, name_of
from beastmode.core.errors import ConfigurationError
from beastmode.core.steps import Defaults
from beastmode.query.show.passing import watch

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SCHEMAS = ("accepts", "query", "returns")
_TRUTHS = ("body_required", "many", "public", "envelope")
_MEDIA_TYPES = ("consumes", "produces")
_KNOWN = (*_SCHEMAS, *_TRUTHS, *_MEDIA_TYPES, "listing", "status", "errors", "deprecated", *OPTIONS)

_ELSEWHERE = {
    "methods": "A route handles one method; declare each method separately: @{0}.get(...), @{0}.post(...).",
    "endpoint": "Endpoints are named after their views; rename the function.",
    "defaults": "Give the view's argument a default value, and declare the rule without it as well.",
    "strict_slashes": "Paths match exactly; leave it out.",
    "response_model": "Write returns=.",
    "response": "Write returns=.",
    "schema": "Use accepts= for the request body, and returns= for the response.",
    "body": "Write accepts=.",
    "arguments": "Use accepts= for the request body, and query= for the query string.",
    "status_code": "Write status=.",
    "code": "Write status=.",
    "summary": "The first line of the view's docstring is the summary.",
    "description": "The view's docstring, after its first line, is the description.",
    "tags": "The blueprint's name is the tag.",
    "tag": "The blueprint's name is the tag.",
    "auth": "Every route requires authentication; use public=True for one that does not, "
    'or sign_in="optional" for one that also answers callers who are not logged in.',
    "auth_required": "Every route requires authentication; use public=True for one that does not.",
}
"""Names of options in other frameworks, and what to write here; {0} is the blueprint's name."""


def checked_options(blueprint: str, method: str, rule: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a route as `Route` takes them: with schema instances, and errors as a tuple.

    Args:
        blueprint: The blueprint's name.
        method: The route's method.
        rule: The route's rule.
        options: The declared options.

    Raises:
        ConfigurationError: An option does not exist, or has the wrong type.
    """
    where = f'@{blueprint}.{method.lower()}("{rule}")'
    checked = dict(options)
    for name, value in options.items():
        if name in _SCHEMAS:
            checked[name] = _schema_of(where, name, value)
        elif name in _TRUTHS:
            _demand(isinstance(value, bool), where, name, value, "True or False")
        elif name in _MEDIA_TYPES:
            _demand(value is None or isinstance(value, str), where, name, value, 'a media type, such as "text/csv"')
        elif name == "listing":
            _demand(value is None or isinstance(value, Listing), where, name, value, "a Listing, such as Listing()")
        elif name == "deprecated":
            example = "a Deprecation, such as Deprecation(since=datetime(2026, 1, 31, tzinfo=UTC))"
            _demand(value is None or isinstance(value, Deprecation), where, name, value, example)
        elif name == "status":
            _demand(_is_status(value, 100), where, name, value, "a status code, such as 201")
        elif name in OPTIONS:
            checked[name] = checked_caller(where, name, value)
        elif name == "errors":
            checked[name] = _errors_of(where, value)
        else:
            raise ConfigurationError(f"{where}: there is no option {name}=. {_instead_of(blueprint, name)}")
    return checked


def defaults_of(where: str, place: str, declarations: Any) -> tuple[Defaults, ...]:
    """The declarations that a blueprint or an API gives its routes; an empty tuple for none.

    Args:
        where: What has them, for the message.
        place: A name of it, for the steps.
        declarations: The given value.

    Raises:
        ConfigurationError: It is not a list, or has something else than declarations, such as an ordinary decorator.
    """
    if not isinstance(declarations, list | tuple) or any(isinstance(each, type) for each in declarations):
        raise ConfigurationError(
            f"{where}: defaults= is {_shown(declarations)}; expected a list of declarations, such as "
            "[rate_limit(100, 3600)]."
        )
    if functions := [each for each in declarations if inspect.isroutine(each)]:
        raise ConfigurationError(
            f"{where}: defaults= contains {name_of(functions[0])}, which is a function; expected declarations, such as "
            "rate_limit(100, 3600). Put other decorators on the views."
        )
    return (Defaults(place, tuple(declarations)),) if declarations else ()


def _demand(is_right: bool, where: str, name: str, given: Any, expected: str) -> None:  # noqa: FBT001 - what is demanded
    if not is_right:
        raise ConfigurationError(f"{where}: {name}= is {_shown(given)}; expected {expected}.")


def _shown(value: Any) -> str:
    """A value as it was written, if that is short."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"


def _schema_of(where: str, name: str, value: Any) -> Schema | None:
    """A schema instance, created once if a class was declared: marshmallow builds the fields for each instance."""
    if value is None:
        return None
    if isinstance(value, type) and issubclass(value, Schema):
        value = value()
    if isinstance(value, Schema):
        watch(value)
        return value
    expected = "a Schema, class or instance"
    if isinstance(value, list | tuple) and len(value) == 1:
        expected = f"{expected}; for a list, add many=True"
    elif isinstance(value, dict):
        expected = f"{expected}; Schema.from_dict(...) creates one from fields"
    elif hasattr(value, "__tablename__"):
        expected = f"{expected}, which declares what clients see of the model {value.__name__}"
    raise ConfigurationError(f"{where}: {name}= is {_shown(value)}; expected {expected}.")


def _errors_of(where: str, value: Any) -> tuple[int, ...]:
    expected = "a tuple of status codes, such as (403, 404)"
    if _is_status(value, 400):
        expected = f"({value},), with parentheses and a comma"
    is_right = isinstance(value, list | tuple | set | frozenset) and all(_is_status(each, 400) for each in value)
    _demand(is_right, where, "errors", value, expected)
    return tuple(int(each) for each in value)


def _is_status(value: Any, lowest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= 599


def _instead_of(blueprint: str, name: str) -> str:
    """What to write instead of an option that does not exist."""
    if name in _ELSEWHERE:
        return _ELSEWHERE[name].format(blueprint)
    close = get_close_matches(name, _KNOWN, n=1)
    return f"Did you mean {close[0]}=?" if close else f"Known options: {', '.join(f'{known}=' for known in _KNOWN)}."


def refuse_rule(blueprint: str, method: Any, rule: Any, prefix: str) -> None:
    """Refuse an invalid method or rule.

    Args:
        blueprint: The blueprint's name.
        method: The declared method.
        rule: The declared rule.
        prefix: The blueprint's prefix.

    Raises:
        ConfigurationError: One of them is wrong.
    """
    if callable(rule):
        raise ConfigurationError(
            f"@{blueprint}.{str(method).lower()} is used without parentheses on {name_of(rule)}; "
            f"write @{blueprint}.{str(method).lower()}() above it."
        )
    if method not in _METHODS:
        path = method if isinstance(method, str) and method.startswith("/") else "/<int:id>"
        raise ConfigurationError(
            f"{blueprint}.route({_shown(method)}, ...): expected one of {', '.join(_METHODS)} and then the rule; "
            f'or use @{blueprint}.get("{path}").'
        )
    where = f"@{blueprint}.{method.lower()}({_shown(rule)})"
    if not isinstance(rule, str):
        raise ConfigurationError(f'{where}: expected the path after the prefix as a string, such as "/<int:id>".')
    if not (prefix + rule).startswith("/") or (rule and not rule.startswith("/")):
        raise ConfigurationError(f'{where}: a path starts with "/"; expected "/{rule}".')


def refuse_view(blueprint: str, view: Any) -> None:
    """Refuse a view that could not return a response, or that has no name.

    `async def` is allowed: Flask runs it, as it does everywhere, with its extra `async`.

    Args:
        blueprint: The blueprint's name.
        view: What was decorated.

    Raises:
        ConfigurationError: It is not a function, has no name, or is a generator.
    """
    where = f"Blueprint {blueprint!r}: {name_of(view)}"
    if not callable(view) or isinstance(view, type):
        example = "for a Flask view class, register the result of its as_view()" if isinstance(view, type) else "def"
        raise ConfigurationError(f"{where} is not a function; a view must be a function ({example}).")
    kind = deferral_of(view)
    if kind is not None and "generator" in kind:
        raise ConfigurationError(
            f"{where} is {kind}, so its response would be empty; return a list, or to stream, return "
            "Response(stream_with_context(...)) of a function inside."
        )
    if kind is not None and not inspect.iscoroutinefunction(view):
        raise ConfigurationError(
            f"{where} has an async __call__, which Flask does not await; write an async def function."
        )
    if not isinstance(getattr(view, "__name__", None), str):
        raise ConfigurationError(
            f"{where} has no name, which the endpoint and the document need; wrap it in a function."
        )


def sync(app: Any, view: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A view as Flask calls it.

    Args:
        app: The Flask application.
        view: A function, `async def` or not.
        name: The name of the route, for the message.

    Raises:
        ConfigurationError: It is `async def`, and Flask's extra `async` is not installed.
    """
    try:
        function: Callable[..., Any] = app.ensure_sync(view)
    except RuntimeError as error:
        raise ConfigurationError(
            f"{name} is async def, which needs Flask's extra: pip install 'flask[async]'; or write def."
        ) from error
    return function
