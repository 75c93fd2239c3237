"""Closes a run: its receipt, and one entry in the history of changes that takes all of it back."""

import json
import time
from dataclasses import replace
from pathlib import PurePosixPath

from beastmode_tools.agent.hands.hands import now
from beastmode_tools.agent.receipt.receipt import End, Receipt, receipt_of
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.run.run import Ended, Run
from beastmode_tools.recipes.journal.entry import Journal, write_whole
from beastmode_tools.recipes.plan import Edit, Plan

__all__ = ["close"]

OPEN = (Outcome.NEEDS_APPROVAL, Outcome.STOPPED, Outcome.PROVIDER, Outcome.LIMIT)
"""Ends after which `beast resume` goes on."""


def close(run: Run, ended: Ended) -> Receipt:
    """Records the end, writes the receipt, and makes the run one change of the history; safe to repeat."""
    edits = run.checkpoints.edits(run.base, run.checkpoints.tree())
    change = "" if ended.outcome in OPEN else one_change(run, edits)
    run.journal.write("outcome", outcome=ended.outcome.value, said=ended.said, change=change, at=now())
    files = [{"path": each.path, "change": each.kind} for each in edits]
    steps = sum(1 for _ in run.journal.of("start"))
    cost = {"steps": steps, "seconds": round(time.monotonic() - run.since, 1), **run.cost}
    left = [*([f"beast approve {ended.approval}: {ended.said}"] if ended.approval else []), *run.left()]
    receipt = receipt_of(run.journal, run.plan, End(ended.outcome.value, ended.said, files, left, cost))
    write_whole(run.place / "receipt.json", json.dumps(dict(receipt.facts), indent=1).encode())
    write_whole(run.place / "RECEIPT.md", receipt.as_markdown().encode())
    return receipt


def one_change(run: Run, edits: tuple[Edit, ...]) -> str:
    """Replaces the changes of the run in the history by one; its ID, or "" if nothing changed."""
    journal = Journal(run.checkpoints.folder)
    known = set(run.journal.records[0]["changes"])
    own = [each for each in journal.entries() if each.id not in known]
    if not edits:
        for each in own:
            journal.forget(each)
        return ""
    revisions = [each for each in own if each.revision]
    plan = Plan(
        f"do {json.dumps(run.plan.task)}",
        edits,
        revision=revisions[-1].revision if revisions else "",
        follows=revisions[0].follows if revisions else "",
        stores=tuple(stored for each in own for stored in each.stores),
    )
    entry = journal.begin(plan, now())
    entry = replace(entry, folders=folders_of(run, edits))
    journal.save(entry, "applied")
    for each in own:
        journal.forget(each)
    return entry.id


def folders_of(run: Run, edits: tuple[Edit, ...]) -> tuple[str, ...]:
    """The folders that the run created, outermost first."""
    before = {str(parent) for path, _ in run.checkpoints.files(run.base) for parent in PurePosixPath(path).parents}
    after = {str(parent) for each in edits if each.after is not None for parent in PurePosixPath(each.path).parents}
    return tuple(sorted(after - before - {"."}))
