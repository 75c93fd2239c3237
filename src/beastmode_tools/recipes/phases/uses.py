"""Where a project names a column in SQL of its own, which no model translates."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from beastmode_tools.recipes.code.layout import SKIPPED, modules, parsed
from beastmode_tools.recipes.phases.declared import Declared
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.source.syntax import last_name
from beastmode_tools.source.values import text_value, text_with_gaps

__all__ = ["Use", "attribute_uses", "listed", "sql_uses", "views"]

SQL = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|FROM|JOIN|WHERE|ORDER\s+BY|MERGE|COPY|VIEW)\b", re.IGNORECASE)
SHOWN = 5
"""Places in a message of one line; who removes these finds the others by running the command again."""
TABLES = ("c", "columns", "__table__", "tables")


@dataclass(frozen=True, slots=True)
class Use:
    """A line of the project.

    Args:
        path: Its file.
        line: From 1.
    """

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def listed(uses: list[Use]) -> str:
    """The places for a message."""
    more = f" and {len(uses) - SHOWN} more" if len(uses) > SHOWN else ""
    return ", ".join(map(str, uses[:SHOWN])) + more


def sql_uses(workspace: Workspace, table: str, column: str) -> list[Use]:
    """The lines that name the column in SQL, or as `table.c.column`; migrations and tests are left out."""
    word = re.compile(rf"\b{re.escape(column)}\b")
    found = []
    for path in modules(workspace.folder):
        text = workspace.read(path)
        if word.search(text):
            found += [Use(path, line) for line in in_module(parsed(workspace, path), table, column)]
    for path in statements(workspace):
        lines = workspace.read(path).splitlines()
        if any(re.search(rf"\b{re.escape(table)}\b", line) for line in lines):
            found += [Use(path, number) for number, line in enumerate(lines, 1) if word.search(line)]
    return sorted({*found}, key=lambda use: (use.path, use.line))


def statements(workspace: Workspace) -> Iterator[str]:
    """The project's `.sql` files."""
    for path in sorted(workspace.folder.rglob("*.sql")):
        name = path.relative_to(workspace.folder)
        if not SKIPPED.intersection(name.parts):
            yield name.as_posix()


def in_module(tree: ast.Module, table: str, column: str) -> Iterator[int]:
    """The lines of a module that do."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant):
            text = None if isinstance(node, ast.Constant) and id(node) in inside else text_with_gaps(node, " ")
            if text and names_it(text, table, column):
                yield node.lineno
        elif is_named_of_table(node, column):
            yield node.lineno


def is_named_of_table(node: ast.AST, column: str) -> TypeGuard[ast.expr]:
    """Whether it is `table.c.column` or `table.columns["column"]`."""
    if isinstance(node, ast.Attribute):
        return node.attr == column and last_name(node.value) in TABLES
    return isinstance(node, ast.Subscript) and last_name(node.value) in TABLES and text_value(node.slice) == column


def names_it(text: str, table: str, column: str) -> bool:
    """Whether a text is SQL that names the column beside its table."""
    words = (SQL.pattern, *(rf"\b{re.escape(each)}\b" for each in (table, column)))
    return all(re.search(each, text, re.IGNORECASE) for each in words)


def attribute_uses(workspace: Workspace, declared: Declared) -> list[Use]:
    """Every line besides the declaration that names the attribute: as such, as a keyword or as a string."""
    word = re.compile(rf"\b{re.escape(declared.attribute)}\b")
    found = []
    for path in modules(workspace.folder):
        text = workspace.read(path)
        if not word.search(text):
            continue
        tree = parsed(workspace, path)
        others = other_classes(tree, declared)
        named = [node for node in ast.walk(tree) if names_attribute(node, declared.attribute)]
        uses = [Use(path, getattr(node, "lineno", 0)) for node in named]
        found += [use for use in uses if not any(use.line in lines for lines in others)]
    found = [use for use in found if use != Use(declared.model.path, declared.line)]
    return sorted({*found}, key=lambda use: (use.path, use.line))


def other_classes(tree: ast.Module, declared: Declared) -> list[range]:
    """The lines of models that have a column of the same name."""
    return [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and node.name != declared.model.name
        and any(isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "__tablename__" for each in node.body)
    ]


def names_attribute(node: ast.AST, attribute: str) -> bool:
    """Whether a node names it."""
    if isinstance(node, ast.Attribute):
        return node.attr == attribute
    if isinstance(node, ast.keyword):
        return node.arg == attribute
    if isinstance(node, ast.Constant):
        return node.value == attribute
    if isinstance(node, ast.AnnAssign | ast.Assign):
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        return isinstance(target, ast.Name) and target.id == attribute
    return False


def views(workspace: Workspace, table: str, column: str) -> list[Use]:
    """The migrations that create a view which reads the column."""
    found = []
    for path in sorted(workspace.folder.rglob("versions/*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        name = path.relative_to(workspace.folder)
        if SKIPPED.intersection(name.parts) or not re.search(r"\bVIEW\b", text, re.IGNORECASE):
            continue
        for node in ast.walk(ast.parse(text)):
            said = text_with_gaps(node, " ") if isinstance(node, ast.Constant | ast.JoinedStr) else None
            if said and re.search(r"CREATE[\w\s]*\bVIEW\b", said, re.IGNORECASE) and names_it(said, table, column):
                found.append(Use(name.as_posix(), getattr(node, "lineno", 1)))
    return found
