"""OpenAPI documents that stand in a repository as files."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.contract.compare.documents import Document, compare_versions
from beastmode_tools.guard.contract.compare.schema_changes import NotUnderstood
from beastmode_tools.guard.contract.compare.site import Site
from beastmode_tools.guard.contract.read.openapi import document_of, parsed
from beastmode_tools.source.files import kind_of
from beastmode_tools.source.sides import FileChange

__all__ = ["compare_specifications", "specifications"]


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
