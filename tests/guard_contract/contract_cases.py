"""Scores the guard on labelled pairs of documents of another project, wherever CONTRACT_CASES says that they are."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from beastmode_tools.guard.contract.read.openapi import read_document
from beastmode_tools.guard.documents import diff_documents
from beastmode_tools.guard.finding import Finding, Verdict

LEVELS = {"ERR": Verdict.DANGEROUS, "WARN": Verdict.CAUTIOUS, "INFO": Verdict.SAFE}
TODAY = date(2026, 11, 1)
REQUEST = ("request body", "query parameter", "header parameter", "path parameter", "cookie parameter")


@dataclass(frozen=True)
class Expectation:
    """One label of a pair, and what was found where it points."""

    case: str
    id: str
    expected: Verdict
    found: Verdict | None
    is_alone: bool

    @property
    def is_breaking(self) -> bool:
        return self.expected is not Verdict.SAFE

    @property
    def is_met(self) -> bool:
        return self.found is not None and self.found >= self.expected


@dataclass(frozen=True)
class Score:
    """What a run over the labelled pairs gave."""

    expectations: list[Expectation]
    pairs: dict[str, tuple[Verdict, Verdict]]  # pairs that ran every check: expected and found

    @property
    def recall(self) -> float:
        """The share of breaking changes that were noticed, at least as severe as they are, in the right direction."""
        breaking = [each for each in self.expectations if each.is_breaking]
        return sum(each.is_met for each in breaking) / len(breaking)

    @property
    def missed(self) -> list[Expectation]:
        return [each for each in self.expectations if not each.is_met]

    @property
    def harmless(self) -> list[bool]:
        """Of the pairs that ran every check and hold nothing that breaks: whether the guard agrees."""
        return [found is Verdict.SAFE for expected, found in self.pairs.values() if expected is Verdict.SAFE]


def score(folder: Path) -> Score:
    """Runs the guard over every labelled pair."""
    expectations, pairs = [], {}
    for line in (folder / "cases.jsonl").read_text().splitlines():
        case = json.loads(line)
        documents = (read_document(folder / "specs" / case[side]) for side in ("base", "revision"))
        findings, _ = diff_documents(*documents, today=TODAY)
        for label in case["expect"]:
            fitting = [each.verdict for each in findings if points_at(label["id"], each)]
            found = max(fitting, default=None)
            expectations.append(
                Expectation(case["name"], label["id"], LEVELS[label["level"]], found, case["only_this_check"])
            )
        if not case["only_this_check"]:
            expected = max((LEVELS[label["level"]] for label in case["expect"]), default=Verdict.SAFE)
            pairs[case["name"]] = expected, max((each.verdict for each in findings), default=Verdict.SAFE)
    return Score(expectations, pairs)


def points_at(label: str, finding: Finding) -> bool:
    """Whether a finding is in the part of an operation that a label speaks of."""
    is_request = any(part in finding.where for part in REQUEST)
    if label.startswith(("request", "new-")):
        return is_request
    return not is_request
