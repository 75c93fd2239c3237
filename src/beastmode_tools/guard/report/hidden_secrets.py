"""Takes passwords, tokens and keys out of what is reported: an answer is kept, sent around and shown to many."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.code.compare.secrets import HARMLESS_NAME, PATTERNS, is_code
from beastmode_tools.guard.finding import Acceptance, Evidence, Finding, Report
from beastmode_tools.guard.report.secret_values import ADDRESS, SQL, secrets_in, secrets_of_data
from beastmode_tools.source.public_names import PublicNames

__all__ = ["PublicNames", "Secrets", "hidden", "known_secrets", "masked_data", "masking", "without_secrets"]

MASK = "***"
SAID = re.compile(
    r"(?P<before>\b(?P<name>[\w.-]*(?:secret|passw(?:or)?d|passwd|token|api[_-]?key|access[_-]?key|credential)[\w-]*)[\"'\]]*\s*[=:]\s*)"
    r"(?P<value>(?=[^\s\"',;&()\[\]]*\d)[^\s\"',;&()\[\]]{8,})",
    re.IGNORECASE,
)
WORD = re.compile(r"[A-Za-z]+(?:_[A-Za-z]+)*")
PUBLIC = PublicNames()


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is masked.

    Args:
        everywhere: Texts that are masked wherever they are repeated, the longest first.
        in_place: Texts that a name of the project holds too: masked only where they are said to be a secret.
        public: Names that are never masked.
    """

    everywhere: tuple[str, ...] = ()
    in_place: tuple[str, ...] = ()
    public: PublicNames = PUBLIC


NONE = Secrets()


def known_secrets(texts: Iterable[str], documents: Iterable[Any] = (), public: PublicNames = PUBLIC) -> Secrets:
    """The secrets in texts and documents.

    Args:
        texts: Of files, or what was said of them.
        documents: JSON, such as OpenAPI documents: a secret is told by the name of the field that it stands under.
        public: Names of the project's files and revisions.
    """
    found = {value for text in texts for value in secrets_in(text)}
    found.update(value for each in documents for value in secrets_of_data(each))
    longest = [value for value in sorted(found, key=len, reverse=True) if not public.names(value)]
    held = tuple(value for value in longest if public.hold(value))
    return Secrets(tuple(value for value in longest if value not in held), held, public)


@contextmanager
def masking(known: Secrets) -> Iterator[None]:
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


def without_secrets(
    report: Report, sources: Iterable[str] = (), documents: Iterable[Any] = (), public: PublicNames = PUBLIC
) -> Report:
    """The report with every secret masked; fingerprints stay what they were.

    Args:
        report: What was found.
        sources: Texts that the report may cite from: what is a secret in one of them is one wherever it is repeated.
        documents: OpenAPI documents that it may cite from.
        public: Names of the project's files and revisions.
    """
    said = [*report.not_proven, *(text for each in report.findings for text in texts_of(each))]
    known = known_secrets([*sources, *said], documents, public)
    return replace(
        report,
        base=hidden(report.base, known),
        findings=tuple(masked(each, known) for each in report.findings),
        not_proven=tuple(hidden(each, known) for each in report.not_proven),
        standing=tuple(hidden(each, known) for each in report.standing),
        pictures={name: masked_data(each, known) for name, each in report.pictures.items()},
    )


def texts_of(finding: Finding) -> tuple[str, ...]:
    """What a finding says."""
    return (finding.problem, finding.evidence.detail, finding.instead, finding.where)


def masked(finding: Finding, known: Secrets) -> Finding:
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


def masked_acceptance(given: Acceptance, known: Secrets) -> Acceptance:
    """The acceptance; a reason may cite what it is about."""
    return replace(given, reason=hidden(given.reason, known))


def masked_data(data: Any, known: Secrets) -> Any:
    """The same for what a page draws."""
    if isinstance(data, str):
        return hidden(data, known)
    if isinstance(data, dict):
        return {name: masked_data(each, known) for name, each in data.items()}
    return [masked_data(each, known) for each in data] if isinstance(data, list | tuple) else data


def hidden(text: str, known: Secrets = NONE) -> str:
    """The text with what is a secret by its looks, or is known to be one, masked."""
    for value in known.everywhere:
        # A word is also a part of names, and a name says what changed; what is random stands in no name.
        part = rf"(?<!\w){re.escape(value)}(?!\w)" if WORD.fullmatch(value) else re.escape(value)
        text = re.sub(part, MASK, text)
    for _, pattern in PATTERNS:
        text = pattern.sub(lambda match: match.group() if known.public.hold(match.group()) else MASK, text)
    for pattern in (ADDRESS, SQL):
        text = pattern.sub(rf"\g<before>{MASK}", text)
    text = SAID.sub(lambda match: match.group() if is_harmless(match, known.public) else match["before"] + MASK, text)
    for value in known.in_place:
        text = re.sub(rf"([=:]\s*[\"']?){re.escape(value)}(?![\w/.-])", rf"\1{MASK}", text)
    return text


def is_harmless(said: re.Match[str], public: PublicNames) -> bool:
    """Whether what stands behind the name of a secret is none: a name that anybody may read, or code."""
    is_called = said.string[said.end() : said.end() + 1] in {"(", "["}
    return (
        bool(HARMLESS_NAME.search(said["name"])) or is_called or public.names(said["value"]) or is_code(said["value"])
    )
