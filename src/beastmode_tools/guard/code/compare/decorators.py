"""Decorators of functions and classes: what they are for, old beside new."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode_tools.guard.code.compare.access import asks_who, checks_of
from beastmode_tools.guard.wording import gone_and_new
from beastmode_tools.source.delta import Pair
from beastmode_tools.source.reach import Usage
from beastmode_tools.source.routes import METHODS, ROLES, declared_routes
from beastmode_tools.source.syntax import Module, dotted, last_name, resolved, text_of

__all__ = ["Decorator", "DecoratorChanged", "compare_decorators"]

KINDS = (
    ("csrf exemption", r"csrf\w*\.exempt$|csrf_exempt$"),
    ("limit exemption", r"limiter\.exempt$"),
    (
        "rate limit",
        r"(?:limiter|limits?)\.(?:limit|shared_limit)$|(?:^|\.)(?:rate_?limit(?:ed)?|throttle\w*|limit_rate)$",
    ),
    ("cross origin", r"(?:^|\.)(?:cross_origin|crossdomain|cors)$"),
    (
        "public",
        r"(?:^|\.)(?:public|allow_anonymous|no_auth|anonymous_allowed|skip_auth\w*|exempt_from_auth|login_exempt)$",
    ),
    (
        "permission",
        (
            r"(?:^|\.)\w*(?:role|permission|scope|admin|staff|superuser|owner|privilege|capabilit|group)\w*(?:_required|_accepted|_needed)?$|"
            r"(?:^|\.)(?:requires?|has|check|needs|must_have|can)_\w*(?:role|permission|scope|admin|owner|access)\w*$"
        ),
    ),
    (
        "authentication",
        (
            r"(?:^|\.)(?:\w*login_required|jwt_required|token_required|auth_required|\w*_auth_required|authenticated?|authentication_required|"
            r"require_(?:auth|login|token|user|api_key|oauth)\w*|requires_(?:auth|login|token|user)\w*|\w*api_?key_required|fresh_login_required|"
            r"jwt_refresh_token_required|fresh_jwt_required|protected|secured|basic_auth\.required|\w*session_required|verified_required|"
            r"http_auth_required|\w*user_required)$|auth\w*\.(?:login_required|required|verify)$"
        ),
    ),
    ("cache", r"(?:^|\.)(?:cached|memoize|cache|cached_response|lru_cache|cached_property|cache_control|cache_for)$"),
)
PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in KINDS)
CLASS_LISTS = {"decorators", "method_decorators"}


@dataclass(frozen=True, slots=True)
class Decorator:
    """A decorator: its name, its text with arguments, and what it is for ("other" where nothing tells)."""

    name: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class DecoratorChanged:
    """Decorators of one function or class that differ.

    Args:
        path: Its file.
        line: Its `def`.
        name: Qualified.
        kind: What they are for.
        lost: Texts of decorators that are gone.
        gained: Texts of new ones.
        kept: Texts of those of the same kind that stayed.
        entries: Routes and jobs that the function serves.
        above_route: Whether a lost one still stands there, but above the route, where it no longer holds.
    """

    path: str
    line: int
    name: str
    kind: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    kept: tuple[str, ...]
    entries: tuple[str, ...]
    above_route: bool = False

    @property
    def difference(self) -> str:
        """What is gone and what came, as evidence."""
        return gone_and_new([f"@{each}" for each in self.lost], [f"@{each}" for each in self.gained])


def compare_decorators(compared: list[Pair], usage: Usage) -> Iterator[DecoratorChanged]:
    """One change for each kind of decorator that differs on a function or class of both sides."""
    for pair in compared:
        if pair.old is None or pair.new is None:
            continue
        old, new = decorated_things(pair.old), decorated_things(pair.new)
        for name, node in new.items():
            if name in old and decorator_texts(old[name]) != decorator_texts(node):
                yield from differences(pair, name, (old[name], node), usage)


def decorated_things(module: Module) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Every function and class of the file."""
    return {**{name: each.node for name, each in module.functions.items()}, **module.classes}


def decorator_texts(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[str]:
    """What to compare quickly."""
    return [ast.dump(each) for each in [*node.decorator_list, *class_lists(node)]]


def class_lists(node: ast.AST) -> list[ast.expr]:
    """Decorators that a class-based view lists: `decorators = [login_required]`."""
    found: list[ast.expr] = []
    for each in node.body if isinstance(node, ast.ClassDef) else []:
        if isinstance(each, ast.Assign) and dotted(each.targets[0]) in CLASS_LISTS:
            match each.value:
                case ast.List(elts=items) | ast.Tuple(elts=items):
                    found += items
                case ast.Dict(values=values):
                    found += [
                        item for value in values for item in (value.elts if isinstance(value, ast.List) else [value])
                    ]
    return found


Sides = tuple[
    ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
    ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
]


def differences(pair: Pair, name: str, sides: Sides, usage: Usage) -> Iterator[DecoratorChanged]:
    """The differing decorators of one function, by kind."""
    assert pair.old is not None  # noqa: S101 - the caller has looked
    assert pair.new is not None  # noqa: S101 - likewise
    before, ineffective_before = effective(sides[0], pair.old, usage)
    after, ineffective = effective(sides[1], pair.new, usage)
    entries = entries_of(pair.new, name) or usage.reach(pair.path, name).entries
    for kind in dict.fromkeys(each.kind for each in [*before, *after]):
        old, new = ([each.text for each in side if each.kind == kind] for side in (before, after))
        if old == new or (kind == "other" and sorted(old) == sorted(new)):
            continue
        lost, gained = [each for each in old if each not in new], [each for each in new if each not in old]
        above = [each.text for each in ineffective if each.kind == kind and each not in ineffective_before]
        kept = tuple(each for each in new if each in old)
        line = sides[1].lineno
        yield DecoratorChanged(
            pair.path, line, name, kind, tuple(lost), tuple(gained), kept, entries, above_route=bool(above)
        )


def effective(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, module: Module, usage: Usage
) -> tuple[list[Decorator], list[Decorator]]:
    """Decorators that hold when the route is called, and those above the route, which do not."""
    holding: list[Decorator] = []
    above: list[Decorator] = []
    seen_route = not any(is_route(each) for each in node.decorator_list)
    for each in node.decorator_list:
        if is_route(each):
            seen_route = True
            holding += [Decorator(option, option, "public") for option in open_to_all(each)]
        else:
            decorator = described(each, module, usage)
            guarding = decorator.kind in {"authentication", "permission", "rate limit", "cache"}
            (holding if seen_route or not guarding else above).append(decorator)
    return holding + [described(each, module, usage) for each in class_lists(node)], above


def open_to_all(route: ast.expr) -> list[str]:
    """What a declaration of a route says that lets anybody call it: `public=True`."""
    said = route.keywords if isinstance(route, ast.Call) else []
    return [
        f"{each.arg}=True"
        for each in said
        if each.arg == "public" and isinstance(each.value, ast.Constant) and each.value.value is True
    ]


def is_route(node: ast.expr) -> bool:
    """Whether a decorator registers a view: what stands above it does not guard the route."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"route", *METHODS}
        and isinstance(node.func.value, ast.Name | ast.Attribute)
    )


def described(node: ast.expr, module: Module, usage: Usage) -> Decorator:
    """A decorator with what it is for."""
    function = node.func if isinstance(node, ast.Call) else node
    name = dotted(function)
    text = text_of(node)
    last = name.rpartition(".")[2]
    if last in set().union(
        *(ROLES[role] for role in ("job", "command", "hook", "error handler", "validator", "listener"))
    ):
        return Decorator(name, text, "registration")
    for kind, pattern in PATTERNS:
        if pattern.search(name):
            return Decorator(name, text, optional(kind, node))
    return Decorator(name, text, own_kind(function, module, usage))


def optional(kind: str, node: ast.expr) -> str:
    """A check that lets anybody pass is no check: `jwt_required(optional=True)`."""
    if kind == "authentication" and isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "optional" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True:
                return "optional authentication"
    return kind


def own_kind(function: ast.expr, module: Module, usage: Usage) -> str:
    """What a decorator of the project is for, by what its own code does.

    One that raises unless the caller is somebody is a permission, also where it lets the privileged pass first.
    """
    name = dotted(function)
    if "." in name or not name:
        return "other"
    definition_module: Module | None = module
    if name in module.imports:
        source = resolved(function, module.imports).lstrip(".")
        path = next((each for key, each in usage.by_module.items() if key.endswith(source.rpartition(".")[0])), None)
        definition_module = usage.module(path) if path else None
    if definition_module is None or name not in definition_module.functions:
        return "other"
    inside = [each for key, each in definition_module.functions.items() if key == name or key.startswith(f"{name}.")]
    if any(checks_of(each.node) for each in inside):
        return "authentication"
    return "permission" if any(turns_away(each.node) for each in inside) else "other"


def turns_away(node: ast.AST) -> bool:
    """Whether a wrapper asks who calls, and raises or aborts for some."""
    parts = list(ast.walk(node))
    asks = any(isinstance(each, ast.If) and asks_who(each.test) for each in parts)
    return asks and any(
        isinstance(each, ast.Raise) or (isinstance(each, ast.Call) and last_name(each.func) == "abort")
        for each in parts
    )


def entries_of(module: Module, name: str) -> tuple[str, ...]:
    """The routes that the file declares for the function or class."""
    owner = name.rpartition(".")[0]
    return tuple(
        f"{'|'.join(route.methods)} {route.path or '/'}"
        for route in declared_routes(module)
        if route.function in {name, owner}
    )
