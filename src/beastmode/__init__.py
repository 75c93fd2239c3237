"""A Flask backend for small teams: fast to build, and safe to change."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beastmode.accounts import Accounts
    from beastmode.api import Api, Blueprint, Schema, Version
    from beastmode.core.errors import Problem
    from beastmode.db import Database, after_commit, before_commit, transaction
    from beastmode.extension import Beastmode
    from beastmode.query import loading

__all__ = [
    "Accounts",
    "Api",
    "Beastmode",
    "Blueprint",
    "Database",
    "Problem",
    "Schema",
    "Version",
    "after_commit",
    "before_commit",
    "loading",
    "transaction",
]
__version__ = "0.1.0"

_HOMES = {
    "Accounts": "beastmode.accounts",
    "Api": "beastmode.api",
    "Beastmode": "beastmode.extension",
    "Blueprint": "beastmode.api",
    "Database": "beastmode.db",
    "Problem": "beastmode.core.errors",
    "Schema": "beastmode.api",
    "Version": "beastmode.api",
    "after_commit": "beastmode.db",
    "before_commit": "beastmode.db",
    "loading": "beastmode.query",
    "transaction": "beastmode.db",
}

if not TYPE_CHECKING:  # or mypy would believe in any name

    def __getattr__(name: str) -> Any:
        # On first use: every pytest run of an environment imports beastmode.testing.plugin, most without needing Flask.
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return globals().setdefault(name, getattr(import_module(_HOMES[name]), name))
