"""Carries effects out for a run: each is looked at, judged, decided, recorded, done, and recorded again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from beastmode_tools.agent.checkpoint.checkpoint import Checkpoint, Checkpoints
from beastmode_tools.agent.gate.decide import Gate, decide
from beastmode_tools.agent.gate.decision import Allowed, Decision, NeedsApproval, Refused
from beastmode_tools.agent.gate.effect import (
    ApplyRecipe,
    DeleteFile,
    Effect,
    RunCommand,
    WriteFile,
    as_json,
    digest_of_effect,
    writes,
)
from beastmode_tools.agent.gate.facts import Facts, Judged, look
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.gate.performer import Performed
from beastmode_tools.agent.gate.verdicts import approval_id, is_asked
from beastmode_tools.agent.hands.approvals import approved_by_person, remember_question
from beastmode_tools.agent.hands.doing import Doing, edits_of, write_edits
from beastmode_tools.agent.hands.saved import checkpoint_as_json
from beastmode_tools.agent.journal.record import RunJournal
from beastmode_tools.agent.judge.judge import Judge
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.journal.entry import Journal
from beastmode_tools.recipes.plan import Edit

__all__ = ["ChangedOutside", "Hands"]

LONGEST_RESULT = 2000
"""Characters of a result that the journal keeps; whoever asked got all of it."""


class ChangedOutside(CouldNotRun):
    """Somebody else changed the project's files while the run was at work."""


@dataclass(slots=True)
class Hands:
    """What performs the effects of one run.

    Args:
        grants: What may be done.
        journal: Of the run.
        checkpoints: Of the run.
        judge: Of the run.
        doing: Carries out what was allowed.
        tree: Of the files as the run left them.
        gates: All of them; tests leave one out.
        tell: Told each effect with what became of it.
    """

    grants: Grants
    journal: RunJournal
    checkpoints: Checkpoints
    judge: Judge
    doing: Doing
    tree: str
    gates: Mapping[str, Gate]
    tell: Callable[[Effect, Performed], None]

    def perform(self, effect: Effect) -> Performed:
        """What became of an effect; a refusal and a failure are answers, not exceptions.

        Raises:
            ChangedOutside: Somebody else changed the files; nothing was done.
        """
        self.grants = replace(self.grants, approved=approved_by_person(self.grants.root))
        if writes(effect):
            self.refuse_changed()
        done = self.written(effect) if writes(effect) else self.only_read(effect)
        self.tell(effect, done)
        return done

    def refuse_changed(self) -> None:
        """Ends the run if the files are not as it left them.

        Raises:
            ChangedOutside: They are not.
        """
        now = self.checkpoints.tree()
        if now != self.tree:
            paths = [path for path, _ in self.checkpoints.between(self.tree, now)]
            raise ChangedOutside(
                f"{', '.join(paths[:5])} changed while the run was at work. It stops, so that nobody's edit is lost."
            )

    def only_read(self, effect: Effect) -> Performed:
        """Reads, and records what was read."""
        decision = decide(effect, self.grants, look(effect, self.grants.root), self.gates)
        if not isinstance(decision, Allowed):
            return self.declined(effect, decision)
        begun = self.begin(effect, decision, None)
        try:
            result, succeeded = self.doing.read(effect), True
        except CouldNotRun as problem:
            result, succeeded = str(problem), False
        return self.end(begun, Performed(decision, result, succeeded))

    def written(self, effect: Effect) -> Performed:
        """Changes files: what is known before is judged before; a program is judged by what it changed."""
        facts = look(effect, self.grants.root)
        decision = decide(effect, self.grants, facts, self.gates)
        if not isinstance(decision, Allowed):
            return self.declined(effect, decision)
        if isinstance(effect, RunCommand | ApplyRecipe):
            return self.run(effect, decision)
        assert isinstance(effect, WriteFile | DeleteFile)  # noqa: S101 - the only other effects that write
        try:
            edits = edits_of(self.grants.root, effect)
        except CouldNotRun as problem:
            return self.end(self.begin(effect, decision, None), Performed(decision, str(problem), succeeded=False))
        judged = self.judge.both(edits)
        decision = decide(effect, self.grants, look(effect, self.grants.root, *judged), self.gates)
        if not isinstance(decision, Allowed):
            return self.declined(effect, decision, edits)
        begun = self.begin(effect, decision, self.checkpoints.take(self.name()))
        try:
            write_edits(self.grants.root, f"do {self.grants.run}: {effect}", edits)
        except CouldNotRun as problem:
            return self.end(begun, Performed(decision, str(problem), succeeded=False))
        self.judge.accept(edits)
        return self.end(begun, Performed(decision, summary(edits)), judged)

    def run(self, effect: RunCommand | ApplyRecipe, decision: Allowed) -> Performed:
        """Runs a program; what it changed is taken back if the gate refuses it, or if the program failed."""
        before = self.checkpoints.take(self.name())
        known = {each.id for each in Journal(self.grants.root).entries()}
        begun = self.begin(effect, decision, before)
        succeeded, output = self.doing.run(effect)
        edits = self.checkpoints.edits(before.tree, self.checkpoints.tree())
        judged = self.judge.both(edits)
        facts = Facts(edit=judged[0], whole=judged[1])
        answer = self.decide_files(edits, facts) if succeeded else decision
        if not succeeded or not isinstance(answer, Allowed):
            self.checkpoints.restore(before)
            self.forget_changes(known)
            if not isinstance(answer, Allowed):
                self.ask(effect, answer, edits)
            return self.end(begun, Performed(answer, output, succeeded=False))
        self.judge.accept(edits)
        return self.end(begun, Performed(answer, output), judged)

    def decide_files(self, edits: tuple[Edit, ...], facts: Facts) -> Decision:
        """The gates' answer to each file that a program changed, and to all of them together."""
        answer: Decision = Allowed("it changed nothing")
        for each in edits:
            one: Effect = DeleteFile(each.path) if each.after is None else WriteFile(each.path, each.after)
            seen = look(one, self.grants.root, facts.edit, facts.whole)
            answer = decide(one, self.grants, seen, self.gates)
            if not isinstance(answer, Allowed):
                return answer
        return answer

    def carry_out_approved(self, number: str, edits: tuple[Edit, ...], command: str) -> Performed:
        """Makes the very edits that a person approved.

        Raises:
            ChangedOutside: Somebody else changed the files.
        """
        self.refuse_changed()
        self.grants = replace(self.grants, approved=approved_by_person(self.grants.root))
        judged = self.judge.both(edits)
        decision = self.decide_files(edits, Facts(edit=judged[0], whole=judged[1]))
        effect = ApplyRecipe(("approved", number))
        if not isinstance(decision, Allowed):
            return self.declined(effect, decision, edits)
        begun = self.begin(effect, decision, self.checkpoints.take(self.name()))
        write_edits(self.grants.root, f"do {self.grants.run}: {command}", edits)
        self.judge.accept(edits)
        return self.end(begun, Performed(decision, summary(edits)), judged)

    def declined(self, effect: Effect, decision: Refused | NeedsApproval, edits: tuple[Edit, ...] = ()) -> Performed:
        """Records that nothing was done."""
        self.ask(effect, decision, edits)
        told = {"gate": decision.gate, "why": decision.why, "instead": decision.instead}
        kind = "asked" if isinstance(decision, NeedsApproval) else "refused"
        self.journal.write("declined", effect=as_json(effect), text=str(effect), kind=kind, **told)
        return Performed(decision, "", succeeded=False)

    def ask(self, effect: Effect, decision: Decision, edits: tuple[Edit, ...]) -> None:
        """Keeps the question to a person with the very diff, so that it can be shown and carried out."""
        if not isinstance(decision, NeedsApproval):
            return
        told = {
            "run": self.grants.run,
            "effect": str(effect),
            "why": decision.why,
            "instead": decision.instead,
            "diff_hash": decision.diff_hash,
            "diff": "".join(each.diff() for each in edits),
            "before": self.tree,
            "after": self.checkpoints.with_edits(self.tree, edits),
        }
        remember_question(self.grants.root, decision.id, told)
        self.journal.write("question", id=decision.id, effect=str(effect), why=decision.why)

    def name(self) -> str:
        """Of the next checkpoint."""
        return f"e{len(self.journal.records) + 1}"

    def begin(self, effect: Effect, decision: Decision, before: Checkpoint | None) -> int:
        """Records that an effect begins; its number."""
        number = 1 + sum(1 for _ in self.journal.of("start"))
        self.journal.write(
            "start",
            effect=number,
            kind=as_json(effect),
            text=str(effect),
            digest_of_effect=digest_of_effect(effect),
            at=now(),
            changes=sorted(each.id for each in Journal(self.grants.root).entries()) if before else [],
            before=checkpoint_as_json(before) if before else None,
            reason=decision.reason if isinstance(decision, Allowed) else "",
        )
        return number

    def end(self, number: int, done: Performed, judged: tuple[Judged, Judged] | None = None) -> Performed:
        """Records how an effect ended, and the tree that it left."""
        if done.succeeded and judged is not None:
            for each in judged:
                self.approve_findings(each)
        self.tree = self.checkpoints.tree()
        decision = done.decision
        self.journal.write(
            "end",
            effect=number,
            at=now(),
            succeeded=done.succeeded,
            verdict=decision.verdict.name if isinstance(decision, Allowed) else None,
            reason=decision.reason if isinstance(decision, Allowed) else decision.why,
            result=done.result[:LONGEST_RESULT],
            tree=self.tree,
            approved=sorted(self.judge.approved),
        )
        return done

    def approve_findings(self, judged: Judged) -> None:
        """What a person approved once is not asked again with every edit that follows."""
        if self.grants.approved.get(approval_id(self.grants.run, judged.diff_hash)) == judged.diff_hash:
            self.judge.approved |= {each.fingerprint for each in judged.findings if is_asked(each)}

    def forget_changes(self, known: set[str]) -> None:
        """Removes the entries of changes whose files were taken back."""
        changes = Journal(self.grants.root)
        for each in changes.entries():
            if each.id not in known:
                changes.forget(each)


def summary(edits: tuple[Edit, ...]) -> str:
    """What was written, a line each file."""
    lines = []
    for each in edits:
        added, removed = each.counts()
        lines.append(f"{each.kind} {each.path} +{added} -{removed}")
    return "\n".join(lines) or "Nothing to change: it is so already."


def now() -> str:
    """The time, for people."""
    return datetime.now(UTC).isoformat(timespec="seconds")
