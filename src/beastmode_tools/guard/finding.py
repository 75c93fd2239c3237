"""What the guard says: findings, each with a verdict, and the report that holds them."""

import enum
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

__all__ = ["Acceptance", "Evidence", "Finding", "Report", "Verdict", "each_once", "worst"]


class Verdict(enum.IntEnum):
    """How a change may ship; a greater one is worse."""

    SAFE = 0
    CAUTIOUS = 1
    DANGEROUS = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a finding is known: read in the sources, or proved by running them."""

    kind: Literal["read", "proved"]
    detail: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted a finding, why, and until when (ISO dates); `is_new` if the change itself brings it."""

    reason: str
    author: str
    date: str
    until: str | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a change does.

    Args:
        rule: The rule's name, a kebab-case sentence.
        verdict: How bad it is.
        where: File and line, or the operation of the API and the place in it.
        problem: One sentence: what changes, for whom.
        evidence: How it is known.
        instead: What to do instead, as exactly as it can be said; for a SAFE finding it may be empty.
        subject: What it is about in words that stay when lines move ("orders.total", "GET /users 200 name"); two
            different things never share it. The fingerprint is made of it.
        acceptance: Set where somebody accepted the finding.
        difference: A digest of what exactly differs. The fingerprint is made of it too, so that the next change of the
            same thing is another finding.
        is_of_base: It was true of the base side as well, so an acceptance that stands there covers it.
        mark: The fingerprint that it had before words of it were masked; "" where none were.
        message: The label of the rule's message that says it; "" where the rule has one only.
        cause: The same for findings that one thing brings about; "" for one by itself.
    """

    rule: str
    verdict: Verdict
    where: str
    problem: str
    evidence: Evidence
    instead: str
    subject: str
    acceptance: Acceptance | None = None
    difference: str = ""
    is_of_base: bool = False
    mark: str = ""
    message: str = ""
    cause: str = ""

    @property
    def path(self) -> str:
        """The file that it stands in, without the line; the operation for one that stands in no file."""
        path, _, line = self.where.rpartition(":")
        return path if line.isdigit() else self.where

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stay the same for the same difference of the same severity."""
        return self.mark or digits(self.rule, self.verdict.name, self.subject, self.difference)

    def fingerprint_as(self, rule: str) -> str:
        """What the fingerprint was when the rule had another name."""
        return digits(rule, self.verdict.name, self.subject, self.difference)

    def old_fingerprint_as(self, rule: str) -> str:
        """What the fingerprint was when it did not hold the difference yet, under a name that the rule has or had."""
        return digits(rule, self.verdict.name, self.subject)

    @property
    def counts(self) -> bool:
        """Whether it counts for the verdict and the exit status: an accepted one does not."""
        return self.acceptance is None

    def as_json(self) -> dict[str, Any]:
        """The finding as `--format json` shows it."""
        return {
            "rule": self.rule,
            **({"message": self.message} if self.message else {}),
            "verdict": self.verdict.name,
            "where": self.where,
            "problem": self.problem,
            "evidence": {"kind": self.evidence.kind, "detail": self.evidence.detail},
            "instead": self.instead,
            "fingerprint": self.fingerprint,
            **({"cause": self.cause} if self.cause else {}),
            "accepted": self.acceptance is not None,
            **({"acceptance": acceptance_as_json(self.acceptance)} if self.acceptance else {}),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to one question.

    Args:
        base: What was compared against, as a person names it.
        findings: Worst first.
        not_proven: One sentence for each thing that could not be proved, and why.
        seconds: How long it took.
        pictures: What pages may draw besides: "migrations", "mixed_versions", "contract"; JSON values.
        standing: Those of `not_proven` that are about the project and not about this change: told once.
    """

    base: str
    findings: tuple[Finding, ...]
    not_proven: tuple[str, ...]
    seconds: float
    pictures: dict[str, Any]
    standing: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of what was not accepted; SAFE where there is nothing."""
        return worst(self.findings)

    def as_json(self) -> dict[str, Any]:
        """The report as `--format json` shows it."""
        return {
            "verdict": self.verdict.name,
            "base": self.base,
            "findings": [finding.as_json() for finding in self.findings],
            "not_proven": list(self.not_proven),
            "seconds": round(self.seconds, 2),
        }


def worst(findings: Sequence[Finding]) -> Verdict:
    """The worst verdict of the findings that count."""
    return max((finding.verdict for finding in findings if finding.counts), default=Verdict.SAFE)


def digits(*parts: str) -> str:
    """Twelve hexadecimal digits of the parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Each finding once: the same thing may be reached in several ways, and then its difference is all of them."""
    together: dict[tuple[str, str, Verdict, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.rule, finding.message, finding.verdict, finding.subject)
        together.setdefault(key, []).append(finding)
    for group in together.values():
        differences = sorted({each.difference for each in group})
        yield group[0] if len(differences) == 1 else replace(group[0], difference=digits(*differences))


def acceptance_as_json(acceptance: Acceptance) -> dict[str, str | bool | None]:
    """Reason, author, date, expiry, and whether it came with the change."""
    return {name: getattr(acceptance, name) for name in ("reason", "author", "date", "until", "is_new")}
