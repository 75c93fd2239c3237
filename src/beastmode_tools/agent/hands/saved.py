"""A checkpoint as the journal keeps it."""

from dataclasses import asdict
from typing import Any

from beastmode_tools.agent.checkpoint.checkpoint import Checkpoint
from beastmode_tools.agent.checkpoint.databases import Copied

__all__ = ["checkpoint_as_json", "checkpoint_from_json"]


def checkpoint_as_json(checkpoint: Checkpoint) -> dict[str, Any]:
    """The checkpoint for a journal."""
    return asdict(checkpoint) | {"databases": [asdict(each) for each in checkpoint.databases]}


def checkpoint_from_json(facts: dict[str, Any]) -> Checkpoint:
    """The checkpoint that `checkpoint_as_json` has told."""
    databases = tuple(Copied(**each) for each in facts["databases"])
    return Checkpoint(facts["name"], facts["commit"], facts["tree"], databases, tuple(facts["empty"]))
