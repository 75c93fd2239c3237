"""One change in the journal: a folder with what each file held before and after."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.plan import Edit, Plan, Stored
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["Entry", "Journal", "Recorded", "State", "own_folder", "was_made"]

State = Literal["begun", "applied", "undone"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A file of a change, by the digests of its contents; None if it does not exist.

    Args:
        path: Relative to the project's folder.
        before: Digest before the change.
        after: Digest after the change.
    """

    path: str
    before: str | None
    after: str | None

    def reversed(self) -> "Recorded":
        """The same, in the other direction."""
        return Recorded(self.path, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Entry:
    """A change that was made, or taken back.

    Args:
        id: Four digits, counted up.
        command: What the person typed.
        made_at: ISO time, in UTC.
        files: What it did to which files.
        folders: Folders that it created, outermost first.
        state: How far it is.
        revision: The last migration that it added; "" for none.
        follows: The migration before those; "" for none.
        stores: The tables and columns that the migration creates.
    """

    id: str
    command: str
    made_at: str
    files: tuple[Recorded, ...]
    folders: tuple[str, ...]
    state: State = "begun"
    revision: str = ""
    follows: str = ""
    stores: tuple[Stored, ...] = field(default=())


class Journal:
    """The journal of a project, in its folder `.beast`, which git ignores.

    Args:
        folder: The project's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.project = folder.resolve()
        self.folder = self.project / ".beast"
        self.pending = self.folder / "pending"

    def begin(self, plan: Plan, made_at: str) -> Entry:
        """Record a plan completely, before any file is touched."""
        own_folder(self.project)
        number = 1 + max((int(each.id) for each in self.entries()), default=0)
        files = tuple(Recorded(edit.path, self._keep(edit.before), self._keep(edit.after)) for edit in plan.edits)
        entry = Entry(
            id=f"{number:04}",
            command=plan.command,
            made_at=made_at,
            files=files,
            folders=new_folders(self.project, plan.edits),
            revision=plan.revision,
            follows=plan.follows,
            stores=plan.stores,
        )
        self.save(entry)
        return entry

    def entries(self) -> list[Entry]:
        """Every change, oldest first."""
        return [as_entry(path) for path in sorted(self.folder.glob("[0-9]*.json"))]

    def entry(self, number: str) -> Entry:
        """The change with this ID.

        Raises:
            CouldNotRun: There is none.
        """
        wanted = number.zfill(4)
        for entry in self.entries():
            if entry.id == wanted:
                return entry
        raise CouldNotRun(f"there is no change {number}. `beast history` lists them.")

    def save(self, entry: Entry, state: State | None = None) -> None:
        """Store how far a change is."""
        entry = entry if state is None else replace(entry, state=state)
        write_whole(self.folder / f"{entry.id}.json", json.dumps(asdict(entry), indent=1).encode())

    def forget(self, entry: Entry) -> None:
        """Remove a change that did not touch a file."""
        (self.folder / f"{entry.id}.json").unlink(missing_ok=True)

    def content(self, digest: str) -> bytes:
        """What a digest stands for."""
        return (self.folder / "contents" / digest).read_bytes()

    def _keep(self, content: bytes | None) -> str | None:
        if content is None:
            return None
        digest = digest_of(content)
        place = self.folder / "contents" / digest
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            write_whole(place, content)
        return digest


def was_made(workspace: Workspace, command: str) -> bool:
    """Whether the same command was carried out here, so that what it would remove may be gone because of it."""
    return any(each.command == command and each.state == "applied" for each in Journal(workspace.folder).entries())


def own_folder(project: Path) -> Path:
    """The folder `.beast` of a project, made if it is missing, which git ignores."""
    folder = project / ".beast"
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        write_whole(ignore, b"# beast keeps here what it needs to undo its changes.\n*\n")
    return folder


def digest_of(content: bytes) -> str:
    """What stands for a content."""
    return hashlib.sha256(content).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Puts a file in place whole: whoever reads it sees the old content or the new one."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def new_folders(project: Path, edits: tuple[Edit, ...]) -> tuple[str, ...]:
    """The folders that have to be created for the edits, outermost first."""
    needed = {parent for edit in edits for parent in Path(edit.path).parents if edit.after is not None}
    return tuple(sorted(folder.as_posix() for folder in needed if not (project / folder).exists()))


def as_entry(path: Path) -> Entry:
    """What is stored about a change."""
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    facts["files"] = tuple(Recorded(**each) for each in facts["files"])
    facts["stores"] = tuple(Stored(**each) for each in facts["stores"])
    facts["folders"] = tuple(facts["folders"])
    return Entry(**facts)
