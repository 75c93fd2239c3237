"""Changes a library right after the project imported it, and never imports one that the project does not use."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any, Callable

__all__ = ["when_imported"]


class AfterImport:
    """A finder that lets the others find, and runs what was asked for when the module has been executed."""

    def __init__(self) -> None:
        self.changes: dict[str, list[Callable[[Any], None]]] = {}
        self.busy: set[str] = set()

    def find_spec(self, name: str, *_: Any) -> Any:
        """The spec that the other finders give, with its loader followed by the changes."""
        if name not in self.changes or name in self.busy:
            return None
        self.busy.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.busy.discard(name)
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            follow(spec.loader, self.changes[name])
        return spec


def follow(loader: Any, changes: list[Callable[[Any], None]]) -> None:
    """Makes a loader run the changes once it has executed the module."""
    execute = loader.exec_module

    def exec_module(module: Any) -> None:
        execute(module)
        for change in changes:
            change(module)

    loader.exec_module = exec_module


FINDER = AfterImport()


def when_imported(name: str, change: Callable[[Any], None]) -> None:
    """Calls `change(module)` as soon as the module has been imported; at once where it already is.

    Args:
        name: The module's dotted name.
        change: What to do with it.
    """
    if FINDER not in sys.meta_path:
        finders: list[Any] = sys.meta_path
        finders.insert(0, FINDER)
    if name in sys.modules:
        change(sys.modules[name])
    else:
        FINDER.changes.setdefault(name, []).append(change)
