"""Modules of the project that a migration imports: found on the disk, parsed, never imported."""

from __future__ import annotations

import ast
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from beastmode_tools.guard.migrations.read.values import Method, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Modules"]

MOST = 60
"""A migration imports a few modules of its project, and those import others; all models of a large project are about
60."""
LARGEST = 400_000
"""Bytes; about 10,000 lines, which nobody writes as one module of models."""


class Modules:
    """Finds and declares modules of one project, each once.

    Args:
        folder: The project's folder; None where there is none to look in.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.declare: Callable[[str, ast.Module], Scope] | None = None
        self.loaded: dict[Path, Scope | None] = {}

    def is_own(self, name: str) -> bool:
        """Whether a dotted name is code of the project: its first part is a file or folder of it."""
        root = name.lstrip(".").partition(".")[0]
        if self.folder is None or not root or root in sys.stdlib_module_names or root in {"alembic", "sqlalchemy"}:
            return False
        return any(
            (base / root).is_dir() or (base / f"{root}.py").is_file() for base in (self.folder, self.folder / "src")
        )

    def is_application(self, node: ast.ImportFrom, path: str) -> bool:
        """Whether an import takes something of the application, and not of the migrations beside it."""
        if node.level:
            return False
        module = node.module or ""
        if not self.is_own(module):
            return False
        home = PurePosixPath(path).parent.parent
        found = self.find(module, path)
        return found is None or self.folder is None or not found.is_relative_to(self.folder / home)

    def find(self, module: str, path: str) -> Path | None:
        """The file of a module that a file imports."""
        if self.folder is None:
            return None
        level = len(module) - len(module.lstrip("."))
        parts = [part for part in module.lstrip(".").split(".") if part]
        bases = [(self.folder / path).parents[level - 1]] if level else [self.folder, self.folder / "src"]
        for base in bases:
            for candidate in (
                base.joinpath(*parts).with_suffix(".py") if parts else base,
                base.joinpath(*parts, "__init__.py"),
            ):
                if candidate.is_file() and candidate.resolve().is_relative_to(self.folder.resolve()):
                    return candidate
        return None

    def resolve(self, name: str) -> Any:
        """The value of a dotted name, by the longest part of it that is a module; None where there is none."""
        parts = name.split(".")
        for end in range(len(parts) - 1, 0, -1):
            scope = self.load(".".join(parts[:end]), "")
            if scope is not None:
                value = scope.names.get(parts[end])
                return value if end == len(parts) - 1 else None if value is None else Method(value, parts[end + 1])
        return None

    def absolute(self, module: str, path: str) -> str:
        """The dotted name of a module that a file imports by dots."""
        file = self.find(module, path)
        if file is None or self.folder is None or not module.startswith("."):
            return module.lstrip(".")
        parts = file.relative_to(self.folder).with_suffix("").parts
        return ".".join(part for part in parts if part not in {"__init__", "src"})

    def load(self, module: str, path: str) -> Scope | None:
        """The names of a module; None where it cannot be read."""
        file = self.find(module, path)
        if file is None or self.folder is None or self.declare is None:
            return None
        if file not in self.loaded:
            self.loaded[file] = None
            if len(self.loaded) <= MOST and file.stat().st_size <= LARGEST:
                try:
                    tree = ast.parse(file.read_text(encoding="utf-8", errors="replace"))
                except (SyntaxError, ValueError, RecursionError, OSError):
                    return None
                self.loaded[file] = self.declare(file.relative_to(self.folder).as_posix(), tree)
        return self.loaded[file]
