"""The shape of what a view returns, read from its source."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from . import sources
from .schemas import is_marshmallow, is_pydantic
from .values import UNKNOWN, evaluate, literal_name

__all__ = ["Shapes", "assignments", "merged", "own_nodes"]

DEEPEST = 10
"""Expressions within expressions; an answer that is written deeper is built by code, which is not followed."""
MOST_CALLS = 5
"""Functions that call each other to build an answer; each is read for every view that uses it."""
APART = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
JSONIFY = ("jsonify", "flask.jsonify", "json.dumps", "dumps")
SERIALISERS = ("to_dict", "as_dict", "serialize", "serialise", "to_json", "asdict", "json", "dict", "_asdict", "dump")
CASTS = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "len": "integer",
    "round": "number",
    "sum": "number",
}
METHODS = {
    "isoformat": "string",
    "strftime": "string",
    "hex": "string",
    "count": "integer",
    "lower": "string",
    "upper": "string",
}


class Added(ast.Dict):
    """A key that a statement adds to a dict, perhaps."""


class Shapes:
    """What expressions of one function look like as JSON.

    Args:
        schemas: Where schemas of libraries go.
        names: What names stand for in the function.
        assigned: Name -> the expressions that it was given in the function.
        classes: Classes of the project by name, for `user.to_dict()`.
    """

    def __init__(
        self, schemas: Any, names: dict[str, Any], assigned: dict[str, list[Any]], classes: dict[str, Any]
    ) -> None:
        self.schemas = schemas
        self.names = names
        self.assigned = assigned
        self.classes = classes

    def of(self, node: Any, depth: int = 0) -> dict[str, Any]:  # noqa: C901, PLR0911 - one for each kind of node
        """The schema of an expression; {} for what cannot be known."""
        if depth > DEEPEST or node is None:
            return {}
        if isinstance(node, ast.Constant):
            return constant(node.value)
        if isinstance(node, ast.JoinedStr):
            return {"type": "string"}
        if isinstance(node, (ast.Compare, ast.BoolOp)) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        ):
            return {"type": "boolean"} if not isinstance(node, ast.BoolOp) else {}
        if isinstance(node, ast.Dict):
            return self.dictionary(node, depth)
        if isinstance(node, (ast.List, ast.Tuple)):
            items = [self.of(one, depth + 1) for one in node.elts]
            return {"type": "array", "items": merged(items) if items else {}}
        if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            return {"type": "array", "items": self.of(node.elt, depth + 1)}
        if isinstance(node, ast.DictComp):
            return {"type": "object", "additionalProperties": self.of(node.value, depth + 1)}
        if isinstance(node, ast.IfExp):
            return merged([self.of(node.body, depth + 1), self.of(node.orelse, depth + 1)])
        if isinstance(node, ast.Name):
            return self.name(node.id, depth)
        return self.call(node, depth) if isinstance(node, ast.Call) else {}

    def dictionary(self, node: ast.Dict, depth: int) -> dict[str, Any]:
        """A dict literal: its keys are always there, unless they come from somewhere else."""
        properties: dict[str, Any] = {}
        required = []
        for key, value in zip(node.keys, node.values):
            if key is None:
                inner = self.of(value, depth + 1)
                properties.update(inner.get("properties", {}))
                required.extend(inner.get("required", ()))
            elif isinstance(key, ast.Constant) and isinstance(key.value, str):
                properties[key.value] = self.of(value, depth + 1)
                required.append(key.value)
        return {"type": "object", "properties": properties, **({"required": sorted(set(required))} if required else {})}

    def name(self, name: str, depth: int) -> dict[str, Any]:
        """What a name was given, in all places together; later keys of a dict are there perhaps."""
        given = self.assigned.get(name)
        if not given:
            return constant(self.names.get(name)) if isinstance(self.names.get(name), (str, int, float, bool)) else {}
        whole = merged([self.of(one, depth + 1) for one in given if not isinstance(one, Added)])
        for one in given:
            if isinstance(one, Added) and whole.get("type") == "object" and "$ref" not in whole:
                key, value = one.keys[0], one.values[0]
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    whole = {
                        **whole,
                        "properties": {key.value: self.of(value, depth + 1), **whole.get("properties", {})},
                    }
        return whole

    def call(self, node: ast.Call, depth: int) -> dict[str, Any]:
        """What a call gives: JSON of its arguments, a schema's dump, a cast, or a function of the project."""
        written = literal_name(node.func)
        if written in JSONIFY:
            return self.jsonified(node, depth)
        if written == "dict":
            return self.keywords(node, depth)
        if written in ("list", "sorted", "tuple") and node.args:
            return self.of(node.args[0], depth + 1)
        if written in CASTS:
            return {"type": CASTS[written]}
        if isinstance(node.func, ast.Attribute):
            return self.method(node, node.func, depth)
        function = evaluate(node.func, self.names)
        return self.returned(function, depth) if inspect.isfunction(function) else {}

    def jsonified(self, node: ast.Call, depth: int) -> dict[str, Any]:
        """What `jsonify` makes of its arguments."""
        if node.keywords and not node.args:
            return self.keywords(node, depth)
        if len(node.args) == 1:
            return self.of(node.args[0], depth + 1)
        return {"type": "array", "items": {}} if node.args else {}

    def keywords(self, node: ast.Call, depth: int) -> dict[str, Any]:
        """An object of keyword arguments."""
        properties = {one.arg: self.of(one.value, depth + 1) for one in node.keywords if one.arg}
        return {"type": "object", "properties": properties, "required": sorted(properties)} if properties else {}

    def method(self, node: ast.Call, function: ast.Attribute, depth: int) -> dict[str, Any]:
        """What a method gives: `schema.dump(x)`, `model.model_dump()`, `user.to_dict()`."""
        owner = self.resolved(function.value)
        if function.attr in ("dump", "dumps") and is_marshmallow(owner):
            many = next((evaluate(one.value, self.names) for one in node.keywords if one.arg == "many"), None)
            return dict(self.schemas.of(owner, loads=False, many=many if isinstance(many, bool) else None))
        if function.attr in METHODS:
            return {"type": METHODS[function.attr]}
        if function.attr in ("model_dump", "dict") and isinstance(function.value, ast.Call):
            model = evaluate(function.value.func, self.names)
            if is_pydantic(model):
                return dict(self.schemas.of(model, loads=False))
        if function.attr in SERIALISERS or function.attr.startswith(("to_", "as_", "serial")):
            return self.serialised(function, depth)
        held = evaluate(function, self.names)
        return self.returned(held, depth) if inspect.isfunction(held) else {}

    def resolved(self, node: Any) -> Any:
        """What an expression stands for, through a name that was assigned once."""
        value = evaluate(node, self.names)
        if value is UNKNOWN and isinstance(node, ast.Name) and len(self.assigned.get(node.id, ())) == 1:
            value = evaluate(self.assigned[node.id][0], self.names)
        return value

    def serialised(self, function: ast.Attribute, depth: int) -> dict[str, Any]:
        """What `x.to_dict()` gives: of the class that is named like `x`, or the only one that has the method."""
        holders = {kind for kind in self.classes.values() if inspect.isfunction(vars(kind).get(function.attr))}
        wanted = literal_name(function.value).rsplit(".", 1)[-1].replace("_", "").lower()
        named = [kind for kind in holders if kind.__name__.lower() == wanted]
        chosen = named or list(holders)
        if len(chosen) != 1:
            return {}
        return self.returned(vars(chosen[0])[function.attr], depth)

    def returned(self, function: Any, depth: int) -> dict[str, Any]:
        """What a function of the project returns; nothing of one that calls itself."""
        node = sources.node_of(function)
        known, calling = self.schemas.returned, self.schemas.calling
        if node is None or depth > DEEPEST or id(node) in calling or len(calling) > MOST_CALLS:
            return {}
        if id(node) in known:
            return dict(known[id(node)])
        calling.append(id(node))
        names = {**getattr(sources.unwrapped(function), "__globals__", {})}
        inner = Shapes(self.schemas, names, assignments(node), self.classes)
        values = [one.value for one in own_nodes(node) if isinstance(one, ast.Return) and one.value is not None]
        found = merged([inner.of(value) for value in values])
        calling.pop()
        if not calling:  # what was found on the way of another call may have been cut where the two call each other
            known[id(node)] = found
        return found


def constant(value: Any) -> dict[str, Any]:
    """The schema of a literal: its type."""
    if value is None:
        return {"type": "null"}
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))
    return next(({"type": name} for kind, name in kinds if isinstance(value, kind)), {})


def own_nodes(function: Any) -> list[Any]:
    """The nodes of a function without those of functions and classes in it, in the order of the source."""
    known = getattr(function, "beast_nodes", None)  # kept on the node: a view's are asked for several times
    if known is None:
        known = function.beast_nodes = []
        for statement in function.body:
            gather(statement, known)
    return list(known)


def gather(node: Any, found: list[Any]) -> None:
    """Adds a node and those in it; faster than `ast.walk`, which 500 views feel."""
    found.append(node)
    if isinstance(node, APART):
        return
    for name in node._fields:
        inner = getattr(node, name, None)
        if isinstance(inner, ast.AST):
            if inner._fields:
                gather(inner, found)
        elif isinstance(inner, list):
            for one in inner:
                if isinstance(one, ast.AST):
                    gather(one, found)


def assignments(function: Any) -> dict[str, list[Any]]:
    """Name -> what it is given in a function, `d["key"] = value` as a dict that has that key too."""
    found: dict[str, list[Any]] = {}
    for node in own_nodes(function):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                    found.setdefault(target.value.id, []).append(with_key(target, node.value))
    return found


def with_key(target: ast.Subscript, value: Any) -> Added:
    """The one key that is set."""
    key = target.slice
    key = getattr(key, "value", key) if type(key).__name__ == "Index" else key  # Python 3.8
    return Added(keys=[key], values=[value])


def merged(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """One schema for several answers: an object's keys together, those that all have required; {} where they differ."""
    known = [schema for schema in schemas if schema]
    if not known:
        return {}
    whole = united(known)
    if len(known) < len(schemas):  # one of them is not known, so no key is sure
        whole = {name: value for name, value in whole.items() if name != "required"}
    return whole


def united(known: list[dict[str, Any]]) -> dict[str, Any]:
    """One schema for several that are known."""
    if all(schema == known[0] for schema in known):
        return known[0]
    if all(schema.get("type") == "object" for schema in known):
        names = {name for schema in known for name in schema.get("properties", {})}
        properties = {
            name: merged([schema["properties"][name] for schema in known if name in schema.get("properties", {})])
            for name in sorted(names)
        }
        everywhere = set.intersection(*(set(schema.get("required", ())) for schema in known))
        return {"type": "object", "properties": properties, **({"required": sorted(everywhere)} if everywhere else {})}
    if all(schema.get("type") == "array" for schema in known):
        return {"type": "array", "items": merged([schema.get("items", {}) for schema in known])}
    others = [schema for schema in known if schema.get("type") != "null"]
    if len(others) < len(known) and others and all(schema == others[0] for schema in others):
        kind = others[0].get("type")
        return {**others[0], "type": [kind, "null"]} if isinstance(kind, str) else others[0]
    return {}
