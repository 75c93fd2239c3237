"""How the rules of contracts weigh a change: who sends it, and what became of the set of valid values."""

from typing import Any

from beastmode_tools.guard.contract.compare.site import Effect
from beastmode_tools.guard.rule import Found

__all__ = ["found", "from_api", "from_client", "narrows", "widens"]


def from_client(change: Any) -> bool:
    """Whether the client sends what changed."""
    return change.site.is_request and not change.site.is_hidden


def from_api(change: Any) -> bool:
    """Whether the API sends what changed."""
    return not change.site.is_request and not change.site.is_hidden


def narrows(change: Any) -> bool:
    """Whether something that was valid no longer is."""
    return Effect.NARROWS in change.effect


def widens(change: Any) -> bool:
    """Whether something is valid that was not."""
    return Effect.WIDENS in change.effect


def found(change: Any, problem: str, instead: str = "", detail: str = "") -> Found:
    """A finding at the place of a change; `detail` tells it from others of the same rule at the same place."""
    site = change.site
    return Found(site.where or "the document", problem, instead, f"{site.subject} {detail}".strip())
