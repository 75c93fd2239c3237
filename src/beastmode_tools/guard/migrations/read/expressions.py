"""Expressions of a migration as values: names, texts, conditions on the dialect, calls."""

import ast
import operator
from collections.abc import Callable
from typing import Any

from beastmode_tools.guard.migrations.compare.operations import Column
from beastmode_tools.guard.migrations.compare.parts import UNKNOWN
from beastmode_tools.guard.migrations.read.calls import call
from beastmode_tools.guard.migrations.read.reading import Reading, one_line
from beastmode_tools.guard.migrations.read.values import (
    DIALECTS,
    Dotted,
    EnumClass,
    EnumMember,
    Function,
    Handle,
    Method,
    Model,
    Partial,
    Rows,
    Scope,
    SqlExpression,
    TableValue,
    Test,
    Unknown,
    is_known,
)
from beastmode_tools.source.values import calculated

__all__ = ["as_test", "assign", "evaluate", "items_of"]

COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
LONGEST = 400
"""Rows that a migration writes out are dozens; thousands would be read item by item, and spend what is left to read
by."""


def looked_up(reading: Reading, node: ast.Name, scope: Scope) -> Any:
    """A name; one that another module of the project imports is looked up there when it is used."""
    value = scope.find(node.id)
    if isinstance(value, Dotted) and reading.modules.is_own(value.name):
        found = reading.modules.resolve(value.name)
        return value if found is None else found
    return value


def evaluate(reading: Reading, node: ast.expr | None, scope: Scope) -> Any:
    """What an expression stands for; everything in it that acts is read on the way."""
    if node is None:
        return None
    if not reading.spend():
        return Unknown("")
    found = HANDLERS.get(type(node))
    return found(reading, node, scope) if found else unknown(reading, node, scope)


def unknown(reading: Reading, node: ast.expr, scope: Scope) -> Any:
    """An expression of another kind: its parts are read for what they do."""
    parts = [evaluate(reading, child, scope) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return Unknown(one_line(node), touches=any(touches(part) for part in parts))


def touches(value: Any) -> bool:
    """Whether a value reaches the database."""
    return isinstance(value, Handle | Rows) or (isinstance(value, Unknown) and value.touches)


def sequence(reading: Reading, node: Any, scope: Scope) -> Any:
    """A list, tuple or set of values, starred ones spread."""
    found: list[Any] = []
    for item in node.elts:
        if isinstance(item, ast.Starred):
            inner = items_of(evaluate(reading, item.value, scope))
            found += inner if inner is not None else [Unknown(one_line(item))]
        else:
            found.append(evaluate(reading, item, scope))
    return tuple(found) if isinstance(node, ast.Tuple) else found


def mapping(reading: Reading, node: ast.Dict, scope: Scope) -> Any:
    """A dictionary; keys that cannot be keys become their source."""
    found: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        inner = evaluate(reading, value, scope)
        if key is None:
            found.update(inner if isinstance(inner, dict) else {})
            continue
        name = evaluate(reading, key, scope)
        found[name if isinstance(name, str | int | float | bool | Column | Method) else one_line(key)] = inner
    return found


def attribute(reading: Reading, node: ast.Attribute, scope: Scope) -> Any:
    """`owner.name`."""
    return attribute_of(evaluate(reading, node.value, scope), node.attr, node)


def attribute_of(owner: Any, name: str, node: ast.AST) -> Any:  # noqa: C901, PLR0911 - one line for each kind of value
    """What an attribute of a value stands for."""
    if isinstance(owner, Dotted):
        if name == "session":
            return Handle("session")
        return Handle("op") if f"{owner.name}.{name}" == "alembic.op" else Dotted(f"{owner.name}.{name}")
    if isinstance(owner, Handle):
        return handle_attribute(owner, name)
    if isinstance(owner, TableValue) and name in {"c", "columns"}:
        return Method(owner, "c")
    if isinstance(owner, Method) and owner.name == "c":
        return Method(owner.owner, f"c.{name}")
    if isinstance(owner, Model) and name in {"__table__", "__tablename__"}:
        return TableValue(owner.table) if name == "__table__" else owner.table
    if isinstance(owner, EnumClass):
        if name == "__members__":
            return {member.name: member for member in owner.members}
        return next((member for member in owner.members if member.name == name), Unknown(one_line(node)))
    if isinstance(owner, EnumMember):
        return getattr(owner, name, Unknown(one_line(node)))
    if isinstance(owner, Unknown):
        return Handle("session") if name == "session" else Unknown(one_line(node), touches=owner.touches)
    if isinstance(owner, Column | TableValue) and name == "name":
        return owner.name
    return Method(owner, name)


def handle_attribute(owner: Handle, name: str) -> Any:
    """`bind.dialect.name` in its many spellings; everything else is a method."""
    if name in {"dialect", "impl", "engine", "bind", "migration_context"}:
        return Handle("dialect" if name in {"dialect", "impl"} else owner.kind)
    if name in {"name", "__dialect__", "dialect_name"} or (owner.kind == "dialect" and name == "driver"):
        return Handle("dialect name")
    if name == "url":
        return Handle("dialect name")
    return Method(owner, name)


def subscript(reading: Reading, node: ast.Subscript, scope: Scope) -> Any:
    """`value[key]`."""
    owner, key = evaluate(reading, node.value, scope), evaluate(reading, node.slice, scope)
    try:
        return owner[key]
    except (TypeError, KeyError, IndexError):
        return owner if isinstance(owner, Rows) else Unknown(one_line(node), touches=touches(owner))


def text(reading: Reading, node: ast.JoinedStr, scope: Scope) -> Any:
    """An f-string."""
    parts = [evaluate(reading, part, scope) for part in node.values]
    joined = "".join(part if isinstance(part, str) else UNKNOWN for part in parts)
    return joined if all(isinstance(part, str) and not isinstance(part, Partial) for part in parts) else Partial(joined)


def formatted(reading: Reading, node: ast.FormattedValue, scope: Scope) -> Any:
    """One part of an f-string."""
    value = evaluate(reading, node.value, scope)
    if isinstance(value, Method) and isinstance(value.owner, TableValue) and value.name.startswith("c."):
        return value.name[2:]
    if isinstance(value, TableValue):
        return value.name
    shown = as_text(value)
    if shown is None:
        return Partial(UNKNOWN)
    return repr(value) if node.conversion == ord("r") and is_known(value) else shown


def as_text(value: Any) -> str | None:
    """`str(value)` where it is known."""
    if isinstance(value, Partial | str):
        return value
    return str(value) if is_known(value) and not isinstance(value, dict) else None


def binary(reading: Reading, node: ast.BinOp, scope: Scope) -> Any:
    """Texts and lists that are joined, numbers, and expressions of SQL."""
    left, right = evaluate(reading, node.left, scope), evaluate(reading, node.right, scope)
    if isinstance(node.op, ast.Mod) and isinstance(left, str):
        return interpolated(left, right)
    if isinstance(node.op, ast.Add) and (isinstance(left, str) or isinstance(right, str)):
        pieces = [as_text(left), as_text(right)]
        joined = "".join(UNKNOWN if piece is None else piece for piece in pieces)
        exact = all(piece is not None and not isinstance(piece, Partial) for piece in pieces)
        return joined if exact else Partial(joined)
    result = calculated(node.op, left, right)
    return SqlExpression(one_line(node)) if result is ... else result


def interpolated(pattern: str, value: Any) -> Any:
    """`"..." % values`."""
    values = value if isinstance(value, tuple | dict) else (value,)
    shown: Any
    if isinstance(values, dict):
        shown = {key: UNKNOWN if as_text(each) is None else each for key, each in values.items()}
    else:
        shown = tuple(UNKNOWN if as_text(each) is None else each for each in values)
    try:
        joined = pattern % shown
    except (TypeError, ValueError, KeyError):
        return Partial(pattern)
    return Partial(joined) if UNKNOWN in joined else joined


def condition(reading: Reading, node: ast.Compare, scope: Scope) -> Any:
    """A comparison: decided, on the dialect, or unknown."""
    left = evaluate(reading, node.left, scope)
    rights = [evaluate(reading, each, scope) for each in node.comparators]
    if len(rights) > 1:
        return Test(None, one_line(node))
    on_dialect = dialect_test(node.ops[0], left, rights[0])
    if on_dialect is not None:
        return on_dialect
    if is_known(left) and is_known(rights[0]):
        try:
            return bool(COMPARISONS[type(node.ops[0])](left, rights[0]))
        except TypeError:
            pass
    return Test(None, one_line(node))


def dialect_test(kind: ast.cmpop, left: Any, right: Any) -> Test | None:
    """A comparison of the dialect's name; None for any other."""
    if isinstance(right, Handle) and not isinstance(left, Handle):
        # "sqlite" in str(bind.engine.url), or "postgresql" == bind.dialect.name
        left, right = right, left
    if isinstance(left, Handle | Unknown) and isinstance(right, str) and isinstance(kind, ast.In):
        left = Handle("dialect name") if named(right) and isinstance(left, Unknown) else left
    if not (isinstance(left, Handle) and left.kind == "dialect name"):
        return None
    options = [right] if isinstance(right, str) else right if isinstance(right, list | tuple | set) else []
    names = frozenset(name for each in options if isinstance(each, str) for name in named(each))
    if not options:
        return None
    negative = isinstance(kind, ast.NotEq | ast.NotIn | ast.IsNot)
    return Test(DIALECTS - names) if negative else Test(names)


def named(text: str) -> set[str]:
    """The dialects that a text names: "postgres" is PostgreSQL too."""
    low = text.lower()
    found = {name for name in DIALECTS if name in low}
    return found | ({"postgresql"} if low.startswith("postgres") or "psycopg" in low else set())


def logical(reading: Reading, node: ast.BoolOp, scope: Scope) -> Any:
    """`and`, `or`."""
    values = [evaluate(reading, each, scope) for each in node.values]
    tests = [as_test(value, each) for value, each in zip(values, node.values, strict=True)]
    if isinstance(node.op, ast.And):
        if any(test is False for test in tests):
            return False
        left = [test for test in tests if isinstance(test, Test)]
        return all_of(left) if left else values[-1]
    if any(test is True for test in tests):
        return next(value for value, test in zip(values, tests, strict=True) if test is True)
    left = [test for test in tests if isinstance(test, Test)]
    if left and all(test.dialects is not None and not test.text for test in left):
        return Test(frozenset().union(*(test.dialects or frozenset() for test in left)))
    return Test(None, one_line(node)) if left else values[-1]


def all_of(tests: list[Test]) -> Test:
    """Every one of the conditions."""
    dialects: frozenset[str] | None = None
    for test in tests:
        if test.dialects is not None:
            dialects = test.dialects if dialects is None else dialects & test.dialects
    return Test(dialects, " and ".join(test.text for test in tests if test.text))


def as_test(value: Any, node: ast.expr) -> bool | Test:
    """A value as a condition: decided, or a test."""
    if isinstance(value, Test):
        return value
    if is_known(value):
        return bool(value)
    return Test(None, one_line(node))


def unary(reading: Reading, node: ast.UnaryOp, scope: Scope) -> Any:
    """`not`, `-`, and `~` of SQL."""
    value = evaluate(reading, node.operand, scope)
    if isinstance(node.op, ast.Not):
        test = as_test(value, node.operand)
        return test.negated() if isinstance(test, Test) else not test
    if isinstance(node.op, ast.USub) and isinstance(value, int | float):
        return -value
    return SqlExpression(one_line(node))


def chosen(reading: Reading, node: ast.IfExp, scope: Scope) -> Any:
    """`a if test else b`; of an undecided one the first is taken for its kind, unless they are texts."""
    test = as_test(evaluate(reading, node.test, scope), node.test)
    if test is True:
        return evaluate(reading, node.body, scope)
    if test is False:
        return evaluate(reading, node.orelse, scope)
    first, second = evaluate(reading, node.body, scope), evaluate(reading, node.orelse, scope)
    if isinstance(test, Test) and test.dialects is not None and not isinstance(first, str):
        return first if "postgresql" in test.dialects else second
    return first if first == second else Unknown(one_line(node))


def comprehension(reading: Reading, node: Any, scope: Scope) -> Any:
    """A comprehension over values that are known; else it is read once for what it does."""
    first = node.generators[0]
    items = items_of(evaluate(reading, first.iter, scope))
    inner = Scope({}, scope)
    if items is None or len(node.generators) > 1 or len(items) > LONGEST:
        assign(inner, first.target, Unknown(one_line(first.iter)))
        evaluate(reading, getattr(node, "elt", None) or node.value, inner)
        return Unknown(one_line(node))
    found: list[Any] = []
    for item in items:
        assign(inner, first.target, item)
        if all(as_test(evaluate(reading, each, inner), each) is not False for each in first.ifs):
            if isinstance(node, ast.DictComp):
                found.append((evaluate(reading, node.key, inner), evaluate(reading, node.value, inner)))
            else:
                found.append(evaluate(reading, node.elt, inner))
    if isinstance(node, ast.DictComp):
        return dict(found) if all(isinstance(key, str | int) for key, _ in found) else Unknown(one_line(node))
    return found


def assign(scope: Scope, target: ast.expr, value: Any) -> None:
    """Gives names their values; a tuple of names takes a value apart."""
    if isinstance(target, ast.Name):
        scope.names[target.id] = value
    elif isinstance(target, ast.Starred):
        assign(scope, target.value, Unknown(""))
    elif isinstance(target, ast.Tuple | ast.List):
        whole = isinstance(value, list | tuple) and len(value) == len(target.elts)
        for index, part in enumerate(target.elts):
            assign(scope, part, value[index] if whole else value if isinstance(value, Rows | Unknown) else Unknown(""))


def items_of(value: Any) -> list[Any] | None:
    """What a loop over a value goes through; None where that is not known."""
    if isinstance(value, list | tuple) or (isinstance(value, str) and not isinstance(value, Partial)):
        return list(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, EnumClass):
        return list(value.members)
    return None


def called(reading: Reading, node: ast.Call, scope: Scope) -> Any:
    """A call, its arguments first."""
    callee = evaluate(reading, node.func, scope)
    arguments: list[Any] = []
    for item in node.args:
        if isinstance(item, ast.Starred):
            inner = items_of(evaluate(reading, item.value, scope))
            arguments += inner if inner is not None else [Unknown(one_line(item))]
        else:
            arguments.append(evaluate(reading, item, scope))
    options: dict[str, Any] = {}
    for keyword in node.keywords:
        value = evaluate(reading, keyword.value, scope)
        if keyword.arg is not None:
            options[keyword.arg] = value
        elif isinstance(value, dict):
            options.update({str(key): each for key, each in value.items()})
    return call(reading, callee, arguments, options, node)


def named_value(reading: Reading, node: ast.NamedExpr, scope: Scope) -> Any:
    """`(name := value)`."""
    value = evaluate(reading, node.value, scope)
    assign(scope, node.target, value)
    return value


def given_out(reading: Reading, node: ast.Yield | ast.YieldFrom, scope: Scope) -> Any:
    """What a generator gives stands for what a loop over it gets."""
    value = evaluate(reading, node.value, scope)
    scope.names.setdefault("return", value)
    return Unknown(one_line(node))


def function_value(reading: Reading, node: ast.Lambda, scope: Scope) -> Any:
    """A lambda."""
    return Function(node, scope, reading.frame.path, "<lambda>")


HANDLERS: dict[type[ast.expr], Callable[[Reading, Any, Scope], Any]] = {
    ast.Constant: lambda _reading, node, _scope: node.value,
    ast.Name: looked_up,
    ast.Attribute: attribute,
    ast.Subscript: subscript,
    ast.List: sequence,
    ast.Tuple: sequence,
    ast.Set: sequence,
    ast.Dict: mapping,
    ast.JoinedStr: text,
    ast.FormattedValue: formatted,
    ast.BinOp: binary,
    ast.Compare: condition,
    ast.BoolOp: logical,
    ast.UnaryOp: unary,
    ast.IfExp: chosen,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: comprehension,
    ast.Call: called,
    ast.Lambda: function_value,
    ast.NamedExpr: named_value,
    ast.Yield: given_out,
    ast.YieldFrom: given_out,
    ast.Await: lambda reading, node, scope: evaluate(reading, node.value, scope),
    ast.Starred: lambda reading, node, scope: evaluate(reading, node.value, scope),
}
