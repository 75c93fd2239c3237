"""`beast prove`: revisions up, down and up again on scratch databases with rows, without a change to compare."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.databases.scratch import Scratch, scratches
from beastmode_tools.guard.finding import Report
from beastmode_tools.guard.migrations.compare.proved.unproved import shown_by, unproved
from beastmode_tools.guard.migrations.proof.migrating import error_of, run_migrations
from beastmode_tools.guard.migrations.proof.reversible import Proof, Start, prove_revisions
from beastmode_tools.guard.migrations.read import read_history
from beastmode_tools.guard.migrations.rules.proved import RULES
from beastmode_tools.guard.report.hidden_secrets import known_secrets, masking, without_secrets
from beastmode_tools.guard.report.secret_lines import secret_lines
from beastmode_tools.guard.rule import judge
from beastmode_tools.probe_server import serving
from beastmode_tools.project import Project
from beastmode_tools.source.public_names import public_names
from beastmode_tools.source.repository import two_sides
from beastmode_tools.source.sides import Side

__all__ = ["prove"]


def prove(
    project: Project,
    revisions: Sequence[str],
    *,
    shadow_url: str | None = None,
    on: Sequence[str] = (),
    progress: Callable[[str], object] = lambda _text: None,
) -> Report:
    """What the revisions of the work tree do when they go up, down and up again with rows in the tables.

    Args:
        project: The project.
        revisions: Ids, or beginnings of them that are enough to tell one; "head" for the last ones; none for all.
        shadow_url: A PostgreSQL server for scratch databases.
        on: Kinds of databases to prove on ("sqlite", "postgresql"); all that can be had where it is empty.
        progress: Told what takes a moment.

    Raises:
        CouldNotRun: There are no migrations, or no such revision, or the history cannot be read.
    """
    begin = time.monotonic()
    if project.migrations is None:
        raise CouldNotRun("The project has no Alembic folder (one with an env.py), so there is nothing to prove.")
    with ExitStack() as stack:
        stack.enter_context(serving())
        side = stack.enter_context(two_sides(project, "HEAD")).new
        texts = list(secret_lines(side.folder))
        public = public_names(side.folder)
        stack.enter_context(masking(known_secrets(texts, public=public)))
        found, not_proven = scratches(shadow_url, python=project.python, progress=progress)
        opened = [stack.enter_context(scratch) for scratch in found if not on or scratch.dialect in on]
        if not opened:
            raise CouldNotRun(f"No database of the kind {' or '.join(on)} can be had here: {' '.join(not_proven)}")
        order = history(side, project, opened[0])
        wanted = chosen(revisions, order)
        starts = [Start(scratch) for scratch in opened]
        # A chain is walked once; single revisions begin each at its own parents.
        pieces = [wanted] if len(wanted) == len(order) else [[one] for one in wanted]
        proofs = [
            prove_revisions(side, project, starts, piece, is_one_change=False, progress=progress) for piece in pieces
        ]
        known = read_history(side.folder, project.migrations_at(side.folder) or project.migrations).revisions
    shown = shown_by(trip for proof in proofs for trips in proof.trips.values() for trip in trips)
    reasons = [sentence for proof in proofs for sentence in proof.not_proven]
    facts = [fact for proof in proofs for fact in proof.facts]
    findings = list(judge(RULES, [*facts, *unproved(known, wanted, shown, reasons, asked=True)]))
    report = Report(
        base="an empty database",
        findings=tuple(sorted(findings, key=lambda finding: -finding.verdict)),
        not_proven=(*not_proven, *reasons),
        seconds=time.monotonic() - begin,
        pictures={"proofs": picture(proofs)},
    )
    return without_secrets(report, texts, public=public)


def history(side: Side, project: Project, scratch: Scratch) -> tuple[str, ...]:
    """Every revision, each after those that it needs.

    Raises:
        CouldNotRun: There is none, or Alembic cannot put them in an order.
    """
    database = scratch.new()
    answers = run_migrations(side, project, database, [{"do": "schema"}])
    if not answers.order:
        error = error_of(answers.results[0])
        raise CouldNotRun(f"The history has no revision that could be run{f': {error}' if error else ''}.")
    return answers.order


def chosen(revisions: Sequence[str], order: Sequence[str]) -> list[str]:
    """The revisions that were named, in the order of the history; all where none was.

    Raises:
        CouldNotRun: A name fits no revision, or several.
    """
    if not revisions:
        return list(order)
    wanted = set()
    for name in revisions:
        fitting = [order[-1]] if name in ("head", "heads") else [one for one in order if one.startswith(name)]
        if name in order:
            fitting = [name]
        if len(fitting) != 1:
            what = "no revision" if not fitting else f"several revisions ({', '.join(fitting[:5])})"
            raise CouldNotRun(
                f"{name} names {what} of the history. `flask db history` or `alembic history` lists them."
            )
        wanted.add(fitting[0])
    return [one for one in order if one in wanted]


def picture(proofs: Sequence[Proof]) -> dict[str, Any]:
    """Dialect -> the revisions that went all the way, for whoever draws it."""
    drawn: dict[str, list[str]] = {}
    for proof in proofs:
        for dialect, proved in proof.proved.items():
            drawn.setdefault(dialect, []).extend(proved)
    return drawn
