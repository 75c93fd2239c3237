"""`beast debt`: the shortcuts of the project, and what pays each of them."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from beastmode_tools.cli.place import app_option, project_option, python_option
from beastmode_tools.guard.acceptances.accepted import today
from beastmode_tools.guard.debt.read.shortcuts import Shortcut, Shortcuts, shortcuts_of
from beastmode_tools.project import find_project
from beastmode_tools.terminal import complain, has_colour, plain, say, styled

__all__ = ["debt"]


@click.command(short_help="List the project's shortcuts, and what pays each of them.")
@project_option
@app_option
@python_option
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def debt(*, folder: Path, app: str | None, python: Path | None, style: str) -> int:
    """Shortcuts that comments admit to (DEBT, TODO, HACK, FIXME), and those that the settings reveal.

    A comment says what ends a shortcut and what pays it:

        # DEBT: in-process cache until more than one server; then REDIS_URL

    Exit status: 0; 1 if one is overdue, because its `until` is a date that has passed; 2 if it could not run.
    """
    shortcuts = shortcuts_of(find_project(folder, app=app, python=python), today())
    if style == "json":
        say(json.dumps([as_json(each) for each in shortcuts.found], indent=2))
    else:
        say(listed(shortcuts, colour=has_colour()))
    for note in shortcuts.notes:
        complain(f"beast: {plain(note)}")
    return int(any(each.is_overdue for each in shortcuts.found))


def as_json(shortcut: Shortcut) -> dict[str, object]:
    """A shortcut for programs."""
    return asdict(shortcut) | {"since": None if shortcut.since is None else shortcut.since.isoformat()}


def listed(shortcuts: Shortcuts, *, colour: bool) -> str:
    """All shortcuts for a person, and how many there are."""
    if not shortcuts.found:
        return "No shortcuts." if not shortcuts.notes else "No shortcuts in comments."
    overdue = sum(each.is_overdue for each in shortcuts.found)
    count = len(shortcuts.found)
    total = f"{count} shortcut{'' if count == 1 else 's'}, {overdue} overdue."
    return "\n\n".join([*(shown(each, colour=colour) for each in shortcuts.found), total])


def shown(shortcut: Shortcut, *, colour: bool) -> str:
    """What it is and where, then when it ends, what pays it and how long it has been there."""
    mark = styled("overdue", "red", colour=colour) + "  " if shortcut.is_overdue else ""
    words = plain(shortcut.words) or "no reason given"
    head = f"{mark}{styled(shortcut.tag, 'bold', colour=colour)}  {plain(shortcut.where)}  {words}"
    parts = [f"{name} {plain(each)}" for name, each in (("until", shortcut.until), ("then", shortcut.then)) if each]
    if shortcut.tag == "DEBT" and not parts:
        parts.append("it says neither what ends it nor what pays it")
    if shortcut.since is not None:
        parts.append(f"since {shortcut.since.isoformat()}")
    return "\n".join([head, *(f"    {part}" for part in parts)])
