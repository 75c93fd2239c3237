"""Checkpoints: the exact files of a project at one moment, and the way back to them.

HEAD, the branch, the index, the stash and the reflog of the person's repository stay as they are. Nothing of `.env` is
stored, and nothing else that git ignores besides SQLite files.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from beastmode_tools.agent.checkpoint.databases import Copied, copy_databases, restore_databases
from beastmode_tools.agent.checkpoint.repository import open_view
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.journal.entry import own_folder
from beastmode_tools.recipes.plan import Edit
from beastmode_tools.source.repository import not_taken

__all__ = ["Checkpoint", "Checkpoints"]

SKIPPED = frozenset((".git", ".beast", ".venv", "venv", "node_modules", "__pycache__"))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A moment.

    Args:
        name: Of the step.
        commit: Holds the tree, under `refs/beast/<run>/<name>`.
        tree: Of all files that git does not ignore; two moments share it only if their files are the same.
        databases: SQLite files that git ignores.
        empty: Folders without a file, which git does not store.
    """

    name: str
    commit: str
    tree: str
    databases: tuple[Copied, ...] = ()
    empty: tuple[str, ...] = ()


class Checkpoints:
    """The checkpoints of one run.

    Args:
        folder: The project's folder.
        run: The run's ID.
        place: The run's folder in `.beast`.

    Raises:
        CouldNotRun: Git is not installed.
    """

    def __init__(self, folder: Path, run: str, place: Path) -> None:
        self.folder = folder.resolve()
        self.run = run
        self.copies = place / "databases"
        own_folder(self.folder)
        place.mkdir(parents=True, exist_ok=True)
        self.view = open_view(self.folder, place)
        self.git = self.view.git
        self.prefix = self.git.ask("rev-parse", "--show-prefix")

    def tree(self) -> str:
        """The tree of the files as they are.

        Raises:
            CouldNotRun: A file cannot be read.
        """
        done = self.git.run("add", "--all", "--ignore-errors", ".")
        said = done.stderr.decode("utf-8", "replace").splitlines()
        if done.returncode or (lost := not_taken(said)):
            first = next(iter(lost.values())) if done.returncode == 0 else next(iter(said), "no reason")
            raise CouldNotRun(f"git cannot read the project: {first.removeprefix('fatal: ')}. Nothing was changed.")
        return self.git.ask("write-tree")

    def take(self, name: str) -> Checkpoint:
        """The files as they are now, kept until the run is forgotten."""
        tree = self.tree()
        commit = self.git.ask("commit-tree", tree, "-m", f"beast {self.run}: {name}")
        # Not in the reflog of a person who has it written for every ref.
        self.view.refs.ask("-c", "core.logAllRefUpdates=false", "update-ref", f"refs/beast/{self.run}/{name}", commit)
        return Checkpoint(name, commit, tree, copy_databases(self.folder, self.copies), tuple(self.empty_folders()))

    def restore(self, wanted: Checkpoint) -> tuple[str, ...]:
        """Makes the files what they were; the paths that were changed for it. Can be repeated after a kill.

        Raises:
            CouldNotRun: A file cannot be written.
        """
        now = self.tree()
        paths = [path for path, _ in self.between(wanted.tree, now)]
        try:
            for path, status in self.between(wanted.tree, now):
                if status == "A":
                    self.remove(path)
            self.git.ask("read-tree", wanted.tree)
            if lost := [path for path, status in self.between(wanted.tree, now) if status != "A"]:
                self.write(lost)
            self.restore_folders(wanted.empty)
        except OSError as problem:
            raise CouldNotRun(
                f"{problem.filename}: {problem.strerror}. Restore is not complete; try again."
            ) from problem
        databases = restore_databases(self.folder, self.copies, wanted.databases)
        if self.tree() != wanted.tree:
            raise CouldNotRun(f"the files are not what they were at {wanted.name}: something else is writing here.")
        return (*paths, *databases)

    def edits(self, old: str, new: str) -> tuple[Edit, ...]:
        """What differs between two trees, within the project."""
        return tuple(
            Edit(
                path,
                None if status == "A" else self.content(old, path),
                None if status == "D" else self.content(new, path),
            )
            for path, status in self.between(old, new)
        )

    def with_edits(self, tree: str, edits: tuple[Edit, ...]) -> str:
        """The tree with edits, kept under a ref of its own; no file is touched."""
        index = self.copies.parent / "other-index"
        git = replace(self.git, environment={**self.git.environment, "GIT_INDEX_FILE": str(index)})
        git.ask("read-tree", tree)
        for each in edits:
            if each.after is None:
                git.ask("update-index", "--force-remove", "--", each.path)
            else:
                stored = git.run("hash-object", "-w", "--stdin", given=each.after).stdout.decode().strip()
                git.ask("update-index", "--add", "--cacheinfo", f"100644,{stored},{self.prefix}{each.path}")
        made = git.ask("write-tree")
        index.unlink(missing_ok=True)
        return self.keep("question", made)

    def keep(self, name: str, tree: str) -> str:
        """Keeps a tree under a ref; the tree."""
        commit = self.git.ask("commit-tree", tree, "-m", f"beast {self.run}: {name}")
        self.view.refs.ask(
            "-c", "core.logAllRefUpdates=false", "update-ref", f"refs/beast/{self.run}/{name}-{tree[:12]}", commit
        )
        return tree

    def texts(self, tree: str) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of every file of the project in a tree, read by one process."""
        listed = list(self.files(tree))
        given = "".join(f"{blob}\n" for _, blob in listed).encode()
        told = self.git.run("cat-file", "--batch", given=given).stdout
        for path, _ in listed:
            head, _, rest = told.partition(b"\n")
            length = int(head.split(b" ")[2])
            yield path, rest[:length]
            told = rest[length + 1 :]

    def files(self, tree: str) -> Iterator[tuple[str, str]]:
        """Path and blob of every file of the project in a tree."""
        for entry in self.git.ask("ls-tree", "-r", "-z", tree, ".").split("\0"):
            about, _, path = entry.partition("\t")
            if " blob " in f" {about}":
                yield path, about.split(" ")[2]

    def content(self, tree: str, path: str) -> bytes:
        """A file's bytes in a tree."""
        return self.git.run("cat-file", "blob", f"{tree}:{self.prefix}{path}").stdout

    def forget(self) -> None:
        """Removes the run's refs; git drops what they held when it next cleans up."""
        refs = self.view.refs
        for ref in refs.ask("for-each-ref", "--format=%(refname)", f"refs/beast/{self.run}/").splitlines():
            refs.ask("update-ref", "-d", ref)

    def between(self, old: str, new: str) -> Iterator[tuple[str, str]]:
        """Path and status (A, M, D, T) of what differs between two trees, within the project."""
        told = self.git.ask("diff-tree", "-r", "-z", "--no-renames", "--name-status", "--relative", old, new)
        parts = iter(told.split("\0"))
        for status in parts:
            if status:
                yield next(parts), status

    def remove(self, path: str) -> None:
        """Deletes a file, and the folders above it that hold nothing now."""
        place = self.folder / path
        place.unlink(missing_ok=True)
        for parent in place.parents:
            if parent == self.folder or any(parent.iterdir()):
                return
            parent.rmdir()

    def write(self, paths: list[str]) -> None:
        """Writes files as the index has them."""
        for path in paths:
            self.clear_way(path)
        listed = "\0".join(paths).encode("utf-8", "surrogateescape")
        done = self.git.run("checkout-index", "--force", "-z", "--stdin", given=listed)
        if done.returncode:
            raise CouldNotRun(f"git could not write the files back: {done.stderr.decode('utf-8', 'replace').strip()}")

    def restore_folders(self, wanted: tuple[str, ...]) -> None:
        """Leaves exactly these folders empty."""
        for folder in wanted:
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        while gone := set(self.empty_folders()) - set(wanted):
            for folder in gone:
                (self.folder / folder).rmdir()

    def clear_way(self, path: str) -> None:
        """Removes a link or an empty folder that took the place of a file or of a folder above it."""
        place = self.folder / path
        for each in (*reversed([one for one in place.parents if one.is_relative_to(self.folder)]), place):
            if each != self.folder and each.is_symlink():
                each.unlink()
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()

    def empty_folders(self) -> Iterator[str]:
        """Folders of the project without anything in them."""
        for place, folders, names in os.walk(self.folder):
            folders[:] = [name for name in folders if name not in SKIPPED]
            if not folders and not names and Path(place) != self.folder:
                yield Path(place).relative_to(self.folder).as_posix()
