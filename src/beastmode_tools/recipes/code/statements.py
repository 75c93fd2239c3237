"""Adds and removes whole statements of a module."""

import ast

import libcst as cst

from beastmode_tools.recipes.code.imports import import_of

__all__ = ["WithStatementAbove", "without_function"]

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


class WithStatementAbove(cst.CSTTransformer):
    """Adds a statement above an assignment at the top level.

    Args:
        variable: What is assigned.
        text: The statement.
        name: What it assigns; nothing is added if the module has it.
    """

    def __init__(self, variable: str, text: str, name: str) -> None:
        super().__init__()
        self._variable = variable
        self._statement = cst.parse_statement(text)
        self._name = name

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:  # noqa: ARG002, N802 - libcst's
        """Add it."""
        body = list(updated_node.body)
        names = [updated_node.code_for_node(each).strip().partition(" ")[0] for each in body]
        if self._name in names or self._variable not in names:
            return updated_node
        place = names.index(self._variable)
        above = body[place]
        assert isinstance(above, cst.SimpleStatementLine)  # noqa: S101 - an assignment is
        body[place : place + 1] = [
            self._statement.with_changes(leading_lines=above.leading_lines),
            above.with_changes(leading_lines=[]),
        ]
        return updated_node.with_changes(body=body)


def without_function(module: cst.Module, function: str, constants: tuple[str, ...]) -> cst.Module:
    """The module without a function, and without those constants and imported names that only it used.

    Args:
        module: What is edited.
        function: A function at the top level.
        constants: Variables of the module that may go with it.
    """
    before = used(module)
    body = [each for each in module.body if not isinstance(each, cst.FunctionDef) or each.name.value != function]
    module = module.with_changes(body=body)
    for name in constants:
        if name not in used(module):
            rest = [each for each in module.body if not module.code_for_node(each).strip().startswith(f"{name} =")]
            module = with_first_lines(module, list(rest))
    gone = before - used(module)
    kept = [left for each in module.body if (left := without_names(each, gone)) is not None]
    return with_first_lines(module, kept)


def with_first_lines(module: cst.Module, body: list[Statement]) -> cst.Module:
    """The module with another body; the empty lines above what has gone stay above what follows it."""
    old = list(module.body)
    for index, statement in enumerate(body):
        place = next((number for number, each in enumerate(old) if each is statement), 0)
        above = old[place - 1] if place else None
        if above is not None and above not in body and isinstance(statement, cst.SimpleStatementLine):
            lines = getattr(above, "leading_lines", ())
            body[index] = statement.with_changes(leading_lines=lines) if not statement.leading_lines else statement
    return module.with_changes(body=body)


def used(module: cst.Module) -> set[str]:
    """The names that a module reads."""
    return {node.id for node in ast.walk(ast.parse(module.code)) if isinstance(node, ast.Name) and is_read(node)}


def is_read(node: ast.Name) -> bool:
    """Whether a name is read where it stands."""
    return isinstance(node.ctx, ast.Load)


def without_names(statement: Statement, gone: set[str]) -> Statement | None:
    """An import without some names; None if no other is left."""
    imported = import_of(statement)
    if (
        imported is None
        or isinstance(imported.names, cst.ImportStar)
        or not isinstance(statement, cst.SimpleStatementLine)
    ):
        return statement
    left = [alias for alias in imported.names if (alias.evaluated_alias or alias.evaluated_name) not in gone]
    if not left:
        return None
    if len(left) == len(imported.names):
        return statement
    left[-1] = left[-1].with_changes(comma=imported.names[-1].comma)
    return statement.with_changes(body=[imported.with_changes(names=left)])
