"""One run: what it may ask of the harness, and how it ends."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beastmode_tools.agent.checkpoint.checkpoint import Checkpoint, Checkpoints
from beastmode_tools.agent.gate.verdicts import approval_id
from beastmode_tools.agent.hands.approvals import approved_by_person, remember_question
from beastmode_tools.agent.hands.hands import Hands
from beastmode_tools.agent.hands.saved import checkpoint_as_json, checkpoint_from_json
from beastmode_tools.agent.journal.record import RunJournal
from beastmode_tools.agent.plan.box import Box
from beastmode_tools.agent.plan.condition import Condition
from beastmode_tools.agent.plan.plan import Plan
from beastmode_tools.agent.run.final import Depth, full_verdict
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.run.state import plan_of
from beastmode_tools.agent.run.verifying import Verifying
from beastmode_tools.agent.talk.talk import Talk
from beastmode_tools.agent.verify.conditions import Checked
from beastmode_tools.guard.finding import Finding, Verdict
from beastmode_tools.recipes.journal.entry import write_whole

__all__ = ["Ended", "Run"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, or why it pauses.

    Args:
        outcome: Decided by the state of the machine.
        said: The reason, in a sentence.
        approval: What a person types after `beast approve`; "" if nothing waits.
    """

    outcome: Outcome
    said: str = ""
    approval: str = ""


@dataclass(slots=True)
class Run:
    """A run that is at work.

    Args:
        id: Of the run.
        place: Its folder in `.beast`.
        journal: What it did.
        checkpoints: Where it can go back to.
        hands: What performs its effects.
        verifying: What the harness finds out.
        base: The tree when it began.
        depth: How the last verdict is reached.
        talk: Says what happens.
        cost: Steps, tokens and money so far.
        since: When this process began with it.
    """

    id: str
    place: Path
    journal: RunJournal
    checkpoints: Checkpoints
    hands: Hands
    verifying: Verifying
    base: str
    depth: Depth
    talk: Talk
    cost: dict[str, Any] = field(default_factory=lambda: {"tokens": 0, "money": 0.0})
    since: float = field(default_factory=time.monotonic)

    @property
    def plan(self) -> Plan:
        """The todo list, as the journal has it."""
        return plan_of(self.journal)

    def add_box(self, title: str, conditions: tuple[Condition, ...]) -> Box:
        """Adds a box.

        Raises:
            CouldNotRun: It has no title or no condition, or there are too many.
        """
        box = self.plan.add(title, conditions).boxes[-1]
        self.journal.write("box", title=box.title, conditions=[str(each) for each in conditions])
        self.show_plan()
        return box

    def drop(self, number: int, reason: str) -> Box:
        """Drops a box, whose files come back to what they were when it began.

        Raises:
            CouldNotRun: It is not open, or the reason is none.
        """
        box = self.plan.drop(number, reason).box(number)
        last = self.journal.last_of("step")
        if last is not None and last["box"] == number:
            before = checkpoint_from_json(last["before"])
            if before.tree != self.checkpoints.tree():
                self.undo_step(before)
        self.journal.write("dropped", box=number, reason=box.reason)
        self.show_plan()
        self.talk("dropped", f"Dropped {number}. {box.title}: {box.reason}", box=number)
        return box

    def begin_step(self, box: Box) -> Checkpoint:
        """The checkpoint to which a failed step goes back, made when the step begins.

        Raises:
            ChangedOutside: Somebody else changed the files.
        """
        self.hands.refuse_changed()
        last = self.journal.last_of("step")
        if last is not None and last["box"] == box.id:
            return checkpoint_from_json(last["before"])
        before = self.checkpoints.take(f"s{box.id}")
        self.journal.write("step", box=box.id, before=checkpoint_as_json(before))
        self.talk("step", f"{box.id}/{len(self.plan.boxes)} {box.title}", box=box.id)
        return before

    def undo_step(self, before: Checkpoint) -> tuple[str, ...]:
        """Gives back the exact files that were there when the step began; their paths."""
        self.journal.write("undoing", before=checkpoint_as_json(before))  # killed from here on, it is done by a resume
        changed = self.checkpoints.restore(before)
        begun = next(each for each in self.journal.of("step") if each["before"]["commit"] == before.commit)
        first = next((each for each in self.journal.of("start") if each["n"] > begun["n"] and each["before"]), None)
        if first is not None:
            self.hands.forget_changes(set(first["changes"]))
        self.hands.judge.accept(self.checkpoints.edits(self.hands.tree, before.tree))
        self.hands.tree = before.tree
        self.journal.write("restored", tree=before.tree, paths=list(changed))
        self.talk("restored", f"Took the step back: {', '.join(changed[:5]) or 'nothing had changed'}.")
        return changed

    def tick(self, number: int, reason: str = "") -> tuple[str, ...]:
        """Ticks a box if the machine says so; what keeps it from that, a sentence each.

        Raises:
            CouldNotRun: The box is not open.
        """
        box = self.plan.open_box(number)
        before = self.begin_step(box)
        is_reading = all(each.kind == "read" for each in box.conditions)
        if before.tree == self.checkpoints.tree() and not reason.strip() and not is_reading:
            return ("Nothing was changed for it. If nothing has to be, say why as the reason.",)
        checked = self.verifying.conditions(box)
        wrong = [f"{each.condition}: {each.said}" for each in checked if not each.passed]
        wrong += self.verifying.problems() if not wrong else ()
        self.record_suite()
        told = [{"condition": str(each.condition), "passed": each.passed, "said": each.said} for each in checked]
        if wrong:
            self.journal.write("not ticked", box=number, checks=told, wrong=wrong)
            return tuple(wrong)
        self.journal.write("ticked", box=number, reason=reason, checks=told, tree=self.checkpoints.tree())
        self.show_plan()
        self.talk("ticked", f"Checked {number}. {box.title}: {'; '.join(each.said for each in checked)}", box=number)
        return ()

    def record_suite(self) -> None:
        """Keeps how many tests passed."""
        suite = self.verifying.suites.get(self.checkpoints.tree())
        if suite is not None:
            self.journal.write("suite", counts=suite.counts(), problem=suite.problem)

    def finish(self) -> Ended:
        """Ends the run as the machine says: DONE only if every box holds on the files as they are."""
        plan = self.plan
        if plan.is_abandoned:
            return Ended(Outcome.ABANDONED, f"Every box was dropped. The last reason: {plan.boxes[-1].reason}")
        if not plan.is_complete:
            return Ended(Outcome.STALLED, f"{len(plan.open)} boxes are open." if plan.boxes else "There is no plan.")
        self.talk("final", "Checking everything once more.")
        wrong = [*self.verifying.problems()]
        for box in plan.done:
            wrong += [f"{box.id}. {each.condition}: {each.said}" for each in self.holding(box) if not each.passed]
        self.record_suite()
        if wrong:
            return Ended(Outcome.STUCK, " ".join(wrong))
        return self.last_verdict()

    def holding(self, box: Box) -> Sequence[Checked]:
        """The conditions of a ticked box on the files as they are."""
        return self.verifying.conditions(box)

    def last_verdict(self) -> Ended:
        """DONE, unless everything together is DANGEROUS and no person approved it."""
        now = self.checkpoints.tree()
        findings, notes = self.findings(now)
        counting = [each for each in findings if each.counts]
        verdict = max((each.verdict for each in counting), default=Verdict.SAFE)
        shown = [
            {"verdict": each.verdict.name, "rule": each.rule, "where": each.where, "problem": each.problem}
            for each in counting
            if each.verdict > Verdict.SAFE
        ]
        self.journal.write("verdict", verdict=verdict.name, depth=self.depth, findings=shown, not_proven=notes)
        if verdict < Verdict.DANGEROUS:
            return Ended(Outcome.DONE)
        worst = next(each for each in counting if each.verdict is Verdict.DANGEROUS)
        difference = f"{self.base[:16]}{now[:16]}"
        number = approval_id(self.id, difference)
        if approved_by_person(self.checkpoints.folder).get(number) == difference:
            return Ended(Outcome.DONE, "What is DANGEROUS was approved by a person.")
        self.ask_about_all(number, difference, worst, now)
        return Ended(Outcome.NEEDS_APPROVAL, f"{worst.where}: {worst.problem}", number)

    def ask_about_all(self, number: str, difference: str, worst: Finding, now: str) -> None:
        """Keeps the question about everything since the run began."""
        told = {"run": self.id, "effect": "everything since the run began", "why": worst.problem}
        told |= {"instead": worst.instead, "diff_hash": difference, "before": self.base, "after": now}
        told["diff"] = "".join(each.diff() for each in self.checkpoints.edits(self.base, now))
        remember_question(self.checkpoints.folder, number, told)
        self.journal.write("question", id=number, effect=told["effect"], why=worst.problem)

    def findings(self, now: str) -> tuple[Sequence[Finding], list[str]]:
        """What the guard finds since the run began, and what it could not prove."""
        judged = self.verifying.judge.whole(())
        if self.depth == "read" or now == self.base:
            return judged.findings, []
        trees, python = (self.base, now), self.verifying.project.python
        report = full_verdict(self.checkpoints, trees, python, self.depth, lambda _: None)
        marked = [self.verifying.judge.marked(each) for each in report.findings]
        return marked, list(report.not_proven)

    def show_plan(self) -> None:
        """Writes the todo list where a person can read it."""
        write_whole(self.place / "PLAN.md", self.plan.as_markdown().encode())

    def is_asked_to_stop(self) -> bool:
        """Whether somebody typed `beast stop`."""
        return (self.place / "stop").exists()

    def left(self) -> list[str]:
        """What a person has to look at."""
        plan = self.plan
        found = [f"dropped: {each.title}: {each.reason}" for each in plan.boxes if each.state == "dropped"]
        found += [f"open: {each.title}" for each in plan.open]
        verdict: Mapping[str, Any] = self.journal.last_of("verdict") or {}
        found += [f"{each['where']}: {each['problem']}" for each in verdict.get("findings", ())]
        return found + [f"not proved: {each}" for each in verdict.get("not_proven", ())]
