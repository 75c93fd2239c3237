"""The two sides of a change, as private copies: what git has at the base, and the work tree as it is."""

import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.project import Project
from beastmode_tools.source.digest import digest
from beastmode_tools.source.private_folder import private_folder
from beastmode_tools.source.sides import FileChange, Side
from beastmode_tools.source.taken_along import TakenAlong, take_along

__all__ = ["Comparison", "base_commit", "two_sides"]

MAIN_BRANCHES = ("main", "master", "trunk")
LONGEST_TEXT = 16 * 1024 * 1024
"""Bytes; what is longer is data that git holds by mistake, and is compared by its digest."""
QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states of a project.

    Args:
        base: The base as a person names it: "main (1a2b3c4)".
        commit: Its full commit id.
        old: The base side.
        new: The work side: tracked and untracked files, not the ignored ones.
        changes: What differs within the project's folder, sorted by path.
        outside: Paths that differ elsewhere in the repository, relative to its root.
        unread: What git could not take from the work tree, and why, in its words.
        submodules: Repositories within this one, whose files are in neither copy.
        taken: Files that git ignores and both copies have, so that the application starts.
    """

    base: str
    commit: str
    old: Side
    new: Side
    changes: tuple[FileChange, ...]
    outside: tuple[str, ...]
    unread: tuple[tuple[str, str], ...] = ()
    submodules: tuple[str, ...] = ()
    taken: TakenAlong = field(default_factory=TakenAlong)


@contextmanager
def two_sides(project: Project, base: str | None) -> Iterator[Comparison]:
    """Copies of both sides in a temporary folder, which goes when the block ends.

    Args:
        project: Where to look.
        base: A commit, branch or tag; None for the merge base with the main branch.

    Raises:
        CouldNotRun: There is no such base, or git refuses.
    """
    git = Git(project.root)
    name, commit = base_commit(git, base)
    with private_folder() as place:
        aside = git_aside(git, place)
        tree, unread = work_tree(aside)
        relative = project.folder.relative_to(project.root)
        with ThreadPoolExecutor(2) as pool:  # it is the disk that takes its time
            base_side = pool.submit(checked_out, aside, f"{commit}^{{tree}}", place / "base", relative)
            new = checked_out(aside, tree, place / "work", relative)
            old = base_side.result()
        inside, outside = changed_paths(aside, commit, tree, relative)
        changes = tuple(file_change(old, new, *paths) for paths in inside)
        base = f"{name} ({commit[:7]})"
        taken = take_along(aside, project.root, (old.root, new.root))
        yield Comparison(base, commit, old, new, changes, outside, unread, submodules(aside), taken)


def base_commit(git: Git, base: str | None) -> tuple[str, str]:
    """The base's name and full commit id."""
    if git.ask_or_none("rev-parse", "--verify", "--quiet", "HEAD") is None:
        raise CouldNotRun("This repository has no commit yet, so there is nothing to compare with. Commit first.")
    if base is not None:
        commit = git.ask_or_none("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
        if commit is None:
            raise CouldNotRun(f"There is no commit {base!r} here. Name another with --base, or fetch it first.")
        return base, commit
    return merge_base(git)


def merge_base(git: Git) -> tuple[str, str]:
    """The nearest commit that the work has in common with the main branch.

    On the main branch itself that is what its upstream has, so that commits which nobody has yet are judged; without
    an upstream it is HEAD.
    """
    here = git.ask_or_none("symbolic-ref", "--quiet", "--short", "HEAD")
    upstream = (git.ask_or_none("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD") or "").strip()
    names = [upstream, *MAIN_BRANCHES, *(f"origin/{name}" for name in MAIN_BRANCHES)]
    known = [name for name in dict.fromkeys(names) if name and exists(git, name)]
    if not known:
        raise CouldNotRun(
            "No main branch was found (origin/HEAD, main, master, trunk). Say what to compare with: --base REF"
        )
    others = [name for name in known if name != here] if f"origin/{here}" in known else known
    common = {name: git.ask_or_none("merge-base", name, "HEAD") for name in others or known}
    found = {name: commit for name, commit in common.items() if commit}
    if not found:
        raise CouldNotRun(
            f"{known[0]} and the work have no commit in common here. In a shallow clone fetch the history "
            "(fetch-depth: 0), or say what to compare with: --base REF"
        )
    nearest = min(found, key=lambda name: int(git.ask("rev-list", "--count", f"{found[name]}..HEAD")))
    return nearest, found[nearest]


def exists(git: Git, name: str) -> bool:
    """Whether a branch is there."""
    return git.ask_or_none("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}") is not None


def git_aside(git: Git, place: Path) -> Git:
    """Git with an index and an object store of its own, so that nothing is written to the user's."""
    objects = Path(git.ask("rev-parse", "--path-format=absolute", "--git-path", "objects"))
    index = Path(git.ask("rev-parse", "--path-format=absolute", "--git-path", "index"))
    own = place / "objects"
    own.mkdir()
    if index.exists():
        shutil.copy2(index, place / "index")  # with it comes what git knows about unchanged files
    return Git(
        git.folder,
        {
            "GIT_INDEX_FILE": str(place / "index"),
            "GIT_OBJECT_DIRECTORY": str(own),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join([str(objects)]),
            **without_filters(git),
        },
    )


def without_filters(git: Git) -> dict[str, str]:
    """What keeps git from running the programs that its settings name for files.

    They are the user's, but a check runs nothing of theirs, and some write into `.git` or fetch from a server.
    """
    listed = git.ask_or_none("config", "--name-only", "-z", "--get-regexp", r"^filter\..*\.") or ""
    drivers = {name.rpartition(".")[0] for name in listed.split("\0") if name}
    off = [(f"{driver}.{key}", "") for driver in sorted(drivers) for key in ("clean", "smudge", "process")]
    off += [(f"{driver}.required", "false") for driver in sorted(drivers)]
    settings = {"GIT_CONFIG_COUNT": str(len(off))}
    for number, (key, value) in enumerate(off):
        settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return settings


def work_tree(aside: Git) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The work tree as git would commit it, untracked files included and ignored ones not; and what it could not take.

    Raises:
        CouldNotRun: Git took nothing at all.
    """
    added = aside.run("add", "--all", "--ignore-errors", ".")  # a file that may not be read is left as it was
    said = added.stderr.decode("utf-8", "replace").splitlines()
    if added.returncode not in (0, 1):
        told = next((line for line in said if line.startswith("fatal: ")), "it gives no reason").removeprefix("fatal: ")
        raise CouldNotRun(f"git cannot read the work tree: {told}. Mend that, so that `git add --all` works.")
    return aside.ask("write-tree"), tuple(not_taken(said).items())


def not_taken(said: list[str]) -> dict[str, str]:
    """The files of which git complains, with its first complaint."""
    found: dict[str, str] = {}
    for line in said:
        if line.startswith("error: ") and (named := QUOTED.search(line)):
            found.setdefault(named[1] or named[2], line.removeprefix("error: "))
    return found


def submodules(aside: Git) -> tuple[str, ...]:
    """The paths of the repositories within this one."""
    entries = aside.ask("ls-files", "--stage", "-z").split("\0")
    return tuple(entry.partition("\t")[2] for entry in entries if entry.startswith("160000 "))


def checked_out(aside: Git, tree: str, place: Path, relative: Path) -> Side:
    """A side's files on the disk."""
    own = Git(aside.folder, {**aside.environment, "GIT_INDEX_FILE": f"{place}.index"})
    own.ask("read-tree", tree)
    place.mkdir()
    own.ask("checkout-index", "--all", "--force", f"--prefix={place}/")
    folder = place / relative
    folder.mkdir(parents=True, exist_ok=True)
    return Side(place.name, folder, place)


def changed_paths(
    aside: Git, commit: str, tree: str, relative: Path
) -> tuple[list[tuple[str | None, str | None]], tuple[str, ...]]:
    """Old and new path of every file that differs within the project, and the paths that differ outside of it."""
    parts = iter(aside.ask("diff-tree", "-r", "-M", "-z", "--name-status", commit, tree).split("\0"))
    inside: list[tuple[str | None, str | None]] = []
    outside: list[str] = []
    for status in parts:
        if not status:
            continue
        first = next(parts)
        second = next(parts) if status[0] in "RC" else first
        old = None if status[0] in "AC" else within(first, relative)
        new = None if status[0] == "D" else within(second, relative)
        if old is None and new is None:
            outside.append(second)
        else:
            inside.append((old, new))
    return sorted(inside, key=lambda paths: paths[1] or paths[0] or ""), tuple(sorted(outside))


def within(path: str, relative: Path) -> str | None:
    """A path of the repository as one of the project; None for one outside of it."""
    if relative == Path():
        return path
    prefix = relative.as_posix() + "/"
    return path.removeprefix(prefix) if path.startswith(prefix) else None


def file_change(old: Side, new: Side, old_path: str | None, new_path: str | None) -> FileChange:
    """A file that differs, with its texts."""
    before = None if old_path is None else text_of(old.folder / old_path)
    after = None if new_path is None else text_of(new.folder / new_path)
    is_binary = before is BINARY or after is BINARY
    path = new_path or old_path or ""
    return FileChange(
        path=path,
        old_path=old_path or path,
        old=shown(before, is_binary=is_binary),
        new=shown(after, is_binary=is_binary),
        is_binary=is_binary,
        bytes_digest=bytes_digest(
            old.folder / old_path if old_path else None, new.folder / new_path if new_path else None
        )
        if is_binary
        else "",
    )


def bytes_digest(*paths: Path | None) -> str:
    """A digest of the files' bytes, for what cannot be compared as text."""
    return digest(*(path.read_bytes() if path and path.is_file() and not path.is_symlink() else None for path in paths))


BINARY = "\0"


def shown(text: str | None, *, is_binary: bool) -> str | None:
    """The text that a change carries: none of a binary file."""
    return "" if is_binary and text is not None else text


def text_of(path: Path) -> str:
    """A file's text; BINARY where it is none, or too long to be read."""
    if path.is_symlink():
        return f"link to {path.readlink()}\n"
    if not path.is_file():
        return "a repository within this one\n"
    if path.stat().st_size > LONGEST_TEXT:
        return BINARY
    content = path.read_bytes()
    if b"\0" in content:
        return BINARY
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return BINARY
