"""Carries out a plan that says what to do for each box; no model is asked."""

from collections.abc import Sequence

from beastmode_tools.agent.gate.decision import Allowed, NeedsApproval
from beastmode_tools.agent.gate.effect import ApplyRecipe, Effect, OpenUrl, RunCommand, WriteFile
from beastmode_tools.agent.gate.performer import Performed
from beastmode_tools.agent.hands.approvals import approved_by_person, question_of
from beastmode_tools.agent.hands.doing import read_text
from beastmode_tools.agent.hands.hands import ChangedOutside
from beastmode_tools.agent.plan.box import Action, Box, Replacement
from beastmode_tools.agent.plan.condition import Condition
from beastmode_tools.agent.plan.file import PlanFile
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.run.run import Ended, Run
from beastmode_tools.agent.run.starting import urls_in
from beastmode_tools.errors import CouldNotRun

__all__ = ["drive", "lay_out", "with_urls"]


def with_urls(file: PlanFile) -> PlanFile:
    """The plan, with a first box that reads the pages that the task names."""
    urls = urls_in(file.plan.task)
    if not urls:
        return file
    first = type(file.plan)(file.plan.task).add("Read the pages of the task", reading(urls))
    for box in file.plan.boxes:
        first = first.add(box.title, box.conditions)
    return PlanFile(first, (tuple(map(OpenUrl, urls)), *file.actions))


def reading(urls: Sequence[str]) -> tuple[Condition, ...]:
    """The conditions of the box that reads pages."""
    return tuple(Condition("read", (url,)) for url in urls)


def lay_out(run: Run, file: PlanFile) -> None:
    """Puts the boxes of the plan into the run, and shows it."""
    for box in file.plan.boxes[len(run.plan.boxes) :]:
        run.add_box(box.title, box.conditions)
    run.talk("plan", run.plan.as_markdown().rstrip(), plan=run.plan.as_json())


def drive(run: Run, actions: Sequence[Sequence[Action]]) -> Ended:
    """Does what the plan says, box by box; a box that fails is taken back, and ends the run."""
    for box in run.plan.open:
        ended = one_box(run, box, actions[box.id - 1])
        if ended is not None:
            return ended
    return run.finish()


def one_box(run: Run, box: Box, actions: Sequence[Action]) -> Ended | None:
    """One box; None if it was ticked."""
    before = run.begin_step(box)
    for action in actions[done_in(run, box) :]:
        if run.is_asked_to_stop():
            return Ended(Outcome.STOPPED, f"It was asked to stop. Go on: beast resume {run.id}")
        try:
            done = perform(run, action)
        except ChangedOutside:
            raise
        except CouldNotRun as problem:
            run.undo_step(before)
            return Ended(Outcome.STUCK, f"{box.id}. {box.title}: {problem}")
        if isinstance(done.decision, NeedsApproval):
            return Ended(Outcome.NEEDS_APPROVAL, done.decision.why, done.decision.id)
        if not done.succeeded:
            why = done.result if isinstance(done.decision, Allowed) else done.decision.why
            run.undo_step(before)
            return Ended(Outcome.STUCK, f"{box.id}. {box.title}: {' '.join(why.split())[:400]}")
    reason = "It was so already." if before.tree == run.checkpoints.tree() else ""
    wrong = run.tick(box.id, reason)
    if wrong:
        run.undo_step(before)
        return Ended(Outcome.STUCK, f"{box.id}. {box.title}: {' '.join(wrong)}")
    return None


def done_in(run: Run, box: Box) -> int:
    """How many actions of a box were done before the run was left."""
    since = next(
        each["n"] for each in reversed(run.journal.records) if each["what"] == "step" and each["box"] == box.id
    )
    return sum(1 for each in run.journal.of("end") if each["n"] > since and each["succeeded"])


def perform(run: Run, action: Action) -> Performed:
    """What became of an action; the very change that a person approved is made, not one like it."""
    effect = effect_of(run, action)
    if isinstance(effect, RunCommand | ApplyRecipe):
        for number in approved_by_person(run.checkpoints.folder):
            question = question_of(run.checkpoints.folder, number) or {}
            if question.get("effect") == str(effect) and question["before"] == run.hands.tree:
                edits = run.checkpoints.edits(question["before"], question["after"])
                return run.hands.carry_out_approved(number, edits, str(effect))
    return run.hands.perform(effect)


def effect_of(run: Run, action: Action) -> Effect:
    """The effect that an action asks for.

    Raises:
        CouldNotRun: The text that is to be replaced is not there once.
    """
    if not isinstance(action, Replacement):
        return action
    text = read_text(run.checkpoints.folder, action.path)
    if text.count(action.old) != 1:
        raise CouldNotRun(f"{action.path} has the text to replace {text.count(action.old)} times, not once.")
    return WriteFile(action.path, text.replace(action.old, action.new).encode())
