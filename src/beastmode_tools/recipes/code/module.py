"""Edits a Python module without touching what it does not change: comments and layout stay."""

from collections.abc import Callable, Sequence
from textwrap import dedent

import libcst as cst
from libcst.helpers import get_full_name_for_node

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.attributes import COLUMNS, WithAttributeKeyword
from beastmode_tools.recipes.code.calls import spread
from beastmode_tools.recipes.code.imports import import_of, with_import, without_unused
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["ModuleEdit"]


class ModuleEdit:
    """One module of the project while a recipe edits it.

    Args:
        workspace: The project's files.
        path: Of the module.
        own: The top-level names that belong to the project.

    Raises:
        CouldNotRun: It is not valid Python.
    """

    def __init__(self, workspace: Workspace, path: str, own: frozenset[str]) -> None:
        self._workspace = workspace
        self._path = path
        self._own = own
        try:
            self._module = cst.parse_module(workspace.read(path))
        except cst.ParserSyntaxError as problem:
            raise CouldNotRun(f"{path}:{problem.raw_line} is not valid Python, so it cannot be edited.") from None

    def save(self) -> None:
        """Hand the edited text to the workspace."""
        self._workspace.edit(self._path, self._module.code.lstrip("\n"))

    @property
    def text(self) -> str:
        """The module as edited so far."""
        return self._module.code

    def change(self, transformer: cst.CSTTransformer) -> None:
        """Edit it by a transformer of libcst."""
        self._module = self._module.visit(transformer)

    def add_import(self, origin: str, name: str) -> None:
        """Add `from origin import name`, or `import origin` if the name is ""; nothing if it is there."""
        self._module = with_import(self._module, origin, name, self._own)

    def rewrite(self, function: Callable[[cst.Module], cst.Module]) -> None:
        """Edit the module by a function from syntax to syntax."""
        self._module = function(self._module)

    def remove_unused(self, origin: str, names: Sequence[str]) -> None:
        """Remove those of the names imported from a module that nothing uses any longer."""
        self._module = without_unused(self._module, origin, names)

    def add_argument(self, function: str, argument: str) -> None:
        """Add a positional argument to a call at the top level, such as `api.register(...)`; nothing if it is there.

        Raises:
            CouldNotRun: There is no such call.
        """
        visitor = WithArgument(function, cst.Arg(cst.parse_expression(argument)))
        self._module = self._module.visit(visitor)
        if not visitor.is_found:
            raise CouldNotRun(f"{self._path} does not call {function}(...). Add it by hand: {function}({argument})")

    def add_to_class(self, name: str, line: str, *, is_predecessor: Callable[[str], bool]) -> None:
        """Add a line to the body of a class, below the last statement that the function accepts.

        Args:
            name: Of the class.
            line: A statement.
            is_predecessor: Whether the new line belongs below this statement, which is given as text.

        Raises:
            CouldNotRun: There is no such class.
        """
        body = list(self._module.body)
        for index, statement in enumerate(body):
            if isinstance(statement, cst.ClassDef) and statement.name.value == name:
                body[index] = self._with_line(statement, line, is_predecessor)
                self._module = self._module.with_changes(body=body)
                return
        raise CouldNotRun(f"{self._path} has no class {name}. Add this line by hand: {line}")

    def add_statement(self, text: str, *, before_class: str = "") -> None:
        """Add statements at the end of the module, or above a class, below two empty lines."""
        module = cst.parse_module(text)
        lines = [cst.EmptyLine(indent=False)] * 2
        first = module.body[0].with_changes(leading_lines=lines)
        body = list(self._module.body)
        place = len(body)
        for index, statement in enumerate(body):
            if isinstance(statement, cst.ClassDef) and statement.name.value == before_class:
                place = index
        if place < len(body):
            body[place] = body[place].with_changes(leading_lines=lines)
        body[place:place] = [first, *module.body[1:]]
        self._module = self._module.with_changes(body=body, has_trailing_newline=True)

    def add_keyword(self, class_name: str, attribute: str, keyword: str, value: str) -> bool:
        """Add a keyword to the `mapped_column(...)` or `Column(...)` of a model's attribute; whether it was missing.

        Raises:
            CouldNotRun: The attribute is declared in another way, or the keyword has another value.
        """
        return self._with_keyword(WithAttributeKeyword(class_name, attribute, keyword, value, COLUMNS))

    def add_field_keyword(self, class_name: str, attribute: str, keyword: str, value: str) -> bool:
        """Add a keyword to the field of a schema; the rest as for `add_keyword`."""
        return self._with_keyword(WithAttributeKeyword(class_name, attribute, keyword, value))

    def add_import_for_types(self, origin: str, name: str) -> None:
        """Add an import that only type checkers run, because the other module may import this one."""
        line = f"from {origin} import {name}"
        if line in self._module.code:
            return
        self.add_import("typing", "TYPE_CHECKING")
        body = list(self._module.body)
        for index, statement in enumerate(body):
            if isinstance(statement, cst.If) and self._module.code_for_node(statement.test) == "TYPE_CHECKING":
                block = statement.body
                inside = cst.Module([]).with_changes(body=block.body)
                edited = with_import(inside, origin, name, self._own)
                body[index] = statement.with_changes(body=block.with_changes(body=edited.body))
                self._module = self._module.with_changes(body=body)
                return
        last = max(index for index, each in enumerate(body) if import_of(each) is not None)
        block_text = cst.parse_statement(f"if TYPE_CHECKING:\n    {line}\n", config=self._module.config_for_parsing)
        body.insert(last + 1, block_text.with_changes(leading_lines=[cst.EmptyLine(indent=False)]))
        self._module = self._module.with_changes(body=body)

    def _with_keyword(self, visitor: WithAttributeKeyword) -> bool:
        self._module = self._module.visit(visitor)
        if visitor.problem:
            raise CouldNotRun(f"{self._path}: {visitor.problem}")
        return visitor.is_changed

    def _with_line(self, definition: cst.ClassDef, line: str, is_predecessor: Callable[[str], bool]) -> cst.ClassDef:
        added = cst.parse_statement(dedent(line) + "\n", config=self._module.config_for_parsing)
        if not isinstance(definition.body, cst.IndentedBlock):
            raise CouldNotRun(f"{self._path}: {definition.name.value} is written on one line. Add by hand: {line}")
        statements = list(definition.body.body)
        place = 0
        for index, statement in enumerate(statements):
            if is_predecessor(self._module.code_for_node(statement).strip()):
                place = index + 1
        if place == 0 and definition.get_docstring() is not None:
            place = 1
        only_pass = [each for each in statements if self._module.code_for_node(each).strip() not in ("pass", "...")]
        statements = only_pass if len(only_pass) < len(statements) else statements
        statements.insert(min(place, len(statements)), added)
        return definition.with_changes(body=definition.body.with_changes(body=statements))


class WithArgument(cst.CSTTransformer):
    """Adds an argument to the first call of a function.

    Args:
        function: The call's name with its dots.
        argument: What to add.
    """

    def __init__(self, function: str, argument: cst.Arg) -> None:
        super().__init__()
        self.is_found = False
        self._function = function
        self._argument = argument

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802 - libcst's name
        """Add it, if this is the call."""
        if self.is_found or get_full_name_for_node(original_node.func) != self._function:
            return updated_node
        self.is_found = True
        wanted = self._argument.value
        if any(argument.value.deep_equals(wanted) for argument in updated_node.args):
            return updated_node
        return spread(updated_node.with_changes(args=extended(updated_node.args, self._argument)))


def extended(arguments: Sequence[cst.Arg], new: cst.Arg) -> list[cst.Arg]:
    """The arguments of a call with one more after the positional ones, laid out as they are."""
    place = next((index for index, each in enumerate(arguments) if each.keyword is not None), len(arguments))
    if not arguments:
        return [new]
    comma = next((each.comma for each in arguments if isinstance(each.comma, cst.Comma)), None)
    between = comma or cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    last = arguments[-1].comma
    merged = [*arguments[:place], new, *arguments[place:]]
    return [*(each.with_changes(comma=between) for each in merged[:-1]), merged[-1].with_changes(comma=last)]
