"""The receipt of a run: what was asked, what was done, how each step was checked, and what is left to a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beastmode_tools.agent.journal.record import RunJournal
from beastmode_tools.agent.plan.plan import Plan

__all__ = ["End", "Receipt", "receipt_of"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a run leaves.

    Args:
        facts: Everything, as JSON.
    """

    facts: Mapping[str, Any]

    def as_markdown(self) -> str:
        """The receipt as a person reads it."""
        facts = self.facts
        lines = [f"# {facts['run']}: {facts['outcome'].upper()}", "", f"Asked: {facts['task']}", ""]
        lines += [facts["said"], ""] if facts["said"] else []
        lines += section("Plan", [line_of_box(each) for each in facts["boxes"]])
        lines += section("Steps", [line_of_effect(each) for each in facts["effects"]])
        lines += section("Refused", [f"- `{each['text']}`: {each['why']}" for each in facts["declined"]])
        lines += section("Checks", [f"- {each['condition']}: {each['said']}" for each in facts["checks"]])
        tests = facts["tests"]
        lines += section("Tests", [f"- before: {counted(tests['before'])}", f"- after: {counted(tests['after'])}"])
        lines += section("Verdict", verdict_lines(facts["verdict"]))
        lines += section("Files", [f"- {each['change']} `{each['path']}`" for each in facts["files"]])
        lines += section("Left to a person", [f"- {each}" for each in facts["left"]])
        lines += [
            f"Tree {facts['trees']['before'][:12]} to {facts['trees']['after'][:12]}.",
            f"Cost: {cost_of(facts)}.",
        ]
        lines.append(f"Journal: {facts['journal']['records']} records, {facts['journal']['digest']}.")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class End:
    """How a run ended.

    Args:
        outcome: In a word.
        said: The reason, in a sentence.
        files: What changed since it began.
        left: What a person has to look at.
        cost: Steps, tokens, money, seconds.
    """

    outcome: str
    said: str
    files: Sequence[Mapping[str, str]]
    left: Sequence[str]
    cost: Mapping[str, Any]


def receipt_of(journal: RunJournal, plan: Plan, end: End) -> Receipt:
    """The receipt of a run, from its journal."""
    begun = journal.records[0]
    tests = list(journal.of("suite"))
    base = journal.last_of("baseline") or {"results": {}}
    verdict = journal.last_of("verdict")
    trees = [str(each["tree"]) for each in journal.records if "tree" in each]
    return Receipt(
        {
            "run": begun["run"],
            "task": begun["task"],
            "outcome": end.outcome,
            "said": end.said,
            "impact": (journal.last_of("impact") or {}).get("impact", {}),
            "boxes": plan.as_json()["boxes"],
            "effects": effects_of(journal),
            "declined": [{name: each[name] for name in ("text", "gate", "why")} for each in journal.of("declined")],
            "checks": [each for record in journal.of("ticked") for each in record["checks"]],
            "tests": {"before": states(base["results"]), "after": tests[-1]["counts"] if tests else {}},
            "verdict": verdict and {name: verdict[name] for name in ("verdict", "depth", "findings", "not_proven")},
            "files": list(end.files),
            "left": list(end.left),
            "cost": dict(end.cost),
            "trees": {"before": trees[0], "after": trees[-1]},
            "journal": {"records": len(journal.records), "digest": journal.last},
        }
    )


def effects_of(journal: RunJournal) -> list[dict[str, Any]]:
    """Each effect with how it ended."""
    ended = {each["effect"]: each for each in journal.of("end")}
    found = []
    for each in journal.of("start"):
        end = ended.get(each["effect"], {})
        told = {"n": each["effect"], "text": each["text"], "at": each["at"]}
        found.append(told | {name: end.get(name) for name in ("verdict", "reason", "succeeded", "tree")})
    return found


def states(results: Mapping[str, str]) -> dict[str, int]:
    """How many tests have each state."""
    return {each: list(results.values()).count(each) for each in sorted(set(results.values()))}


def section(title: str, lines: Sequence[str]) -> list[str]:
    """A heading with lines; nothing without them."""
    return [f"## {title}", "", *lines, ""] if lines else []


def line_of_box(box: Mapping[str, Any]) -> str:
    """A box, ticked, open or dropped."""
    mark = "x" if box["state"] == "done" else " "
    reason = f" ({box['state']}: {box['reason']})" if box["reason"] else ""
    return f"- [{mark}] {box['id']}. {box['title']}{reason}"


def line_of_effect(effect: Mapping[str, Any]) -> str:
    """An effect, its verdict and its reason."""
    how = effect["verdict"] if effect["succeeded"] else "failed, and was taken back"
    reason = f" {effect['reason']}" if effect["reason"] not in ("SAFE", None) else ""
    return f"{effect['n']}. `{effect['text']}`: {how}.{reason}"


def verdict_lines(verdict: Mapping[str, Any] | None) -> list[str]:
    """The last verdict, with its findings."""
    if verdict is None:
        return []
    found = [f"- {each['verdict']} {each['rule']}: {each['where']}: {each['problem']}" for each in verdict["findings"]]
    return [f"{verdict['verdict']} ({verdict['depth']}).", *(["", *found] if found else [])]


def counted(counts: Mapping[str, int]) -> str:
    """Numbers of tests, in words."""
    return ", ".join(f"{number} {state}" for state, number in counts.items()) or "none"


def cost_of(facts: Mapping[str, Any]) -> str:
    """What the run took."""
    cost = facts["cost"]
    tokens = f", {cost['tokens']} tokens" if cost.get("tokens") else ""
    money = f", {cost['money']:.4f} USD" if cost.get("money") else ""
    return f"{cost['steps']} steps, {cost['seconds']:.0f} s{tokens}{money}"
