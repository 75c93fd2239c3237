"""How the rules of contracts weigh a change: who sends it, and what became of the set of valid values."""

from typing import Any

from beastmode_tools.guard.contract.compare.site import Effect

__all__ = ["always", "from_api", "from_client", "narrows", "of_request", "of_response", "widens"]


def always(_: Any) -> bool:
    """Whatever the change says."""
    return True


def of_request(change: Any) -> bool:
    """Whether it is about something that the client sends, even if nobody sends the field."""
    return bool(change.site.is_request)


def of_response(change: Any) -> bool:
    """Whether it is about something that the API sends, even if nobody sends the field."""
    return not change.site.is_request


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
