"""The tools that a model is offered: those of the project, and those of the plan, which the harness answers."""

import json
import os
from collections.abc import Mapping
from typing import Any

from beastmode_tools.agent.plan.condition import FORMS, parse_condition
from beastmode_tools.agent.run.run import Run
from beastmode_tools.agent.tools.registry import find_tool, offered
from beastmode_tools.errors import CouldNotRun

__all__ = ["answer_of", "definitions"]

MOST_RESULT = 30_000
"""Characters of one result, about 8,000 tokens."""
OWN_RUN = ("test", "guard", "prove")
"""Tools whose question the harness answers itself, confined and once for the same files."""
TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
HOW = "; ".join(form for _, form in FORMS.values())
PLANNING: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "plan": (
        f"Adds boxes to the todo list; none is ever removed. Each has a title and conditions that are run: {HOW}",
        {
            "boxes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"title": TEXT, "conditions": {"type": "array", "items": TEXT}},
                    "required": ["title", "conditions"],
                    "additionalProperties": False,
                },
            }
        },
        ("boxes",),
    ),
    "done": (
        "Has a box ticked if its conditions and all tests hold. `reason` is needed if nothing had to be changed.",
        {"box": NUMBER, "reason": TEXT},
        ("box",),
    ),
    "drop": (
        "Drops a box that cannot be done, with the reason for the receipt.",
        {"box": NUMBER, "reason": TEXT},
        ("box", "reason"),
    ),
    "restore": ("Takes back everything since a box was begun.", {"box": NUMBER}, ("box",)),
    "test": ("Runs all tests of the project: those that do not pass, and why.", {}, ()),
}
"""Name -> description, properties, required."""


def definitions() -> list[tuple[str, str, dict[str, Any]]]:
    """Name, description and schema of every tool."""
    found = [
        (name, told, {"type": "object", "properties": given, "required": list(needed), "additionalProperties": False})
        for name, (told, given, needed) in PLANNING.items()
    ]
    return found + [(each.name, each.description, each.schema) for each in tools()]


def tools() -> list[Any]:
    """The project's tools."""
    return [each for each in offered(os.environ) if each.name not in OWN_RUN]


def answer_of(run: Run, name: str, given: Mapping[str, Any]) -> str:
    """What a call gives, bounded.

    Raises:
        CouldNotRun: There is no such tool, the arguments do not fit, or it was refused.
    """
    if name in PLANNING:
        refuse_arguments(name, given)
        told = str(ANSWERS[name](run, given))
    else:
        if name not in {each.name for each in tools()}:
            raise CouldNotRun(
                f"there is no tool {name[:60]!r}. Tools are {', '.join(each[0] for each in definitions())}."
            )
        told = json.dumps(find_tool(name).run(run.hands, given), default=str)
    return (
        told if len(told) <= MOST_RESULT else f"{told[:MOST_RESULT]}\n[{len(told) - MOST_RESULT} characters left out]"
    )


def refuse_arguments(name: str, given: Mapping[str, Any]) -> None:
    """Refuses what the schema of a planning tool does not have.

    Raises:
        CouldNotRun: A key is missing, unknown, or of another type.
    """
    _, properties, needed = PLANNING[name]
    kinds = {"string": str, "integer": int, "array": list}
    for key in {*given} - {*properties}:
        raise CouldNotRun(f"{name} takes no {str(key)[:60]!r}; it takes {', '.join(properties) or 'nothing'}.")
    for key in needed:
        if key not in given:
            raise CouldNotRun(f"{name} needs `{key}`.")
    for key, value in given.items():
        if type(value) is not kinds[properties[key]["type"]]:
            raise CouldNotRun(f"`{key}` of {name} has to be a {properties[key]['type']}.")


def add_boxes(run: Run, given: Mapping[str, Any]) -> str:
    """Adds all boxes, or none."""
    boxes = []
    for each in given["boxes"]:
        if (
            not isinstance(each, dict)
            or set(each) != {"title", "conditions"}
            or not isinstance(each["conditions"], list)
        ):
            raise CouldNotRun("each box has a title and a list of conditions.")
        boxes.append((str(each["title"]), tuple(parse_condition(str(one)) for one in each["conditions"])))
    plan = run.plan
    for title, conditions in boxes:
        plan = plan.add(title, conditions)
    for title, conditions in boxes:
        run.add_box(title, conditions)
    if run.plan.open:
        run.begin_step(run.plan.open[0])
    return run.plan.as_markdown()


def tick(run: Run, given: Mapping[str, Any]) -> str:
    """Ticks a box, or says what keeps it from that."""
    wrong = run.tick(given["box"], given.get("reason", ""))
    if wrong:
        raise CouldNotRun(f"box {given['box']} is not done: {' '.join(wrong)}")
    if run.plan.open:
        run.begin_step(run.plan.open[0])
    return run.plan.as_markdown()


def drop(run: Run, given: Mapping[str, Any]) -> str:
    """Drops a box."""
    run.drop(given["box"], given["reason"])
    if run.plan.open:
        run.begin_step(run.plan.open[0])
    return run.plan.as_markdown()


def restore(run: Run, given: Mapping[str, Any]) -> str:
    """Takes a step back."""
    return f"Restored: {', '.join(run.undo_step(run.begin_step(run.plan.open_box(given['box'])))) or 'nothing'}"


def test(run: Run, _: Mapping[str, Any]) -> str:
    """The tests, as the harness runs them."""
    suite = run.verifying.suite()
    red = {name: state for name, state in suite.results.items() if state != "passed"}
    return json.dumps(
        {"counts": suite.counts(), "problem": suite.problem, "not passed": red, "output": suite.output[-8000:]}
    )


ANSWERS = {"plan": add_boxes, "done": tick, "drop": drop, "restore": restore, "test": test}
