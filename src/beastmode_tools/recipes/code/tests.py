"""Adds tests to the project's own."""

from collections.abc import Iterable

from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.text import import_block
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_tests", "has_people", "tests_beside"]


def has_people(workspace: Workspace) -> bool:
    """Whether the tests have the fixtures of a new project: `ada`, who is logged in, and `log_in`."""
    conftest = "tests/conftest.py"
    return workspace.exists(conftest) and "def ada(" in workspace.read(conftest)


def tests_beside(workspace: Workspace, blueprint: str) -> str:
    """The file of a blueprint's tests, whether it exists or not."""
    plain = f"tests/test_{blueprint.rpartition('_v')[0] or blueprint}.py"
    return plain if workspace.exists(plain) else f"tests/test_{blueprint}.py"


def add_tests(
    workspace: Workspace, own: frozenset[str], path: str, imports: Iterable[tuple[str, str]], text: str
) -> None:
    """Add tests at the end of a file, which is created if it is missing.

    Args:
        workspace: The project's files.
        own: The top-level names that belong to the project.
        path: Of the file.
        imports: What the tests import: modules, with the name to import from each or "".
        text: The tests.
    """
    if not workspace.exists(path):
        head = import_block(needed, own) if (needed := list(imports)) else ""
        # As ruff's isort does: two empty lines above a function, one above anything else.
        lines = ("\n\n" if text.lstrip().startswith(("def ", "@")) else "\n") if head else ""
        workspace.create(path, f"{head}{lines}{text.strip()}\n")
        return
    module = ModuleEdit(workspace, path, own)
    for origin, name in imports:
        module.add_import(origin, name)
    workspace.edit(path, f"{module.text.rstrip()}\n\n\n{text.strip()}\n")
