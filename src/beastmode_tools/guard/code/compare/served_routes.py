"""Routes, old beside new: of started applications, else as the files declare them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from beastmode_tools.probes.messages.application import Application
from beastmode_tools.source.delta import Delta, Pair
from beastmode_tools.source.files import is_migration
from beastmode_tools.source.paths import slashless
from beastmode_tools.source.routes import declared_routes
from beastmode_tools.source.syntax import Module, dotted, text_of
from beastmode_tools.source.values import value_of

__all__ = ["EndpointRenamed", "PrefixChanged", "RouteChanged", "compare_routes"]


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
class PrefixChanged:
    """A blueprint that stands under another prefix."""

    path: str
    line: int
    blueprint: str
    old: str
    new: str


NAMES_ENDPOINTS = (".py", ".html", ".htm", ".jinja", ".jinja2", ".j2", ".txt", ".xml")
"""Files in which `url_for` may stand."""
Fact = dict[str, Any]


def compare_routes(delta: Delta, compared: list[Pair]) -> Iterator[Any]:
    """Routes and prefixes that differ."""
    if delta.old_app is not None and delta.new_app is not None:
        old, new = of_application(delta.old_app), of_application(delta.new_app)
    else:
        old = declared([pair.old for pair in compared if pair.old and not pair.new_problem])
        new = declared([pair.new for pair in compared if pair.new and not pair.old_problem])
    skipped = covered(delta.old_app) | covered(delta.new_app)
    for change in different_routes(old, new, skipped):
        if not isinstance(change, EndpointRenamed):
            yield change
        elif (renamed := with_uses(change, delta)).used_at or slashless(change.route) not in skipped:
            yield renamed
    for pair in compared:
        if not pair.old_problem and not pair.new_problem:
            yield from prefix_changes(pair)


def with_uses(change: EndpointRenamed, delta: Delta) -> EndpointRenamed:
    """The change with the places that still build addresses by the old name."""
    last = re.escape(change.old.rpartition(".")[2])
    pattern = re.compile(rf"""url_for\(\s*["'](?:[\w.]*\.)?{last}["']""")
    places = [
        f"{path}:{text[: match.start()].count(chr(10)) + 1}"
        for path in delta.new_files
        if path.endswith(NAMES_ENDPOINTS) and not is_migration(path)
        if "url_for" in (text := delta.new_files[path]) and (match := pattern.search(text))
    ]
    return replace(change, used_at=tuple(places[:8]))


def covered(app: Application | None) -> set[str]:
    """Paths that an OpenAPI document tells of: the contract's comparer judges those."""
    documents = [*app.documents.values(), *([app.contract] if app.contract else [])] if app else []
    return {slashless(path) for each in documents for path in each.get("paths", {})}


def converters(path: str) -> tuple[str, ...]:
    """The converters of a path's arguments, "string" where none is named."""
    return tuple((part.rpartition(":")[0] or "string") for part in re.findall(r"<([^>]*)>", path))


def of_application(app: Application) -> dict[str, Fact]:
    """The routes of a started application by shape of their path."""
    found: dict[str, Fact] = {}
    for route in app.routes:
        fact = found.setdefault(
            f"{route.host}{slashless(route.path)}", new_fact(route.path, route.view.path or "", route.view.line)
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
                f"{route.target} {slashless(route.path)}", new_fact(route.path, module.path, route.line)
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
        if key in new:
            yield from endpoints(fact, new[key])
        if slashless(fact["route"]) in skipped:
            continue
        methods = tuple(sorted(fact["methods"]))
        if key not in new:
            heir = next(
                (each["route"] for name, each in new.items() if name not in old and each["views"] & fact["views"]), None
            )
            yield RouteChanged(fact["path"], fact["line"], fact["route"], methods, (), renamed_to=heir)
            continue
        other = new[key]
        pair = (converters(fact["route"]), converters(other["route"]))
        if fact["methods"] != other["methods"] or pair[0] != pair[1]:
            yield RouteChanged(
                other["path"], other["line"], other["route"], methods, tuple(sorted(other["methods"])), *pair
            )
    for key, fact in new.items():
        if key not in old and slashless(fact["route"]) not in skipped:
            yield RouteChanged(fact["path"], fact["line"], fact["route"], (), tuple(sorted(fact["methods"])))


def endpoints(fact: Fact, other: Fact) -> Iterator[EndpointRenamed]:
    """The names of a route that differ, whichever comparer judges the route itself."""
    names = [(name, other["answers"][method]) for method, name in fact["answers"].items() if method in other["answers"]]
    for before, after in dict.fromkeys(names):
        if before != after:
            yield EndpointRenamed(other["path"], other["line"], other["route"], before, after)


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
    return "" if value is None else str(value_of(value)) if value_of(value) is not ... else text_of(value)
