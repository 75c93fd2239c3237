"""Where a project creates its Flask application, and the line that adds beastmode to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.helpers import get_full_name_for_node

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.imports import with_import
from beastmode_tools.recipes.code.layout import module_of

__all__ = ["Application", "applications_in", "with_beastmode"]

APPLICATIONS = frozenset(("Flask", "APIFlask", "OpenAPI"))
"""Flask's class, and the subclasses of libraries that are put in its place."""


@dataclass(frozen=True, slots=True)
class Application:
    """An assignment `app = Flask(...)`.

    Args:
        path: Of the module.
        name: Of the variable.
        factory: The function that it is in; "" at the top level of the module.
        takes_arguments: The function cannot be called without arguments.
    """

    path: str
    name: str
    factory: str = ""
    takes_arguments: bool = False

    @property
    def for_flask(self) -> str | None:
        """As `flask --app` takes it; None if it needs arguments."""
        return None if self.takes_arguments else f"{module_of(self.path)}:{self.factory or self.name}"

    def refused(self, why: str) -> CouldNotRun:
        """The error for an application whose line a person has to add."""
        return CouldNotRun(
            f"{self.path}: {why}. Add the line yourself, after the application's configuration: "
            f"`from beastmode import Beastmode`, then `Beastmode({self.name})`."
        )


def applications_in(path: str, module: cst.Module) -> Iterator[Application]:
    """The applications that a module creates, at its top level or in a function there."""
    for name in assigned(module.body):
        yield Application(path, name)
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef) and isinstance(statement.body, cst.IndentedBlock):
            for name in assigned(statement.body.body):
                yield Application(path, name, statement.name.value, has_required(statement.params))


def assigned(body: Sequence[cst.BaseStatement]) -> Iterator[str]:
    """The names that an application is assigned to in these statements."""
    for statement in body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assign) and is_application(small.value):
                yield from (each.target.value for each in small.targets if isinstance(each.target, cst.Name))
            elif (
                isinstance(small, cst.AnnAssign) and is_application(small.value) and isinstance(small.target, cst.Name)
            ):
                yield small.target.value


def is_application(value: cst.BaseExpression | None) -> bool:
    """Whether it is a call of `Flask` or of a class that is put in its place."""
    if not isinstance(value, cst.Call):
        return False
    return (get_full_name_for_node(value.func) or "").rpartition(".")[2] in APPLICATIONS


def has_required(parameters: cst.Parameters) -> bool:
    """Whether a function cannot be called without arguments."""
    return any(each.default is None for each in (*parameters.params, *parameters.kwonly_params))


def with_beastmode(module: cst.Module, application: Application, own: frozenset[str]) -> cst.Module:
    """The module with `Beastmode(app)` once the application is configured, and its import.

    Args:
        module: That of the application.
        application: Which of its applications.
        own: The top-level names that belong to the project.

    Raises:
        CouldNotRun: It cannot be told where the application is configured; the message has the lines to add.
    """
    line = cst.parse_statement(f"Beastmode({application.name})\n", config=module.config_for_parsing)
    edited = in_factory(module, application, line) if application.factory else at_top_level(module, line)
    return with_import(edited, "beastmode", "Beastmode", own)


def in_factory(module: cst.Module, application: Application, line: cst.BaseStatement) -> cst.Module:
    """The module with the line in front of the `return app` that ends its factory."""
    body = list(module.body)
    place = next(
        index
        for index, each in enumerate(body)
        if isinstance(each, cst.FunctionDef) and each.name.value == application.factory
    )
    factory = cst.ensure_type(body[place], cst.FunctionDef)
    block = cst.ensure_type(factory.body, cst.IndentedBlock)
    *before, last = block.body
    if not is_return_of(last, application.name):
        raise application.refused(f"{application.factory}() does not end with `return {application.name}`")
    if returns_in(before):
        raise application.refused(f"{application.factory}() returns from several places")
    if before and not isinstance(before[-1], cst.SimpleStatementLine):
        line = line.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    body[place] = factory.with_changes(body=block.with_changes(body=[*before, line, last]))
    return module.with_changes(body=body)


def is_return_of(statement: cst.BaseStatement, name: str) -> bool:
    """Whether it is `return name`."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    only = statement.body[0]
    return isinstance(only, cst.Return) and isinstance(only.value, cst.Name) and only.value.value == name


class Returns(cst.CSTVisitor):
    """Whether a function returns, in itself and not in functions within it."""

    def __init__(self) -> None:
        self.found = False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: ARG002, N802 - libcst asks so
        """Views and hooks within a factory return for themselves."""
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:  # noqa: ARG002, N802 - libcst asks so
        """The same."""
        return False

    def visit_Return(self, node: cst.Return) -> None:  # noqa: ARG002, N802 - libcst asks so
        """One of its own."""
        self.found = True


def returns_in(statements: Sequence[cst.BaseStatement]) -> bool:
    """Whether any of the statements may return."""
    visitor = Returns()
    for statement in statements:
        statement.visit(visitor)
    return visitor.found


def at_top_level(module: cst.Module, line: cst.BaseStatement) -> cst.Module:
    """The module with the line at its end, in front of what runs it as a script."""
    body = list(module.body)
    place = next((index for index, each in enumerate(body) if is_script_part(each)), len(body))
    line = line.with_changes(leading_lines=[cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)])
    return module.with_changes(body=[*body[:place], line, *body[place:]])


def is_script_part(statement: cst.BaseStatement) -> bool:
    """Whether it is `if __name__ == "__main__":` or a bare `app.run(...)`."""
    if isinstance(statement, cst.If):
        return "__name__" in cst.Module([]).code_for_node(statement.test)
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Expr):
        return False
    value = statement.body[0].value
    return isinstance(value, cst.Call) and (get_full_name_for_node(value.func) or "").endswith(".run")
