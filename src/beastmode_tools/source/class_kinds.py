"""What a class of a project is for."""

import ast
import re

from beastmode_tools.source.files import is_settings_file
from beastmode_tools.source.syntax import Module, dotted

__all__ = ["COLUMN", "ClassFacts", "class_kind", "fields_of", "is_call"]

ClassFacts = dict[str, ast.stmt]

COLUMN = re.compile(r"(?:^|\.)(?:Column|mapped_column|deferred|column_property)$")
CLASS_KINDS = (
    ("model", re.compile(r"\b(?:db\.Model|Model|DeclarativeBase|Base)$|\bdb\.Model\b|\bMappedAsDataclass\b")),
    ("form", re.compile(r"Form\b")),
    ("schema", re.compile(r"Schema\b|\bBaseModel\b|\bSQLAlchemyAutoSchema\b|\bTypedDict\b")),
    ("view", re.compile(r"\b(?:MethodView|Resource|View|MethodResource|ModelView)\b")),
    ("settings", re.compile(r"\bBaseSettings\b|Config\b")),
    ("exception", re.compile(r"(?:Exception|Error|HTTPException)\b")),
)


def class_kind(module: Module, node: ast.ClassDef, depth: int = 0) -> str:  # noqa: PLR0911 - one sign a line
    """What a class is for: "model", "schema", "form", "view", "settings", "exception", or "class"."""
    names = [dotted(base) for base in node.bases]
    if any(isinstance(each, ast.Assign) and "__tablename__" in ast.unparse(each.targets[0]) for each in node.body):
        return "model"
    text = " ".join(names)
    for kind, pattern in CLASS_KINDS:
        if pattern.search(text):
            return kind
    if is_settings_file(module.path) and any(name.isupper() for name in fields_of(node)):
        return "settings"
    if re.search(r"Config$|Settings$", node.name) or "settings" in text.lower():
        return "settings"
    for name in names:
        parent = module.classes.get(name)
        # Classes derive over two or three steps in one file; two that name each other would lead round in a circle.
        if parent is not None and parent is not node and depth < 8:
            return class_kind(module, parent, depth + 1)
    if any(isinstance(each, ast.Assign) and is_call(each.value, COLUMN) for each in node.body):
        return "model"
    return "class"


def fields_of(node: ast.ClassDef) -> ClassFacts:
    """The class's attributes: name -> statement."""
    found: ClassFacts = {}
    for each in node.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = each
    return found


def is_call(node: ast.AST | None, pattern: re.Pattern[str]) -> bool:
    """Whether the node calls something of that name."""
    return isinstance(node, ast.Call) and bool(pattern.search(dotted(node.func)))
