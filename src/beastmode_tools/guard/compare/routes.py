"""Routes, hooks and error handlers, old beside new: of started applications, else as the files declare them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from beastmode_tools.guard.compare.application import Application
from beastmode_tools.guard.compare.code_access import checks_of, refuses
from beastmode_tools.guard.compare.code_delta import Delta, Pair
from beastmode_tools.guard.compare.code_routes import ROLES, declared_routes
from beastmode_tools.guard.compare.code_syntax import FunctionNode, Module, dotted, literal, own_statements, text_of

__all__ = ["EndpointRenamed", "HandlerChanged", "HookChanged", "PrefixChanged", "RouteChanged", "compare_routes"]


@dataclass(frozen=True, slots=True)
class RouteChanged:
    """A route that was added, removed, or takes other methods or arguments.

    Args:
        path: Its file; "" where it is not known.
        line: Its line; 1 where it is not known.
        route: As Flask writes it.
        old: Methods before; () for a new route.
        new: Methods now; () for a removed one.
        old_converters: Converters of its arguments, in order.
        new_converters: The same now.
        renamed_to: A route that came with the same view, where this one went.
    """

    path: str
    line: int
    route: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    old_converters: tuple[str, ...] = ()
    new_converters: tuple[str, ...] = ()
    renamed_to: str | None = None


@dataclass(frozen=True, slots=True)
class EndpointRenamed:
    """A route that another function answers: `url_for` knows it by a new name; `used_at`: who asks for the old."""

    path: str
    line: int
    route: str
    old: str
    new: str
    used_at: tuple[str, ...] = ()


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
    """

    path: str
    line: int
    kind: str
    name: str
    how: str
    can_refuse: bool
    is_security: bool


@dataclass(frozen=True, slots=True)
class HandlerChanged:
    """A function that answers an error: added, removed, or another one."""

    path: str
    line: int
    error: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class PrefixChanged:
    """A blueprint that stands under another prefix."""

    path: str
    line: int
    blueprint: str
    old: str
    new: str


Key = tuple[str, str]
Fact = dict[str, Any]
SECURITY = re.compile(
    r"X-Frame-Options|Content-Security-Policy|Strict-Transport|nosniff|csrf|Access-Control|auth|login|token|current_user|permission|g\.user|rate",
    re.IGNORECASE,
)


def compare_routes(delta: Delta, compared: list[Pair]) -> Iterator[Any]:
    """Routes, prefixes, hooks and error handlers that differ."""
    if delta.old_app is not None and delta.new_app is not None:
        old, new = of_application(delta.old_app), of_application(delta.new_app)
    else:
        old = declared([pair.old for pair in compared if pair.old and not pair.new_problem])
        new = declared([pair.new for pair in compared if pair.new and not pair.old_problem])
    for change in different_routes(old, new, covered(delta.old_app) | covered(delta.new_app)):
        yield with_uses(change, delta) if isinstance(change, EndpointRenamed) else change
    for pair in compared:
        if not pair.old_problem and not pair.new_problem:
            yield from prefix_changes(pair)
    yield from hook_changes(compared)
    yield from handler_changes(compared)


def with_uses(change: EndpointRenamed, delta: Delta) -> EndpointRenamed:
    """The change with the places that still build addresses by the old name."""
    last = re.escape(change.old.rpartition(".")[2])
    pattern = re.compile(rf"""url_for\(\s*["'](?:[\w.]*\.)?{last}["']""")
    places = [
        f"{path}:{text[: match.start()].count(chr(10)) + 1}"
        for path, text in delta.new_files.items()
        if "url_for" in text and (match := pattern.search(text))
    ]
    return replace(change, used_at=tuple(places[:8]))


def covered(app: Application | None) -> set[str]:
    """Paths that an OpenAPI document tells of: the contract's comparer judges those."""
    documents = [*app.documents.values(), *([app.contract] if app.contract else [])] if app else []
    return {shape(re.sub(r"{[^}]*}", "<x>", path)) for each in documents for path in each.get("paths", {})}


def shape(path: str) -> str:
    """A path without the names and converters of its arguments."""
    return re.sub(r"<[^>]*>", "<>", path).rstrip("/") or "/"


def converters(path: str) -> tuple[str, ...]:
    """The converters of a path's arguments, "string" where none is named."""
    return tuple((part.rpartition(":")[0] or "string") for part in re.findall(r"<([^>]*)>", path))


def of_application(app: Application) -> dict[str, Fact]:
    """The routes of a started application by shape of their path."""
    found: dict[str, Fact] = {}
    for route in app.routes:
        fact = found.setdefault(
            f"{route.host}{shape(route.path)}", new_fact(route.path, route.view.path or "", route.view.line)
        )
        fact["methods"] |= set(route.methods)
        fact["views"].add(route.view.name)
        fact["answers"] |= dict.fromkeys(route.methods, route.endpoint)
    return found


def declared(modules: list[Module]) -> dict[str, Fact]:
    """The same, as files declare them; the blueprint's name keeps apart what only looks the same."""
    found: dict[str, Fact] = {}
    for module in modules:
        for route in declared_routes(module):
            fact = found.setdefault(
                f"{route.target} {shape(route.path)}", new_fact(route.path, module.path, route.line)
            )
            fact["methods"] |= set(route.methods) - {"HEAD", "OPTIONS"}
            fact["views"].add(route.function)
            fact["answers"] |= dict.fromkeys(route.methods, route.function)
    return found


def new_fact(route: str, path: str, line: int) -> Fact:
    """What is kept of a route."""
    return {"route": route, "path": path, "line": line, "methods": set(), "views": set(), "answers": {}}


def different_routes(
    old: dict[str, Fact], new: dict[str, Fact], skipped: set[str]
) -> Iterator[RouteChanged | EndpointRenamed]:
    """The routes that differ."""
    for key, fact in old.items():
        if shape(fact["route"]) in skipped:
            continue
        methods = tuple(sorted(fact["methods"]))
        if key not in new:
            heir = next(
                (each["route"] for name, each in new.items() if name not in old and each["views"] & fact["views"]), None
            )
            yield RouteChanged(fact["path"], fact["line"], fact["route"], methods, (), renamed_to=heir)
            continue
        other = new[key]
        names = [
            (name, other["answers"][method]) for method, name in fact["answers"].items() if method in other["answers"]
        ]
        yield from (
            EndpointRenamed(other["path"], other["line"], other["route"], before, after)
            for before, after in dict.fromkeys(names)
            if before != after
        )
        pair = (converters(fact["route"]), converters(other["route"]))
        if fact["methods"] != other["methods"] or pair[0] != pair[1]:
            yield RouteChanged(
                other["path"], other["line"], other["route"], methods, tuple(sorted(other["methods"])), *pair
            )
    for key, fact in new.items():
        if key not in old and shape(fact["route"]) not in skipped:
            yield RouteChanged(fact["path"], fact["line"], fact["route"], (), tuple(sorted(fact["methods"])))


def prefix_changes(pair: Pair) -> Iterator[PrefixChanged]:
    """Blueprints whose literal prefix differs where they are made or registered."""
    old, new = ({} if side is None else prefix_facts(side) for side in (pair.old, pair.new))
    for name, (prefix, line) in new.items():
        if name in old and old[name][0] != prefix:
            yield PrefixChanged(pair.path, line, name, old[name][0], prefix)


def prefix_facts(module: Module) -> dict[str, tuple[str, int]]:
    """Blueprint -> its prefix and the line that says it."""
    found: dict[str, tuple[str, int]] = {}
    for node in module.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if "Blueprint" in dotted(call.func):
                found[name] = (prefix_of(call), call.lineno)
            case ast.Call(func=ast.Attribute(attr="register_blueprint" | "register_api")) if node.args:
                found[f"registration of {dotted(node.args[0])}"] = (prefix_of(node), node.lineno)
    return found


def prefix_of(call: ast.Call) -> str:
    """The prefix that a call names."""
    value = next((each.value for each in call.keywords if each.arg in {"url_prefix", "subdomain"}), None)
    return "" if value is None else str(literal(value)) if literal(value) is not ... else text_of(value)


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
            kind = dotted(decorator).rpartition(".")[2]
            if kind in ROLES["hook"]:
                found[kind, each.node.name] = (module.path, each.node.lineno, each.node)
    for node in module.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.args:
            kind, name = dotted(node.value.func).rpartition(".")[2], dotted(node.value.args[0])
            if kind in ROLES["hook"] and name:
                definition = module.functions.get(name)
                found[kind, name.rpartition(".")[2]] = (
                    module.path,
                    node.lineno,
                    definition.node if definition else None,
                )
    return found


def nature(kind: str, node: FunctionNode | None) -> tuple[bool, bool]:
    """Whether a hook may answer instead of the view, and whether it protects."""
    if node is None:
        return kind.startswith("before"), True
    returns = any(isinstance(each, ast.Return) and each.value is not None for each in own_statements(node.body))
    stops = kind.startswith("before") and (returns or refuses(node.body) or bool(checks_of(node)))
    return stops, bool(SECURITY.search(ast.unparse(node))) or bool(checks_of(node))


def handler_changes(compared: list[Pair]) -> Iterator[HandlerChanged]:
    """Error handlers that differ, by the error that they answer."""
    old = {
        key: fact for pair in compared if pair.old and not pair.new_problem for key, fact in handlers(pair.old).items()
    }
    new = {
        key: fact for pair in compared if pair.new and not pair.old_problem for key, fact in handlers(pair.new).items()
    }
    for error in [*old, *(each for each in new if each not in old)]:
        before, after = old.get(error), new.get(error)
        if before is None or after is None or before[2] != after[2]:
            place = after or before
            assert place is not None  # noqa: S101 - one of the two is there
            yield HandlerChanged(place[0], place[1], error, before[2] if before else None, after[2] if after else None)


def handlers(module: Module) -> dict[str, tuple[str, int, str]]:
    """Error -> file, line and name of the function that answers it."""
    found = {}
    for each in module.functions.values():
        for decorator in each.node.decorator_list:
            if isinstance(decorator, ast.Call) and dotted(decorator.func).endswith("errorhandler") and decorator.args:
                found[text_of(decorator.args[0])] = (module.path, each.node.lineno, each.node.name)
    for node in module.nodes:
        if isinstance(node, ast.Call) and dotted(node.func).endswith("register_error_handler") and len(node.args) > 1:
            found[text_of(node.args[0])] = (module.path, node.lineno, dotted(node.args[1]))
    return found
