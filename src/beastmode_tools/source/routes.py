"""Routes and roles of functions, as the source declares them: for what is not started, and for names in messages."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from beastmode_tools.source.syntax import Definition, Module, dotted, last_name
from beastmode_tools.source.values import value_of

__all__ = ["METHODS", "DeclaredRoute", "declared_routes", "prefixes", "roles_of"]

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
ROLES = {
    "route": {"route", *METHODS},
    "job": {
        "task",
        "shared_task",
        "job",
        "scheduled_job",
        "cron",
        "periodic_task",
        "actor",
        "on_after_configure",
        "db_task",
    },
    "command": {"command", "group"},
    "hook": {
        "before_request",
        "after_request",
        "teardown_request",
        "before_app_request",
        "after_app_request",
        "teardown_appcontext",
        "before_first_request",
        "before_app_first_request",
        "url_value_preprocessor",
        "url_defaults",
        "context_processor",
        "app_context_processor",
        "app_url_value_preprocessor",
        "teardown_app_request",
    },
    "error handler": {"errorhandler", "app_errorhandler"},
    "validator": {
        "validates",
        "validates_schema",
        "validator",
        "field_validator",
        "model_validator",
        "root_validator",
        "pre_load",
        "post_load",
    },
    "listener": {
        "listens_for",
        "connect",
        "receiver",
        "user_loader",
        "request_loader",
        "verify_password",
        "verify_token",
        "get_user_roles",
        "token_in_blocklist_loader",
        "user_lookup_loader",
        "user_identity_loader",
        "additional_claims_loader",
        "template_filter",
        "template_global",
        "app_template_filter",
        "unauthorized_handler",
        "on",
    },
}  # fmt: skip - a role's decorators on one line or two
VIEWS = {"MethodView", "Resource", "View", "MethodResource", "Api"}


@dataclass(frozen=True, slots=True)
class DeclaredRoute:
    """A route as a file declares it.

    Args:
        path: With the prefix of its blueprint where the same file says it.
        methods: Sorted.
        function: Qualified name of the view; the class for class-based views.
        line: Of the declaration.
        target: The name on which it is registered: `app`, `bp`.
    """

    path: str
    methods: tuple[str, ...]
    function: str
    line: int
    target: str


@functools.lru_cache(maxsize=512)
def declared_routes(module: Module) -> list[DeclaredRoute]:
    """The routes that a file declares by decorators, `add_url_rule` and `add_resource`."""
    known = prefixes(module)
    found = [
        route
        for name, node in [*((each.name, each.node) for each in module.functions.values()), *module.classes.items()]
        for route in decorated(name, node)
    ]
    found += [route for node in module.nodes if isinstance(node, ast.Call) for route in registered(module, node)]
    return [with_prefix(route, known) for route in found]


def with_prefix(route: DeclaredRoute, known: dict[str, str]) -> DeclaredRoute:
    """The route under its blueprint's prefix, if the file says one."""
    prefix = known.get(route.target, "")
    return replace(route, path=f"{prefix.rstrip('/')}{route.path}") if prefix else route


def prefixes(module: Module) -> dict[str, str]:
    """Name of each blueprint or namespace of the file -> its literal prefix."""
    found = {}
    for name, value in module.constants.items():
        if isinstance(value, ast.Call) and last_name(value.func) in {
            "Blueprint",
            "APIBlueprint",
            "Namespace",
        }:
            for keyword in value.keywords:
                if keyword.arg in {"url_prefix", "path"} and isinstance(value_of(keyword.value), str):
                    found[name] = str(value_of(keyword.value))
    return found


def decorated(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[DeclaredRoute]:
    """Routes by the decorators of one view."""
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            continue
        verb = decorator.func.attr
        path = value_of(decorator.args[0]) if decorator.args else keyword_literal(decorator, "rule", "path")
        if verb in ROLES["route"] and isinstance(path, str) and (path.startswith("/") or not path):
            methods = (verb.upper(),) if verb != "route" else methods_of(decorator, node)
            yield DeclaredRoute(path, methods, name, decorator.lineno, dotted(decorator.func.value))


def methods_of(call: ast.Call, node: ast.AST) -> tuple[str, ...]:
    """The methods that a declaration names, or that the class answers, or GET."""
    given = keyword_literal(call, "methods")
    if isinstance(given, list | tuple | set):
        return tuple(sorted(str(each).upper() for each in given))
    if isinstance(node, ast.ClassDef):
        answered = {
            each.name.upper() for each in node.body if isinstance(each, ast.FunctionDef) and each.name in METHODS
        }
        return tuple(sorted(answered)) or ("GET",)
    return ("GET",)


def keyword_literal(call: ast.Call, *names: str) -> object:
    """The literal value of a keyword argument; None where it is not given."""
    for keyword in call.keywords:
        if keyword.arg in names:
            return value_of(keyword.value)
    return None


def registered(module: Module, call: ast.Call) -> Iterator[DeclaredRoute]:
    """Routes by a call: `add_url_rule("/x", view_func=view)`, `add_resource(View, "/x")`."""
    if not isinstance(call.func, ast.Attribute):
        return
    target = dotted(call.func.value)
    if call.func.attr == "add_url_rule":
        path = value_of(call.args[0]) if call.args else keyword_literal(call, "rule")
        view = next(
            (each.value for each in call.keywords if each.arg == "view_func"),
            call.args[2] if len(call.args) > 2 else None,
        )
        if isinstance(path, str):
            name = dotted(view).removesuffix(".as_view")
            node = module.classes.get(name, call)
            yield DeclaredRoute(path, methods_of(call, node), name, call.lineno, target)
    elif call.func.attr == "add_resource" and call.args:
        name = dotted(call.args[0])
        for argument in call.args[1:]:
            if isinstance(path := value_of(argument), str):
                node = module.classes.get(name, call)
                yield DeclaredRoute(path, methods_of(call, node), name, call.lineno, target)


def roles_of(definition: Definition, module: Module) -> frozenset[str]:
    """What Flask, a job queue or a library does with the function: "route", "job", "hook", "command" ..."""
    names = {last_name(each) for each in definition.node.decorator_list}
    found = {role for role, decorators in ROLES.items() if names & decorators}
    if definition.owner is not None and definition.node.name in METHODS and is_view(module, definition.owner):
        found.add("route")
    return frozenset(found)


def is_view(module: Module, name: str) -> bool:
    """Whether a class answers requests."""
    node = module.classes.get(name)
    if node is None:
        return False
    bases = {last_name(base) for base in node.bases}
    if bases & VIEWS or any(base.endswith(("View", "Resource")) for base in bases):
        return True
    return any(
        dotted(base) in module.classes and dotted(base) != name and is_view(module, dotted(base)) for base in node.bases
    )
