"""Python code without what does not change its behaviour, so that two versions can be compared."""

import ast
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from beastmode_tools.guard.code.compare.forms import plain_statements, text_parts, without_last_return
from beastmode_tools.source.syntax import SCOPES, FunctionNode

__all__ = ["Difference", "Piece", "body_difference", "body_key", "difference", "expression", "same_behaviour"]

MOST_PIECES = 2000
"""Beyond that the order of statements is not looked at: comparing it costs the square."""
BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")
NOTHING: Mapping[str, str] = {}
SUPER = "super()"
LEFT_OUT = {"annotation", "returns", "type_comment", "kind", "ctx", "type_params"}
"""What does not run: hints, and what the place of an expression says anyway."""


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
    return old is new or body_key(old) == body_key(new)


@functools.lru_cache(maxsize=4096)
def body_key(node: FunctionNode) -> str:
    """The body in its normal form, local variables numbered by their first appearance."""
    names = local_names(node)
    return "\n".join(key(each, names) for each in without_last_return(working(node.body)))


def working(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements that do something: no docstring, no bare strings, no `pass`, no imports, no bare hints.

    An import inside of a function shows by what is done with the imported name.
    """
    return [
        each
        for each in plain_statements(body)
        if not isinstance(each, ast.Pass | ast.Import | ast.ImportFrom)
        and not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        and not (isinstance(each, ast.AnnAssign) and each.value is None)
    ]


def key(node: Any, names: Mapping[str, str] = NOTHING) -> str:  # noqa: C901, PLR0911 - one form a line
    """A text that is equal for code that does the same; `names`: local name -> what stands for it."""
    if isinstance(node, list):
        return f"[{','.join([key(each, names) for each in node])}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if (other := as_written_otherwise(node, names)) is not None:
        return other
    match node:
        case ast.Name(id=name):
            return names.get(name, name)
        case ast.Constant(value=value):
            return repr(value)
        case ast.Call(func=ast.Name(id="super"), args=[ast.Name(), ast.Name(id="self" | "cls")], keywords=[]):
            return SUPER
        case ast.Call(func=ast.Name(id="super"), args=[], keywords=[]):
            return SUPER
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            parts = [key(node.args, names), key(node.decorator_list, names), key(working(node.body), names)]
            return f"{type(node).__name__} {node.name}({','.join(parts)})"
        case ast.ClassDef():
            # Annotations of a class are its fields for dataclasses, pydantic and SQLAlchemy: they stay.
            return ast.dump(node)
        case ast.AnnAssign(target=target, value=value):
            return f"Assign([{key(target, names)}],{key(value, names)})"
        case ast.Assign(targets=targets, value=value):
            return f"Assign({key(targets, names)},{key(value, names)})"
        case ast.ExceptHandler(name=str(name)):
            inside = key(working(node.body), names)
            return f"ExceptHandler({key(node.type, names)},{names.get(name, name)},{inside})"
    return f"{type(node).__name__}({','.join(fields_of(node, names))})"


def as_written_otherwise(node: ast.AST, names: Mapping[str, str]) -> str | None:
    """The same for what Python can write in several ways: texts with values in them, and dictionaries."""
    match node:
        case ast.JoinedStr() | ast.BinOp(left=ast.Constant(value=str())) | ast.Call(func=ast.Attribute(attr="format")):
            parts = text_parts(node)
            if parts is None:
                return None
            return f"Text({','.join(repr(each) if isinstance(each, str) else key(each, names) for each in parts)})"
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=pairs) if all(each.arg for each in pairs):
            return f"Dict({','.join(f'{each.arg!r}:{key(each.value, names)}' for each in pairs)})"
        case ast.Dict(keys=keys, values=values) if all(each is not None for each in keys):
            both = zip(keys, values, strict=True)
            return f"Dict({','.join(f'{key(one, names)}:{key(other, names)}' for one, other in both)})"
    return None


def fields_of(node: ast.AST, names: Mapping[str, str]) -> list[str]:
    """The parts of a node that run."""
    found = []
    for name in node._fields:
        if name in LEFT_OUT:
            continue
        value = getattr(node, name, None)
        if name in BLOCKS and isinstance(value, list):
            value = working(value)
        found.append(key(value, names))
    return found


def local_names(function: FunctionNode) -> dict[str, str]:
    """Numbers for the names that a function binds itself; parameters keep theirs, since callers may use them."""
    kept: set[str] = set()
    found: list[tuple[tuple[int, int], str]] = []
    for node in ast.walk(function):
        match node:
            case ast.arg(arg=name):
                kept.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                kept.update(names)
            case ast.Name(id=name, ctx=ast.Store()) | ast.ExceptHandler(name=str(name)):
                found.append(((node.lineno, node.col_offset), name))
    in_order = [name for _, name in sorted(found)]
    return {name: f"local {number}" for number, name in enumerate(dict.fromkeys(in_order)) if name not in kept}


def expression(node: ast.AST | None) -> str:
    """A key that is equal for equal expressions, wherever they stand."""
    return "" if node is None else ast.dump(node)


def difference(old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> Difference:
    """What was taken out and what was put in, statement by statement."""
    before, after = list(pieces(old)), list(pieces(new))
    if max(len(before), len(after)) > MOST_PIECES:
        old_keys, new_keys = {each.key for each in before}, {each.key for each in after}
        gone = tuple(each for each in before if each.key not in new_keys)
        come = tuple(each for each in after if each.key not in old_keys)
        return Difference(gone, come if gone or come else tuple(after[:1]))
    matcher = SequenceMatcher(None, [each.key for each in before], [each.key for each in after], autojunk=False)
    removed: list[Piece] = []
    added: list[Piece] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            removed += before[start:end]
            added += after[new_start:new_end]
    return Difference(tuple(removed), tuple(added))


def body_difference(old: FunctionNode, new: FunctionNode) -> Difference:
    """The same for the bodies of two functions."""
    return difference(old.body, new.body)


def pieces(body: Sequence[ast.stmt]) -> Iterator[Piece]:
    """Statements in order; of a block first its head, then its statements, then its end."""
    for statement in working(body):
        if isinstance(statement, SCOPES):
            continue  # a definition inside is compared by itself
        parts = [
            part for part in (getattr(statement, name, None) for name in BLOCKS) if isinstance(part, list) and part
        ]
        if not parts:
            yield Piece(key(statement), statement, "statement")
            continue
        yield Piece(head_key(statement), statement, "head")
        for part in parts:
            if isinstance(part[0], ast.ExceptHandler | ast.match_case):
                for handler in part:
                    yield Piece(head_key(handler), handler, "head")
                    yield from pieces(handler.body)
            else:
                yield from pieces(part)
                yield Piece("<end>", statement, "end")


def head_key(node: ast.AST) -> str:
    """The head of a block: its condition, its items, but none of its statements."""
    parts = [key(getattr(node, name, None)) for name in node._fields if name not in BLOCKS and name not in LEFT_OUT]
    return f"{type(node).__name__}({','.join(parts)})"
