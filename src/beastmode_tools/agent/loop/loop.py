"""The loop with a model: it proposes, the harness decides, does and checks; the end is a state of the machine."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from beastmode_tools.agent.hands.hands import ChangedOutside
from beastmode_tools.agent.loop.asking import WAITS, Asking, ProviderFailed
from beastmode_tools.agent.loop.budget import Budget
from beastmode_tools.agent.loop.calls import Call, calls_of
from beastmode_tools.agent.loop.instructions import INSTRUCTIONS, first_message
from beastmode_tools.agent.loop.offers import answer_of, definitions
from beastmode_tools.agent.loop.stuck import Watch
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.run.run import Ended, Run
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.journal.entry import write_whole

if TYPE_CHECKING:
    from pydantic_ai.models import Model

__all__ = ["Conversation", "converse"]

MOST_STALLS = 3
"""Answers without a call while a box is open; each was told what is open."""
MOST_MALFORMED = 5
"""Calls in a row that no tool could take."""
MOST_CALLS = 20
"""In one answer; more are a flood, and get an answer that says so."""


@dataclass(slots=True)
class Conversation:
    """A run with a model.

    Args:
        run: The run.
        model: What proposes.
        budget: What it may spend.
        history: Every message, valid for the provider at any time.
    """

    run: Run
    model: "Model"
    budget: Budget
    history: list[ModelMessage] = field(default_factory=list)
    watch: Watch = field(default_factory=Watch)
    stalls: int = 0
    malformed: int = 0
    asked: set[str] = field(default_factory=set)

    def save(self) -> None:
        """Keeps the messages, so that the run can be resumed."""
        write_whole(self.run.place / "messages.json", ModelMessagesTypeAdapter.dump_json(self.history))

    def say(self, text: str) -> None:
        """Tells the model something as the harness."""
        self.history.append(ModelRequest(parts=[UserPromptPart(text)]))
        self.save()


def converse(run: Run, model: "Model", budget: Budget, waits: Sequence[float] = WAITS) -> Ended:
    """Works with a model until the machine says that it is done, or until it cannot go on.

    Args:
        run: The run.
        model: What proposes.
        budget: What it may spend.
        waits: Seconds before each further try, if the provider fails.
    """
    talk = Conversation(run, model, budget, history=history_of(run))
    with Asking(model, parameters(), run.talk, waits) as asking:
        while True:
            if run.is_asked_to_stop():
                return Ended(Outcome.STOPPED, f"It was asked to stop. Go on: beast resume {run.id}")
            if said := budget.exceeded():
                return Ended(Outcome.LIMIT, said)
            try:
                response = asking.answer(talk.history, budget)
            except ProviderFailed as problem:
                return Ended(Outcome.PROVIDER, str(problem))
            spend(talk, response)
            ended = turn(talk, response)
            if ended is not None:
                return ended


def history_of(run: Run) -> list[ModelMessage]:
    """The messages so far; calls that were cut off have an answer that says so."""
    place = run.place / "messages.json"
    if not place.exists():
        impact = (run.journal.last_of("impact") or {}).get("impact", {})
        first = UserPromptPart(first_message(run.plan.task, impact))
        return [ModelRequest(parts=[SystemPromptPart(INSTRUCTIONS), first])]
    history = list(ModelMessagesTypeAdapter.validate_json(place.read_bytes()))
    if isinstance(history[-1], ModelResponse):
        calls = [each for each in history[-1].parts if isinstance(each, ToolCallPart)]
        told = "The run was cut off here. Look at the files before you go on."
        parts_of_it: list[Any] = [ToolReturnPart(each.tool_name, told, each.tool_call_id) for each in calls]
        history.append(ModelRequest(parts=parts_of_it or [UserPromptPart(told)]))
    return history


def parameters() -> ModelRequestParameters:
    """The tools that are offered."""
    made = [
        ToolDefinition(name=name, description=told, parameters_json_schema=schema)
        for name, told, schema in definitions()
    ]
    return ModelRequestParameters(function_tools=made, allow_text_output=True)


def spend(talk: Conversation, response: ModelResponse) -> None:
    """Counts what an answer cost."""
    usage, budget = response.usage, talk.budget
    budget.spent_turns += 1
    budget.spent_tokens += (usage.input_tokens or 0) + (usage.output_tokens or 0)
    budget.spent_money += float(getattr(usage, "cost", None) or 0)
    talk.run.cost.update(tokens=budget.spent_tokens, money=budget.spent_money, turns=budget.spent_turns)


def turn(talk: Conversation, response: ModelResponse) -> Ended | None:
    """Answers one answer of the model; how the run ended, or None if it goes on."""
    run, calls = talk.run, calls_of(response, len(talk.history))
    talk.history.append(response)
    talk.save()
    for text in (each.content for each in response.parts if isinstance(each, TextPart)):
        run.talk("said", " ".join(text.split()))
    if not calls:
        return without_call(talk)
    return with_calls(talk, calls)


def without_call(talk: Conversation) -> Ended | None:
    """A turn without a call ends the run only if the machine says that everything is done."""
    run = talk.run
    if run.plan.is_complete or run.plan.is_abandoned:
        return finished(talk)
    talk.stalls += 1
    if talk.stalls > MOST_STALLS:
        return Ended(
            Outcome.STALLED, f"{talk.stalls} answers in a row did nothing, with {len(run.plan.open)} boxes open."
        )
    opened = "; ".join(f"{each.id}. {each.title}" for each in run.plan.open)
    talk.say(f"Not finished. {f'Open: {opened}.' if opened else 'There is no plan yet: call plan.'} Go on with a call.")
    return None


def finished(talk: Conversation) -> Ended | None:
    """The end that the machine finds; what keeps the run from being done goes back to the model."""
    ended = talk.run.finish()
    if ended.outcome is not Outcome.STUCK:
        return ended
    talk.stalls += 1
    if talk.stalls > MOST_STALLS:
        return ended
    talk.say(f"Not finished: {ended.said} Add a box for it with plan, and go on.")
    return None


def with_calls(talk: Conversation, calls: Sequence[Call]) -> Ended | None:
    """Does the calls of one answer, one after the other."""
    run, results = talk.run, []
    waits = ""
    ticked = len(run.plan.done)
    for number, call in enumerate(calls):
        before = len(run.journal.records)
        result = "Not done: too many calls in one answer." if number >= MOST_CALLS or waits else result_of(talk, call)
        results.append(ToolReturnPart(call.part.tool_name, result, call.part.tool_call_id))
        waits = waits or asked_again(talk, before)
    talk.history.append(ModelRequest(parts=results))
    talk.save()
    talk.stalls = 0 if len(run.plan.done) > ticked else talk.stalls
    if waits:
        question = next(each for each in run.journal.of("question") if each["id"] == waits)
        return Ended(Outcome.NEEDS_APPROVAL, question["why"], waits)
    if talk.malformed >= MOST_MALFORMED:
        return Ended(Outcome.STALLED, f"{talk.malformed} calls in a row could not be understood.")
    if run.plan.is_abandoned or run.plan.is_complete:
        return finished(talk)
    return circling(talk, calls, results)


def circling(talk: Conversation, calls: Sequence[Call], results: Sequence[ToolReturnPart]) -> Ended | None:
    """A model that goes in circles is told so once; then the run ends."""
    told = json.dumps(
        [[each.tool, str(each.part.args), str(given.content)] for each, given in zip(calls, results, strict=True)]
    )
    wrong = talk.watch.see(told, f"{talk.run.hands.tree}{talk.run.plan}")
    if not wrong:
        return None
    if talk.watch.nudged:
        return Ended(Outcome.STUCK, wrong)
    talk.watch = Watch(nudged=True)
    talk.say(f"{wrong} Do something else, or drop the box and say why.")
    return None


def asked_again(talk: Conversation, before: int) -> str:
    """The approval that is asked for a second time, after the safe way was offered; "" for none."""
    for each in talk.run.journal.records[before:]:
        if each["what"] == "question":
            if each["id"] in talk.asked:
                return str(each["id"])
            talk.asked.add(each["id"])
    return ""


def result_of(talk: Conversation, call: Call) -> str:
    """What a call gives, as text, whatever happens.

    Raises:
        ChangedOutside: Somebody else changed the files, which ends the run.
    """
    if call.problem:
        talk.malformed += 1
        return f"Not done: {call.problem}"
    try:
        result = answer_of(talk.run, call.tool, call.given)
    except ChangedOutside:
        raise
    except CouldNotRun as problem:
        talk.malformed = talk.malformed + 1 if "cannot be called" in str(problem) or "no tool" in str(problem) else 0
        return f"Not done: {problem}"
    except Exception as problem:  # noqa: BLE001 - a tool that fails is an answer, not the end of the run
        return f"Not done: the tool failed: {type(problem).__name__}: {problem}"
    talk.malformed = 0
    return result
