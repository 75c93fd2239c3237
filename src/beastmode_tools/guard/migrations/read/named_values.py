"""Values that the statements of revisions ask for, by column: rows without them would show nothing."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

__all__ = ["values_named"]

MOST = 12
"""Values of one column: a mapping of states or roles has about as many, and each becomes a row of every table that has
the column."""
LONGEST = 20_000  # characters of a statement; what is longer holds rows, not conditions
STATEMENT = re.compile(r"\s*(?:WITH|UPDATE|DELETE|INSERT|SELECT|MERGE)\b", re.IGNORECASE)
PARAMETER = re.compile(r"%\(\w+\)s|%s|\?")
NULLS = re.compile(
    r"NULLS\s+NOT\s+DISTINCT\s*\((?P<inside>[^)]*)\)|\((?P<before>[^)]*)\)\s*NULLS\s+NOT\s+DISTINCT", re.IGNORECASE
)
ORDERS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
MEMBERSHIP = ("in_", "notin_", "not_in")

Pair = tuple[str, str | None]
"""A column, and a value as an SQL literal; None where the value comes from elsewhere in the revision."""


def values_named(sources: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Column -> SQL literals that conditions, cases and mappings of the revisions compare it with.

    Args:
        sources: The text of each revision; one that is not Python names nothing.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        # A way back asks for what the way up writes, and nothing is known to be there before that.
        tree.body = [node for node in tree.body if getattr(node, "name", "") != "downgrade"]
        for column, value in (*pairs_of_sql(tree), *pairs_of_python(tree), *nulls_compared(tree)):
            found[column] += list(constants(tree)) if value is None else [value]
    return {column: tuple(dict.fromkeys(values))[:MOST] for column, values in found.items()}


def pairs_of_sql(tree: ast.Module) -> Iterator[Pair]:
    """What the statements in the texts of a revision compare."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else ":value" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            text = node.value
        else:
            continue
        if STATEMENT.match(text) and len(text) < LONGEST:
            yield from pairs_of_statement(text)


def pairs_of_statement(text: str) -> Iterator[Pair]:
    """What one text compares."""
    try:
        statements = sqlglot.parse(PARAMETER.sub(":value", text), read="postgres")
    except (SqlglotError, RecursionError):
        return
    for statement in statements:
        if statement is None:
            continue
        for node in statement.walk():
            is_written = isinstance(node.parent, exp.Update) and node.arg_key == "expressions"
            if isinstance(node, exp.Predicate | exp.Case) and not is_written:
                yield from pairs_of_node(node)


def pairs_of_node(node: Any) -> Iterator[Pair]:
    """What one comparison, list or case compares a column with."""
    column = node.this.find(exp.Column) if isinstance(node.this, exp.Expression) else None
    if isinstance(node, exp.Case) and column is not None:
        for each in node.args.get("ifs") or ():
            yield from literals_of(column.name, each.this, is_order=False)
        return
    others = [other for name, other in node.args.items() if name != "this"]
    for other in others:
        for each in other if isinstance(other, list) else [other]:
            if column is not None and isinstance(each, exp.Expression):
                yield from literals_of(column.name, each, is_order=isinstance(node, ORDERS))
            elif isinstance(each, exp.Column) and isinstance(node.this, exp.Expression):
                yield from literals_of(each.name, node.this, is_order=isinstance(node, ORDERS))


def literals_of(column: str, value: Any, *, is_order: bool) -> Iterator[Pair]:
    """A literal; with its neighbours where it is a bound, and without wildcards where it is a pattern."""
    is_negative = isinstance(value, exp.Neg)
    inner = value.this if is_negative and isinstance(value.this, exp.Expression) else value
    if isinstance(inner, exp.Placeholder | exp.Parameter) or str(inner.this) == ":value":
        yield column, None
    elif isinstance(inner, exp.Literal) and inner.is_string:
        text = str(inner.this)
        yield column, literal(re.sub(r"[%_]", "x", text) if isinstance(value.parent, exp.Like | exp.ILike) else text)
    elif isinstance(inner, exp.Literal):
        sign = "-" if is_negative else ""
        yield column, sign + str(inner.this)
        if is_order and str(inner.this).isdecimal():
            number = int(sign + str(inner.this))
            yield from ((column, str(number + step)) for step in (1, -1))
    elif isinstance(inner, exp.Boolean):
        yield column, "true" if inner.this else "false"


def pairs_of_python(tree: ast.Module) -> Iterator[Pair]:
    """What expressions such as `table.c.state == "paid"` and `table.c.state.in_(...)` compare."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            sides = (node.left, node.comparators[0])
            for one, other in (sides, sides[::-1]):
                if name := column_named(one):
                    yield name, constant(other)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MEMBERSHIP:
            name = column_named(node.func.value)
            for argument in node.args[:1] if name else ():
                elements = argument.elts if isinstance(argument, ast.List | ast.Tuple | ast.Set) else [argument]
                yield from ((name, constant(each)) for each in elements)


def nulls_compared(tree: ast.Module) -> Iterator[Pair]:
    """NULL for the columns of a uniqueness that takes two NULLs for the same; every table has one row with NULLs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(
            each.arg == "postgresql_nulls_not_distinct" and getattr(each.value, "value", False) is True
            for each in node.keywords
        ):
            texts = [each.value for part in node.args for each in ast.walk(part) if isinstance(each, ast.Constant)]
            yield from ((text, "NULL") for text in texts if isinstance(text, str))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for match in NULLS.finditer(node.value):
                yield from ((name, "NULL") for name in re.findall(r"\w+", match["inside"] or match["before"]))


def column_named(node: ast.expr) -> str:
    """The column of `table.c.state`, `table.c["state"]` or `column("state")`; "" for anything else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute | ast.Name | ast.Call):
        return node.attr
    if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] == "column":
        return str(getattr(node.args[0], "value", ""))
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(".c"):
        return str(getattr(node.slice, "value", ""))
    return ""


def constant(node: ast.expr) -> str | None:
    """A constant as an SQL literal; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return f"-{node.operand.value!r}"
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str | int | float):
        return None
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return literal(node.value) if isinstance(node.value, str) else str(node.value)


def constants(tree: ast.Module) -> Iterator[str]:
    """The texts and numbers in the lists and mappings of a revision."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            elements = [*(key for key in node.keys if key is not None), *node.values]
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            elements = node.elts
        else:
            continue
        yield from (value for each in elements if (value := constant(each)) is not None)


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'{}'".format(text.replace("'", "''"))
