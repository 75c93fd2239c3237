"""Does the guard still find the same? Its findings on thousands of changes, written to a file and compared with others.

    python bench/same_findings.py collect FILE [--src CHECKOUT] [--inputs FILE]
    python bench/same_findings.py compare OLD NEW [--words]

`collect` judges what needs nothing to run: the examples of every rule's page in both directions, the labelled
migrations and changes of the tests, and each contract of these examples against its neighbours. With `--inputs` it
judges what another file was made of, so that a page that was rewritten in between does not count as a difference.
`compare` takes old names of rules for the names that they have now, and finds acceptances that would cover nothing any
more; the words of messages may differ, unless `--words` is given.
"""

import argparse
import importlib
import importlib.util
import pickle
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

TODAY = date(2026, 11, 25)
NEIGHBOURS = 40  # documents stand in the order of their pages: what is near is about the same, and differs in much
SHOWN = 200
Files = dict[str, str]
Findings = list[tuple[str, ...]]

MODELS = """import enum

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import declarative_base

Base = declarative_base()
db = SQLAlchemy()


class Role(enum.Enum):
    ADMIN = 1
    GUEST = 2
"""
"""What the labelled migrations import of their project."""


def module_with(folder: Path, line: str) -> ModuleType:
    """The module below a folder that has this line: files move, and what they define keeps its name."""
    having = [path for path in sorted(folder.rglob("*.py")) if f"\n{line}" in path.read_text(encoding="utf-8")]
    if len(having) != 1:
        raise SystemExit(f"{len(having)} files below {folder} have the line {line!r}: {having}")
    return importlib.import_module(
        ".".join(having[0].relative_to(folder).with_suffix("").parts).replace(".__init__", "")
    )


def inputs_of(checkout: Path) -> dict[str, tuple[Files, Files]]:
    """The changes that are judged, each as the files before and after, by what it is."""
    changes = dict([*page_changes(checkout), *corpus_changes(checkout), *labelled_changes(checkout)])
    return changes | {f"{name}, undone": (new, old) for name, (old, new) in changes.items()}


def page_changes(checkout: Path) -> Iterator[tuple[str, tuple[Files, Files]]]:
    """The examples on the pages of all rules."""
    pages = module_with(checkout / "src", "def explained_rules(")
    for name in pages.explained_rules():
        for number, example in enumerate(pages.explain(name).examples):
            yield f"page {name} {number}", (example.files("before"), example.files("after"))


def corpus_changes(checkout: Path) -> Iterator[tuple[str, tuple[Files, Files]]]:
    """The labelled migrations of the tests, each on top of the same history."""
    [base] = checkout.glob("tests/**/corpus/base")
    old = {f"migrations/versions/{path.name}": path.read_text(encoding="utf-8") for path in sorted(base.glob("*.py"))}
    old["shop/models.py"] = MODELS
    block = re.compile(r"^```\w+ (\S+) (before|after|both)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    for path in sorted(base.parent.iterdir()):
        if path.suffix == ".py":
            new = old | {f"migrations/versions/{path.name}": path.read_text(encoding="utf-8")}
            yield f"corpus {path.stem}", (old, new)
        elif path.suffix == ".md":
            blocks = block.findall(path.read_text(encoding="utf-8"))
            sides = ({name: text for name, where, text in blocks if where in (side, "both")} for side in SIDES)
            before, after = (old | side for side in sides)
            yield f"corpus {path.stem}", (before, after)


SIDES = ("before", "after")


def labelled_changes(checkout: Path) -> Iterator[tuple[str, tuple[Files, Files]]]:
    """The labelled changes to a small project, by their kind."""
    for kind in module_with(checkout / "tests", "def kinds_of(").KINDS:
        for number, case in enumerate((*kind.cases, *kind.look_alikes)):
            yield f"kind {kind.name} {number}", case.sides()


def documents_of(changes: dict[str, tuple[Files, Files]], product: Path) -> list[Any]:
    """Every OpenAPI document of the changes once, as the guard reads it."""
    reading = module_with(product, "def document_of(")
    errors = importlib.import_module("beastmode_tools.errors")
    files = (
        each for name, sides in changes.items() if name.startswith("page ") for side in sides for each in side.items()
    )
    texts = dict.fromkeys(
        text for path, text in files if path.endswith((".yaml", ".yml", ".json")) and re.search("openapi|swagger", text)
    )
    found = []
    for text in texts:
        try:
            found.append(reading.document_of(reading.parsed(text.encode(), "openapi.yaml"), "openapi.yaml"))
        except errors.CouldNotRun:
            continue  # some examples are about documents that nobody can read
    return found


def collect(product: Path, changes: dict[str, tuple[Files, Files]]) -> dict[str, Findings]:
    """What is found in each change, and between each two contracts that are neighbours."""
    judge_files = module_with(product, "def judge_files(").judge_files
    diff_documents = module_with(product, "def diff_documents(").diff_documents
    found = {name: told(judge_files(*sides, today=TODAY)) for name, sides in changes.items()}
    documents = documents_of(changes, product)
    for number, old in enumerate(documents):
        near = range(max(0, number - NEIGHBOURS), min(len(documents), number + NEIGHBOURS + 1))
        for other in near:
            found[f"contracts {number} {other}"] = told(diff_documents(old, documents[other], today=TODAY)[0])
    return found


def told(findings: list[Any]) -> Findings:
    """The findings in everything that a person sees of them, and their fingerprints."""
    return sorted(
        (
            each.rule,
            each.verdict.name,
            each.where,
            each.problem,
            each.instead,
            each.subject,
            each.evidence.kind,
            each.evidence.detail,
            each.fingerprint,
            " ".join(former_fingerprints(each)),
        )
        for each in findings
    )


def former_fingerprints(finding: Any) -> list[str]:
    """The fingerprints that acceptances of the finding may have, from the time when its rule had another name."""
    if importlib.util.find_spec("beastmode_tools.guard.page") is None:
        return []
    page = importlib.import_module("beastmode_tools.guard.page")
    return [finding.fingerprint_as(name) for name in page.former_names(finding.rule)]


def compare(old: dict[str, Findings], new: dict[str, Findings], *, words: bool) -> int:
    """Prints what one has and the other has not; gives how many findings these are."""
    lines = [f"not judged any more: {name}" for name in old if name not in new]
    lines += [f"not judged before: {name}" for name in new if name not in old]
    for name in sorted(old.keys() & new.keys()):
        was, now = (Counter(what_counts(each, words=words) for each in one[name]) for one in (old, new))
        lines += [f"{name}\n  - {' | '.join(each)}" for each in (was - now).elements()]
        lines += [f"{name}\n  + {' | '.join(each)}" for each in (now - was).elements()]
        lines += [f"{name}\n  ! accepted no more: {' | '.join(each)}" for each in uncovered(old[name], new[name])]
    print("\n".join(lines[:SHOWN]))
    print(summary("old", old), summary("new", new), f"{len(lines)} differences", sep="\n")
    return len(lines)


def what_counts(told: tuple[str, ...], *, words: bool) -> tuple[str, ...]:
    """What has to be the same of a finding: its rule, by the name it has now, verdict, place, subject and evidence."""
    rule, verdict, where, problem, instead, subject, kind, detail, *_ = told
    fixed = (now_called(rule), verdict, where, subject, kind)
    return (*fixed, problem, instead, detail) if words else fixed


def now_called(rule: str) -> str:
    """The name that a rule has today."""
    return str(importlib.import_module("beastmode_tools.guard.page").aliases().get(rule, rule))


def uncovered(old: Findings, new: Findings) -> Iterator[tuple[str, ...]]:
    """Old findings, acceptances of which cover nothing now."""
    covered = {mark for each in new for mark in (each[8], *"".join(each[9:]).split())}
    yield from (each for each in old if each[1] != "SAFE" and each[8] not in covered)


def summary(name: str, found: dict[str, Findings]) -> str:
    """How much was judged, and found."""
    rules = {each[0] for findings in found.values() for each in findings}
    return f"{name}: {len(found)} changes, {sum(map(len, found.values()))} findings of {len(rules)} rules"


def main() -> int:
    """Collects or compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    collecting, comparing = commands.add_parser("collect"), commands.add_parser("compare")
    collecting.add_argument("file", type=Path)
    collecting.add_argument("--src", type=Path, default=Path(__file__).parent.parent, help="a checkout")
    collecting.add_argument("--inputs", type=Path, help="a file of `collect`, whose changes are judged again")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    comparing.add_argument("--words", action="store_true", help="messages have to be the same too")
    asked = parser.parse_args()
    if asked.command == "compare":
        old, new = (pickle.loads(path.read_bytes())["findings"] for path in (asked.old, asked.new))
        sys.path.insert(0, str(Path(__file__).parent.parent / "src"))
        return int(compare(old, new, words=asked.words) > 0)
    sys.path[:0] = [str(asked.src / "src"), str(asked.src / "tests")]
    changes = pickle.loads(asked.inputs.read_bytes())["inputs"] if asked.inputs else inputs_of(asked.src)
    found = collect(asked.src / "src", changes)
    asked.file.write_bytes(pickle.dumps({"inputs": changes, "findings": found}))
    print(summary(str(asked.file), found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
