"""A tool: one thing that a model, an assistant or a person may ask of a project, with a structured answer."""

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import Arguments
from beastmode_tools.agent.tools.masking import without_secrets
from beastmode_tools.errors import CouldNotRun

__all__ = ["MOST_ANSWER", "Tool"]

MOST_ANSWER = 64_000
"""Characters of JSON, about 16,000 tokens: one answer leaves room for many others in the memory of a model."""
MOST_PROBLEMS = 5  # with more than a handful of wrong arguments, the schema has to be read again anyway


@dataclass(frozen=True)
class Tool:
    """One thing that may be asked of a project.

    Args:
        name: As models and assistants call it.
        description: What they read to choose it.
        arguments: What it takes.
        module: The module of this package that answers, loaded when it is asked.
        command: The same on the command line.
        is_read_only: It changes nothing.
        is_destructive: It may delete or replace something.
        is_open_world: It reaches beyond the project, over the network.
        seconds: After that, a call is ended.
    """

    name: str
    description: str
    arguments: type[Arguments]
    module: str
    command: str
    is_read_only: bool = True
    is_destructive: bool = False
    is_open_world: bool = False
    seconds: float = 60.0

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments; what it does not name is refused."""
        made = self.arguments.model_json_schema()
        shown = {name: {key: each for key, each in field.items() if key != "title"} for name, field in fields_of(made)}
        return {"type": "object", "properties": shown, "additionalProperties": False} | (
            {"required": made["required"]} if "required" in made else {}
        )

    def parse(self, given: Mapping[str, Any]) -> Any:
        """The arguments as an object.

        Raises:
            CouldNotRun: They do not fit the schema; the message names each argument that does not.
        """
        try:
            return self.arguments.model_validate_json(json.dumps(dict(given), allow_nan=False))
        except ValidationError as problem:
            errors = problem.errors(include_url=False, include_input=False)
            told = "; ".join(f"{name_of(each['loc'])}: {each['msg']}" for each in errors[:MOST_PROBLEMS])
        except (TypeError, ValueError, RecursionError) as problem:
            told = f"the arguments are not JSON ({problem})"
        raise CouldNotRun(f"{self.name} cannot be called like this: {told}.")

    def run(self, performer: Performer, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answer, bounded, and without the secrets of the project.

        Args:
            performer: What decides and carries out every effect.
            given: The arguments, as JSON.

        Raises:
            CouldNotRun: The arguments do not fit, the gate refuses, or the question has no answer.
        """
        arguments = self.parse(given)
        answering = importlib.import_module(f"beastmode_tools.agent.tools.{self.module}")
        answered: dict[str, Any] = answering.answer(performer, arguments)
        return bounded(without_secrets(answered, performer.grants.root))


def fields_of(schema: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each argument with its schema."""
    return list(schema.get("properties", {}).items())


def name_of(place: tuple[int | str, ...]) -> str:
    """The argument that a problem is about."""
    return ".".join(str(part) for part in place) or "arguments"


def bounded(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, or its beginning if it is longer than MOST_ANSWER."""
    text = json.dumps(answer, default=str)
    if len(text) <= MOST_ANSWER:
        return answer
    return {
        "truncated": f"The answer has {len(text)} characters; this is the beginning. Ask for less.",
        "beginning": text[:MOST_ANSWER],
    }
