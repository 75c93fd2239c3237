"""What the guard says of all that changed since the last commit: in the work tree, or as it is staged."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from beastmode_tools.agent.gate.paths import is_secret
from beastmode_tools.agent.gate.verdicts import TAMPERING
from beastmode_tools.agent.hands.approvals import approved_by_person, question_of
from beastmode_tools.agent.judge.judge import Judge, text_of
from beastmode_tools.agent.tools.judging import base_texts, work_texts
from beastmode_tools.git import Git
from beastmode_tools.guard.acceptances.accepted import apply_to
from beastmode_tools.guard.finding import Finding, Verdict
from beastmode_tools.settings_file import read_settings

__all__ = ["lines_of", "refusals_of_commit", "refusals_of_work"]

SHOWN = 5
"""Findings in one message: whoever mends five asks again."""


def refusals_of_work(root: Path, now: Mapping[str, str]) -> list[str]:
    """Why the work tree may not stay so, a line each."""
    return lines_of(standing(root, base_texts(root, now), now))


def refusals_of_commit(root: Path) -> list[str]:
    """Why what is staged may not be committed, a line each."""
    base = base_texts(root, work_texts(root))
    now, paths = staged(root, base)
    secrets = [f"{path} holds secrets. Take it out: git rm --cached {path}" for path in paths if is_secret(path)]
    return [*secrets, *lines_of(standing(root, base, now))]


def staged(root: Path, base: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The texts as they are about to be committed, and the paths that are new or changed among them."""
    index = os.environ.get("GIT_INDEX_FILE")  # of a commit of some files alone, for which git makes another index
    git = Git(root, {"GIT_INDEX_FILE": str(Path.cwd() / index)} if index else {})
    now, paths = dict(base), []
    listed = git.ask("diff", "--cached", "--name-status", "--no-renames", "--relative", "-z", "--", ".").split("\0")
    for status, path in zip(listed[::2], listed[1::2], strict=False):
        now.pop(path, None)
        if status != "D":
            paths.append(path)
            now[path] = text_of(git.run("show", f":./{path}").stdout)
    return now, paths


def standing(root: Path, base: Mapping[str, str], now: Mapping[str, str]) -> list[Finding]:
    """The findings that nobody accepted or approved, and that end no turn: DANGEROUS ones, and those of tests."""
    found = Judge(base, read_settings(root).core, approved_marks(root), now).whole(()).findings
    marked, _ = apply_to(found, None, root)
    return [
        each
        for each in marked
        if each.counts
        and (each.verdict is Verdict.DANGEROUS or (each.rule in TAMPERING and each.verdict > Verdict.SAFE))
    ]


def approved_marks(root: Path) -> set[str]:
    """Fingerprints of what a person approved, for assistants and in runs."""
    questions = (question_of(root, number) for number in approved_by_person(root))
    return {mark for each in questions if each for mark in each.get("findings", "").split()}


def lines_of(findings: Sequence[Finding]) -> list[str]:
    """The findings for a model, and how many are left out."""
    lines = [f"{each.verdict.name} {each.where}: {each.problem} {each.instead}".strip() for each in findings[:SHOWN]]
    return [*lines, *([f"{len(findings) - SHOWN} findings more: beast check"] if len(findings) > SHOWN else [])]
