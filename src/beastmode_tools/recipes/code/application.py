"""Where the project creates its application: `Beastmode(app, ...)` and `Accounts(...)`."""

import ast

import libcst as cst

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.calls import WithKeywordArgument
from beastmode_tools.recipes.code.layout import Layout, modules, parsed
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.source.syntax import last_name

__all__ = ["add_part", "module_with_call"]


def module_with_call(workspace: Workspace, function: str) -> str:
    """The first module that calls a function of this name.

    Raises:
        CouldNotRun: None does.
    """
    for path in modules(workspace.folder):
        calls = (node for node in ast.walk(parsed(workspace, path)) if isinstance(node, ast.Call))
        if any(last_name(call.func) == function for call in calls):
            return path
    raise CouldNotRun(f"no module of the project calls {function}(...). Add it first: see the tutorial.")


def add_part(workspace: Workspace, layout: Layout, keyword: str, value: str, imported: tuple[str, str]) -> None:
    """Add a part to `Beastmode(app, ...)`, unless it has one.

    Args:
        workspace: The project's files.
        layout: Of the project.
        keyword: The argument.
        value: As it is written.
        imported: What the value needs.
    """
    path = module_with_call(workspace, "Beastmode")
    module = ModuleEdit(workspace, path, layout.own)
    before = module.text
    module.change(WithKeywordArgument("Beastmode", keyword, lambda given: given or cst.parse_expression(value)))
    if module.text != before:
        module.add_import(*imported)
        module.save()
