"""Objects of a class that the project's code made, wherever it keeps them."""

from __future__ import annotations

import gc
import sys
from typing import Any

__all__ = ["instances", "instances_of"]


def instances(kind: type) -> list[Any]:
    """Every living instance of a class."""
    kinds = {kind}
    rest = [kind]
    while rest:
        fresh: set[type] = set(type.__subclasses__(rest.pop())) - kinds
        kinds |= fresh
        rest.extend(fresh)
    return [one for one in gc.get_objects() if type(one) in kinds]


def instances_of(module: str, name: str) -> list[Any]:
    """Every living instance of a class that the project may never have imported."""
    kind = getattr(sys.modules.get(module), name, None)
    return instances(kind) if isinstance(kind, type) else []
