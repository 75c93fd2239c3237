"""Renders the templates of new files."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["render", "render_text"]

ENVIRONMENT: dict[Path, Environment] = {}


def render(folder: Path, name: str, values: dict[str, Any]) -> str:
    """The text of a template.

    Args:
        folder: Where the templates of a recipe are.
        name: Of the template, relative to the folder.
        values: What the template may name; an unknown name is an error.
    """
    if folder not in ENVIRONMENT:
        ENVIRONMENT[folder] = environment(FileSystemLoader(folder))
    return ENVIRONMENT[folder].get_template(name).render(values)


def render_text(text: str, values: dict[str, Any]) -> str:
    """The text of a template that is no file."""
    return environment(None).from_string(text).render(values)


def environment(loader: FileSystemLoader | None) -> Environment:
    """What every template is rendered with; it makes code and configuration, so nothing is escaped for HTML."""
    return Environment(  # noqa: S701 - no HTML is made
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
