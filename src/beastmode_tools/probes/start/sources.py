"""The project's own files, read and parsed once, and the functions in them."""

from __future__ import annotations

import ast
import functools
import inspect
import os
from typing import Any

from ..confine import confinement
from ..messages.application import Function

__all__ = ["decorators_of", "fact", "is_own", "node_of", "relative", "text", "unwrapped", "wrappers_of"]

LIBRARIES = (
    "flask",
    "flask_restx",
    "flask_smorest",
    "webargs",
    "apiflask",
    "apifairy",
    "flask_openapi3",
    "werkzeug",
    "beastmode",
    "click",
)
CALL = "__call__"
MOST_LAYERS = 50
"""Decorators on one function are a handful; a wrapper may lead back to itself."""
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
PACKAGES = os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep


def is_own(path: str) -> bool:
    """Whether a file is the project's own."""
    return path.startswith(confinement.current().folder + os.sep) and not any(part in path for part in PACKAGES)


def relative(path: str) -> str | None:
    """A file of the project relative to its folder, with slashes; None for any other."""
    real = os.path.realpath(path)
    return os.path.relpath(real, confinement.current().folder).replace(os.sep, "/") if is_own(real) else None


@functools.lru_cache(maxsize=None)
def text(path: str) -> str:
    """A file's text; "" where it cannot be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""


@functools.lru_cache(maxsize=None)
def functions(path: str) -> dict[tuple[str, int], Any]:
    """The functions of a file by name and first line, which is that of the first decorator."""
    try:
        tree = ast.parse(text(path))
    except (SyntaxError, ValueError):
        return {}
    found: dict[tuple[str, int], Any] = {}
    rest: list[Any] = [tree]
    while rest:
        node = rest.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
            found[node.name, first] = found[node.name, node.lineno] = node
        for name in BLOCKS:
            rest.extend(getattr(node, name, ()))
    return found


def unwrapped(function: Any) -> Any:
    """The function that the project wrote, below decorators that say what they wrap, or that hide it."""
    for _ in range(MOST_LAYERS):
        inner = inner_of(function)
        if inner is None:
            return function
        function = inner
    return function


def inner_of(function: Any) -> Any:
    """What one layer wraps; None where it wraps nothing."""
    if isinstance(function, functools.partial):
        return function.func
    if inspect.ismethod(function):
        return function.__func__
    inner = getattr(function, "__wrapped__", None)
    if inner is not None:
        return inner
    if inspect.isfunction(function) and function.__closure__ and not is_of_library(function):
        cells = [contents(cell) for cell in function.__closure__]
        held = [
            cell for cell in cells if inspect.isfunction(cell) and is_own(os.path.realpath(cell.__code__.co_filename))
        ]
        return held[0] if len(held) == 1 and takes_anything(function) else None
    return None if inspect.isfunction(function) or inspect.isclass(function) else held_by(function)


def is_of_library(function: Any) -> bool:
    """Whether a function is of Flask or an API library, whose closures hold other things than what they wrap."""
    return str(function.__globals__.get("__name__", "")).split(".")[0] in LIBRARIES


def held_by(one: Any) -> Any:
    """The function of the project that a callable object of a library calls; None where there is none, or several."""
    call = getattr(type(one), CALL, None)
    if (
        call is None
        or not hasattr(one, "__dict__")
        or is_own(os.path.realpath(getattr(getattr(call, "__code__", None), "co_filename", "")))
    ):
        return None
    held = {
        name: value
        for name, value in vars(one).items()
        if inspect.isfunction(value) and is_own(os.path.realpath(value.__code__.co_filename))
    }
    named = [value for name, value in held.items() if any(word in name for word in ("view", "func", "fn", "handler"))]
    chosen = named or list(held.values())
    return chosen[0] if len(chosen) == 1 else None


def contents(cell: Any) -> Any:
    """What a closure's cell holds; None while it is empty."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def takes_anything(function: Any) -> bool:
    """Whether a function passes its arguments on, as a decorator without `functools.wraps` does."""
    flags = function.__code__.co_flags
    return bool(flags & inspect.CO_VARARGS or flags & inspect.CO_VARKEYWORDS)


def node_of(function: Any) -> Any:
    """The `def` of a function of the project; None where it has none (a lambda, another package)."""
    code = getattr(unwrapped(function), "__code__", None)
    if code is None:
        return None
    path = os.path.realpath(code.co_filename)
    return functions(path).get((code.co_name, code.co_firstlineno)) if is_own(path) else None


def source_of(node: Any, path: str) -> str:
    """An expression's source in one line."""
    unparse: Any = getattr(ast, "unparse", None)  # there since Python 3.9
    if unparse is not None:
        return str(unparse(node))
    return " ".join((ast.get_source_segment(text(path), node) or "").split())


def decorators_of(function: Any) -> list[str]:
    """What stands on a function, outermost first, then wrappers that were put around it elsewhere."""
    inner = unwrapped(function)
    node = node_of(inner)
    written = []
    if node is not None:
        written = [source_of(one, os.path.realpath(inner.__code__.co_filename)) for one in node.decorator_list]
    words = " ".join(written)
    return written + [name for name in wrappers_of(function) if name.rsplit(".", 1)[-1] not in words]


def wrappers_of(function: Any) -> list[str]:
    """Names of the functions that wrapped another one, outermost first, besides those of API libraries."""
    names: list[str] = []
    for _ in range(MOST_LAYERS):
        inner = inner_of(function)
        if inner is None or inspect.ismethod(function):
            break
        code = getattr(function, "__code__", None)
        # `functools.wraps` copies the inner function's module, but not its globals.
        home = getattr(function, "__globals__", {}).get("__name__", "")
        if code is not None and home.split(".")[0] not in LIBRARIES:
            name = name_of_wrapper(code, home)
            names.extend([] if name.endswith(CALL) else [name])  # an object's own call, which its decorator names
        function = inner
    return names


def name_of_wrapper(code: Any, home: str) -> str:
    """The decorator whose inner function a code object is; its module's last word where Python does not tell."""
    name = getattr(code, "co_qualname", code.co_name)
    if "<locals>" in name:
        return str(name.split(".<locals>")[0])
    path = os.path.realpath(code.co_filename)
    for (_, first), node in functions(path).items() if is_own(path) else ():
        if first < code.co_firstlineno <= (getattr(node, "end_lineno", first) or first) and node.name != code.co_name:
            return str(node.name)
    return "{}.{}".format(home.rsplit(".", 1)[-1], name)


def fact(function: Any, extra: tuple[str, ...] = ()) -> Function:
    """Where a function was defined, and what stands on it.

    Args:
        function: Any callable.
        extra: Decorators that its class puts on it.
    """
    inner = unwrapped(function)
    if not hasattr(inner, "__code__"):
        kind = inner if inspect.isclass(inner) else type(inner)
        call = getattr(kind, CALL, None)
        inner = call if hasattr(call, "__code__") and not inspect.isclass(inner) else kind
    code = getattr(inner, "__code__", None)
    node = node_of(inner)
    return Function(
        module=getattr(inner, "__module__", "") or "",
        name=getattr(inner, "__qualname__", getattr(inner, "__name__", "")),
        path=relative(code.co_filename) if code is not None else None,
        line=node.lineno if node is not None else getattr(code, "co_firstlineno", 0),
        decorators=(*decorators_of(function), *extra),
    )
