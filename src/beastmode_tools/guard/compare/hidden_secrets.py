"""Takes passwords, tokens and keys out of what is reported: an answer is kept, sent around and shown to many."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from beastmode_tools.guard.compare.code_secrets import HARMLESS_NAME, NAMED, PATTERNS, PLACEHOLDER, PLAIN, looks_secret
from beastmode_tools.guard.finding import Evidence, Finding, Report

__all__ = ["hidden", "without_secrets"]

MASK = "***"
SHORTEST = 8
"""Letters of a secret that is looked for everywhere; a shorter one might be a word."""
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


def without_secrets(report: Report, sources: Iterable[str] = ()) -> Report:
    """The report with every secret masked; fingerprints stay what they were.

    Args:
        report: What was found.
        sources: Texts that the report may cite from: what is a secret in one of them is one wherever it is repeated.
    """
    texts = [*sources, *report.not_proven, *(text for each in report.findings for text in texts_of(each))]
    known = sorted({value for text in texts for value in secrets_in(text)}, key=len, reverse=True)
    return replace(
        report,
        findings=tuple(masked(each, known) for each in report.findings),
        not_proven=tuple(hidden(each, known) for each in report.not_proven),
        pictures={name: masked_data(each, known) for name, each in report.pictures.items()},
    )


def texts_of(finding: Finding) -> tuple[str, ...]:
    """What a finding says."""
    return (finding.problem, finding.evidence.detail, finding.instead, finding.where)


def masked(finding: Finding, known: Iterable[str]) -> Finding:
    """The finding with its secrets masked; its subject, of which the fingerprint is made, is shown nowhere."""
    problem, detail, instead, where = (hidden(text, known) for text in texts_of(finding))
    evidence = Evidence(finding.evidence.kind, detail)
    return replace(finding, problem=problem, evidence=evidence, instead=instead, where=where)


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
