"""Functions that Flask calls around requests and for errors, old beside new."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode_tools.guard.code.compare.access import checks_of, refuses
from beastmode_tools.guard.code.compare.normal import body_key
from beastmode_tools.source.delta import Pair
from beastmode_tools.source.digest import digest
from beastmode_tools.source.routes import ROLES
from beastmode_tools.source.syntax import FunctionNode, Module, dotted, last_name, own_statements, text_of

__all__ = ["HandlerChanged", "HookChanged", "compare_hooks"]

Key = tuple[str, str]
SECURITY = re.compile(
    r"X-Frame-Options|Content-Security-Policy|Strict-Transport|nosniff|csrf|Access-Control|auth|login|token|current_user|permission|g\.user|rate",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HookChanged:
    """A function that Flask calls around requests: added, removed or called in another order.

    Args:
        path: Its file.
        line: Its line.
        kind: `before_request` ...
        name: The function.
        how: "added", "removed", "reordered".
        can_refuse: Whether it may answer instead of the view.
        is_security: Whether it checks who calls, or sets headers that protect.
        content: A digest of the function.
    """

    path: str
    line: int
    kind: str
    name: str
    how: str
    can_refuse: bool
    is_security: bool
    content: str = ""


@dataclass(frozen=True, slots=True)
class HandlerChanged:
    """A function that answers an error: added, removed, or another one."""

    path: str
    line: int
    error: str
    old: str | None
    new: str | None
    content: str = ""


def compare_hooks(compared: list[Pair]) -> Iterator[HookChanged | HandlerChanged]:
    """Hooks and error handlers that differ."""
    yield from hook_changes(compared)
    yield from handler_changes(compared)


def hook_changes(compared: list[Pair]) -> Iterator[HookChanged]:
    """Hooks that were added, removed or reordered in the changed files."""
    old = {key: fact for pair in compared if pair.old and not pair.new_problem for key, fact in hooks(pair.old).items()}
    new = {key: fact for pair in compared if pair.new and not pair.old_problem for key, fact in hooks(pair.new).items()}
    for key, (path, line, node) in new.items():
        if key not in old:
            yield HookChanged(path, line, key[0], key[1], "added", *nature(key[0], node))
    for key, (path, line, node) in old.items():
        if key not in new:
            yield HookChanged(path, line, key[0], key[1], "removed", *nature(key[0], node))
    kept_old, kept_new = [key for key in old if key in new], [key for key in new if key in old]
    for before, after in zip(kept_old, kept_new, strict=True):
        if before != after and before[0].startswith("before") and before[0] == after[0]:
            path, line, node = new[after]
            yield HookChanged(path, line, after[0], after[1], "reordered", *nature(after[0], node))
            break


def hooks(module: Module) -> dict[Key, tuple[str, int, FunctionNode | None]]:
    """(kind, function) -> place, by decorators and by calls such as `app.before_request(check)`."""
    found: dict[Key, tuple[str, int, FunctionNode | None]] = {}
    for each in module.functions.values():
        for decorator in each.node.decorator_list:
            kind = last_name(decorator)
            if kind in ROLES["hook"]:
                found[kind, each.node.name] = (module.path, each.node.lineno, each.node)
    for node in module.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.args:
            kind, name = last_name(node.value.func), dotted(node.value.args[0])
            if kind in ROLES["hook"] and name:
                definition = module.functions.get(name)
                found[kind, name.rpartition(".")[2]] = (
                    module.path,
                    node.lineno,
                    definition.node if definition else None,
                )
    return found


def nature(kind: str, node: FunctionNode | None) -> tuple[bool, bool, str]:
    """Whether a hook may answer instead of the view, whether it protects, and a digest of what it does."""
    if node is None:
        return kind.startswith("before"), True, ""
    returns = any(isinstance(each, ast.Return) and each.value is not None for each in own_statements(node.body))
    stops = kind.startswith("before") and (returns or refuses(node.body) or bool(checks_of(node)))
    return stops, bool(SECURITY.search(ast.unparse(node))) or bool(checks_of(node)), digest(body_key(node))


def handler_changes(compared: list[Pair]) -> Iterator[HandlerChanged]:
    """Error handlers that differ, by the error that they answer."""
    old = {
        key: fact for pair in compared if pair.old and not pair.new_problem for key, fact in handlers(pair.old).items()
    }
    new = {
        key: fact for pair in compared if pair.new and not pair.old_problem for key, fact in handlers(pair.new).items()
    }
    is_unknown = any(pair.new and registers_by_name(pair.new) for pair in compared)
    for error in [*old, *(each for each in new if each not in old)]:
        before, after = old.get(error), new.get(error)
        if after is None and is_unknown:
            continue
        if before is None or after is None or before[2] != after[2]:
            place = after or before
            assert place is not None  # noqa: S101 - one of the two is there
            names = [None if each is None else each[2] for each in (before, after)]
            content = digest([None if each is None else each[3] for each in (before, after)])
            yield HandlerChanged(place[0], place[1], error, names[0], names[1], content)


def registers_by_name(module: Module) -> bool:
    """Whether the file registers handlers of errors that only running it names, as in a loop over a table."""
    return any(
        isinstance(node, ast.Call)
        and last_name(node.func) in {"errorhandler", "register_error_handler"}
        and node.args
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id[:1].islower()
        for node in module.nodes
    )


def handlers(module: Module) -> dict[str, tuple[str, int, str, str]]:
    """Error -> file, line, name and body of the function that answers it; "" for one of another file."""
    found = {}
    for each in module.functions.values():
        for decorator in each.node.decorator_list:
            if isinstance(decorator, ast.Call) and dotted(decorator.func).endswith("errorhandler") and decorator.args:
                place = (module.path, each.node.lineno, each.node.name)
                found[text_of(decorator.args[0])] = (*place, body_key(each.node))
    for node in module.nodes:
        if isinstance(node, ast.Call) and dotted(node.func).endswith("register_error_handler") and len(node.args) > 1:
            name = dotted(node.args[1])
            body = body_key(module.functions[name].node) if name in module.functions else ""
            found[text_of(node.args[0])] = (module.path, node.lineno, name, body)
    return found
