"""Brings the files of a change to their new contents: all of them, or none."""

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.journal.entry import Entry, Journal, Recorded, digest_of, write_whole

__all__ = ["apply", "current_digest", "recover"]

Direction = Literal["apply", "undo"]
STAGED = ".beast-part"


def apply(journal: Journal, entry: Entry, direction: Direction = "apply") -> None:
    """Write the files of a change, or take it back.

    Every new content is written beside its file before the first file is replaced. The mark `pending` says how far
    this is: a command that finds it after a kill removes what was prepared, or completes what was begun.

    Raises:
        CouldNotRun: The disk is full, or a folder cannot be written; no file was changed.
    """
    files = in_direction(entry, direction)
    try:
        mark(journal, entry, direction, "prepare")
        stage(journal, files)
    except BaseException as problem:
        unstage(journal, entry, files, direction)
        if isinstance(problem, OSError):
            where = problem.filename or journal.project
            raise CouldNotRun(f"{where}: {problem.strerror}. Nothing was changed.") from problem
        raise
    with undisturbed():
        mark(journal, entry, direction, "replace")
        complete(journal, entry, files, direction)


def recover(journal: Journal) -> str:
    """Complete a change whose process was killed, or take it back; what was done, in a line, or "".

    Raises:
        CouldNotRun: A file was edited since, so that neither is certain.
    """
    if not journal.pending.exists():
        for entry in journal.entries():
            if entry.state == "begun":  # killed before anything was prepared
                journal.forget(entry)
        return ""
    told = json.loads(journal.pending.read_text(encoding="utf-8"))
    entry, direction = journal.entry(told["id"]), told["direction"]
    files = in_direction(entry, direction)
    what = f"`{'undo of ' if direction == 'undo' else ''}beast {entry.command}`, which was killed midway."
    if told["phase"] == "prepare":
        unstage(journal, entry, files, direction)
        return f"took back {what}"
    edited = [each.path for each in files if current_digest(journal, each.path) not in (each.before, each.after)]
    if edited:
        raise CouldNotRun(
            f"`beast {entry.command}` was killed midway, and {', '.join(edited)} has been edited since. Restore it, "
            f"or remove {journal.pending.relative_to(journal.project)} to keep the files as they are."
        )
    stage(journal, files)
    with undisturbed():
        complete(journal, entry, files, direction)
    return f"completed {what}"


def in_direction(entry: Entry, direction: Direction) -> list[Recorded]:
    """The files of a change, as they become."""
    return [each if direction == "apply" else each.reversed() for each in entry.files]


def mark(journal: Journal, entry: Entry, direction: Direction, phase: Literal["prepare", "replace"]) -> None:
    """Says what is about to be done, for the command that comes after a kill."""
    told = {"id": entry.id, "direction": direction, "phase": phase}
    write_whole(journal.pending, json.dumps(told).encode())


def stage(journal: Journal, files: Sequence[Recorded]) -> None:
    """Puts every new content beside its file."""
    for each in files:
        if each.after is None or current_digest(journal, each.path) == each.after:
            continue
        target = target_of(journal, each.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = staged(target)
        part.write_bytes(journal.content(each.after))
        if target.exists():
            part.chmod(target.stat().st_mode & 0o7777)


def complete(journal: Journal, entry: Entry, files: Sequence[Recorded], direction: Direction) -> None:
    """Replaces the files by what stands beside them; takes milliseconds, and needs no space."""
    for each in files:
        target = target_of(journal, each.path)
        if each.after is None:
            target.unlink(missing_ok=True)
        elif (part := staged(target)).exists():
            part.replace(target)
    if direction == "undo":
        remove_folders(journal.project, entry.folders)
    journal.save(entry, "applied" if direction == "apply" else "undone")
    journal.pending.unlink()


def unstage(journal: Journal, entry: Entry, files: Sequence[Recorded], direction: Direction) -> None:
    """Removes what was prepared for a change that touched no file."""
    for each in files:
        staged(target_of(journal, each.path)).unlink(missing_ok=True)
    if direction == "apply":
        remove_folders(journal.project, entry.folders)
        journal.forget(entry)
    journal.pending.unlink(missing_ok=True)


def remove_folders(project: Path, folders: Sequence[str]) -> None:
    """Removes folders that a change created, unless something else is in them by now."""
    for name in sorted(folders, reverse=True):
        compiled = project / name / "__pycache__"
        for file in compiled.glob("*.pyc"):
            file.unlink()
        for folder in (compiled, project / name):
            with suppress(OSError):
                folder.rmdir()


def current_digest(journal: Journal, path: str) -> str | None:
    """The digest of a file as it is now; None if it does not exist."""
    target = journal.project / path
    return digest_of(target.read_bytes()) if target.is_file() else None


def target_of(journal: Journal, path: str) -> Path:
    """Where a path leads; a link stays a link."""
    return (journal.project / path).resolve()


def staged(target: Path) -> Path:
    """Where a new content waits."""
    return target.with_name(f".{target.name}{STAGED}")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Signals wait until the files are complete."""
    blocked = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
