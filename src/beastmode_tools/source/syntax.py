"""A Python file as the comparers see it: its definitions, names and imports, with the nodes they came from."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

from beastmode_tools.source.digest import shortened

__all__ = [
    "SCOPES",
    "Definition",
    "FunctionNode",
    "Module",
    "NotReadable",
    "dotted",
    "inner_scopes",
    "last_name",
    "module_of",
    "own_statements",
    "resolved",
    "text_of",
    "words_of",
]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
MOST_CHARACTERS = 2_000_000
"""Far above the longest module that people wrote; a syntax tree takes many times the memory of its text."""
MOST_LEVELS = 160
"""Code that people write stays far below; what follows calls itself for each level, and Python stops at 1,000 calls."""
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class NotReadable:
    """A file that Python's parser refuses, or that is too much to read: why, and in which line."""

    line: int
    message: str
    is_syntax: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A function or method of a file.

    Args:
        name: Qualified: `Orders.get`, `create_app.index`.
        node: Where it is defined.
        owner: The qualified name of the class that it stands in; None for a plain or nested function.
        is_nested: Whether it stands inside of a function.
    """

    name: str
    node: FunctionNode
    owner: str | None
    is_nested: bool


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """What a Python file defines.

    Args:
        path: Relative to the project's folder.
        tree: Its syntax tree.
        functions: Qualified name -> definition, nested ones included.
        classes: Qualified name -> node.
        constants: Names assigned at the top of the file -> value.
        imports: Local name -> dotted name of what was imported; relative imports begin with dots.
        loose: Statements at the top that define nothing: calls, conditions, loops.
        nodes: Every node of the tree, walked once for all.
        lines: The text.
    """

    path: str
    tree: ast.Module
    functions: dict[str, Definition] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    loose: list[ast.stmt] = field(default_factory=list)
    nodes: list[ast.AST] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def source(self, name: str) -> list[str]:
        """The lines of a function, its decorators included."""
        node = self.functions[name].node
        start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        return self.lines[start - 1 : node.end_lineno]


@functools.lru_cache(maxsize=512)
def module_of(path: str, text: str) -> Module | NotReadable:
    """The file's definitions, or why it could not be read; remembered by content, since both sides share most files."""
    if len(text) > MOST_CHARACTERS:
        return NotReadable(1, f"it is longer than {MOST_CHARACTERS:,} characters", is_syntax=False)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return NotReadable(error.lineno or 1, error.msg or "invalid syntax")
    except (RecursionError, MemoryError):
        return NotReadable(1, "it is nested too deeply", is_syntax=False)
    except ValueError as error:
        return NotReadable(1, str(error))
    if depth_of(tree) > MOST_LEVELS:
        return NotReadable(1, f"it is nested deeper than {MOST_LEVELS} levels", is_syntax=False)
    module = Module(path, tree, nodes=list(ast.walk(tree)), lines=text.splitlines())
    define(module, tree.body, "")
    for statement in tree.body:
        place(module, statement)
    for node in module.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            remember_import(module, node)
    return module


def depth_of(tree: ast.AST) -> int:
    """How deep a tree is, measured level by level: what follows walks it by calling itself."""
    level, depth = [tree], 0
    while level and depth <= MOST_LEVELS:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


def define(
    module: Module, body: list[ast.stmt], prefix: str, owner: str | None = None, *, nested: bool = False
) -> None:
    """Adds the functions and classes of a body, whatever blocks they stand in."""
    for node in inner_scopes(body):
        name = unused(f"{prefix}{node.name}", module, node)
        if isinstance(node, ast.ClassDef):
            module.classes[name] = node
            define(module, node.body, f"{name}.", name, nested=nested)
        else:
            module.functions[name] = Definition(name, node, owner, nested)
            define(module, node.body, f"{name}.", nested=True)


def unused(name: str, module: Module, node: ast.AST) -> str:
    """The name, numbered where the file defines it again: property setters, overloads, branches."""
    taken = module.classes if isinstance(node, ast.ClassDef) else module.functions
    if name not in taken:
        return name
    number = 2
    while f"{name}#{number}" in taken:
        number += 1
    return f"{name}#{number}"


def inner_scopes(body: list[ast.stmt]) -> Iterator[FunctionNode | ast.ClassDef]:
    """Functions and classes that a body defines, also under if, try, with and loops."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, SCOPES):
            yield node
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            waiting.extend(reversed([child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)]))


def place(module: Module, statement: ast.stmt) -> None:
    """Puts a statement of the top level where it belongs."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            module.constants[name] = value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            module.constants[name] = value
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.AnnAssign() | ast.Pass():
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return
        case _:
            module.loose.append(statement)


def remember_import(module: Module, node: ast.Import | ast.ImportFrom) -> None:
    """Adds what an import makes known."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            module.imports[alias.asname or alias.name.partition(".")[0]] = (
                alias.name if alias.asname else alias.name.partition(".")[0]
            )
        return
    source = "." * node.level + (node.module or "")
    for alias in node.names:
        joint = "" if source.endswith(".") or not source else "."
        module.imports[alias.asname or alias.name] = f"{source}{joint}{alias.name}"


def dotted(node: ast.AST | None) -> str:
    """`a.b.c` for a chain of names; calls and indexes inside of it are passed through; "" for anything else."""
    parts: list[str] = []
    while node is not None:
        match node:
            case ast.Attribute(value=value, attr=attr):
                parts.append(attr)
                node = value
            case ast.Call(func=function):
                node = function
            case ast.Subscript(value=value) | ast.Await(value=value):
                node = value
            case ast.Name(id=name):
                parts.append(name)
                return ".".join(reversed(parts))
            case _:
                return ".".join(reversed(parts)) if parts else ""
    return ""


def last_name(node: ast.AST | None) -> str:
    """The last part of a chain of names: `Column` for `Column`, `sa.Column` and `sa.Column(...)`."""
    return dotted(node).rpartition(".")[2]


def resolved(node: ast.AST | None, imports: dict[str, str]) -> str:
    """The dotted name with its first part replaced by what was imported under it."""
    name = dotted(node)
    first, dot, rest = name.partition(".")
    return f"{imports[first]}{dot}{rest}" if first in imports else name


def own_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement of a body, blocks opened, functions and classes inside left closed."""
    for statement in body:
        yield statement
        if isinstance(statement, SCOPES):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from own_statements(getattr(statement, name, []))
        for handler in getattr(statement, "handlers", []) + getattr(statement, "cases", []):
            yield from own_statements(handler.body)


def words_of(node: ast.AST) -> frozenset[str]:
    """Every name and attribute in a piece of code, and short strings, which may name something as well."""
    words = set()
    for child in ast.walk(node):
        match child:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.keyword(arg=str(word)):
                words.add(word)
            case ast.Constant(value=str(word)) if word.isidentifier():
                words.add(word)
            case ast.alias(name=word):
                words.update(word.split("."))
    return frozenset(words)


def text_of(node: ast.AST, limit: int = 160) -> str:
    """The code on one line, cut where it is long."""
    return shortened(" ".join(ast.unparse(node).split()), limit)
