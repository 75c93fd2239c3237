"""Reads OpenAPI documents: JSON or YAML, 3.0, 3.1 or Swagger 2.0, from people who may not wish us well."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.contract.compare.document import Document
from beastmode_tools.guard.contract.read.limits import BIGGEST, scan
from beastmode_tools.guard.contract.read.swagger import converted
from beastmode_tools.guard.contract.read.yaml_text import parse_yaml
from beastmode_tools.source.openapi import mapping

__all__ = ["document_of", "read_document"]


def read_document(path: Path) -> Document:
    """The document in a file.

    Raises:
        CouldNotRun: The file is not there, too big, no JSON or YAML, or no OpenAPI document.
    """
    try:
        with path.open("rb") as file:
            content = file.read(BIGGEST + 1)  # a pipe or a device tells no size
    except OSError as error:
        raise CouldNotRun(f"{path} cannot be read ({error.strerror}); name a file with an OpenAPI document") from None
    if len(content) > BIGGEST:
        raise CouldNotRun(f"{path} is too big: documents of more than {BIGGEST:,} bytes are not read")
    return made(parsed(content, str(path)), path.name)


def parsed(content: bytes, name: str) -> dict[str, Any]:
    """What a file holds; JSON is tried first where it looks like it, since YAML takes far longer."""
    start = content.lstrip()[:1].removeprefix(b"\xef")
    if start == b"{":
        try:
            data = orjson.loads(content)
        except orjson.JSONDecodeError:
            data = parse_yaml(content, name)
    else:
        data = parse_yaml(content, name)
    if not isinstance(data, dict):
        raise CouldNotRun(f"{name} holds no OpenAPI document: an object with 'openapi' or 'swagger' was expected")
    return data


def document_of(data: dict[str, Any], name: str) -> Document:
    """A document from data that was parsed already, in one shape for all dialects.

    Raises:
        CouldNotRun: It is too deep, too big once its aliases are followed, or no OpenAPI document.
    """
    scan(data, name)
    return made(with_text_keys(data), name)


def made(data: dict[str, Any], name: str) -> Document:
    """The document of data whose keys are all text."""
    references = scan(data, name)
    version = str(data.get("openapi", data.get("swagger")))
    if not version.startswith(("2", "3")):
        raise CouldNotRun(f"{name} is no OpenAPI document of version 2.0 or 3.x (it says {version[:40]!r})")
    if version.startswith("2"):
        data = converted(data)
        references = scan(data, name)
    dialect = "2.0" if version.startswith("2") else "3.0" if version.startswith("3.0") else "3.1"
    document = Document(name, data, dialect, (), references)
    outside = sorted(ref for ref in references if not ref.startswith("#"))
    missing = sorted(ref for ref in references if ref.startswith("#") and document.target(ref) is None)
    notes = [f"{name} refers to {ref}, which lies outside of it and is not fetched" for ref in outside]
    notes += [f"{name} refers to {ref}, which is not there" for ref in missing]
    notes += [f"{name} uses the operationId {each!r} more than once" for each in repeated_ids(data)]
    return replace(document, notes=tuple(notes))


def with_text_keys(value: Any) -> Any:
    """The same with text for keys: data that a YAML reader of others made has numbers for status codes."""
    if isinstance(value, dict):
        return {text_of(key): with_text_keys(each) for key, each in value.items()}
    return [with_text_keys(each) for each in value] if isinstance(value, list) else value


def text_of(key: Any) -> str:
    """A key as it was written."""
    names = {True: "true", False: "false", None: "null"}
    return names[key] if key is None or isinstance(key, bool) else str(key)


def repeated_ids(data: dict[str, Any]) -> list[str]:
    """The operationIds that stand more than once: code that is made from the document drops one of them."""
    ids = [
        str(operation["operationId"])
        for item in mapping(data.get("paths")).values()
        for operation in mapping(item).values()
        if isinstance(operation, dict) and "operationId" in operation
    ]
    return sorted({each for each in ids if ids.count(each) > 1}) if len(set(ids)) < len(ids) else []
