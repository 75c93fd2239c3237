"""Begins a run, or takes one up again where it was left."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from beastmode_tools.agent.checkpoint.checkpoint import Checkpoints
from beastmode_tools.agent.gate.decide import GATES, Gate
from beastmode_tools.agent.gate.decision import Allowed
from beastmode_tools.agent.gate.effect import Effect, OpenUrl, QueryDatabase, writes
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.gate.performer import Performed
from beastmode_tools.agent.hands.approvals import approved_by_person
from beastmode_tools.agent.hands.doing import Doing
from beastmode_tools.agent.hands.hands import ChangedOutside, Hands, now
from beastmode_tools.agent.hands.saved import checkpoint_as_json, checkpoint_from_json
from beastmode_tools.agent.journal.record import RunJournal, nothing
from beastmode_tools.agent.judge.judge import Judge, text_of
from beastmode_tools.agent.run.final import Depth
from beastmode_tools.agent.run.impact import impact_of
from beastmode_tools.agent.run.place import new_run, run_folder
from beastmode_tools.agent.run.run import Run
from beastmode_tools.agent.run.state import approved_in, tree_of
from beastmode_tools.agent.run.verifying import Verifying
from beastmode_tools.agent.talk.talk import Talk
from beastmode_tools.agent.tools.project import project_in
from beastmode_tools.agent.tools.session import looked_up
from beastmode_tools.agent.verify.suite import SuiteRun
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.project import Project
from beastmode_tools.recipes.change import finish_interrupted, refuse_midway
from beastmode_tools.recipes.journal.entry import Journal, own_folder
from beastmode_tools.recipes.journal.lock import one_at_a_time

__all__ = ["Asked", "alone", "begin", "take_up", "urls_in"]

URL = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is asked for, and how it works.

    Args:
        task: In the person's words.
        depth: How the last verdict is reached.
        seconds: That the tests may take.
        gates: All of them; tests leave one out.
        after: Called after every record of the journal; tests end the process there.
        suites: Results of tests by the tree of all files, which are not run again.
    """

    task: str
    depth: Depth = "start"
    seconds: float = 300
    gates: Mapping[str, Gate] = field(default_factory=lambda: GATES)
    after: Callable[[int], None] = nothing
    suites: dict[str, SuiteRun] = field(default_factory=dict)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One run at a time in a project.

    Raises:
        CouldNotRun: Another one is at work, or git is in the middle of a merge.
    """
    refuse_midway(folder)
    own = own_folder(folder) / "runs"
    own.mkdir(exist_ok=True)
    with one_at_a_time(own):
        yield


def begin(folder: Path, asked: Asked, talk: Talk) -> Run:
    """A new run: its checkpoint, the tests as they are, and what the task touches.

    Raises:
        CouldNotRun: The project cannot be read, or its tests cannot be run.
    """
    project = project_in(folder)
    run_id = new_run(folder)
    place = run_folder(folder, run_id)
    checkpoints = Checkpoints(folder, run_id, place)
    base = checkpoints.take("base")
    journal = RunJournal(place / "journal.jsonl", asked.after)
    journal.write(
        "begin",
        run=run_id,
        task=asked.task,
        at=now(),
        base=checkpoint_as_json(base),
        tree=base.tree,
        changes=sorted(each.id for each in Journal(folder).entries()),
        depth=asked.depth,
        seconds=asked.seconds,
    )
    run = assembled(project, journal, checkpoints, asked, talk)
    talk("begin", f"Looking at {folder.name}, then running its tests as they are.", run=run_id, task=asked.task)
    suite = run.verifying.suite()
    journal.write("baseline", **suite.as_json())
    talk("baseline", f"Tests before: {suite.problem or suite.counts() or 'none'}.", counts=suite.counts())
    impact = impact_of(folder, asked.task)
    journal.write("impact", impact=impact)
    talk("impact", "\n".join(f"  {name}: {told}" for name, told in impact.items()), impact=impact)
    return run


def take_up(folder: Path, run_id: str, asked: Asked, talk: Talk) -> Run:
    """A run that was stopped, killed, or waits for a person; an effect that was cut off is taken back.

    Raises:
        CouldNotRun: There is no such run, or somebody edited the files since.
    """
    place = run_folder(folder, run_id)
    finish_interrupted(folder)
    journal = RunJournal(place / "journal.jsonl", asked.after)
    if not journal.records:
        raise CouldNotRun(f"{run_id} ended before it had begun. Start again.")
    (place / "stop").unlink(missing_ok=True)
    run = assembled(project_in(folder), journal, Checkpoints(folder, run_id, place), asked, talk)
    take_back(run)
    try:
        run.hands.refuse_changed()
    except ChangedOutside as problem:
        raise CouldNotRun(f"{problem} Undo those edits, or start a new run.") from None
    if journal.last_of("baseline") is None:
        journal.write("baseline", **run.verifying.suite().as_json())
    talk("resume", f"Going on with {run_id}: {run.plan.task}", run=run_id)
    return run


def take_back(run: Run) -> None:
    """Takes back what a kill cut off: an effect, what tests were writing, a step that was being taken back itself.

    What is found is kept under a ref, since somebody may have worked on it meanwhile.
    """
    journal, last = run.journal, run.journal.records[-1]
    cut = journal.unfinished()
    if last["what"] not in ("undoing", "trying") and (cut is None or cut["before"] is None):
        return
    run.checkpoints.keep("found", run.checkpoints.tree())
    if last["what"] == "undoing":
        run.undo_step(checkpoint_from_json(last["before"]))
    elif last["what"] == "trying":
        run.checkpoints.restore(checkpoint_from_json(last["before"]))
    elif cut is not None:
        before = checkpoint_from_json(cut["before"])
        run.checkpoints.restore(before)
        run.hands.forget_changes(set(cut["changes"]))
        journal.write("cut", effect=cut["effect"], tree=before.tree)
        run.hands.tree = before.tree


def assembled(project: Project, journal: RunJournal, checkpoints: Checkpoints, asked: Asked, talk: Talk) -> Run:
    """The parts of a run, put together from its journal."""
    begun, folder = journal.records[0], checkpoints.folder
    base, tree = str(begun["base"]["tree"]), tree_of(journal)
    texts = {path: text_of(content) for path, content in checkpoints.texts(base)}
    judge = Judge(texts, project.settings.core, approved_in(journal))
    judge.accept(checkpoints.edits(base, tree))
    grants = Grants(
        root=folder.resolve(),
        run=begun["run"],
        hosts=frozenset(urlsplit(url).hostname or "" for url in urls_in(begun["task"])),
        approved=approved_by_person(folder),
    )
    doing = Doing(
        folder=folder,
        python=project.python,
        fetch=lambda url: looked_up(OpenUrl(url), grants),
        query=lambda sql: looked_up(QueryDatabase(sql), grants),
    )
    hands = Hands(
        grants, journal, checkpoints, judge, doing, tree, asked.gates, lambda one, done: told(talk, one, done)
    )
    verifying = Verifying(project, journal, checkpoints, judge, base, begun["seconds"], asked.suites)
    place = run_folder(folder, begun["run"])
    return Run(begun["run"], place, journal, checkpoints, hands, verifying, base, begun["depth"], talk)


def told(talk: Talk, effect: Effect, done: Performed) -> None:
    """Says what became of an effect."""
    decision = done.decision
    if isinstance(decision, Allowed):
        how = decision.verdict.name if done.succeeded else f"failed: {done.result[:200]}"
        if writes(effect) or not done.succeeded:
            talk("effect", f"  {effect}: {how}", effect=str(effect), verdict=decision.verdict.name)
        return
    talk("declined", f"  {effect}: no. {decision.why}", effect=str(effect), gate=decision.gate, why=decision.why)


def urls_in(text: str) -> list[str]:
    """The URLs that a person named, each once."""
    return list(dict.fromkeys(url.rstrip(".,;:!?") for url in URL.findall(text)))
