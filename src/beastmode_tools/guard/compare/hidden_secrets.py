"""Takes passwords, tokens and keys out of what is reported: an answer is kept, sent around and shown to many."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.compare.code_secrets import HARMLESS_NAME, NAMED, PATTERNS, PLACEHOLDER, PLAIN, looks_secret
from beastmode_tools.guard.finding import Acceptance, Evidence, Finding, Report

__all__ = ["hidden", "known_secrets", "masked_data", "masking", "without_secrets"]

MASK = "***"
SHORTEST = 8
"""Letters of a secret that is looked for everywhere; a shorter one might be a word."""
SHORTEST_NAMED = 6
"""The same of one that stands in a document under the name of a secret."""
LONGEST_LINE = 2000
ADDRESS = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]*://[^\s:/@\"'?#]*:)(?P<value>[^\s/@\"'{}$<>]+)(?=@)", re.IGNORECASE
)
SQL = re.compile(r"(?P<before>\b(?:PASSWORD|IDENTIFIED\s+BY)\s+')(?P<value>[^']+)(?=')", re.IGNORECASE)
SAID = re.compile(
    r"(?P<before>\b[\w.-]*(?:secret|passw(?:or)?d|passwd|token|api[_-]?key|access[_-]?key|credential)[\w-]*[\"'\]]*\s*[=:]\s*)"
    r"(?P<value>(?=[^\s\"',;&]*\d)[^\s\"',;&()\[\]]{8,})",
    re.IGNORECASE,
)
IN_PLACE = (ADDRESS, SQL, SAID)


WORDS = ("default", "example", "examples", "const", "enum", "value")
"""Keywords of a schema behind which values stand."""
SECRET_NAME = re.compile(
    r"secret|passw|passwd|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|signing[_-]?key|authorization",
    re.IGNORECASE,
)
DEEPEST = 200  # a document that is nested deeper is refused before it comes here


def known_secrets(texts: Iterable[str], documents: Iterable[Any] = ()) -> list[str]:
    """The secrets in texts and documents that are looked for wherever they are repeated, the longest first.

    Args:
        texts: Of files, or what was said of them.
        documents: JSON, such as OpenAPI documents: a secret is told by the name of the field that it stands under.
    """
    found = {value for text in texts for value in secrets_in(text)}
    found.update(value for each in documents for value in secrets_of_data(each))
    return sorted(found, key=len, reverse=True)


@contextmanager
def masking(known: Iterable[str]) -> Iterator[None]:
    """Masks secrets in the message of a question that could not be answered within the block.

    Raises:
        CouldNotRun: As within the block, with another message where that held a secret.
    """
    try:
        yield
    except CouldNotRun as error:
        said = hidden(str(error), known)
        if said == str(error):
            raise
        raise CouldNotRun(said) from None


def without_secrets(report: Report, sources: Iterable[str] = (), documents: Iterable[Any] = ()) -> Report:
    """The report with every secret masked; fingerprints stay what they were.

    Args:
        report: What was found.
        sources: Texts that the report may cite from: what is a secret in one of them is one wherever it is repeated.
        documents: OpenAPI documents that it may cite from.
    """
    said = [*report.not_proven, *(text for each in report.findings for text in texts_of(each))]
    known = known_secrets([*sources, *said], documents)
    return replace(
        report,
        base=hidden(report.base, known),
        findings=tuple(masked(each, known) for each in report.findings),
        not_proven=tuple(hidden(each, known) for each in report.not_proven),
        pictures={name: masked_data(each, known) for name, each in report.pictures.items()},
    )


def texts_of(finding: Finding) -> tuple[str, ...]:
    """What a finding says."""
    return (finding.problem, finding.evidence.detail, finding.instead, finding.where)


def masked(finding: Finding, known: Iterable[str]) -> Finding:
    """The finding with its secrets masked, and the fingerprint that it had with them."""
    problem, detail, instead, where = (hidden(text, known) for text in texts_of(finding))
    return replace(
        finding,
        problem=problem,
        evidence=Evidence(finding.evidence.kind, detail),
        instead=instead,
        where=where,
        subject=hidden(finding.subject, known),
        mark=finding.fingerprint,
        acceptance=None if finding.acceptance is None else masked_acceptance(finding.acceptance, known),
    )


def masked_acceptance(given: Acceptance, known: Iterable[str]) -> Acceptance:
    """The acceptance; a reason may cite what it is about."""
    return replace(given, reason=hidden(given.reason, known))


def masked_data(data: Any, known: Iterable[str]) -> Any:
    """The same for what a page draws."""
    if isinstance(data, str):
        return hidden(data, known)
    if isinstance(data, dict):
        return {name: masked_data(each, known) for name, each in data.items()}
    return [masked_data(each, known) for each in data] if isinstance(data, list | tuple) else data


def hidden(text: str, known: Iterable[str] = ()) -> str:
    """The text with what is a secret by its looks, or is known to be one, masked."""
    for value in known:
        text = text.replace(value, MASK)
    for _, pattern in PATTERNS:
        text = pattern.sub(MASK, text)
    for pattern in IN_PLACE:
        text = pattern.sub(rf"\g<before>{MASK}", text)
    return text


def secrets_of_data(data: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    """The secrets in JSON: values of fields that are named for one, and what a schema of such a field gives."""
    if isinstance(data, str):
        yield from secrets_in(data)
        if name:
            words = data.split() if len(data) < LONGEST_LINE else ()
            yield from (word for word in words if len(word) >= SHORTEST_NAMED and looks_secret(name, word))
        return
    if depth > DEEPEST:
        return
    if isinstance(data, list):
        for each in data:
            yield from secrets_of_data(each, name, depth + 1)
    if not isinstance(data, dict):
        return
    own = data.get("name")
    within = own if isinstance(own, str) and SECRET_NAME.search(own) else name
    for key, value in data.items():
        named = SECRET_NAME.search(str(key)) and (isinstance(value, dict | list) or not HARMLESS_NAME.search(str(key)))
        under = str(key) if named else within if key in WORDS or isinstance(value, dict | list) else ""
        yield from secrets_of_data(value, under, depth + 1)


def secrets_in(text: str) -> Iterator[str]:
    """The secrets in a text that are long enough to be looked for elsewhere."""
    for line in text.splitlines():
        if len(line) < LONGEST_LINE:
            yield from (value for value in values_of(line) if len(value) >= SHORTEST and not PLACEHOLDER.search(value))


def values_of(line: str) -> Iterator[str]:
    """What stands on a line where a secret is expected."""
    for pattern in (ADDRESS, SQL):
        yield from (match["value"] for match in pattern.finditer(line))
    for match in (*NAMED.finditer(line), *PLAIN.finditer(line)):
        name, value = match["name"].rpartition(".")[2].strip("\"'[]"), match["value"]
        if not HARMLESS_NAME.search(name) and looks_secret(name, value):
            yield value
