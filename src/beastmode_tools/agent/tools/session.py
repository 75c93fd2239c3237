"""Carries out the effects of tools that are called one by one: by an assistant over MCP, or on the command line."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from beastmode_tools.agent.gate.commands import page
from beastmode_tools.agent.gate.decide import decide
from beastmode_tools.agent.gate.decision import Allowed, Decision, NeedsApproval
from beastmode_tools.agent.gate.effect import (
    ApplyRecipe,
    DeleteFile,
    Effect,
    OpenUrl,
    QueryDatabase,
    ReadFile,
    WriteFile,
    writes,
)
from beastmode_tools.agent.gate.facts import Facts, look
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.gate.performer import Performed
from beastmode_tools.agent.gate.verdicts import approval_id
from beastmode_tools.agent.hands.approvals import remember_question
from beastmode_tools.agent.hands.doing import read_text
from beastmode_tools.agent.tools.beast import run_beast
from beastmode_tools.agent.tools.database import read_rows
from beastmode_tools.agent.tools.judging import judge_edit
from beastmode_tools.agent.tools.web import read_page
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.finding import Finding, Verdict
from beastmode_tools.recipes.change import carry_out
from beastmode_tools.recipes.plan import Edit, Plan

__all__ = ["Session", "looked_up"]


@dataclass(slots=True)
class Session:
    """Decides each effect by the gate, and carries out what it allows.

    Args:
        grants: What may be done, and in which project.
        is_trial: Decides only: nothing is written.
    """

    grants: Grants
    is_trial: bool = False

    def perform(self, effect: Effect) -> Performed:
        """What became of the effect; a refusal is an answer, not an exception."""
        try:
            decision = self.decided(effect)
            if not isinstance(decision, Allowed):
                return Performed(decision, succeeded=False)
        except CouldNotRun as problem:
            return Performed(Allowed("it could not be judged"), str(problem), succeeded=False)
        if self.is_trial and writes(effect):
            return Performed(decision, "{}")
        try:
            return Performed(decision, carried_out(effect, decision, self.grants))
        except (CouldNotRun, OSError) as problem:
            return Performed(decision, str(problem), succeeded=False)

    def decided(self, effect: Effect) -> Decision:
        """The gate's decision; what changes files is judged by the guard if nothing else refuses it."""
        root = self.grants.root
        decision = decide(effect, self.grants, look(effect, root))
        if not isinstance(decision, Allowed):
            return decision
        if isinstance(effect, WriteFile | DeleteFile):
            edit = edit_of(effect, root)
            verdicts = judge_edit(root, edit.path, edit.after)
            judged = decide(effect, self.grants, look(effect, root, verdicts.edit, verdicts.whole))
            return self.asked(judged, edit.diff(), (*verdicts.edit.findings, *verdicts.whole.findings))
        if isinstance(effect, ApplyRecipe):
            return self.recipe_decided(effect)
        return decision

    def recipe_decided(self, effect: ApplyRecipe) -> Decision:
        """The decision on a recipe, by the verdict that it declares and its tests prove."""
        preview = run_beast(self.grants.root, (*effect.words, "--pretend", "--json"))
        verdict = Verdict[preview["verdict"]]
        diff_hash = hashlib.sha256(preview["diff"].encode()).hexdigest()[:16]
        number = approval_id(self.grants.run, diff_hash)
        if verdict is Verdict.DANGEROUS and self.grants.approved.get(number) != diff_hash:
            why = f"`{effect}` is a DANGEROUS step: old code that still runs, or clients, may need what it removes."
            waiting = NeedsApproval(number, why, "Deploy the steps before it first.", diff_hash)
            return self.asked(waiting, preview["diff"])
        return Allowed(verdict.name, verdict)

    def asked(self, decision: Decision, diff: str, findings: Sequence[Finding] = ()) -> Decision:
        """The decision; what waits for a person is kept where `beast approve` finds it."""
        marks = " ".join(sorted({each.fingerprint for each in findings if each.verdict is Verdict.DANGEROUS}))
        match decision:
            case NeedsApproval(id=number, why=why, instead=instead, diff_hash=diff_hash):
                facts = {"run": self.grants.run, "diff_hash": diff_hash, "why": why, "instead": instead, "diff": diff}
                remember_question(self.grants.root, number, facts | {"findings": marks})
        return decision


def carried_out(effect: Effect, decision: Allowed, grants: Grants) -> str:
    """The result of an effect that is allowed."""
    match effect:
        case WriteFile(path=path):
            edit = edit_of(effect, grants.root)
            carry_out(grants.root, lambda _: Plan(f"edit {path}", (edit,), decision.verdict.name))
            return "SAFE" if decision.verdict is Verdict.SAFE else f"{decision.verdict.name}: {decision.reason}"
        case ApplyRecipe(words=words):
            return json.dumps(run_beast(grants.root, (*words, "--json")))
    return looked_up(effect, grants)


def edit_of(effect: WriteFile | DeleteFile, root: Path) -> Edit:
    """The edit that writes a file whole, or deletes it."""
    place = root / effect.path
    after = effect.content if isinstance(effect, WriteFile) else None
    return Edit(effect.path, place.read_bytes() if place.exists() else None, after)


def looked_up(effect: Effect, grants: Grants) -> str:
    """The result of an allowed effect that changes nothing.

    Raises:
        CouldNotRun: No tool has such an effect.
    """
    match effect:
        case ReadFile(path=path):
            return read_text(grants.root, path)
        case QueryDatabase(sql=sql):
            return json.dumps(read_rows(grants.root, sql))
        case OpenUrl(url=url):
            return json.dumps(asdict(read_page(url, lambda each: not_allowed(each, grants))))
    raise CouldNotRun(f"`{effect}` is not done by a tool.")


def not_allowed(url: str, grants: Grants) -> str:
    """Why a URL may not be opened, a redirect included; "" if it may."""
    refused = page(OpenUrl(url), grants, Facts())
    return f"{refused.why} {refused.instead}" if refused else ""
