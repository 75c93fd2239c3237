"""How good the rules about migrations are: recall and false alarms by rule, over the labelled corpus beside this file.

A case is a revision file, or a Markdown file with several of them, that says in its first lines which verdict a careful
reviewer gives and which rules ought to say something. A rule that is silent where it is named is a miss; one that is
CAUTIOUS or worse where it is not named is a false alarm.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from migration_cases import judged, verdict_of, write

from beastmode_tools.guard.finding import Finding, Verdict

__all__ = ["Case", "Outcome", "RuleScore", "cases", "outcomes", "page", "scores"]

CORPUS = Path(__file__).parent / "corpus"
FIGURES = Path(__file__).parents[2] / "bench" / "signal" / "figures.md"
LABEL = re.compile(r"^(?:# )?(expect|rules|about): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    name: str
    expect: str
    rules: frozenset[str]
    about: str
    path: Path

    @property
    def is_innocent(self) -> bool:
        return not self.rules


@dataclass(frozen=True)
class Outcome:
    case: Case
    verdict: str
    found: frozenset[str]

    @property
    def missed(self) -> frozenset[str]:
        return self.case.rules - self.found

    @property
    def alarms(self) -> frozenset[str]:
        return self.found - self.case.rules


@dataclass(frozen=True)
class RuleScore:
    rule: str
    labelled: int
    found: int
    alarms: int
    silent: int


def cases() -> list[Case]:
    found = []
    for path in sorted(CORPUS.iterdir()):
        if path.suffix in {".py", ".md"}:
            label = dict(LABEL.findall(path.read_text(encoding="utf-8")[:400]))
            rules = frozenset() if label["rules"] == "-" else frozenset(label["rules"].split(", "))
            found.append(Case(path.stem, label["expect"], rules, label["about"], path))
    return found


def outcomes() -> Iterator[Outcome]:
    for case in cases():
        with tempfile.TemporaryDirectory(prefix="beast-corpus-") as folder:
            findings = judged_case(case, Path(folder))
        loud = frozenset(finding.rule for finding in findings if finding.verdict > Verdict.SAFE)
        yield Outcome(case, verdict_of(findings), loud)


def judged_case(case: Case, folder: Path) -> list[Finding]:
    before, after = folder / "before", folder / "after"
    for side in (before, after):
        shutil.copytree(CORPUS / "base", side / "migrations" / "versions")
        (side / "shop").mkdir()
        (side / "shop" / "models.py").write_text(MODELS, encoding="utf-8")
    if case.path.suffix == ".md":
        write(folder, case.path.read_text(encoding="utf-8"))
    else:
        shutil.copy(case.path, after / "migrations" / "versions" / case.path.name)
    return judged(before, after, squawk=False)


MODELS = """import enum

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import declarative_base

Base = declarative_base()


db = SQLAlchemy()


class Role(enum.Enum):
    ADMIN = 1
    GUEST = 2
"""


def scores(results: list[Outcome]) -> list[RuleScore]:
    names = sorted({rule for each in results for rule in each.case.rules | each.found})
    return [
        RuleScore(
            name,
            labelled=sum(name in each.case.rules for each in results),
            found=sum(name in each.case.rules & each.found for each in results),
            alarms=sum(name in each.alarms for each in results),
            silent=sum(name not in each.case.rules | each.found for each in results),
        )
        for name in names
    ]


def page(results: list[Outcome]) -> str:
    innocent = [each for each in results if each.case.is_innocent]
    guilty = [each for each in results if not each.case.is_innocent]
    labels = sum(len(each.case.rules) for each in guilty)
    right = sum(each.verdict == each.case.expect for each in results)
    lines = [
        "# How good the rules about migrations are",
        "",
        f"Measured on {len(results)} labelled migrations in `tests/guard_migrations/corpus`, {len(innocent)} innocent.",
        "They are read only: nothing runs, and neither models nor squawk are asked. The labels were written before",
        "the rules ran on them; then the rules were fixed until both agreed, and three labels, which had left",
        "a fault out. So these are not the figures of cases that nobody here has seen: they show what is covered,",
        "and that it stays so.",
        "This page is written by `python docs/accuracy.py`, and a test holds it to what the code says.",
        "",
        "| | |",
        "| --- | ---: |",
        f"| verdict as labelled | {right} of {len(results)} |",
        f"| labelled findings found (recall) | {labels - sum(len(each.missed) for each in guilty)} of {labels} |",
        f"| innocent migrations judged SAFE | {sum(each.verdict == 'SAFE' for each in innocent)} of {len(innocent)} |",
        f"| findings that no label asks for (false alarms) | {sum(len(each.alarms) for each in results)} |",
        "",
        "## By rule",
        "",
        "| rule | labelled | found | recall | false alarms | rightly silent |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {each.rule} | {each.labelled} | {each.found} | {recall(each)} | {each.alarms} | {each.silent} |"
        for each in scores(results)
    ]
    lines += ["", "## Where the rules and the labels differ", "", *differences(results), ""]
    return "\n".join(lines) + "\n" + FIGURES.read_text(encoding="utf-8")


def recall(score: RuleScore) -> str:
    return f"{100 * score.found // score.labelled} %" if score.labelled else "-"


def differences(results: list[Outcome]) -> list[str]:
    found = [
        f"- `{each.case.name}` ({each.case.about}): labelled {each.case.expect}, judged {each.verdict}"
        + (f"; missed {', '.join(sorted(each.missed))}" if each.missed else "")
        + (f"; false alarm {', '.join(sorted(each.alarms))}" if each.alarms else "")
        for each in results
        if each.missed or each.alarms or each.verdict != each.case.expect
    ]
    return found or ["Nowhere."]
