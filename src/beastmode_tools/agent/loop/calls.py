"""The calls of an answer: what they ask for, and what of them the history may keep.

A history that holds what a provider does not take back, or what cannot be stored, would end the run at the next turn.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_ai.messages import ModelResponse, TextPart, ThinkingPart, ToolCallPart

from beastmode_tools.errors import CouldNotRun

__all__ = ["Call", "calls_of"]

MOST_ARGUMENTS = 1_000_000
"""Characters of the arguments of one call: what may be written, and its frame."""
DEEPEST = 40
"""Levels of arguments: no tool has more than four, and libraries give up at some hundreds."""
LONGEST_NAME = 64
"""Characters of the name of a tool, which providers refuse beyond that."""
LONGEST_ID = 40
"""Of what a provider called the call; what is added to make it unique fits into the 64 that providers take."""
STRANGE = re.compile(r"[^A-Za-z0-9_-]")
LONGEST_KEPT = 500
"""Characters of arguments that no tool could take: enough to see what was wrong."""
CUT = "the answer was cut off at the limit of its length, so this call is not whole. Make a smaller one."


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Args:
        tool: The tool, as the model named it.
        given: Its arguments.
        problem: Why it cannot be carried out; "" if it can.
        part: As the history keeps it.
    """

    tool: str
    given: Mapping[str, Any]
    problem: str
    part: ToolCallPart


def calls_of(response: ModelResponse, number: int) -> list[Call]:
    """The calls of an answer, whose parts are made fit for the history.

    Args:
        response: The answer; its parts are changed.
        number: Of the answer in the history. Some servers give two calls one ID, and would refuse the next request.
    """
    for each in response.parts:
        if isinstance(each, TextPart | ThinkingPart):
            each.content = sound(each.content)
    parts = [each for each in response.parts if isinstance(each, ToolCallPart)]
    calls = []
    for index, part in enumerate(parts):
        is_cut = response.finish_reason == "length" and part is parts[-1]
        try:
            tool, given, problem = part.tool_name, arguments_of(part), CUT if is_cut else ""
        except CouldNotRun as wrong:
            tool, given, problem = part.tool_name, {}, CUT if is_cut else str(wrong)
            part.args = kept(part.args)
        part.tool_name = STRANGE.sub("_", part.tool_name)[:LONGEST_NAME] or "unnamed"
        part.tool_call_id = f"{STRANGE.sub('', part.tool_call_id or '')[:LONGEST_ID]}-{number}-{index}"
        calls.append(Call(sound(tool), given, problem, part))
    return calls


def arguments_of(part: ToolCallPart) -> dict[str, Any]:
    """The arguments of a call.

    Raises:
        CouldNotRun: They are no JSON object, or far too long.
    """
    given: Any = part.args
    try:
        if isinstance(given, str):
            if len(given) > MOST_ARGUMENTS:
                raise CouldNotRun(f"the arguments have {len(given)} characters; at most {MOST_ARGUMENTS} are read.")
            given = json.loads(given or "{}", parse_constant=refuse_constant)
        if given is None:
            return {}
        text = json.dumps(given, ensure_ascii=False, allow_nan=False)
        text.encode()
    except UnicodeEncodeError:
        raise CouldNotRun("the arguments hold text that is not valid Unicode.") from None
    except (TypeError, ValueError, RecursionError) as problem:
        raise CouldNotRun(f"the arguments are not JSON: {str(problem)[:200]}") from None
    if not isinstance(given, dict):
        raise CouldNotRun("the arguments are not a JSON object.")
    if len(text) > MOST_ARGUMENTS or depth_of(given) > DEEPEST:
        raise CouldNotRun(
            f"the arguments are longer than {MOST_ARGUMENTS} characters, or deeper than {DEEPEST} levels."
        )
    return given


def kept(given: Any) -> dict[str, Any]:
    """What the history keeps of arguments that no tool could take: enough for the model to see what it did."""
    text = given if isinstance(given, str) else repr(given)[:LONGEST_KEPT]
    return {"malformed": sound(text[:LONGEST_KEPT])}


def depth_of(given: Any) -> int:
    """How many levels of lists and mappings there are."""
    level, depth = [given], 0
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [one for each in level for one in (each.values() if isinstance(each, dict) else each)]
    return depth


def sound(text: str) -> str:
    """The text without halves of characters, which cannot be stored or sent."""
    return text.encode("utf-8", "replace").decode()


def refuse_constant(name: str) -> None:
    """Refuses NaN and Infinity, which are no JSON.

    Raises:
        ValueError: Always.
    """
    raise ValueError(f"{name} is not JSON")
