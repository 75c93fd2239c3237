"""The model of a run: Anthropic, anything that speaks OpenAI's protocol, or a script."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from beastmode_tools.agent.models.script import read_script, scripted
from beastmode_tools.errors import CouldNotRun

if TYPE_CHECKING:
    from pydantic_ai.models import Model

__all__ = ["KEYS", "model_of"]

KEYS = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}
"""Provider -> the variable that holds its key."""
LOCAL = "local"
"""What is sent as the key to a server of one's own, which asks for none."""


def model_of(name: str, base_url: str = "") -> "Model":
    """The model that a name means.

    Args:
        name: "anthropic:NAME", "openai:NAME" or "scripted:FILE".
        base_url: Of a server that speaks the provider's protocol; "" for the provider's own.

    Raises:
        CouldNotRun: It is none of them, or its key is missing.
    """
    provider, _, model = name.partition(":")
    if provider == "scripted" and model:
        return scripted(read_script(Path(model)))
    if provider not in KEYS or not model:
        raise CouldNotRun(f"{name!r} is no model. Write anthropic:NAME, openai:NAME or scripted:FILE.")
    key = os.environ.get(KEYS[provider], LOCAL if base_url else "")
    if not key:
        raise CouldNotRun(f"{KEYS[provider]} is not set, and {name} needs it. A server of your own needs --base-url.")
    if provider == "anthropic":
        from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415 - it loads for more than a second
        from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415 - likewise

        return AnthropicModel(model, provider=AnthropicProvider(api_key=key, base_url=base_url or None))
    from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415 - likewise
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415 - likewise

    return OpenAIChatModel(model, provider=OpenAIProvider(api_key=key, base_url=base_url or None))
