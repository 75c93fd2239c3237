"""Keys: everything that a response or a result depends on, hashed."""

import hashlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from flask import has_request_context

from beastmode.core.exchange import current_exchange

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from beastmode.core.caller import Identity

_DIGEST = 20
"""Bytes of a key: no two requests have the same one by accident or by design."""
_OF_A_LOGIN = frozenset({"session_id", "signed_in_at"})
"""What changes in an identity with each login, while what the caller may see stays the same."""


def request_key(environ: "WSGIEnvironment", headers: Iterable[str], *, by_caller: bool) -> str:
    """The key of a request: its method, URL, `Accept`, and who sent it.

    Args:
        environ: The WSGI environment; its path has the version of the API.
        headers: Names of further headers, as in the environment.
        by_caller: Whether each caller has its own response.
    """
    parts: list[Any] = [
        environ["REQUEST_METHOD"],
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""),
        environ["PATH_INFO"],
        _in_order(environ.get("QUERY_STRING", "")),
        environ.get("HTTP_ACCEPT", ""),
    ]
    parts += [environ.get(name) for name in headers]
    if by_caller:
        parts += _caller(environ)
    return _hashed("response", parts)


def function_key(
    function: Callable[..., Any], signature: inspect.Signature, args: Any, kwargs: Any, *, by_caller: bool
) -> tuple[str, Mapping[str, Any]]:
    """The key of a call, and the arguments by name.

    Args:
        function: The function.
        signature: Its signature, so that the same arguments have the same key however they are passed.
        args: The positional arguments.
        kwargs: The keyword arguments.
        by_caller: Whether each caller of the application has its own result.

    Raises:
        TypeError: An argument is not a JSON value.
    """
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    parts: list[Any] = [function.__module__, function.__qualname__, bound.arguments]
    if by_caller and has_request_context():
        parts += _caller(current_exchange().environ)
    try:
        return _hashed("result", parts), bound.arguments
    except TypeError as error:
        raise TypeError(
            f"{function.__qualname__}: quick_cache needs arguments that are JSON values ({error}); pass an ID instead "
            "of an object, and decorate a function rather than a method."
        ) from error


def _caller(environ: "WSGIEnvironment") -> list[Any]:
    """What tells a caller from others: the identity, or if nobody was identified, what may be a credential."""
    identity = current_exchange().identity
    who = environ.get("HTTP_AUTHORIZATION") if identity is None else _described(identity)
    return [who, environ.get("HTTP_COOKIE")]


def _described(identity: "Identity") -> list[list[str]]:
    """Everything that is known about a caller, such as its permissions, except which login it is."""
    names = [name for name in identity.__dataclass_fields__ if name not in _OF_A_LOGIN]
    return [[name, _stable(getattr(identity, name))] for name in names]


def _stable(value: Any) -> str:
    """A value as text that is the same in every process."""
    return repr(sorted(map(repr, value))) if isinstance(value, set | frozenset) else repr(value)


def _in_order(query: str) -> str:
    """A query string with its parameters sorted by name; those with the same name stay in their order."""
    if "&" not in query:
        return query
    return "&".join(sorted(query.split("&"), key=lambda part: part.partition("=")[0]))


def _hashed(kind: str, parts: list[Any]) -> str:
    text = orjson.dumps([kind, *parts], option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)
    return hashlib.blake2b(text, digest_size=_DIGEST).hexdigest()
