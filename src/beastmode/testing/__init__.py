"""Fixtures for a project's tests; pytest finds them once the option `beastmode_app` names the application."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beastmode.testing.client import ApiClient
    from beastmode.testing.clock import MovableClock
    from beastmode.testing.factories import Factory
    from beastmode.testing.inbox import Inbox, SentMail
    from beastmode.testing.queries import Queries

__all__ = ["ApiClient", "Factory", "Inbox", "MovableClock", "Queries", "SentMail"]

_HOMES = {
    "ApiClient": "client",
    "Factory": "factories",
    "Inbox": "inbox",
    "MovableClock": "clock",
    "Queries": "queries",
    "SentMail": "inbox",
}

if not TYPE_CHECKING:  # or mypy would believe in any name

    def __getattr__(name: str) -> Any:
        # On first use: every pytest run of an environment imports this package, and most do not need it.
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return globals().setdefault(name, getattr(import_module(f"{__name__}.{_HOMES[name]}"), name))
