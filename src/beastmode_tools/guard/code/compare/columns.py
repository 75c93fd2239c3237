"""A column's declaration in one form, whichever of SQLAlchemy's ways it is written in."""

import ast
import copy
import re

from beastmode_tools.guard.code.compare.normal import expression
from beastmode_tools.source.syntax import dotted, last_name

__all__ = ["column_parts", "is_column", "is_index_only", "plain"]

COLUMN = re.compile(r"(?:^|\.)(?:[A-Za-z]*Column|mapped_column)$")
PREFIXES = {"db", "sa", "sqlalchemy", "sqla", "orm", "types"}
"""Names by which the same classes of SQLAlchemy are reached."""
OF_ANNOTATION = {
    "int": "Integer",
    "str": "String",
    "bool": "Boolean",
    "float": "Float",
    "bytes": "LargeBinary",
    "datetime": "DateTime",
    "date": "Date",
    "time": "Time",
    "timedelta": "Interval",
    "Decimal": "Numeric",
    "UUID": "Uuid",
}
"""What a column becomes whose type only its annotation says."""
SPECIAL = {"ForeignKey": "foreign key", "CheckConstraint": "constraint", "Sequence": "default", "Identity": "default"}


class Plain(ast.NodeTransformer):
    """Takes the prefixes off, and the brackets of types that get nothing."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`db.Integer` as `Integer`."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in PREFIXES:
            return ast.Name(node.attr, ast.Load())
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`Integer()` as `Integer`."""
        self.generic_visit(node)
        if not node.args and not node.keywords and last_name(node)[:1].isupper():
            return node.func
        return node


def plain(node: ast.AST | None) -> str:
    """A key that is equal for `db.ForeignKey("users.id")` and `sa.ForeignKey("users.id")`."""
    return "" if node is None else expression(Plain().visit(copy.deepcopy(node)))


def is_column(statement: ast.stmt) -> bool:
    """Whether the statement declares a column."""
    value = getattr(statement, "value", None)
    is_call = isinstance(value, ast.Call) and bool(COLUMN.search(dotted(value.func)))
    return is_call or (value is None and isinstance(statement, ast.AnnAssign) and annotated(statement) is not None)


def annotated(statement: ast.stmt) -> ast.expr | None:
    """What stands in `Mapped[...]`."""
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.annotation, ast.Subscript):
        return None
    return statement.annotation.slice if last_name(statement.annotation.value) == "Mapped" else None


def column_parts(statement: ast.stmt) -> dict[str, str]:
    """The parts of a column: its type, whether it takes NULL, and each other argument, in one form."""
    value = getattr(statement, "value", None)
    arguments = list(value.args) if isinstance(value, ast.Call) else []
    found = {each.arg or "**": plain(each.value) for each in getattr(value, "keywords", ())}
    if arguments and isinstance(arguments[0], ast.Constant) and isinstance(arguments[0].value, str):
        found["#name"] = plain(arguments.pop(0))
    found["#type"] = found.pop("type_", "")
    for argument in arguments:
        key = SPECIAL.get(last_name(argument), "#type" if not found["#type"] else f"#{len(found)}")
        found[key] = found.get(key, "") + plain(argument)
    kind, optional = inner(annotated(statement))
    if not found["#type"] and kind is not None and "foreign key" not in found:
        found["#type"] = plain(ast.Name(OF_ANNOTATION.get(last_name(kind), ast.unparse(kind)), ast.Load()))
    is_key = found.get("primary_key") == plain(ast.Constant(value=True))
    takes_null = optional if kind is not None else True
    found.setdefault("nullable", plain(ast.Constant(value=takes_null and not is_key)))
    for name in ("unique", "index"):
        if found.get(name) in {plain(ast.Constant(value=None)), plain(ast.Constant(value=False))}:
            del found[name]
    return found


def inner(annotation: ast.expr | None) -> tuple[ast.expr | None, bool]:
    """The type of an annotation without its `Optional`, and whether it had one."""
    match annotation:
        case ast.Subscript(value=value, slice=kind) if last_name(value) == "Optional":
            return kind, True
        case ast.BinOp(left=kind, op=ast.BitOr(), right=ast.Constant(value=None)):
            return kind, True
        case ast.BinOp(left=ast.Constant(value=None), op=ast.BitOr(), right=kind):
            return kind, True
    return annotation, False


def is_index_only(old: ast.stmt, new: ast.stmt) -> bool:
    """Whether two `__table_args__` differ in nothing but indexes that refuse no row."""
    return rest_of(old) == rest_of(new)


def rest_of(statement: ast.stmt) -> set[str]:
    """What a `__table_args__` holds besides indexes."""
    value = getattr(statement, "value", None)
    held = value.elts if isinstance(value, ast.Tuple | ast.List) else [statement]
    return {plain(each) for each in held if last_name(each) != "Index" or "unique=True" in ast.unparse(each)}
