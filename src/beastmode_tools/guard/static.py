"""What can be said of a change without starting anything: documents, migrations and code, as they stand in files."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.compare import code
from beastmode_tools.guard.compare.code_files import kind_of
from beastmode_tools.guard.compare.contract import Document, compare_versions
from beastmode_tools.guard.compare.contract.schema_changes import NotUnderstood
from beastmode_tools.guard.compare.contract.site import Site
from beastmode_tools.guard.compare.tree import FileChange
from beastmode_tools.guard.finding import Finding
from beastmode_tools.guard.readers.migrations import read_changes, read_history
from beastmode_tools.guard.readers.openapi import document_of, parsed
from beastmode_tools.guard.rule import judge
from beastmode_tools.guard.rules.index import RULES

__all__ = ["compare_specifications", "judge_files", "specifications"]

MIGRATIONS = ("migrations", "alembic")


def judge_files(
    old: Mapping[str, str], new: Mapping[str, str], *, core: tuple[str, ...] = (), today: date | None = None
) -> list[Finding]:
    """What the rules find between two sets of files, read only.

    Args:
        old: The base side, path -> text.
        new: The work side.
        core: `[guard] core`.
        today: To judge sunset dates by; without it, none has passed.
    """
    delta = code.delta_of_files(old, new, core)
    changes = [
        *compare_specifications(delta.changes, today=today),
        *migration_changes(old, new),
        *code.compare(delta),
    ]
    return list(judge(RULES, changes))


def compare_specifications(changes: tuple[FileChange, ...], *, today: date | None) -> Iterator[Any]:
    """What differs between the sides of OpenAPI documents that stand in the repository as files."""
    for change in changes:
        if kind_of(change.path) == "specification" and not change.is_binary:
            old, new = specification(change.old, change.old_path), specification(change.new, change.path)
            if (change.old is not None and old is None) or (change.new is not None and new is None):
                yield NotUnderstood(
                    Site(change.path, content=change.content), "the document cannot be read on one side"
                )
                continue
            sides = ({} if each is None else {change.path: each} for each in (old, new))
            yield from compare_versions(*sides, today=today)


def specifications(changes: tuple[FileChange, ...]) -> Iterator[Document]:
    """The OpenAPI documents among the changed files, of both sides."""
    for change in changes:
        if kind_of(change.path) == "specification" and not change.is_binary:
            found = (specification(change.old, change.old_path), specification(change.new, change.path))
            yield from (each for each in found if each is not None)


def specification(text: str | None, path: str) -> Document | None:
    """The document in a file; None where there is none that can be read."""
    if text is None:
        return None
    try:
        return document_of(parsed(text.encode(), path), path)
    except CouldNotRun:
        return None


def migration_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[object]:
    """What differs between the migrations among the files."""
    home = next((name for name in MIGRATIONS if any(path.startswith(f"{name}/") for path in (*old, *new))), None)
    if home is None:
        return
    with ExitStack() as stack:
        folders = []
        for files in (old, new):
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="beast-static-")))
            for path, text in files.items():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            folders.append(folder)
        histories = [read_history(folder, home) for folder in folders]
        yield from read_changes(histories[0], histories[1], folders[1])
