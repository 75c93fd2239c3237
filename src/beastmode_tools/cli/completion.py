"""What shells complete besides commands and options: the names of the project that a person is in."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.recipes.code.layout import Layout, read_layout
from beastmode_tools.recipes.journal.entry import Journal
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["attributes", "changes", "columns", "models", "resources"]

Names = Callable[[click.Context, click.Parameter, str], list[str]]


def completed(names: Callable[[Path], Iterator[str]]) -> Names:
    """A function that click asks for the names that begin with what was typed; without a project there are none."""

    @functools.wraps(names)
    def complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
        try:
            return sorted({name for name in names(project_folder(Path.cwd())) if name.startswith(begun)})
        except (CouldNotRun, OSError):
            return []

    return complete


def layout_of(folder: Path) -> Layout:
    """The parts of the project."""
    return read_layout(Workspace(folder))


@completed
def models(folder: Path) -> Iterator[str]:
    """Such as `User`."""
    yield from layout_of(folder).models


@completed
def attributes(folder: Path) -> Iterator[str]:
    """The beginning of an attribute that is new, such as `User.`."""
    yield from (f"{name}." for name in layout_of(folder).models)


@completed
def columns(folder: Path) -> Iterator[str]:
    """Such as `users.name`; relations and what the database has by itself are no columns to index or to change."""
    found = layout_of(folder)
    for model in found.models.values():
        for attribute, annotation in model.attributes.items():
            if annotation.startswith("Mapped[") and not any(name in annotation for name in found.models):
                yield f"{model.table}.{attribute}"


@completed
def resources(folder: Path) -> Iterator[str]:
    """What blueprints serve, such as `users`."""
    yield from (place.prefix.strip("/") for place in layout_of(folder).blueprints if "<" not in place.prefix)


@completed
def changes(folder: Path) -> Iterator[str]:
    """The IDs of what beast has changed, such as `0001`."""
    yield from (entry.id for entry in Journal(folder).entries() if entry.state == "applied")
