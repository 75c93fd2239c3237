"""A document of what routes without one promise: from their rules, converters, schemas, decorators and sources."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from . import routes, schemas, sources, values
from .requests import Requests
from .shapes import Shapes, merged, own_nodes

__all__ = ["contract"]

METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH")
AUTH = re.compile(
    r"log(ged_?)?_?in|auth|token|jwt|permission|role|admin|requires?_|_required|protected|api_?key|fresh|scope|staff|owner",
    re.IGNORECASE,
)
NOT_AUTH = re.compile(
    r"json|field|param|payload|body|valid|args|schema|limit|cache|exempt|route|optional", re.IGNORECASE
)
LIMITS = re.compile(r"limit|throttle", re.IGNORECASE)
OPEN = "?"  # stands for the media type of an answer that is made elsewhere
UNKNOWN = (ast.Call, ast.Name, ast.Await, ast.Attribute, ast.Subscript, ast.IfExp, ast.BoolOp)
SIGN_IN = "sign-in"  # stands for whatever the decorators ask; their names are its scopes
REGISTERING = ("route", "get", "post", "put", "patch", "delete")


def contract(application: Any, documents: dict[str, dict[str, Any]], notes: list[str]) -> dict[str, Any] | None:
    """An OpenAPI document of the project's own routes that no other document holds; None where there are none.

    Args:
        application: The Flask application.
        documents: The documents that its library makes.
        notes: Gets a sentence for each route that could not be read.
    """
    book = schemas.Schemas()
    covered = covered_paths(documents)
    classes = own_classes()
    paths: dict[str, dict[str, Any]] = {}
    for rule in routes.own_rules(application):
        path = re.sub(r"<(?:[^<>:]*(?:\([^)]*\))?:)?([^<>]+)>", r"{\1}", rule.rule)
        view = application.view_functions[rule.endpoint]
        for method in sorted(set(rule.methods or ()) & set(METHODS)):
            function, extra = routes.handlers_of(view, [method]).get(method, (view, ()))
            node = sources.node_of(function)
            if node is None or (method.lower(), without_names(path)) in covered:
                continue
            names = {**getattr(sources.unwrapped(function), "__globals__", {})}
            try:
                made = operation(rule, (node, names, function, extra), book, classes)
            except Exception as error:  # schemas of the project may raise; its other routes are read all the same
                notes.append(f"what {method} {path} promises could not be read: {type(error).__name__}: {error}")
                made = {"parameters": [], "responses": {"default": {"description": ""}}, "x-unread": True}
            paths.setdefault(path, {}).setdefault(method.lower(), made)
    if not paths:
        return None
    return {
        "openapi": "3.1.0",
        "info": {"title": str(application.name), "version": "routes"},
        "x-from": "routes",
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "schemas": book.components,
            "securitySchemes": {SIGN_IN: {"type": "http", "scheme": "bearer"}},
        },
    }


def without_names(path: str) -> str:
    """A path in which arguments have no names."""
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def covered_paths(documents: dict[str, dict[str, Any]]) -> set[tuple[str, str]]:
    """Method and path of every operation that some document holds."""
    found: set[tuple[str, str]] = set()
    for document in documents.values():
        servers = document.get("servers") or [{}]
        bases = {"", str(document.get("basePath") or "").rstrip("/")}
        bases.update(
            re.sub(r"^\w+://[^/]*", "", str(server.get("url", ""))).rstrip("/")
            for server in servers
            if isinstance(server, dict)
        )
        for path, item in (document.get("paths") or {}).items():
            for method in item if isinstance(item, dict) else ():
                found.update((method.lower(), without_names(base + path)) for base in bases)
    return found


def own_classes() -> dict[str, Any]:
    """The project's own classes by name."""
    found = {}
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if path and sources.is_own(path):
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__ == module.__name__:
                    found[value.__qualname__] = value
    return found


def operation(rule: Any, read: tuple[Any, ...], book: Any, classes: dict[str, Any]) -> dict[str, Any]:
    """One method on one path."""
    node, names, function, extra = read
    requests = Requests(book, names, node)
    parameters = [path_parameter(name, one) for name, one in sorted(rule._converters.items())]
    made: dict[str, Any] = {
        "parameters": parameters + [requests.parameters[key] for key in sorted(requests.parameters)]
    }
    body = requests.body()
    if body is not None:
        made["requestBody"] = body
    shapes = Shapes(book, names, requests.assigned, classes)
    made["responses"] = responses(node, shapes, names)
    decorators = [*sources.decorators_of(function), *extra]
    guards = [one for one in decorators if is_auth(one)]
    if guards:
        made["security"] = [{SIGN_IN: guards}]
    limits = [one for one in decorators if LIMITS.search(name_in(one)) and "(" in one]
    if limits:
        made["x-rate-limits"] = limits
    if any("deprecated" in name_in(one).lower() for one in decorators):
        made["deprecated"] = True
    return made


def name_in(decorator: str) -> str:
    """A decorator without its arguments."""
    return decorator.split("(", 1)[0]


def is_auth(decorator: str) -> bool:
    """Whether a decorator is named like one that asks who calls; those that register a route are not."""
    name = name_in(decorator)
    last = name.rsplit(".", 1)[-1]
    if last in REGISTERING and "." in name:
        return False
    return bool(AUTH.search(name)) and not NOT_AUTH.search(last) and "optional=True" not in decorator


def path_parameter(name: str, one: Any) -> dict[str, Any]:
    """A parameter of the path, by its converter."""
    written = routes.converter(one)
    kind = written.split("(", 1)[0]
    schema: dict[str, Any] = {"type": {"int": "integer", "float": "number"}.get(kind, "string")}
    if kind == "uuid":
        schema["format"] = "uuid"
    if kind == "any":
        schema["enum"] = routes.items_of(one)
    options = dict(part.split("=", 1) for part in written[len(kind) + 1 : -1].split(",") if "=" in part)
    for option, word in (("min", "minimum"), ("max", "maximum")):
        if option in options:
            schema[word] = float(options[option]) if kind == "float" else int(options[option])
    if kind == "string" and "(" in written:
        least, _, most = written[7:-1].partition(",")
        schema["minLength"] = int(least or 1)
        if most or "," not in written:
            schema["maxLength"] = int(most or least)
    if kind not in ("int", "float", "string", "path", "uuid", "any", "default"):
        schema["x-converter"] = written
    return {"name": name, "in": "path", "required": True, "schema": schema}


def responses(node: Any, shapes: Any, names: dict[str, Any]) -> dict[str, Any]:
    """Status -> what is answered with it."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for one in own_nodes(node):
        if isinstance(one, ast.Return):
            status, media, schema = returned(one.value, shapes, names)
            is_open = not media and not schema and isinstance(one.value, UNKNOWN) and status.startswith("2")
            found.setdefault(status, []).append((OPEN if is_open else media, schema))
        elif isinstance(one, ast.Call) and values.literal_name(one.func).rsplit(".", 1)[-1] == "abort" and one.args:
            status = values.evaluate(one.args[0], names)
            if isinstance(status, int):
                found.setdefault(str(int(status)), []).append(("", {}))
        elif isinstance(one, ast.Call) and values.literal_name(one.func).endswith(("_or_404", "one_or_404")):
            found.setdefault("404", []).append(("", {}))
    if not any(status.startswith(("2", "3")) for status in found):
        found.setdefault("default" if found else "200", []).append(("", {}))
    return {status: answer(found[status]) for status in sorted(found)}


def answer(held: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """One status, with what is known of each media type."""
    content = {}
    for media in sorted({media for media, _ in held if media and media != OPEN}):
        content[media] = {"schema": merged([schema for each, schema in held if each == media])}
    made: dict[str, Any] = {"description": "", **({"content": content} if content else {})}
    if any(media == OPEN for media, _ in held):
        made["x-open"] = True
    return made


def returned(value: Any, shapes: Any, names: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Status, media type and schema of one `return`."""
    status = 200
    if isinstance(value, ast.Tuple) and value.elts:
        if len(value.elts) > 1:
            status = status_of(value.elts[1], names) or status
        value = value.elts[0]
    written = values.literal_name(value.func) if isinstance(value, ast.Call) else ""
    last = written.rsplit(".", 1)[-1]
    if last in ("make_response", "Response") and isinstance(value, ast.Call):
        status = called_status(value, names) or status
        inner = value.args[0] if value.args else None
        _, media, schema = returned(inner, shapes, names) if inner is not None else ("", "", {})
        return str(status), media, schema
    if last == "redirect" and isinstance(value, ast.Call):
        return str(called_status(value, names) or 302), "", {}
    if last in ("render_template", "render_template_string", "render"):
        return str(status), "text/html", {"type": "string"}
    if last in ("send_file", "send_from_directory"):
        return str(status), "application/octet-stream", {}
    if isinstance(value, (ast.Constant, ast.JoinedStr)):
        is_text = isinstance(value, ast.JoinedStr) or (isinstance(value.value, str) and value.value)
        return str(status), "text/html" if is_text else "", {"type": "string"} if is_text else {}
    schema = shapes.of(value)
    return str(status), "application/json" if schema or last in ("jsonify", "dump", "dumps") else "", schema


def status_of(node: Any, names: dict[str, Any]) -> int | None:
    """A status that an expression gives; None where it is headers, or not known."""
    value = values.evaluate(node, names)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    match = re.match(r"^(\d{3})\b", value) if isinstance(value, str) else None
    return int(match.group(1)) if match else None


def called_status(node: ast.Call, names: dict[str, Any]) -> int | None:
    """The status that `make_response(x, 201)`, `redirect(x, code=301)` or `Response(x, status=204)` gives."""
    for one in node.keywords:
        if one.arg in ("status", "code", "status_code"):
            return status_of(one.value, names)
    return status_of(node.args[1], names) if len(node.args) > 1 else None
