"""SQL that is put together with values inside."""

import ast
import re
from dataclasses import dataclass

from beastmode_tools.source.syntax import dotted, text_of
from beastmode_tools.source.values import text_value, text_with_gaps, value_of

__all__ = ["SqlBuilt", "is_fixed", "is_spoken", "sql_in"]

SQL = re.compile(
    r"^\s*(?:SELECT\b.*\bFROM\b|INSERT\s+INTO\b|UPDATE\s+\S+\s+SET\b|DELETE\s+FROM\b|DROP\s+(?:TABLE|INDEX)\b|ALTER\s+TABLE\b|TRUNCATE\b|"
    r"SELECT\s+\S+|WITH\s+\w+\s+AS\s*\()",
    re.IGNORECASE | re.DOTALL,
)
SPOKEN = re.compile(
    r"(?:^|\.)(?:log|logger|logging|debug|info|warning|error|exception|critical|flash|print|jsonify|abort|_|gettext)(?:\.|$)"
)


@dataclass(frozen=True, slots=True)
class SqlBuilt:
    """SQL text that is now put together with values inside."""

    path: str
    line: int
    scope: str
    text: str
    values: tuple[str, ...]


def is_spoken(node: ast.AST) -> bool:
    """Whether the node says its text to a person: a log line, a message, an exception."""
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and bool(SPOKEN.search(dotted(node.func))))


def sql_in(node: ast.expr) -> tuple[str, ...]:
    """The values in SQL that an expression puts together; () where it puts none together."""
    text, values = assembled(node)
    return tuple(values) if values and SQL.search(text) and len(text.split()) > 2 else ()


def assembled(node: ast.expr) -> tuple[str, list[str]]:
    """The fixed text of a string that is put together, and the values in it that are not fixed."""
    match node:
        case ast.JoinedStr(values=parts):
            return text_with_gaps(node, " x "), [
                text_of(part.value)
                for part in parts
                if isinstance(part, ast.FormattedValue) and not is_fixed(part.value)
            ]
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
            values = right.elts if isinstance(right, ast.Tuple) else [right]
            return text, [text_of(each) for each in values if not is_fixed(each)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, inner = assembled(left) if isinstance(left, ast.BinOp) else (text_value(left) or "", [])
            return first, [*inner, *([] if is_fixed(right) else [text_of(right)])]
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"), args=args, keywords=keywords
        ):
            return text, [
                text_of(each) for each in [*args, *(keyword.value for keyword in keywords)] if not is_fixed(each)
            ]
        case _:
            return "", []


def is_fixed(node: ast.AST) -> bool:
    """Whether a value is written in the code: literals, CONSTANTS, names of tables, numbers made by int()."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.isupper() or name in {"__tablename__", "__name__"}
        case ast.Call(func=ast.Name(id="int" | "float" | "len" | "bool")):
            return True
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return all(is_fixed(each) for each in items)
        case _:
            return value_of(node) is not ...
