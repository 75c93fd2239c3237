"""The former name of `beastmode.core.middleware`."""

import warnings
from typing import TYPE_CHECKING, Any

from beastmode.core import middleware

_NAMES = {
    "Edge": "Middleware",
    "Probe": "Probe",
    "edge_of": "middleware_of",
    "install_edge": "install_middleware",
}
"""What each name is called in `beastmode.core.middleware`."""

if not TYPE_CHECKING:  # or mypy would believe in any name

    def __getattr__(name: str) -> Any:
        if name not in _NAMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        message = f"beastmode.core.edge.{name} is deprecated; import {_NAMES[name]} from beastmode.core.middleware."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return getattr(middleware, _NAMES[name])
