"""An operation of both contracts as lines of text beside each other, for people who want to see the difference."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from beastmode_tools.guard.contract.compare.document import Document, resolved
from beastmode_tools.guard.finding import Finding
from beastmode_tools.source.openapi import METHODS, listing, mapping
from beastmode_tools.source.paths import slashless

__all__ = ["sides"]

MOST_OPERATIONS = 40
"""Pictures of a page that a browser opens at once; those with the worst findings come first."""
MOST_LINES = 400
"""Ten screens; whoever needs more opens the document."""
DEEPEST = 8
"""Levels of a body that are drawn; beyond them the lines are too far to the right to be read."""
CONTEXT = 2
"""Unchanged lines around a change: fewer than the 3 of a diff, since each line names its whole path."""
LONGEST_VALUE = 60
"""Characters; a longer value would wrap its line in the picture."""
# What the line itself says already, or what no client reads.
SAID = {"type", "properties", "required", "items", "$ref", "description", "title", "example", "examples", "nullable"}
BRANCHES = ("allOf", "oneOf", "anyOf", "not", "additionalProperties", "prefixItems")


def sides(old: Document, new: Document, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """A picture for each operation that findings are about, those with the worst findings first.

    Each is `{"operation", "verdict", "rows"}`; a row is `[kind, line before, line after]` with the kinds "same",
    "changed", "gone", "added" and "skipped" (unchanged lines that are left out; their number stands in both).

    Args:
        old: The base side's contract.
        new: The work side's contract.
        findings: What was found between them; `where` begins with the operation.
    """
    worst: dict[str, Finding] = {}
    for finding in findings:
        operation = finding.where.split(" → ")[0]
        if re.match(r"[A-Z]+ /", operation) and finding.verdict > getattr(worst.get(operation), "verdict", -1):
            worst[operation] = finding
    chosen = sorted(worst, key=lambda operation: -worst[operation].verdict)[:MOST_OPERATIONS]
    pictures = (
        {"operation": each, "verdict": worst[each].verdict.name, "rows": rows(outline(old, each), outline(new, each))}
        for each in chosen
    )
    return [picture for picture in pictures if any(kind not in ("same", "skipped") for kind, _, _ in picture["rows"])]


def rows(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str, str]]:
    """The lines aligned; long runs of unchanged ones are left out."""
    aligned: list[tuple[str, str, str]] = []

    def is_end(before: int, after: int) -> bool:
        return before == len(old) and after == len(new)

    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            aligned += shortened([("same", line, line) for line in old[a:b]], is_first=a + c == 0, is_last=is_end(b, d))
        else:
            aligned += paired(old[a:b], new[c:d])
    return aligned


def paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """A run of lines that differ: those about the same name beside each other, the others alone."""
    waiting = list(new)
    for line in old:
        at = next((number for number, other in enumerate(waiting) if named(other) == named(line)), None)
        if at is None:
            yield ("gone", line, "")
            continue
        yield from (("added", "", other) for other in waiting[:at])
        yield ("changed", line, waiting[at])
        del waiting[: at + 1]
    yield from (("added", "", other) for other in waiting)


def named(line: str) -> str:
    """What a line is about: its indentation and name."""
    return line.partition(":")[0]


def shortened(run: list[tuple[str, str, str]], *, is_first: bool, is_last: bool) -> list[tuple[str, str, str]]:
    """A run of unchanged lines with its middle left out, or the end that no change follows."""
    before, after = (0 if is_first else CONTEXT), (0 if is_last else CONTEXT)
    hidden = len(run) - before - after
    if hidden <= 1:
        return run
    return [*run[:before], ("skipped", str(hidden), str(hidden)), *run[len(run) - after :]]


def outline(document: Document, operation: str) -> list[str]:
    """What an operation takes and answers, a line each; nothing where the document has no such operation."""
    method, _, path = operation.partition(" ")
    items = mapping(document.data.get("paths")).items()
    found = next((item for name, item in items if same_path(str(name), path)), None)
    item = resolved(document, found)
    if method.lower() not in METHODS or not isinstance(item.get(method.lower()), dict):
        return []
    described = item[method.lower()]
    lines = described_operation(document, [*listing(item.get("parameters"))], described)
    listed = [line for _, line in zip(range(MOST_LINES + 1), lines, strict=False)]
    return listed if len(listed) <= MOST_LINES else [*listed[:MOST_LINES], "..."]


def same_path(one: str, other: str) -> bool:
    """Whether two paths differ in nothing but their arguments' names and a slash at the end."""
    return slashless(one) == slashless(other)


def described_operation(document: Document, shared: list[Any], operation: dict[str, Any]) -> Iterator[str]:
    """Everything that a client sees of an operation."""
    if operation.get("deprecated"):
        yield "deprecated"
    security = operation.get("security", document.data.get("security"))
    if security:
        yield f"asks for: {' or '.join(map(scheme, listing(security)))}"
    for parameter in [*shared, *listing(operation.get("parameters"))]:
        given = resolved(document, parameter)
        need = ", required" if given.get("required") else ""
        head = f"{given.get('in', '?')} {given.get('name', '?')}"
        yield f"{head}: {summed(document, given.get('schema'))}{need}"
    body = resolved(document, operation.get("requestBody"))
    for media, content in mapping(body.get("content")).items():
        yield f"body {media}: {'required' if body.get('required') else 'optional'}"
        yield from schema_lines(document, mapping(content).get("schema"), 1, ())
    for status, answer in mapping(operation.get("responses")).items():
        described = resolved(document, answer)
        yield f"{status}:"
        for name, header in mapping(described.get("headers")).items():
            yield f"  header {name}: {summed(document, resolved(document, header).get('schema'))}"
        for media, content in mapping(described.get("content")).items():
            yield f"  {media}:"
            yield from schema_lines(document, mapping(content).get("schema"), 2, ())


def scheme(requirement: Any) -> str:
    """One way to be allowed in."""
    return " and ".join(map(str, mapping(requirement))) or "nothing"


def schema_lines(document: Document, schema: Any, depth: int, above: tuple[int, ...]) -> Iterator[str]:
    """A schema and what is below it; one that contains itself ends with dots."""
    described = resolved(document, schema)
    indent = "  " * depth
    if not described:
        return
    if id(described) in above or depth > DEEPEST:
        yield f"{indent}..."
        return
    above = (*above, id(described))
    properties = mapping(described.get("properties"))
    if not properties:
        yield f"{indent}: {summed(document, described)}"
    required = listing(described.get("required"))
    for name, below in properties.items():
        need = ", required" if name in required else ""
        yield f"{indent}{name}: {summed(document, below)}{need}"
        yield from below_lines(document, resolved(document, below), depth + 1, above)
    yield from inner_lines(document, described, depth, above)


def below_lines(document: Document, schema: dict[str, Any], depth: int, above: tuple[int, ...]) -> Iterator[str]:
    """What is below a property, whose own line stands already."""
    if mapping(schema.get("properties")):
        yield from schema_lines(document, schema, depth, above)
    else:
        yield from inner_lines(document, schema, depth, above)


def inner_lines(document: Document, schema: dict[str, Any], depth: int, above: tuple[int, ...]) -> Iterator[str]:
    """Items of lists, and the branches of a choice."""
    indent = "  " * depth
    if isinstance(schema.get("items"), dict):
        yield f"{indent}[]: {summed(document, schema['items'])}"
        yield from below_lines(document, resolved(document, schema["items"]), depth + 1, above)
    for word in BRANCHES:
        found = schema.get(word)
        for number, branch in enumerate(found if isinstance(found, list) else [found]):
            if isinstance(branch, dict):
                yield f"{indent}{word} {number + 1}: {summed(document, branch)}"
                yield from below_lines(document, resolved(document, branch), depth + 1, above)


def summed(document: Document, schema: Any) -> str:
    """A schema in one line: its type and what limits it."""
    described = resolved(document, schema)
    kinds = described.get("type", "any" if "properties" not in described else "object")
    text = " or ".join(map(str, kinds)) if isinstance(kinds, list) else str(kinds)
    if described.get("nullable"):
        text += " or null"
    limits = {
        name: value
        for name, value in described.items()
        if name not in SAID and name not in BRANCHES and value is not None and value is not False
    }
    return ", ".join([text, *(f"{name} {value_text(value)}" for name, value in sorted(limits.items(), key=str))])


def value_text(value: Any) -> str:
    """A keyword's value, short."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
