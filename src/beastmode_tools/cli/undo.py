"""`beast undo`: takes a change back, file by file and byte by byte."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from beastmode_tools.cli.completion import changes
from beastmode_tools.cli.place import python_option
from beastmode_tools.cli.recipe import shown_diff
from beastmode_tools.development.database import created_by, downgrade
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.project import interpreter
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.recipes.journal.entry import Entry, Journal
from beastmode_tools.recipes.journal.lock import one_at_a_time
from beastmode_tools.recipes.journal.undo import inverse, refuse_undo, to_undo
from beastmode_tools.recipes.journal.writing import apply, recover
from beastmode_tools.terminal import plain, say

__all__ = ["undo"]


@click.command(short_help="Take a change back.")
@click.argument("number", metavar="[ID]", required=False, shell_complete=changes)
@click.option("--yes", is_flag=True, help="Delete the rows of the development database that go with it.")
@click.option("--pretend", is_flag=True, help="Show the changes as a diff, and make none.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@python_option
def undo(*, number: str | None, yes: bool, pretend: bool, as_json: bool, python: Path | None) -> None:
    """Takes back the last change of `beast`, or the one with this ID; `beast history` lists them.

    The development database is downgraded first, if it has the migration of the change. Other databases are left alone:
    downgrade those before you deploy. Refused if a file has been edited since.
    """
    folder = project_folder(Path.cwd())
    journal = Journal(folder)
    with one_at_a_time(folder):
        recover(journal)
        entry = to_undo(journal, number)
        refuse_undo(journal, entry)
        if pretend:
            diff = "".join(edit.diff() for edit in inverse(journal, entry))
            say(json.dumps(facts(entry, diff), indent=2) if as_json else shown_diff(diff))
            return
        database = take_back_rows(entry, interpreter(folder, folder, python), folder, yes=yes)
        apply(journal, entry, "undo")
    if as_json:
        say(json.dumps(facts(entry), indent=2))
    else:
        files = f"{len(entry.files)} file{'' if len(entry.files) == 1 else 's'}"
        also = f", and {plain(database)} was downgraded" if database else ""
        say(f"Undone: beast {plain(entry.command)} ({files}{also}).")


def take_back_rows(entry: Entry, python: Path, folder: Path, *, yes: bool) -> str:
    """Downgrades the development database; its address, or "" if it does not have the migration.

    Raises:
        CouldNotRun: Rows would go, and nobody said yes.
    """
    if not entry.revision:
        return ""
    migration = {
        "revision": entry.revision,
        "follows": entry.follows,
        "stores": [asdict(each) for each in entry.stores],
    }
    found = created_by(python, folder, migration)
    if found.rows and not yes:
        rows = ", ".join(f"{number} in {name}" for name, number in found.rows.items())
        raise CouldNotRun(f"this deletes rows of {found.database}: {rows}. If they may go: beast undo {entry.id} --yes")
    if found.is_applied:
        downgrade(python, folder, migration)
    return found.database


def facts(entry: Entry, diff: str | None = None) -> dict[str, object]:
    """What is undone, for programs."""
    told: dict[str, object] = {"id": entry.id, "command": entry.command, "pretend": diff is not None}
    told["files"] = [each.path for each in entry.files]
    return told | ({"diff": diff} if diff is not None else {})
