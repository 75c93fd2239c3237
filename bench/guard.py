#!/usr/bin/env python3
"""What the guard takes: whole commands as a person types them, median of several runs.

It asks for nothing but git. The proofs on PostgreSQL are measured where one can be had, and left out where not.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import guard_documents
import guard_project

ROOT = Path(__file__).resolve().parent.parent
BEAST = str(Path(sys.executable).parent / "beast")
CHANGE = ROOT / "tests" / "guard_journeys" / "changes" / "03-add-a-nullable-column-and-show-it.diff"
Row = tuple[str, float, str]


def median(command: list[str], folder: Path, runs: int) -> float:
    """Seconds that a command takes, the median of several runs after a first one that does not count."""
    taken = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        taken.append(time.perf_counter() - begun)
        if done.returncode not in {0, 1}:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return statistics.median(taken[1:])


def rows(folder: Path, runs: int) -> Iterator[Row]:
    """Every figure: what was done, seconds, and what is asked for."""
    yield "`beast --help`", median([BEAST, "--help"], folder, runs), "0.15"
    old, new = guard_documents.write(folder)
    yield (
        "`beast contract diff`, two documents of 1,000 operations",
        median([BEAST, "contract", "diff", str(old), str(new), "--format", "json"], folder, runs),
        "1",
    )
    big = folder / "big"
    big.mkdir()
    guard_project.write(big)
    guard_project.change(big)
    check = [BEAST, "check", "--python", sys.executable, "--format", "json"]
    yield (
        "`beast check --no-proofs`, 500 routes, 1,000 revisions, 50 files changed",
        median([*check, "--no-proofs"], big, runs),
        "3",
    )
    blog = blog_with_a_revision(folder)
    yield "`beast check`, one new revision, proofs on SQLite", median([*check, "--on", "sqlite"], blog, runs), "15"
    both = [*check, "--on", "sqlite", "--on", "postgresql"]
    unproved = json.loads(subprocess.run(both, cwd=blog, capture_output=True, text=True, check=False).stdout)
    if not any("PostgreSQL" in sentence for sentence in unproved["not_proven"]):
        yield "`beast check`, one new revision, proofs on SQLite and PostgreSQL", median(both, blog, runs), "30"


def blog_with_a_revision(folder: Path) -> Path:
    """The blog in a repository of its own, with a change that is not committed: a column and what shows it."""
    blog = folder / "blog"
    shutil.copytree(ROOT / "examples" / "blog", blog, ignore=shutil.ignore_patterns("__pycache__", "*.db*", "var"))
    guard_project.git(blog, "init", "--quiet", "--initial-branch=main")
    guard_project.commit(blog)
    guard_project.git(blog, "apply", str(CHANGE))
    return blog


def main() -> None:
    """Print the table, and the score of the contract cases where there are some."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    print("| the guard | seconds | at most |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for title, seconds, most in rows(Path(folder).resolve(), args.runs):
            print(f"| {title} | {seconds:.2f} | {most} |", flush=True)
    if cases := os.environ.get("CONTRACT_CASES"):
        subprocess.run([sys.executable, ROOT / "bench" / "contract_cases.py", cases], check=True)


if __name__ == "__main__":
    main()
