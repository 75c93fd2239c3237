"""`plan.toml`: a plan as a person writes it, with what to do for each box."""

import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beastmode_tools.agent.gate.effect import ApplyRecipe, DeleteFile, OpenUrl, RunCommand, WriteFile
from beastmode_tools.agent.plan.box import Action, Replacement
from beastmode_tools.agent.plan.condition import parse_condition
from beastmode_tools.agent.plan.plan import Plan
from beastmode_tools.errors import CouldNotRun

__all__ = ["PlanFile", "parse_plan", "read_plan"]

KEYS = {"title", "do", "check"}
LARGEST = 1024 * 1024
"""Bytes: what a plan writes is in it, and no plan that a person reads is as long."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan, and what to do.

    Args:
        plan: With every box open.
        actions: For each box, in its order.
    """

    plan: Plan
    actions: tuple[tuple[Action, ...], ...]


def read_plan(path: Path) -> PlanFile:
    """The plan of a file.

    Raises:
        CouldNotRun: It cannot be read, or something in it is not known; the message names it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as problem:
        raise CouldNotRun(f"{path} cannot be read: {problem.strerror}.") from problem
    if len(content) > LARGEST:
        raise CouldNotRun(f"{path} has more than {LARGEST} bytes. Split the plan.")
    return parse_plan(content, path.name)


def parse_plan(content: bytes, name: str = "plan.toml") -> PlanFile:
    """The plan of a text.

    Raises:
        CouldNotRun: As for `read_plan`.
    """
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise CouldNotRun(f"{name} is not valid TOML: {problem}.") from problem
    refuse_unknown(name, data, {"task", "box"})
    boxes = data.get("box")
    if not isinstance(data.get("task"), str) or not isinstance(boxes, list) or not boxes:
        raise CouldNotRun(f'{name} needs `task = "..."` and at least one [[box]].')
    plan, actions = Plan(" ".join(data["task"].split())), []
    for number, box in enumerate(boxes, 1):
        where = f"{name}, box {number}"
        refuse_unknown(where, box, KEYS)
        plan = plan.add(text_of(where, box, "title"), tuple(map(parse_condition, texts_of(where, box))))
        todo = box.get("do", [])
        if not isinstance(todo, list):
            raise CouldNotRun(f"{where}: `do` is a list.")
        actions.append(tuple(action_of(where, each) for each in todo))
    return PlanFile(plan, tuple(actions))


def refuse_unknown(where: str, table: Any, known: set[str]) -> None:
    """Refuses a key that nothing reads.

    Raises:
        CouldNotRun: There is one.
    """
    if not isinstance(table, dict):
        raise CouldNotRun(f"{where} has to be a table.")
    if unknown := set(table) - known:
        raise CouldNotRun(f"{where}: {min(unknown)!r} is not known; known are {', '.join(sorted(known))}.")


def text_of(where: str, table: dict[str, Any], key: str) -> str:
    """A text.

    Raises:
        CouldNotRun: It is missing, or something else.
    """
    if not isinstance(table.get(key), str):
        raise CouldNotRun(f"{where}: `{key}` has to be a text.")
    return str(table[key])


def texts_of(where: str, table: dict[str, Any]) -> list[str]:
    """The conditions of a box.

    Raises:
        CouldNotRun: They are no list of texts.
    """
    found = table.get("check")
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise CouldNotRun(f'{where}: `check` has to be a list of texts, such as ["route GET /api/v1/orders 401"].')
    return list(found)


def action_of(where: str, action: Any) -> Action:
    """What is to be done: a command line, or a table that writes, replaces, deletes or fetches.

    Raises:
        CouldNotRun: It is none of them.
    """
    if isinstance(action, str):
        try:
            words = tuple(shlex.split(action))
        except ValueError as problem:
            raise CouldNotRun(f"{where}: {action!r} is not a command line: {problem}.") from problem
        return ApplyRecipe(words[1:]) if words[:1] == ("beast",) else RunCommand(words)
    keys = set(action) if isinstance(action, dict) and all(isinstance(each, str) for each in action.values()) else None
    if keys == {"write", "text"}:
        return WriteFile(action["write"], action["text"].encode())
    if keys == {"replace", "old", "new"}:
        return Replacement(action["replace"], action["old"], action["new"])
    if keys == {"delete"}:
        return DeleteFile(action["delete"])
    if keys == {"open"}:
        return OpenUrl(action["open"])
    raise CouldNotRun(
        f"{where}: {action!r} is not an action. Write a command line, {{write, text}}, {{replace, old, new}}, "
        "{delete} or {open}."
    )
