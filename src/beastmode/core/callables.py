"""Whether a callable does its work when it is called, or only returns a coroutine or generator."""

import inspect
from collections.abc import Callable
from functools import partial
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

_KINDS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (inspect.iscoroutinefunction, "async def"),
    (inspect.isasyncgenfunction, "an async generator"),
    (inspect.isgeneratorfunction, "a generator"),
)
_RESULTS = {CoroutineType: "a coroutine", GeneratorType: "a generator", AsyncGeneratorType: "an async generator"}


def deferral_of(function: Any) -> str | None:
    """The kind of a callable that defers its work until after it has returned; None if it does not.

    Args:
        function: A function, a method, a `functools.partial`, or an object with `__call__`.
    """
    inner = _innermost(function)
    for candidate in (inner, _innermost(getattr(type(inner), "__call__", None))):  # noqa: B004 - its own is wanted
        for is_kind, kind in _KINDS:
            if is_kind(candidate):
                return kind
    return None


def _innermost(function: Any) -> Any:
    """The function inside partials, methods, staticmethod and classmethod."""
    while True:
        if isinstance(function, partial):
            function = function.func
        elif isinstance(function, staticmethod | classmethod) or inspect.ismethod(function):
            function = function.__func__
        else:
            return function


def deferred_result(result: Any) -> str | None:
    """The kind of a result that is deferred work, such as a coroutine, which is closed; None for any other result.

    Args:
        result: What it returned.
    """
    kind = _RESULTS.get(type(result))
    if kind == "a coroutine":
        result.close()  # or Python would warn that nobody awaited it
    elif kind is None and hasattr(type(result), "__await__"):
        return "an awaitable"
    return kind


def refuse_deferred(function: Any, what: str, instead: str, error: type[Exception]) -> None:
    """Refuse anything but a function, and a function that defers its work.

    Args:
        function: The argument.
        what: What it was passed to, such as "@transaction".
        instead: A sentence that says what to write.
        error: The exception class to raise.
    """
    if not callable(function):
        raise error(f"{what} expects a function; found {function!r}. {instead}")
    if kind := deferral_of(function):
        raise error(f"{what} expects an ordinary function; {name_of(function)} is {kind}. {instead}")


def name_of(function: Any) -> str:
    """The name of a callable in messages."""
    inner = _innermost(function)
    return getattr(inner, "__qualname__", None) or type(inner).__name__
