"""Says in relationships that exist which column they use, once a second one refers to the same table."""

import re
from collections.abc import Sequence

import libcst as cst
from libcst.helpers import get_full_name_for_node

from beastmode_tools.recipes.code.calls import with_keyword
from beastmode_tools.recipes.code.layout import Layout, Model
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["name_columns", "name_columns_of_inverses"]

DECIDED = frozenset(("foreign_keys", "primaryjoin", "secondary"))
"""Arguments of a relationship that say how its tables are joined."""


def name_columns(module: ModuleEdit, model: Model, target: Model) -> str:
    """Give the model's relationships to another model their column; its name, or "" if no column refers there yet.

    With two foreign keys between two tables, SQLAlchemy cannot tell which of them a relationship uses.

    Args:
        module: The module of the model, before it gets the second column.
        model: The model with the columns.
        target: The model that they refer to.
    """
    reads = Columns(model.name, f"{target.table}.id")
    cst.parse_module(module.text).visit(reads)
    if len(reads.found) != 1:
        return ""
    module.change(WithColumn(model.name, target.name, f"[{reads.found[0]}]"))
    return reads.found[0]


def name_columns_of_inverses(workspace: Workspace, layout: Layout, model: Model, target: Model, column: str) -> None:
    """Likewise for the relationships that the other model has to this one."""
    module = ModuleEdit(workspace, target.path, layout.own)
    before = module.text
    module.change(WithColumn(target.name, model.name, f'"{model.name}.{column}"'))
    if module.text != before:
        module.save()


class Columns(cst.CSTVisitor):
    """The attributes of a class with a foreign key to one column.

    Args:
        class_name: The class.
        referred: Such as `users.id`.
    """

    def __init__(self, class_name: str, referred: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._class_name = class_name
        self._referred = referred

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:  # noqa: N802 - libcst's name
        """Only this class is read."""
        return node.name.value == self._class_name

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:  # noqa: N802 - libcst's name
        """Keep the attribute, if this is one."""
        text = cst.Module([]).code_for_node(node)
        if isinstance(node.target, cst.Name) and re.search(rf"ForeignKey\(\s*[\"']{self._referred}[\"']", text):
            self.found.append(node.target.value)


class WithColumn(cst.CSTTransformer):
    """Adds `foreign_keys` to the relationships of a class to another one that do not say how they are joined.

    Args:
        class_name: The class.
        target: The other one.
        keys: The value of the argument.
    """

    def __init__(self, class_name: str, target: str, keys: str) -> None:
        super().__init__()
        self._class_name = class_name
        self._target = target
        self._keys = keys

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:  # noqa: N802 - libcst's name
        """Only this class is edited."""
        return node.name.value == self._class_name

    def leave_AnnAssign(self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign) -> cst.AnnAssign:  # noqa: N802 - libcst's name
        """Add it, if this is one of them."""
        annotation = cst.Module([]).code_for_node(original_node.annotation.annotation)
        call = updated_node.value
        if not isinstance(call, cst.Call) or not re.search(rf"\b{self._target}\b", annotation):
            return updated_node
        name = (get_full_name_for_node(call.func) or "").rpartition(".")[2]
        if name != "relationship" or is_decided(call.args):
            return updated_node
        return updated_node.with_changes(value=with_keyword(call, "foreign_keys", cst.parse_expression(self._keys)))


def is_decided(arguments: Sequence[cst.Arg]) -> bool:
    """Whether a relationship says how its tables are joined."""
    return any(each.keyword is not None and each.keyword.value in DECIDED for each in arguments)
