"""Takes a change back, if nobody has edited its files since."""

from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.journal.entry import Entry, Journal
from beastmode_tools.recipes.journal.writing import current_digest
from beastmode_tools.recipes.plan import Edit

__all__ = ["inverse", "refuse_undo", "to_undo"]


def to_undo(journal: Journal, number: str | None) -> Entry:
    """The change that is meant: the one with this ID, or the last one that has not been undone.

    Raises:
        CouldNotRun: There is none, or it has been undone.
    """
    if number is not None:
        entry = journal.entry(number)
        if entry.state != "applied":
            raise CouldNotRun(f"{entry.id} (beast {entry.command}) has already been undone.")
        return entry
    applied = [entry for entry in journal.entries() if entry.state == "applied"]
    if not applied:
        raise CouldNotRun("there is nothing to undo here. `beast history` lists the changes.")
    return applied[-1]


def refuse_undo(journal: Journal, entry: Entry) -> None:
    """Refuses to take back what something else has been built on.

    Raises:
        CouldNotRun: A file has been edited since, or a later migration follows the one of the change.
    """
    edited = [each.path for each in entry.files if current_digest(journal, each.path) != each.after]
    if edited:
        later = [
            other
            for other in journal.entries()
            if other.id > entry.id and other.state == "applied" and {each.path for each in other.files} & {*edited}
        ]
        if later:
            raise CouldNotRun(
                f"{edited[0]} was changed again by {later[-1].id} (beast {later[-1].command}). "
                f"Undo that first: beast undo {later[-1].id}"
            )
        raise CouldNotRun(
            f"{', '.join(edited)} {'has' if len(edited) == 1 else 'have'} been edited since beast {entry.command}. "
            f"Restore {'it' if len(edited) == 1 else 'them'} first, or take the change back by hand."
        )
    if entry.revision and (follower := following(journal.project, entry)):
        raise CouldNotRun(
            f"{follower} follows the migration {entry.revision} of this change. Undo or remove that one first."
        )


def inverse(journal: Journal, entry: Entry) -> tuple[Edit, ...]:
    """The edits that take a change back."""

    def content(digest: str | None) -> bytes | None:
        return None if digest is None else journal.content(digest)

    return tuple(Edit(each.path, content(each.after), content(each.before)) for each in entry.files)


def following(project: Path, entry: Entry) -> str:
    """The migration that was written after the last one of the change; "" if there is none."""
    own = {project / each.path for each in entry.files}
    folders = {path.parent for path in own if path.parent.name == "versions"}
    for path in (path for folder in folders for path in sorted(folder.glob("*.py")) if path not in own):
        text = path.read_text(encoding="utf-8", errors="replace")
        if any(line.startswith("down_revision") and entry.revision in line for line in text.splitlines()):
            return path.relative_to(project).as_posix()
    return ""
