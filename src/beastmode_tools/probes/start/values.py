"""What an expression in a view stands for, found without running the project's code."""

from __future__ import annotations

import ast
import enum
import inspect
import sys
from http import HTTPStatus
from typing import Any

__all__ = ["UNKNOWN", "evaluate", "literal_name", "root_name"]

DESCRIBING = ("marshmallow", "webargs", "apiflask", "flask_marshmallow", "flask_smorest", "apifairy")
DEEPEST = 8
"""Arguments of a schema nest two or three levels; one that holds itself ends here."""


class Unknown:
    """What cannot be known by reading."""

    def __repr__(self) -> str:
        return "{}"


UNKNOWN = Unknown()


def evaluate(node: Any, names: dict[str, Any], depth: int = 0) -> Any:  # noqa: PLR0911 - one a kind of node
    """A literal, something that a name leads to, or a schema or field made with such arguments; else UNKNOWN.

    Args:
        node: The expression.
        names: What names stand for: the module's globals, and what was assigned in the function.
        depth: How deep in the expression it is.
    """
    if depth > DEEPEST or node is None:
        return UNKNOWN
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id, UNKNOWN)
    if isinstance(node, ast.Attribute):
        return attribute(evaluate(node.value, names, depth + 1), node.attr)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return [evaluate(one, names, depth + 1) for one in node.elts]
    if isinstance(node, ast.Dict):
        keys = [evaluate(key, names, depth + 1) for key in node.keys]
        values = [evaluate(value, names, depth + 1) for value in node.values]
        return {key: value for key, value in zip(keys, values) if isinstance(key, str)}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = evaluate(node.operand, names, depth + 1)
        return -value if isinstance(value, (int, float)) else UNKNOWN
    return made(node, names, depth) if isinstance(node, ast.Call) else UNKNOWN


def attribute(value: Any, name: str) -> Any:
    """An attribute of a module, a class, an enum or a schema, looked up without running what stands behind it."""
    if isinstance(value, HTTPStatus) and name == "value":
        return int(value)
    if isinstance(value, type) and issubclass(value, enum.Enum):
        return value.__members__.get(name, UNKNOWN)
    if not isinstance(value, (type(sys), type)) and not describes(type(value)):
        return UNKNOWN
    if isinstance(value, type(sys)):
        return vars(value).get(name, UNKNOWN)
    held = inspect.getattr_static(value, name, UNKNOWN)  # `Model.query` opens a session where it is merely asked for
    return held.__func__ if isinstance(held, (staticmethod, classmethod)) else held


def describes(kind: Any) -> bool:
    """Whether a class is a schema, a field or a validator of a library, or was made of one."""
    return isinstance(kind, type) and any(base.__module__.split(".")[0] in DESCRIBING for base in kind.__mro__)


def made(node: ast.Call, names: dict[str, Any], depth: int) -> Any:
    """A schema, field or validator, made as the source makes it; only of such classes."""
    kind = evaluate(node.func, names, depth + 1)
    if not describes(kind):
        return UNKNOWN
    arguments = [evaluate(one, names, depth + 1) for one in node.args]
    options = {one.arg: evaluate(one.value, names, depth + 1) for one in node.keywords if one.arg}
    if any(value is UNKNOWN for value in arguments):
        return UNKNOWN
    try:
        return kind(*arguments, **{name: value for name, value in options.items() if value is not UNKNOWN})
    except Exception:
        return UNKNOWN


def literal_name(node: Any) -> str:
    """The dotted name that an expression is written as: `request.args.get`; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = literal_name(node.value)
        return f"{before}.{node.attr}" if before else ""
    if isinstance(node, ast.Call):
        before = literal_name(node.func)
        return before + "()" if before else ""
    return ""


def root_name(node: Any) -> str:
    """The first word of a dotted expression."""
    return literal_name(node).split(".", 1)[0].rstrip("()")
