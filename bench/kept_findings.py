#!/usr/bin/env python3
"""What a reviewer keeps of the guard's findings on ordinary commits of published projects.

    python bench/kept_findings.py FOLDER [--set FILE] [--only TEXT] [--proofs] [--write FILE] [--show]

FOLDER holds a clone of each project as `NAME` or `owner+NAME/repo`, and, where its dependencies are installed, an
environment `NAME-env`. `signal/commits.jsonl` has the commits with what a reviewer should be told, written down before
the rules ran; `signal/labels.jsonl` judges each finding: useful, noise or wrong. One without a label counts against the
rules. The projects are other people's work, so only names, commits and labels are in this repository.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent / "signal"
BEAST = Path(sys.executable).with_name("beast")
ORDER = ("SAFE", "CAUTIOUS", "DANGEROUS")
LABELS = ("useful", "noise", "wrong")


@dataclass(frozen=True, slots=True)
class Commit:
    """One ordinary commit, and what a reviewer should be told of it.

    Args:
        project: owner/name.
        commit: The whole hash.
        subject: The first line of its message.
        least: The mildest verdict that can be defended.
        most: The worst one.
        told: What a reviewer should be told.
    """

    project: str
    commit: str
    subject: str
    least: str
    most: str
    told: tuple[str, ...]


@dataclass(slots=True)
class Outcome:
    """What the guard said of one commit; `problem` where it said nothing."""

    commit: Commit
    verdict: str = ""
    findings: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""

    @property
    def above_safe(self) -> list[dict[str, Any]]:
        """The findings that a reader sees."""
        return [each for each in self.findings if each["verdict"] != "SAFE"]

    @property
    def lines(self) -> int:
        """How many a reader sees: those of one cause stand together, and those of one rule and message."""
        return len(
            {each.get("cause") or (each["rule"], each.get("message", ""), each["verdict"]) for each in self.above_safe}
        )

    @property
    def is_defensible(self) -> bool:
        """Whether the verdict is between the mildest and the worst that can be defended."""
        low, high, got = (ORDER.index(each) for each in (self.commit.least, self.commit.most, self.verdict))
        return low <= got <= high


def key_of(commit: str, finding: dict[str, Any]) -> str:
    """What a label is about: the line may move and the words may change."""
    where = re.sub(r":\d+", "", finding["where"])
    return f"{commit[:10]} {finding['rule']} {where}"


def commits(file: Path) -> list[Commit]:
    """The commits of a set."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    names = Commit.__dataclass_fields__
    return [Commit(**{name: each[name] for name in names if name != "told"}, told=tuple(each["told"])) for each in rows]


def labels(file: Path) -> dict[str, str]:
    """The label of each finding, by what it is about."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line] if file.exists() else []
    return {each["finding"]: each["label"] for each in rows}


def clone_of(folder: Path, project: str) -> Path:
    """Where the project's history is."""
    name = project.partition("/")[2]
    places = [folder / name, folder / project.replace("/", "+") / "repo"]
    found = next((each for each in places if each.exists()), None)
    if found is None:
        sys.exit(f"no clone of {project} in {folder}: expected {places[0]} or {places[1]}")
    return found


def checked(commit: Commit, folder: Path, *, proofs: bool) -> Outcome:
    """What `beast check` says of the commit, in a clone of its own."""
    with tempfile.TemporaryDirectory(prefix="beast-signal-") as place:
        work = Path(place) / commit.project.partition("/")[2]
        git = ("git", "-c", "advice.detachedHead=false")
        subprocess.run([*git, "clone", "-q", "--shared", "-n", clone_of(folder, commit.project), work], check=True)
        subprocess.run([*git, "checkout", "-q", commit.commit], cwd=work, check=True)
        python = folder / f"{work.name}-env" / "bin" / "python"
        options = [*(["--python", str(python)] if python.exists() else []), *([] if proofs else ["--no-proofs"])]
        ran = subprocess.run(
            [BEAST, "check", "--base", f"{commit.commit}^", "--format", "json", *options],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
        )
        shutil.rmtree(work, ignore_errors=True)
    if ran.returncode not in {0, 1}:
        return Outcome(commit, problem=(ran.stderr or ran.stdout).strip()[-400:])
    report = json.loads(ran.stdout)
    return Outcome(commit, report["verdict"], report["findings"])


def print_rules(outcomes: list[Outcome], known: dict[str, str]) -> None:
    """Precision by rule: what the labels say of its findings above SAFE."""
    by_rule: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        for each in outcome.above_safe:
            by_rule[each["rule"]][known.get(key_of(outcome.commit.commit, each), "no label")] += 1
    print("\n| rule | useful | noise | wrong | no label | precision |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for rule, counted in sorted(by_rule.items(), key=lambda item: (-item[1].total(), item[0])):
        cells = " | ".join(str(counted[label]) for label in (*LABELS, "no label"))
        print(f"| {rule} | {cells} | {counted['useful'] / counted.total():.0%} |")


def print_summary(outcomes: list[Outcome], known: dict[str, str]) -> None:
    """The figures of the whole set."""
    ran = [each for each in outcomes if not each.problem]
    said = [(each, finding) for each in ran for finding in each.above_safe]
    counted = Counter(known.get(key_of(each.commit.commit, finding), "no label") for each, finding in said)
    verdicts = Counter(each.verdict for each in ran)
    false_exits = [each for each in ran if each.verdict == "DANGEROUS" and each.commit.most != "DANGEROUS"]
    lines = sorted(each.lines for each in ran) or [0]
    share = counted["useful"] / max(1, len(said))
    print("\n| | |\n| --- | ---: |")
    print(f"| commits | {len(ran)} of {len(outcomes)} |")
    print(f"| findings above SAFE | {len(said)} |")
    print(f"| useful | {counted['useful']} ({share:.0%}) |")
    print(f"| noise, wrong, no label | {counted['noise']}, {counted['wrong']}, {counted['no label']} |")
    print(
        f"| lines a commit: median, mean, most | {lines[len(lines) // 2]}, {sum(lines) / len(lines):.1f}, {lines[-1]} |"
    )
    print(f"| SAFE, CAUTIOUS, DANGEROUS | {', '.join(str(verdicts[each]) for each in ORDER)} |")
    print(f"| verdict defensible | {sum(each.is_defensible for each in ran)} of {len(ran)} |")
    print(f"| exit 1 that no reviewer would give | {len(false_exits)} |")
    for each in ran:
        if not each.is_defensible:
            wanted = f"{each.commit.least} to {each.commit.most}"
            print(f"verdict: {each.commit.commit[:10]} {each.verdict}, {wanted}: {each.commit.subject}")


def print_findings(outcome: Outcome, known: dict[str, str]) -> None:
    """One commit, with what was said of it and what should have been."""
    commit = outcome.commit
    print(f"\n## {commit.project} {commit.commit[:10]} {commit.subject}")
    print(f"{outcome.problem or outcome.verdict} (defensible: {commit.least} to {commit.most})")
    for told in commit.told:
        print(f"  should: {told}")
    for each in outcome.above_safe:
        label = known.get(key_of(commit.commit, each), "?")
        print(f"  {label:7}{each['verdict']:10}{each['rule']}: {each['problem']}  [{each['where']}]")
    safe = Counter(each["rule"] for each in outcome.findings if each["verdict"] == "SAFE")
    print(f"  safe: {', '.join(f'{rule} {count}' for rule, count in safe.most_common())}")


def write_unlabelled(outcomes: list[Outcome], known: dict[str, str], file: Path) -> None:
    """Findings without a label, to be labelled and put into labels.jsonl."""
    rows: dict[str, str] = {}
    for outcome in outcomes:
        for each in outcome.above_safe:
            key = key_of(outcome.commit.commit, each)
            if key not in known:
                rows[key] = each["problem"]
    text = "".join(json.dumps({"finding": key, "label": "?", "says": said}) + "\n" for key, said in rows.items())
    file.write_text(text, encoding="utf-8")


def main() -> None:
    """Run the set and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", type=Path, default=HERE / "commits.jsonl", help="the commits")
    parser.add_argument("--only", default="", help="only commits with this in their project or hash")
    parser.add_argument("--proofs", action="store_true", help="run both sides on scratch databases too")
    parser.add_argument("--write", type=Path, help="where findings without a label are written")
    parser.add_argument("--show", action="store_true", help="print every finding")
    args = parser.parse_args()
    known = labels(HERE / "labels.jsonl")
    chosen = [each for each in commits(args.set) if args.only in f"{each.project} {each.commit}"]
    outcomes = []
    for commit in chosen:
        outcomes.append(checked(commit, args.folder.resolve(), proofs=args.proofs))
        if args.show:
            print_findings(outcomes[-1], known)
    print_summary(outcomes, known)
    print_rules(outcomes, known)
    if args.write:
        write_unlabelled(outcomes, known, args.write)


if __name__ == "__main__":
    main()
