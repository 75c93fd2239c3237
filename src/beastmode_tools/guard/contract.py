"""Two contracts in, findings out: what `beast contract diff` shows."""

import time
from datetime import date
from pathlib import Path
from typing import Any

from beastmode_tools.guard.compare.contract import Document, compare
from beastmode_tools.guard.finding import Finding, Report
from beastmode_tools.guard.readers.openapi import read_document
from beastmode_tools.guard.rule import judge
from beastmode_tools.guard.rules.contract import RULES

__all__ = ["diff_documents", "diff_files", "pictures_of"]


def diff_documents(old: Document, new: Document, *, today: date) -> tuple[list[Finding], list[str]]:
    """What changed for clients, worst first, and one sentence for each thing that could not be looked at.

    Args:
        old: What was promised.
        new: What is promised now.
        today: To judge sunset dates by.
    """
    findings = unique(judge(RULES, compare(old, new, today=today)))
    notes = [*dict.fromkeys((*old.notes, *new.notes))]
    return sorted(findings, key=lambda each: (-each.verdict, each.where)), notes


def unique(findings: Any) -> list[Finding]:
    """Each finding once: the same thing may be reached on two ways."""
    return [*{(each.rule, each.verdict, each.subject): each for each in findings}.values()]


def diff_files(old_path: Path, new_path: Path, *, today: date) -> Report:
    """What changed between two OpenAPI documents in files, JSON or YAML, of any version.

    Raises:
        CouldNotRun: One of them cannot be read.
    """
    started = time.perf_counter()
    findings, notes = diff_documents(read_document(old_path), read_document(new_path), today=today)
    seconds = time.perf_counter() - started
    return Report(str(old_path), tuple(findings), tuple(notes), seconds, {"contract": pictures_of(findings)})


def pictures_of(findings: list[Finding]) -> list[dict[str, str]]:
    """What a page shows of a contract's difference: each finding with its place."""
    return [
        {"where": each.where, "verdict": each.verdict.name, "rule": each.rule, "problem": each.problem}
        for each in findings
    ]
