"""Two contracts in, findings out: what `beast contract` shows."""

import time
from datetime import date
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.application.read import read_application
from beastmode_tools.guard.contract.compare.documents import Document, compare
from beastmode_tools.guard.contract.read.openapi import read_document
from beastmode_tools.guard.contract.rules import RULES
from beastmode_tools.guard.finding import Finding, Report, each_once
from beastmode_tools.guard.report.contract_sides import sides
from beastmode_tools.guard.report.hidden_secrets import known_secrets, masked_data, masking, without_secrets
from beastmode_tools.guard.report.secret_lines import lines_of, secret_lines
from beastmode_tools.guard.rule import judge
from beastmode_tools.project import Project
from beastmode_tools.source.public_names import public_names
from beastmode_tools.source.repository import two_sides

__all__ = ["diff_documents", "diff_files", "show"]


def diff_documents(old: Document, new: Document, *, today: date) -> tuple[list[Finding], list[str]]:
    """What changed for clients, worst first, and one sentence for each thing that could not be looked at.

    Args:
        old: What was promised.
        new: What is promised now.
        today: To judge sunset dates by.
    """
    findings = each_once(judge(RULES, compare(old, new, today=today)))
    notes = [*dict.fromkeys((*old.notes, *new.notes))]
    return sorted(findings, key=lambda each: (-each.verdict, each.where)), notes


def diff_files(old_path: Path, new_path: Path, *, today: date) -> Report:
    """What changed between two OpenAPI documents in files, JSON or YAML, of any version.

    Raises:
        CouldNotRun: One of them cannot be read.
    """
    started = time.perf_counter()
    texts = [line for path in (old_path, new_path) for line in lines_of(path)]
    with masking(known_secrets(texts)):
        old, new = read_document(old_path), read_document(new_path)
    findings, notes = diff_documents(old, new, today=today)
    seconds = time.perf_counter() - started
    pictures = {"contract": sides(old, new, findings)}
    report = Report(str(old_path), tuple(findings), tuple(notes), seconds, pictures)
    return without_secrets(report, texts, (old.data, new.data))


def show(project: Project, version: str | None) -> dict[str, Any]:
    """What the project promises now, its secrets masked: its document, or what its routes show where it has none.

    Args:
        project: The project, with its work tree as it is.
        version: Of the API; None for all of them, by name, unless there is only one.

    Raises:
        CouldNotRun: It does not start, or has no such version.
    """
    with two_sides(project, "HEAD") as comparison:
        texts = list(secret_lines(comparison.new.folder))
        public = public_names(comparison.new.folder)
        with masking(known_secrets(texts, public=public)):
            app = read_application(comparison.new, project)
    promised = app.documents or ({"routes": app.contract} if app.contract else {})
    if not promised:
        raise CouldNotRun("The application has no route that promises anything.")
    known = known_secrets(texts, promised.values(), public)
    promised = {name: masked_data(each, known) for name, each in promised.items()}
    if version is None:
        return next(iter(promised.values())) if len(promised) == 1 else promised
    if version not in promised:
        raise CouldNotRun(f"There is no version {version!r}; there is {', '.join(sorted(promised))}.")
    return promised[version]
