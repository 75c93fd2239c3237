"""A scripted model: a list of turns, so that a run can be tried, shown and tested without a provider."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beastmode_tools.errors import CouldNotRun

if TYPE_CHECKING:
    from pydantic_ai.models.function import FunctionModel

__all__ = ["read_script", "scripted"]

Turn = Mapping[str, Any]
"""`say`: text; `calls`: a list of [tool, arguments], where arguments are a mapping or, to be malformed, a text; `fail`:
the provider fails, and another try would not change that."""


def read_script(path: Path) -> list[Turn]:
    """The turns of a YAML file; the last one is repeated if the run asks for more.

    Raises:
        CouldNotRun: It is not a list of turns.
    """
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - the package has no types, and only scripts need it

    try:
        turns = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as problem:
        raise CouldNotRun(f"{path} cannot be read as a script: {problem}") from problem
    if not isinstance(turns, list) or not turns or not all(isinstance(each, dict) for each in turns):
        raise CouldNotRun(f"{path} has to be a list of turns, each with `say`, `calls` or `fail`.")
    return turns


def scripted(turns: Sequence[Turn]) -> "FunctionModel":
    """A model that says one turn after the other."""
    from pydantic_ai.exceptions import ModelQuotaExceededError  # noqa: PLC0415 - loaded for a run with a model only
    from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart  # noqa: PLC0415 - likewise
    from pydantic_ai.models.function import AgentInfo, FunctionModel  # noqa: PLC0415 - likewise

    def parts(turn: Turn, number: int) -> Iterator[TextPart | ToolCallPart]:
        if "say" in turn:
            yield TextPart(str(turn["say"]))
        for index, (tool, arguments) in enumerate(turn.get("calls", ())):
            yield ToolCallPart(str(tool), arguments, tool_call_id=str(turn.get("id", f"c{number}-{index}")))

    def respond(messages: list[ModelMessage], _: AgentInfo) -> ModelResponse:
        said = sum(1 for each in messages if isinstance(each, ModelResponse))
        turn = turns[min(said, len(turns) - 1)]
        if "fail" in turn:
            raise ModelQuotaExceededError("scripted", str(turn["fail"]))
        return ModelResponse(list(parts(turn, said)))

    return FunctionModel(respond)
