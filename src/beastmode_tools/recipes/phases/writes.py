"""Where a project can still store nothing in a column: an API that lets clients leave it out, and code."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from beastmode_tools.recipes.code.layout import Layout, modules
from beastmode_tools.recipes.phases.declared import Declared
from beastmode_tools.recipes.phases.uses import Use
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.source.syntax import last_name
from beastmode_tools.source.values import text_with_gaps

__all__ = ["Accepted", "Read", "accepted", "stores_nothing"]

Read = Callable[[str], str | None]
WRITING = ("values", "insert", "update", "create")
"""What else takes the values of a row as keywords: SQLAlchemy's statements, and a loading."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A field of a schema through which clients write the column.

    Args:
        place: Its line.
        schema: The class.
        name: Of the field.
        takes_null: Whether a client may send null.
        left_out: Whether a client may leave it out, and nothing takes its place.
    """

    place: Use
    schema: str
    name: str
    takes_null: bool
    left_out: bool


def accepted(workspace: Workspace, layout: Layout, declared: Declared, read: Read) -> list[Accepted]:
    """Every field of the project's schemas that may write the column.

    Args:
        workspace: The project's files.
        layout: Of the project.
        declared: The column.
        read: The text of a module, as it is or as it was committed; None if there is none.
    """
    own = {each.schema for each in layout.loadings if each.model == declared.model.name}
    others = {each.schema for each in layout.loadings} - own
    found = []
    for path in modules(workspace.folder):
        for node in ast.walk(tree_of(read(path), declared.attribute)):
            if isinstance(node, ast.ClassDef) and (node.name != declared.model.name or path != declared.model.path):
                is_near = node.name in own or path.rpartition("/")[0] == declared.model.path.rpartition("/")[0]
                if is_near and node.name not in others:
                    found += [as_accepted(name, node.name, path, call) for name, call in fields(node, declared)]
    return [each for each in found if each.takes_null or each.left_out]


def fields(definition: ast.ClassDef, declared: Declared) -> Iterator[tuple[str, ast.Call]]:
    """The fields of a schema that are stored in the attribute: their names and their calls."""
    for statement in definition.body:
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if not isinstance(value, ast.Call) or not ast.unparse(value.func).startswith(
            ("fields.", "ma.", "marshmallow.")
        ):
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        given = {each.arg: ast.unparse(each.value) for each in value.keywords if each.arg}
        name = target.id if isinstance(target, ast.Name) else ""
        stored_as = given.get("attribute", name).strip("'\"")
        if stored_as == declared.attribute and given.get("dump_only") != "True":
            yield name, value


def as_accepted(name: str, schema: str, path: str, call: ast.Call) -> Accepted:
    """What a field of a schema lets clients do."""
    given = {each.arg: ast.unparse(each.value) for each in call.keywords if each.arg}
    default = given.get("load_default", given.get("missing", "None"))
    # marshmallow: a field whose default is None takes null too, unless it says otherwise.
    takes_null = given.get("allow_none", str("None" in (given.get("load_default"), given.get("missing")))) != "False"
    left_out = given.get("required") != "True" and default == "None"
    return Accepted(Use(path, call.lineno), schema, name, takes_null, left_out)


def stores_nothing(workspace: Workspace, declared: Declared, read: Read) -> list[Use]:
    """The lines of the project's code, besides schemas, that store nothing in the column."""
    found: list[Use] = []
    for path in modules(workspace.folder):
        tree = tree_of(read(path), declared.model.name, declared.attribute, declared.model.table)
        names = names_of(tree, path, declared)
        found += [Use(path, getattr(node, "lineno", 0)) for node in ast.walk(tree) if is_nothing(node, declared, names)]
    return sorted({*found}, key=lambda use: (use.path, use.line))


def names_of(tree: ast.Module, path: str, declared: Declared) -> set[str]:
    """What the model is called in a module, which may have a schema of the same name."""
    model = declared.model
    if path == model.path:
        return {model.name}
    module = model.module.rpartition(".")[2]
    names = {f"{module}.{model.name}"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            is_module = (node.module or "").rpartition(".")[2] in (module, "" if node.level else module)
            for each in node.names:
                called = each.asname or each.name
                if each.name == module:
                    names.add(f"{called}.{model.name}")
                elif each.name == model.name and is_module:
                    names.add(called)
    return names


def is_nothing(node: ast.AST, declared: Declared, names: set[str]) -> bool:
    """Whether a part of the code creates a row without a value, or sets it to None."""
    has_default = declared.field.default is not None or any(
        each.startswith(("default=", "insert_default=", "server_default=")) for each in declared.kept
    )
    if isinstance(node, ast.Call):
        return is_call_without(node, declared, names, has_default=has_default)
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is None:
        return any(isinstance(each, ast.Attribute) and each.attr == declared.attribute for each in node.targets)
    text = text_with_gaps(node, " ") if isinstance(node, ast.Constant | ast.JoinedStr) else ""
    return bool(text) and is_sql_without(text, declared, has_default=has_default)


def is_call_without(call: ast.Call, declared: Declared, names: set[str], *, has_default: bool) -> bool:
    """Whether a call creates a row without a value, or gives None for it."""
    given = {each.arg: each.value for each in call.keywords}
    value = given.get(declared.attribute)
    if isinstance(value, ast.Constant) and value.value is None:
        return ast.unparse(call.func) in names or last_name(call.func) in WRITING
    creates = ast.unparse(call.func) in names
    return creates and not has_default and None not in given and declared.attribute not in given


def is_sql_without(text: str, declared: Declared, *, has_default: bool) -> bool:
    """Whether a text is SQL that inserts a row without the column, or sets it to NULL."""
    table, column = re.escape(declared.model.table), re.escape(declared.column)
    if re.search(rf"\bUPDATE\s+\"?{table}\b.*\b{column}\"?\s*=\s*NULL\b", text, re.IGNORECASE | re.DOTALL):
        return True
    inserts = re.search(rf"\bINSERT\s+INTO\s+\"?{table}\"?\s*\(([^)]*)\)", text, re.IGNORECASE)
    return bool(inserts) and not has_default and not re.search(rf"\b{column}\b", inserts[1] if inserts else "")


def tree_of(text: str | None, *words: str) -> ast.Module:
    """The syntax of a module; empty if it names none of the words."""
    if text is None or not any(re.search(rf"\b{re.escape(each)}\b", text) for each in words):
        return ast.Module([], [])
    return ast.parse(text)
