"""Functions whose text differs between the sides, and which statements do, so that a run can tell what it ran."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from beastmode_tools.source.delta import Pair
from beastmode_tools.source.syntax import Definition, Module, own_statements

__all__ = ["ChangedFunction", "changed_functions"]


@dataclass(frozen=True, slots=True)
class ChangedFunction:
    """One side of a changed function.

    Args:
        path: Its file on this side.
        key: The same on both sides: the file on the work side and the qualified name.
        first: The lines where its code may begin: of its first decorator, or of `def`.
        parts: First and last line of each statement that differs; () where this side only lacks some.
    """

    path: str
    key: str
    first: tuple[int, ...]
    parts: tuple[tuple[int, int], ...]

    def as_json(self) -> dict[str, Any]:
        """As a probe is asked to watch it."""
        return {"path": self.path, "key": self.key, "first": self.first, "parts": self.parts}


def changed_functions(compared: Sequence[Pair]) -> tuple[list[ChangedFunction], list[ChangedFunction]]:
    """The functions that both sides have and that differ in their text, as the base and as the work side has them."""
    old: list[ChangedFunction] = []
    new: list[ChangedFunction] = []
    for pair in compared:
        if pair.old is None or pair.new is None:
            continue
        for name in pair.old.functions.keys() & pair.new.functions.keys():
            if pair.old.source(name) != pair.new.source(name):
                before, after = differing(pair.old, pair.new, name)
                key = f"{pair.path} {name}"
                old.append(one_side(pair.change.old_path, key, pair.old.functions[name], before))
                new.append(one_side(pair.path, key, pair.new.functions[name], after))
    return old, new


def differing(old: Module, new: Module, name: str) -> tuple[set[int], set[int]]:
    """The lines of a function that only one side has, as numbers in its file."""
    texts = [side.source(name) for side in (old, new)]
    starts = [first_lines(side.functions[name])[0] for side in (old, new)]
    before: set[int] = set()
    after: set[int] = set()
    bare = [[line.strip() for line in text] for text in texts]
    for tag, begin, end, new_begin, new_end in SequenceMatcher(None, bare[0], bare[1], autojunk=False).get_opcodes():
        if tag != "equal":
            before.update(range(starts[0] + begin, starts[0] + end))
            after.update(range(starts[1] + new_begin, starts[1] + new_end))
    return before, after


def one_side(path: str, key: str, definition: Definition, lines: set[int]) -> ChangedFunction:
    """One side, with the statements that the lines belong to."""
    parts = tuple((first, last) for first, last in ranges(definition) if any(first <= line <= last for line in lines))
    return ChangedFunction(path, key, first_lines(definition), parts)


def first_lines(definition: Definition) -> tuple[int, ...]:
    """The line of the first decorator, and that of `def`."""
    node = definition.node
    return tuple(dict.fromkeys((min([node.lineno, *(each.lineno for each in node.decorator_list)]), node.lineno)))


def ranges(definition: Definition) -> Iterator[tuple[int, int]]:
    """First and last line of each statement that does something; of a block, of its head alone."""
    for statement in own_statements(definition.node.body):
        if isinstance(statement, ast.Pass | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        body = getattr(statement, "body", None)
        if isinstance(statement, ast.Try):
            continue  # its head does nothing
        last = body[0].lineno - 1 if body else statement.end_lineno
        yield statement.lineno, max(statement.lineno, last or statement.lineno)
