"""The examples on the rules' pages, and what the guard finds in them."""

import os
import sys
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from beastmode_tools.guard.acceptances.accepted import acceptances, apply
from beastmode_tools.guard.check import Question, check
from beastmode_tools.guard.explanation import Example, Explanation, explain, explained_rules
from beastmode_tools.guard.files import judge_files
from beastmode_tools.guard.finding import Finding
from beastmode_tools.project import find_project
from beastmode_tools.settings_file import parse_settings_file
from work_tree import WorkTree

TODAY = date(2026, 11, 25)
PLACEHOLDER = "FINGERPRINT"


@dataclass(frozen=True)
class Case:
    """One example of one page."""

    page: Explanation
    example: Example

    def __str__(self):
        return f"{self.page.name}: {self.example.title}"


def readable(name):
    """The page of this rule; None where it has not the form, which a test of its own tells."""
    try:
        return explain(name)
    except ValueError:
        return None


def pages():
    return [page for page in map(readable, explained_rules()) if page is not None]


def read_cases():
    """Every example that needs nothing to run."""
    return [case for case in every_case() if not case.example.marks]


def run_cases():
    """Examples that need the application to run: one a page that is found; all of them for EVERY_EXAMPLE.

    Each is a whole check of some seconds, and `make examples` has the time for all.
    """
    running = [case for case in every_case() if case.example.marks]
    if os.environ.get("EVERY_EXAMPLE"):
        return running
    found = [case for case in running if case.example.verdict is not None]
    return list({case.page.name: case for case in reversed(found)}.values())[::-1]


def every_case():
    """Every example of every page."""
    return [Case(page, example) for page in pages() for example in page.examples]


@cache
def found_by_reading(example) -> list[Finding]:
    """What is found without starting anything; acceptances in the example's `beastmode.toml` are applied."""
    old, new = example.files("before"), example.files("after")
    core = parse_settings_file(new.get("beastmode.toml", "")).guard.core
    findings = judge_files(old, new, core=core, today=TODAY)
    if not any("guard.accepted" in side.get("beastmode.toml", "") for side in (old, new)):
        return findings
    worst = max(findings, key=lambda finding: finding.verdict, default=None)
    texts = [side.get("beastmode.toml", "") for side in (old, new)]
    if worst is not None:  # no page can know the fingerprint of what is found on it
        texts = [text.replace(PLACEHOLDER, worst.fingerprint) for text in texts]
    marked, notes = apply(findings, acceptances(*map(parse_settings_file, texts)), TODAY)
    return [*marked, *notes]


def said_of(page, example, findings) -> list[str]:
    """What a page's rule says with the verdict of an example, each message once."""
    mine = [each for each in findings if each.rule == page.name and each.verdict is example.verdict]
    return sorted({" ".join(each.problem.split()) for each in mine})


def found_by_running(case, folder: Path) -> list[Finding]:
    """What a whole check finds in a repository whose last commit is "before" and whose work tree is "after".

    What has to be found may be found on SQLite alone, which is quicker; only what has to be silent is asked everywhere.
    """
    example = case.example
    work = WorkTree(folder)
    work.commit(example.files("before"))
    gone = example.files("before").keys() - example.files("after").keys()
    for path in gone:
        (folder / path).unlink()
    work.write(example.files("after"))
    project = find_project(folder, python=Path(sys.executable))
    findings: list[Finding] = []
    for kinds in [("sqlite",), ()] if example.verdict is not None and "proofs" in example.marks else [()]:
        question = Question(project, base="HEAD", proofs="proofs" in example.marks, on=kinds)
        findings = list(check(question, lambda _: None).findings)
        if any((each.rule, each.verdict) == (case.page.name, example.verdict) for each in findings):
            break
    return findings
