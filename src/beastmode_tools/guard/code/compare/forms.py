"""Ways to write the same in Python: texts with values in them, branches that end, names bound within a test."""

import ast
import string
from collections.abc import Iterator, Sequence

__all__ = ["plain_statements", "text_parts", "without_last_return"]

ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
TO_TEXT = 115  # the conversion "!s" of an f-string, which is what `%s` and `{}` do

Part = str | ast.expr


def text_parts(node: ast.expr) -> list[Part] | None:
    """The literal parts and the values of an f-string, of `"..." % values` or of `"...".format(...)`.

    Values that are formatted in another way than by `str` give None, since each way has its own rules for them.
    """
    match node:
        case ast.JoinedStr(values=values):
            found = parts_of_joined(values)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
            found = parts_of_percent(text, right.elts if isinstance(right, ast.Tuple) else [right])
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"), args=args, keywords=named
        ):
            found = parts_of_format(text, args, {each.arg: each.value for each in named})
        case _:
            return None
    return None if found is None else joined(found)


def joined(parts: Sequence[Part]) -> list[Part]:
    """The parts with literal ones that stand beside each other as one."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return found


def parts_of_joined(values: Sequence[ast.expr]) -> list[Part] | None:
    """The parts of an f-string."""
    found: list[Part] = []
    for value in values:
        if isinstance(value, ast.Constant):
            found.append(str(value.value))
        elif isinstance(value, ast.FormattedValue) and value.conversion in {-1, TO_TEXT} and value.format_spec is None:
            found.append(value.value)
        else:
            return None
    return found


def parts_of_percent(text: str, values: Sequence[ast.expr]) -> list[Part] | None:
    """The parts of `"a %s b" % value`."""
    pieces = text.split("%s")
    if len(pieces) != len(values) + 1 or any("%" in each for each in pieces) or has_stars(values):
        return None
    found: list[Part] = [pieces[0]]
    for value, piece in zip(values, pieces[1:], strict=True):
        found += [value, piece]
    return found


def parts_of_format(text: str, values: Sequence[ast.expr], named: dict[str | None, ast.expr]) -> list[Part] | None:
    """The parts of `"a {} b".format(value)`."""
    if None in named or has_stars(values):
        return None
    left = list(values)
    found: list[Part] = []
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:
        return None
    for literal, name, form, conversion in fields:
        found.append(literal)
        if name is None:
            continue
        value = named.get(name) if name else (left.pop(0) if left else None)
        if value is None or form or conversion not in {None, "s"}:
            return None
        found.append(value)
    return None if left else found


def has_stars(values: Sequence[ast.expr]) -> bool:
    """Whether nobody can tell how many values there are."""
    return any(isinstance(each, ast.Starred) for each in values)


def plain_statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements without `else` behind a branch that ends, and with what a test binds before the test."""
    for statement in body:
        if not isinstance(statement, ast.If):
            yield statement
            continue
        test, bound = without_binding(statement.test)
        if bound is not None:
            target = ast.Name(bound.target.id, ast.Store())
            yield ast.fix_missing_locations(ast.copy_location(ast.Assign([target], bound.value), statement))
        ends = bool(statement.body) and isinstance(statement.body[-1], ENDS)
        if bound is None and not (ends and statement.orelse):
            yield statement
            continue
        kept = [] if ends else statement.orelse
        yield ast.copy_location(ast.If(test, statement.body, kept), statement)
        if ends:
            yield from plain_statements(statement.orelse)


def without_binding(test: ast.expr) -> tuple[ast.expr, ast.NamedExpr | None]:
    """A test, and the `name := value` that it evaluates before anything else."""
    match test:
        case ast.NamedExpr(target=target):
            return ast.copy_location(ast.Name(target.id, ast.Load()), test), test
        case ast.UnaryOp(op=op, operand=operand):
            inner, bound = without_binding(operand)
            return ast.copy_location(ast.UnaryOp(op, inner), test), bound
        case ast.Compare(left=left, ops=ops, comparators=others):
            inner, bound = without_binding(left)
            return ast.copy_location(ast.Compare(inner, ops, others), test), bound
        case ast.BoolOp(op=op, values=[first, *rest]):
            inner, bound = without_binding(first)
            return ast.copy_location(ast.BoolOp(op, [inner, *rest]), test), bound
    return test, None


def without_last_return(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a function without a `return` at their end that gives None, as the end does."""
    last = body[-1] if body else None
    gives_none = isinstance(last, ast.Return) and (
        last.value is None or (isinstance(last.value, ast.Constant) and last.value.value is None)
    )
    return body[:-1] if gives_none else body
