"""Former names of `beastmode.query`."""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        moved = import_module("beastmode.query.lists.page")
        if name.startswith("_") or not hasattr(moved, name):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        message = f"beastmode.db.windows is deprecated; import {name} from beastmode.query."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return getattr(moved, name)
