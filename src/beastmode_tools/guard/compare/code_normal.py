"""Python code without what does not change its behaviour, so that two versions can be compared."""

import ast
import copy
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from beastmode_tools.guard.compare.code_syntax import SCOPES, FunctionNode

__all__ = ["Difference", "Piece", "body_difference", "difference", "expression", "same_behaviour"]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A statement, the head of a block, or the place where a block ends.

    Args:
        key: Equal for equal pieces, wherever they stand.
        node: The statement; for a head and an end, the whole block.
        kind: Which of the three it is.
    """

    key: str
    node: ast.stmt | ast.ExceptHandler | ast.match_case
    kind: Literal["statement", "head", "end"]

    @property
    def line(self) -> int:
        """Where it stands in its file."""
        return getattr(self.node, "lineno", 1)


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """Pieces that one version has and the other has not, in order."""

    removed: tuple[Piece, ...]
    added: tuple[Piece, ...]

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)


def same_behaviour(old: FunctionNode, new: FunctionNode) -> bool:
    """Whether both do the same: docstrings, comments, layout, annotations and names of local variables do not count."""
    return body_key(old) == body_key(new)


@functools.lru_cache(maxsize=4096)
def body_key(node: FunctionNode) -> str:
    """The body in its normal form, local variables numbered by their first appearance."""
    plain = without_hints(node)
    return "\n".join(ast.dump(each) for each in LocalNames(plain).visited())


@functools.lru_cache(maxsize=4096)
def without_hints(node: FunctionNode) -> FunctionNode:
    """A copy without docstrings and annotations."""
    stripped = Stripped().visit(copy.deepcopy(node))
    assert isinstance(stripped, ast.FunctionDef | ast.AsyncFunctionDef)  # noqa: S101 - for the type checker
    return stripped


class Stripped(ast.NodeTransformer):
    """Takes out what does not run: docstrings, annotations, `pass` beside other statements."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self.function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self.function(node)

    def function(self, node: FunctionNode) -> ast.AST:
        node.returns = None
        arguments = node.args
        for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
            if each is not None:
                each.annotation = None
        self.generic_visit(node)
        node.body = without_words(node.body)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign(targets=[node.target], value=node.value), node)

    def visit_Import(self, node: ast.Import) -> None:
        """Left out: what is done with the imported name shows."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Left out as well."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        # Annotations of a class are its fields for dataclasses, pydantic and SQLAlchemy: they stay.
        node.body = [each if isinstance(each, ast.AnnAssign) else self.visit(each) for each in without_words(node.body)]
        return node


def without_words(body: list[ast.stmt]) -> list[ast.stmt]:
    """The body without its docstring, other bare strings and a `pass` that fills nothing."""
    kept = [
        each
        for each in body
        if not isinstance(each, ast.Pass) and not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]
    return kept or [ast.Pass()]


class LocalNames(ast.NodeTransformer):
    """Numbers the names that a function binds itself; parameters keep theirs, since callers may use them."""

    def __init__(self, function: FunctionNode) -> None:
        self.function = copy.deepcopy(function)
        self.numbers: dict[str, str] = {}
        kept = {name for node in ast.walk(self.function) for name in parameters_and_globals(node)}
        for node in ast.walk(self.function):
            for name in bound(node):
                if name not in kept:
                    self.numbers.setdefault(name, f"local {len(self.numbers)}")

    def visited(self) -> list[ast.AST]:
        return [self.visit(each) for each in self.function.body]

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.numbers.get(node.id, node.id)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = self.numbers.get(node.name, node.name) if node.name else None
        self.generic_visit(node)
        return node


def bound(node: ast.AST) -> Iterator[str]:
    """Names that the node binds as local variables."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.ExceptHandler(name=str(name)):
            yield name


def parameters_and_globals(node: ast.AST) -> Iterator[str]:
    """Names that must stay as they are written."""
    match node:
        case ast.arg(arg=name):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names


def expression(node: ast.AST | None) -> str:
    """A key that is equal for equal expressions, wherever they stand."""
    return "" if node is None else ast.dump(node)


def difference(old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> Difference:
    """What was taken out and what was put in, statement by statement."""
    before, after = list(pieces(old)), list(pieces(new))
    matcher = SequenceMatcher(None, [each.key for each in before], [each.key for each in after], autojunk=False)
    removed: list[Piece] = []
    added: list[Piece] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            removed += before[start:end]
            added += after[new_start:new_end]
    return Difference(tuple(removed), tuple(added))


def body_difference(old: FunctionNode, new: FunctionNode) -> Difference:
    """The same for two functions, without docstrings and annotations."""
    return difference(without_hints(old).body, without_hints(new).body)


def pieces(body: Sequence[ast.stmt]) -> Iterator[Piece]:
    """Statements in order; of a block first its head, then its statements, then its end."""
    for statement in body:
        if isinstance(statement, SCOPES):
            continue  # a definition inside is compared by itself
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue  # what is done with the imported name shows
        parts = [part for part in blocks(statement) if part]
        if not parts:
            yield Piece(ast.dump(statement), statement, "statement")
            continue
        yield Piece(ast.dump(emptied(statement)), statement, "head")
        for part in parts:
            if isinstance(part[0], ast.ExceptHandler | ast.match_case):
                for handler in part:
                    yield Piece(ast.dump(emptied(handler)), handler, "head")
                    yield from pieces(handler.body)
            else:
                yield from pieces(part)
                yield Piece("<end>", statement, "end")


def blocks(statement: ast.stmt) -> list[list[Any]]:
    """The lists of statements, handlers and cases inside a statement."""
    names = ("body", "handlers", "cases", "orelse", "finalbody")
    return [getattr(statement, name, []) for name in names]


def emptied(node: ast.AST) -> ast.AST:
    """The head of a block: its condition, its items, but none of its statements."""
    head = copy.copy(node)
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        if isinstance(getattr(head, name, None), list):
            setattr(head, name, [])
    return head
