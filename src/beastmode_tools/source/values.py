"""What an expression stands for, as far as its text tells: literals, arithmetic on them, names that were given one.

Whoever follows an expression further, through the reader of a setting or an operation of Alembic, does so on top.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["calculated", "text_value", "text_with_gaps", "value_of"]

NO_NAMES: Mapping[str, object] = MappingProxyType({})
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
}
LONGEST = 40_000
"""Characters or items of a text or list that is put together: no person writes more, and `"x" * 10**9` is not made."""
HIGHEST_POWER = 64
"""Sizes are written as `2 ** 20` and `1 << 30`; beyond 64 bits it is a riddle that takes memory to solve."""
LARGEST_BASE = 1024
"""Kibibytes are the largest thing that people raise to a power."""


def value_of(node: ast.AST | None, names: Mapping[str, object] = NO_NAMES) -> object:  # noqa: PLR0911 - one form a line
    """The value of an expression; Ellipsis where its text does not tell.

    Args:
        node: The expression.
        names: What names stand for.
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return names.get(name, ...)
        case ast.BinOp(left=left, op=operation, right=right):
            return calculated(operation, value_of(left, names), value_of(right, names))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = value_of(operand, names)
            return -number if isinstance(number, int | float) else ...
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return collected(node, [value_of(each, names) for each in items])
        case ast.Dict(keys=keys, values=values):
            return paired([value_of(each, names) for each in keys], [value_of(each, names) for each in values])
        case _:
            return ...


def collected(node: ast.List | ast.Tuple | ast.Set, items: list[object]) -> object:
    """The list, tuple or set of values that are all known."""
    if any(each is ... for each in items):
        return ...
    if isinstance(node, ast.List):
        return items
    try:
        return tuple(items) if isinstance(node, ast.Tuple) else set(items)
    except TypeError:  # a set of lists
        return ...


def paired(keys: list[object], values: list[object]) -> object:
    """The dictionary of values that are all known; `**` has no key, and is not known."""
    if any(each is ... for each in (*keys, *values)):
        return ...
    try:
        return dict(zip(keys, values, strict=True))
    except TypeError:  # a list for a key
        return ...


def calculated(operation: ast.operator, left: object, right: object) -> object:
    """What simple arithmetic gives: sizes and times are written as products; Ellipsis where it gives nothing."""
    work = OPERATORS.get(type(operation))
    if work is None or is_too_much(operation, left, right):
        return ...
    try:
        return work(left, right)
    except (TypeError, ArithmeticError, ValueError):
        return ...


def is_too_much(operation: ast.operator, left: object, right: object) -> bool:
    """Whether an operation is not worth its memory, or is none on numbers, texts and lists."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        is_power = isinstance(operation, ast.Pow | ast.LShift)
        return is_power and not (0 <= right <= HIGHEST_POWER and abs(left) <= LARGEST_BASE)
    sizes = [len(each) for each in (left, right) if isinstance(each, str | bytes | list | tuple)]
    times = next((each for each in (left, right) if isinstance(each, int)), 1)
    return not sizes or sum(sizes) * times > LONGEST


def text_value(node: ast.AST | None) -> str | None:
    """The text of a literal text; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def text_with_gaps(node: ast.AST, gap: str) -> str:
    """The text of a literal or an f-string, with a gap where the f-string puts a value in; "" for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else gap for each in node.values)
    return text_value(node) or ""
