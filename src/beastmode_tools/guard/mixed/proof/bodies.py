"""Bodies for requests, made from what a side promises to take."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from beastmode_tools.probes.messages.application import Application
from beastmode_tools.source.openapi import followed, found_at, mapping
from beastmode_tools.source.paths import as_template

__all__ = ["bodies_of", "sample"]

DEEPEST = 6
"""Bodies nest two or three levels; a schema that holds itself ends here."""
AS_FORM = "$form"
"""A body with this one key is sent as a form."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
JSON = ("application/json", "application/*+json", "*/*")
BY_FORMAT = {
    "email": "beast@example.com",
    "date": "2031-05-17",
    "date-time": "2031-05-17T10:30:15+00:00",
    "time": "10:30:15",
    "uuid": "00000000-0000-4000-8000-00000000beef",
    "uri": "https://example.com/beast",
    "url": "https://example.com/beast",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
    "hostname": "example.com",
    "password": "Beast-mode-7319!",
    "byte": "YmVhc3Q=",
}
BY_NAME = (("email", "email"), ("password", "password"), ("url", "uri"), ("uuid", "uuid"))
PROSE = " Beast mode "
"""What a person may write: code that strips it, or changes its case, gives another answer then."""
PROSE_NAMES = (
    "title",
    "body",
    "text",
    "content",
    "description",
    "summary",
    "subject",
    "message",
    "comment",
    "note",
    "bio",
)
"""Names of properties that take any text; others may be names of things, which take no blanks."""


def bodies_of(application: Application) -> dict[str, Any]:
    """A body for every route that says what it takes: "POST /users/<int:id>" -> JSON, or {"$form": JSON}.

    Args:
        application: One side's, with its OpenAPI documents or the contract made from its routes.
    """
    documents = [*application.documents.values(), *([application.contract] if application.contract else [])]
    promised = {key: body for document in documents for key, body in promised_by(document)}
    found: dict[str, Any] = {}
    for route in application.routes:
        path = as_template(route.path)
        for method in route.methods:
            body = promised.get((method, path)) or by_suffix(promised, method, path)
            if body is not None:
                found[f"{method} {route.path}"] = body
    return found


def by_suffix(promised: Mapping[tuple[str, str], Any], method: str, path: str) -> Any:
    """The body of the operation whose path ends the route's: documents may leave out a prefix."""
    fitting = [key for key in promised if key[0] == method and path.endswith(key[1]) and len(key[1]) > 1]
    return promised[max(fitting, key=lambda key: len(key[1]))] if fitting else None


def promised_by(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    """(method, path) -> body of each operation that takes one."""
    prefix = str(document.get("basePath") or "").rstrip("/")
    for path, item in mapping(document.get("paths")).items():
        for method, operation in mapping(item).items():
            schema, is_form = schema_of(document, mapping(operation))
            if schema is not None:
                body = sample(schema, document)
                yield (method.upper(), prefix + str(path)), {AS_FORM: body} if is_form else body


def schema_of(document: Mapping[str, Any], operation: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, bool]:
    """The schema of an operation's body, and whether it is a form's; None where it takes neither JSON nor a form."""
    body = resolved(mapping(operation.get("requestBody")), document)
    for kind, content in mapping(body.get("content")).items():
        media = kind.split(";")[0].strip()
        if media in (*JSON, *FORMS):
            return mapping(mapping(content).get("schema")), media in FORMS
    for parameter in operation.get("parameters") or ():
        found = resolved(mapping(parameter), document)
        if found.get("in") == "body":
            return mapping(found.get("schema")), False
    return None, False


def sample(schema: Mapping[str, Any], document: Mapping[str, Any], *, name: str = "", depth: int = 0) -> Any:
    """A value that the schema allows, as far as that can be told without solving it.

    Args:
        schema: JSON Schema as OpenAPI writes it.
        document: Where its references point.
        name: Of the property, which tells what kind of text is meant.
        depth: How deep inside of the body it is; a schema that holds itself ends somewhere.
    """
    schema = merged(resolved(schema, document), document)
    given = [schema[word] for word in ("const", "example", "default") if schema.get(word) is not None]
    given += list(schema.get("enum") or ())[:1]
    if given:
        return given[0]
    kind = kind_of(schema)
    if kind == "object":
        return an_object(schema, document, depth)
    if kind == "array":
        items = mapping(schema.get("items"))
        return [sample(items, document, depth=depth + 1)] if items and depth < DEEPEST else []
    if kind in ("integer", "number"):
        return a_number(schema)
    return {"boolean": True, "null": None}.get(kind, a_text(schema, name))


def kind_of(schema: Mapping[str, Any]) -> str:
    """The schema's type; the first that is not "null" where there are several."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return next((each for each in kind if each != "null"), "null")
    if kind:
        return str(kind)
    return "object" if "properties" in schema else "string"


def an_object(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """Every property that a client may write; deep inside only those that it must."""
    required = set(schema.get("required") or ())
    return {
        name: sample(mapping(each), document, name=name, depth=depth + 1)
        for name, each in mapping(schema.get("properties")).items()
        if not is_left_out(resolved(mapping(each), document)) and (name in required or depth < 1) and depth < DEEPEST
    }


def is_left_out(schema: Mapping[str, Any]) -> bool:
    """Whether a property is not for clients to send, or is a file."""
    return bool(schema.get("readOnly")) or schema.get("format") == "binary"


def a_number(schema: Mapping[str, Any]) -> int | float:
    """A number within the bounds."""
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    value = 1
    if isinstance(least, int | float) and not isinstance(least, bool):
        value = max(value, int(least) + 1)
    if isinstance(most, int | float) and not isinstance(most, bool) and value > most:
        value = int(most)
    return value


def a_text(schema: Mapping[str, Any], name: str) -> str:
    """A text of the format, or of the kind that the property's name tells, within the lengths."""
    by_name = next((form for part, form in BY_NAME if part in name.lower()), "")
    is_prose = name.lower().endswith(PROSE_NAMES) and matches(schema.get("pattern"), PROSE)
    text = BY_FORMAT.get(str(schema.get("format") or by_name), PROSE if is_prose else "beast")
    least, most = int(schema.get("minLength") or 0), schema.get("maxLength")
    text = text.ljust(least, "x")
    return text[: int(most)] if isinstance(most, int) else text


def matches(pattern: Any, text: str) -> bool:
    """Whether a text fits the pattern of a schema, if it has one; one that Python cannot read, no text does."""
    try:
        return not pattern or re.search(str(pattern), text) is not None
    except re.error:
        return False


def merged(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int = 0) -> Mapping[str, Any]:
    """A schema with its parts put together: all of `allOf`, the first of `oneOf` or `anyOf` that is not null.

    Args:
        schema: The schema.
        document: Where its references point.
        depth: How many schemas it is a part of; one that is a part of itself ends somewhere.
    """
    result = dict(schema)
    if depth > DEEPEST:
        return result
    parts = [mapping(each) for each in schema.get("allOf") or ()]
    for word in ("oneOf", "anyOf"):
        options = [resolved(mapping(each), document) for each in schema.get(word) or ()]
        parts += [each for each in options if each.get("type") != "null"][:1]
    for part in parts:
        found = merged(resolved(part, document), document, depth + 1)
        properties = {**mapping(result.get("properties")), **mapping(found.get("properties"))}
        required = [*(result.get("required") or ()), *(found.get("required") or ())]
        result = {**found, **result, **({"properties": properties, "required": required} if properties else {})}
    return result


def resolved(node: Any, document: Mapping[str, Any]) -> dict[str, Any]:
    """What a reference within the document points to."""
    return followed(node, lambda ref: found_at(document, ref))
