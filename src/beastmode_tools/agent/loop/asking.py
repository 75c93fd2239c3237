"""Asks the provider for an answer, and again while what failed may pass; a failure that lasts ends the run."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelQuotaExceededError,
    ModelRequestRejectedError,
    UserError,
)
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.settings import ModelSettings

from beastmode_tools.agent.loop.budget import Budget
from beastmode_tools.agent.models.models import KEYS
from beastmode_tools.errors import CouldNotRun

if TYPE_CHECKING:
    from pydantic_ai.models import Model

__all__ = ["WAITS", "Asking", "ProviderFailed"]

WAITS = (1.0, 4.0, 16.0)
"""Seconds before each further try: most overloads pass within twenty seconds, and a person watches."""
LONGEST_WAIT = 60.0
"""Seconds that a provider may ask for; a run that has to wait longer is resumed later, by a person."""
ANSWER = 600.0
"""Seconds for one answer: MOST_TOKENS at the pace of a slow server of one's own, about 27 a second."""
MOST_TOKENS = 16_384
"""Of one answer. More would be streamed, and a stream that is cut off can look like an answer that is finished."""
LASTING = (ModelRequestRejectedError, ModelQuotaExceededError, ContentFilterError, UserError)
"""What is the same at the next try: a wrong key, a model that does not exist, a history that is too long."""
LONGEST_REASON = 300  # characters; some servers answer with a page of HTML


class ProviderFailed(CouldNotRun):
    """The provider gave no answer, and goes on so."""


@dataclass(slots=True)
class Asking:
    """Asks one model, within one event loop: the connections of a provider belong to the loop that opened them.

    Args:
        model: What is asked.
        parameters: The tools that it is offered.
        tell: Told, as kind and sentence, of each failure that is tried again.
        waits: Seconds before each further try.
    """

    model: "Model"
    parameters: ModelRequestParameters
    tell: Callable[[str, str], None]
    waits: Sequence[float] = WAITS
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def __enter__(self) -> Self:
        """Opens what the model needs."""
        self.runner.run(self.model.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes its connections."""
        self.runner.run(self.model.__aexit__(kind, problem, trace))
        self.runner.close()

    def answer(self, history: Sequence[ModelMessage], budget: Budget) -> ModelResponse:
        """The answer to a history.

        Raises:
            ProviderFailed: There is none, and another try would not change that, or has not.
        """
        for wait in (*self.waits, None):
            try:
                return self.runner.run(self.request(history, budget))
            except Exception as problem:  # what a library raises on any bytes that a server may send
                pause = max(wait or 0.0, getattr(problem, "retry_after", None) or 0.0)
                is_over = wait is None or pause > LONGEST_WAIT or budget.seconds_left() <= pause
                if is_over or isinstance(problem, LASTING):
                    raise ProviderFailed(reason_of(problem, pause)) from problem
                self.tell("provider", f"The provider failed ({reason_of(problem, 0)}). Trying again in {pause:g} s.")
                time.sleep(pause)
        raise AssertionError  # the last wait is None, which raises

    async def request(self, history: Sequence[ModelMessage], budget: Budget) -> ModelResponse:
        """One try; the library makes no further ones, so that every failure is told."""
        settings = ModelSettings(
            max_tokens=MOST_TOKENS, max_retries=0, request_timeout=max(1.0, min(ANSWER, budget.seconds_left()))
        )
        response = await model_request(
            self.model, history, model_settings=settings, model_request_parameters=self.parameters
        )
        if response.state != "complete":
            raise AgentRunError(f"the answer is {response.state}")
        return response


def reason_of(problem: Exception, pause: float) -> str:
    """A failure in one line."""
    told = " ".join(str(problem).split())
    for key in filter(None, map(os.environ.get, KEYS.values())):
        told = told.replace(key, "[key]")  # some servers repeat a wrong one
    told = told[:LONGEST_REASON]
    kind = type(problem).__name__ if isinstance(problem, AgentRunError | UserError) else "It cannot be read"
    waits = f" It asks to wait {pause:g} s." if pause > LONGEST_WAIT else ""
    return f"{kind}: {told}{waits}"
