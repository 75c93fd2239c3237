"""What a view reads of a request, found in its source."""

from __future__ import annotations

import ast
import re
from typing import Any

from . import shapes
from .schemas import is_marshmallow, is_pydantic
from .values import UNKNOWN, evaluate, literal_name

__all__ = ["Requests"]

BODIES = ("request.json", "request.get_json()", "request.get_json", "flask.request.json", "flask.request.get_json()")
PLACES = {"args": "query", "headers": "header", "cookies": "cookie", "form": "form", "files": "file", "values": "query"}
JSON, FORM, FILES = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
KNOWN_HEADERS = ("authorization", "content-type", "accept", "user-agent", "host", "x-forwarded-for", "x-request-id")
CASTS = {"int": "integer", "float": "number", "bool": "boolean", "str": "string"}
REQUIRING = re.compile(r"json|require|expect|field|payload|param|body|valid", re.IGNORECASE)
ARGUMENTS = (
    "use_args",
    "use_kwargs",
    "arguments",
    "input",
    "body",
    "expects",
    "expect",
    "validate",
    "accepts",
    "accept",
)
LOCATIONS = {
    "query": "query",
    "querystring": "query",
    "json": "json",
    "body": "json",
    "form": "form",
    "headers": "header",
    "files": "file",
    "json_or_form": "json",
}


class Requests:
    """What one function reads: parameters, and the body with its keys.

    Args:
        schemas: Where schemas of libraries go.
        names: What names stand for in the function.
        node: The function's `def`.
    """

    def __init__(self, schemas: Any, names: dict[str, Any], node: Any) -> None:
        self.schemas = schemas
        self.names = names
        self.node = node
        self.assigned = shapes.assignments(node)
        self.parameters: dict[tuple[str, str], dict[str, Any]] = {}
        self.keys: dict[str, dict[str, dict[str, Any]]] = {}  # of the body in each media type
        self.required: set[tuple[str, str]] = set()
        self.optional: set[str] = set()
        self.whole: dict[str, Any] = {}  # the body's schema in JSON, where a library says it
        self.bodies = {name for name, values in self.assigned.items() if any(is_body(value) for value in values)}
        self.read()

    def read(self) -> None:
        """Reads the decorators, then the body of the function."""
        for decorator in self.node.decorator_list:
            if isinstance(decorator, ast.Call):
                self.decorator(decorator)
        for argument in [*self.node.args.args, *self.node.args.kwonlyargs]:
            self.annotated(argument)
        for node in shapes.own_nodes(self.node):
            if isinstance(node, ast.Call):
                self.call(node)
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                self.subscript(node)
            elif isinstance(node, ast.Compare):
                self.membership(node)

    def decorator(self, node: ast.Call) -> None:
        """`@use_args(...)`, `@validate_json("a", "b")` and their like."""
        name = literal_name(node.func).rsplit(".", 1)[-1]
        value = evaluate(node.args[0], self.names) if node.args else UNKNOWN
        words = [evaluate(one, self.names) for one in node.args]
        location = next((evaluate(one.value, self.names) for one in node.keywords if one.arg == "location"), None)
        if is_marshmallow(value) or is_pydantic(value) or isinstance(value, dict):
            if name in ARGUMENTS or REQUIRING.search(name):
                self.schema(value, LOCATIONS.get(str(location), "json"))
        elif REQUIRING.search(name) and words and all(isinstance(word, (str, list)) for word in words):
            flat = [one for word in words for one in (word if isinstance(word, list) else [word])]
            if all(isinstance(one, str) for one in flat):
                for one in flat:
                    self.key(one, {}, required=True)

    def annotated(self, argument: Any) -> None:
        """`body: Model` and `query: Model`, as flask-pydantic reads them."""
        model = evaluate(argument.annotation, self.names)
        if is_pydantic(model):
            self.schema(model, "query" if "query" in argument.arg else "json")

    def schema(self, value: Any, location: str) -> None:
        """Parameters or a body that a schema describes."""
        schema = self.schemas.of(value, loads=True)
        if location == "json":
            self.whole = schema
            return
        body = self.schemas.components.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
        for name, inner in body.get("properties", {}).items():
            required = name in body.get("required", ())
            if location in ("form", "file"):
                self.key(
                    name,
                    inner,
                    required=required,
                    media=FILES if location == "file" else FORM,
                )
            else:
                self.parameter(location, name, inner, required=required)

    def call(self, node: ast.Call) -> None:
        """`request.args.get("q", type=int)`, `data.get("name")`, `schema.load(data)`, `Model(**data)`."""
        if not isinstance(node.func, ast.Attribute):
            model = evaluate(node.func, self.names)
            if is_pydantic(model) and any(one.arg is None and self.is_body(one.value) for one in node.keywords):
                self.schema(model, "json")
            return
        method, owner = node.func.attr, node.func.value
        if method in ("get", "getlist", "pop", "setdefault") and node.args:
            name = evaluate(node.args[0], self.names)
            if isinstance(name, str):
                self.named(owner, name, self.asked(node, method), required=False)
        elif (
            method in ("load", "loads", "validate", "from_dict") and node.args and self.is_body(node.args[0])
        ) or method in ("model_validate", "parse_obj", "model_validate_json", "parse_raw"):
            self.loaded(owner, node)

    def loaded(self, owner: Any, node: ast.Call) -> None:
        """A schema that reads the body; the query string, where it is given `request.args`."""
        value = evaluate(owner, self.names)
        if value is UNKNOWN and isinstance(owner, ast.Name) and self.assigned.get(owner.id):
            value = evaluate(self.assigned[owner.id][0], self.names)
        if is_marshmallow(value) or is_pydantic(value):
            written = literal_name(node.args[0]) if node.args else ""
            self.schema(value, next((kind for place, kind in PLACES.items() if "request." + place in written), "json"))

    def asked(self, node: ast.Call, method: str) -> dict[str, Any]:
        """The type that a `get` says by `type=`, or by its default."""
        schema: dict[str, Any] = {}
        for one in node.keywords:
            if one.arg == "type":
                kind = CASTS.get(literal_name(one.value))
                schema = {"type": kind} if kind else {}
        default = next(
            (one.value for one in node.keywords if one.arg == "default"), node.args[1] if len(node.args) > 1 else None
        )
        value = evaluate(default, self.names) if default is not None else None
        if isinstance(value, (str, int, float, bool)):
            schema = {**schema, "default": value}
        return {"type": "array", "items": schema} if method == "getlist" else schema

    def subscript(self, node: ast.Subscript) -> None:
        """`request.args["q"]` and `data["name"]`: without it there is no answer."""
        key: Any = node.slice
        key = getattr(key, "value", key) if type(key).__name__ == "Index" else key  # Python 3.8
        name = evaluate(key, self.names)
        if isinstance(name, str):
            self.named(node.value, name, {}, required=True)

    def membership(self, node: ast.Compare) -> None:
        """`"name" in data`: somebody looks whether it is there; `not in` mostly to refuse."""
        name = evaluate(node.left, self.names)
        if len(node.ops) == 1 and isinstance(name, str) and self.is_body(node.comparators[0]):
            if isinstance(node.ops[0], ast.NotIn):
                self.key(name, {}, required=True)
            elif isinstance(node.ops[0], ast.In):
                self.key(name, {}, required=False)
                self.optional.add(name)

    def named(self, owner: Any, name: str, schema: dict[str, Any], *, required: bool) -> None:
        """One thing that is read of the request, from wherever `owner` is."""
        if self.is_body(owner):
            self.key(name, {key: value for key, value in schema.items() if key != "default"}, required=required)
            return
        place = PLACES.get(literal_name(owner).replace("flask.", "").replace("request.", "", 1))
        if place is None or not literal_name(owner).replace("flask.", "").startswith("request."):
            return
        if place in ("form", "file"):
            media = FORM if place == "form" else FILES
            inner = {"type": "string", "format": "binary"} if place == "file" else schema
            self.key(name, inner, required=required, media=media)
        elif not (place == "header" and name.lower() in KNOWN_HEADERS):
            self.parameter(place, name, schema or {"type": "string"}, required=required)

    def is_body(self, node: Any) -> bool:
        """Whether an expression is the request's JSON."""
        return is_body(node) or (isinstance(node, ast.Name) and node.id in self.bodies)

    def parameter(self, place: str, name: str, schema: dict[str, Any], *, required: bool) -> None:
        """Adds a parameter; required if it is anywhere."""
        known = self.parameters.get((place, name), {})
        self.parameters[place, name] = {
            "name": name,
            "in": place,
            "required": bool(required or known.get("required")),
            "schema": {**schema, **known.get("schema", {})},
        }

    def key(self, name: str, schema: dict[str, Any], *, required: bool, media: str = JSON) -> None:
        """Adds a key of the body."""
        keys = self.keys.setdefault(media, {})
        keys[name] = {**schema, **keys.get(name, {})}
        if required:
            self.required.add((media, name))

    def body(self) -> dict[str, Any] | None:
        """The request's body as OpenAPI has it, each media type with its own; None where nothing of one is read."""
        content = {media: {"schema": self.object_of(media)} for media in sorted(self.keys) if media != JSON}
        if FORM in content and FILES in content:  # files and the fields beside them are sent together
            del content[FORM]
        if self.whole or JSON in self.keys:
            content = {JSON: {"schema": self.whole or self.object_of(JSON)}, **content}
        if not content:
            return None
        needed = {"required" in each["schema"] for media, each in content.items() if media != JSON or not self.whole}
        return {"content": content, "required": False not in needed}

    def object_of(self, media: str) -> dict[str, Any]:
        """What is read of the body in a media type."""
        together = (FORM, FILES) if media == FILES else (media,)
        keys = {name: schema for each in together for name, schema in self.keys.get(each, {}).items()}
        optional = self.optional if media == JSON else ()
        required = sorted({name for each, name in self.required if each in together and name not in optional})
        return {"type": "object", "properties": keys, **({"required": required} if required else {})}


def is_body(node: Any) -> bool:
    """Whether an expression is the request's JSON, or an empty dict where there is none."""
    if isinstance(node, ast.BoolOp):
        return any(is_body(one) for one in node.values)
    return literal_name(node) in BODIES
