"""A private place for what the project writes into folders of the machine: /tmp, and where a server keeps its files.

An application that is started in a container names `/srv/uploads`, `/var/log/shop/app.log` or `/data`. What it writes
there lands in the scratch folder, and is found there again; what it does not write it reads from the machine.
"""

from __future__ import annotations

import builtins
import io
import os
import pathlib
import sys
from typing import Any, Callable

from . import confinement
from .after_import import when_imported

__all__ = ["keep"]

SERVERS = ("/tmp", "/var/tmp", "/dev/shm", "/var/log", "/var/lib", "/var/cache", "/var/run", "/run", "/var/opt", "/srv")
FIRST = (  # functions of `os` whose first argument is a path
    *("open", "stat", "lstat", "listdir", "scandir", "mkdir", "rmdir", "remove", "unlink", "chmod", "chown", "access"),
    *("utime", "truncate", "readlink", "mkfifo", "statvfs"),
)
BOTH = ("rename", "replace", "link", "symlink")
MAKING = ("mkdir", "mkfifo")
OLD_PATHS = (3, 11)
"""Before that release pathlib kept its own references to the functions of `os`."""


class Elsewhere:
    """Where paths of the machine lie in the scratch folder of the current confinement."""

    def __init__(self) -> None:
        self.look = os.lstat  # as it was: the one that this is for would ask here again
        self.tops: dict[str, bool] = {}

    def meant(self, path: Any, *, writes: bool = False) -> Any:
        """The path that is to be used in place of this one: itself, unless it is one that a private place stands for.

        Args:
            path: As the project gives it.
            writes: Whether a file or folder is made there; one of the machine by that name stays as it is.
        """
        if not isinstance(path, (str, os.PathLike)) or confinement.current().elsewhere is None:
            return path
        name = os.path.normpath(os.fspath(path)) if os.path.isabs(path) else ""
        if not isinstance(name, str) or not self.is_of_servers(name):
            return path
        there = str(confinement.current().elsewhere) + name
        if self.exists(there):
            return there
        if writes:
            os.makedirs(os.path.dirname(there), exist_ok=True)
            return there
        return path

    def is_of_servers(self, name: str) -> bool:
        """Whether a place belongs to a server and to no person: its own folders, and those that this machine lacks."""
        if not name or any(self.is_below(name, each) for each in confinement.current().places):
            return False
        top = "/" + name.split("/", 2)[1]
        if top not in self.tops:
            self.tops[top] = self.exists(top)
        return not self.tops[top] or any(self.is_below(name, each) for each in SERVERS)

    def exists(self, name: str) -> bool:
        """Whether something is there."""
        try:
            self.look(name)
        except (OSError, ValueError):
            return False
        return True

    def is_below(self, name: str, folder: str) -> bool:
        """Whether a path is a folder or in it."""
        return name == folder or name.startswith(folder + os.sep)


def keep() -> None:
    """Puts what asks the current confinement in the place of the functions that take a path."""
    if os.name != "posix":
        return
    place = Elsewhere()
    for name in FIRST:
        replace(os, name, lambda original, name=name: one(original, place, name))
    for name in BOTH:
        replace(os, name, lambda original: two(original, place))
    builtins.open = io.open = opening(io.open, place)
    for library, name in (("shutil", "rmtree"), ("sqlite3", "connect")):
        when_imported(library, in_place(name, place))
    if sys.version_info < OLD_PATHS:
        renew_pathlib()


def in_place(name: str, place: Elsewhere) -> Callable[[Any], None]:
    """What is to be done with a library once it is imported, so that a function of one path uses the private place."""
    return lambda module: replace(module, name, lambda original: one(original, place, name))


def replace(module: Any, name: str, made: Callable[[Any], Any]) -> None:
    """Puts a function around one of a module, which supports what the first one did."""
    original = getattr(module, name, None)
    if original is None:
        return
    fresh = made(original)
    fresh.__name__ = name
    setattr(module, name, fresh)
    if module is os:
        for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
            if original in known:
                known.add(fresh)


def one(original: Callable[..., Any], place: Elsewhere, name: str) -> Callable[..., Any]:
    """A function of one path."""

    def call(path: Any = ".", *arguments: Any, **options: Any) -> Any:
        return original(place.meant(path, writes=makes(name, path, arguments)), *arguments, **options)

    return call


def makes(name: str, path: Any, arguments: tuple[Any, ...]) -> bool:
    """Whether a function would make what is not there: `os.open` does so by its flags, SQLite for a new name."""
    if name == "open":
        return bool(arguments) and isinstance(arguments[0], int) and bool(arguments[0] & os.O_CREAT)
    if name == "connect":
        return isinstance(path, (str, os.PathLike)) and not os.path.lexists(path)
    return name in MAKING


def two(original: Callable[..., Any], place: Elsewhere) -> Callable[..., Any]:
    """A function of two paths, the second of which is made."""

    def call(source: Any, target: Any, *arguments: Any, **options: Any) -> Any:
        return original(place.meant(source), place.meant(target, writes=True), *arguments, **options)

    return call


def opening(original: Callable[..., Any], place: Elsewhere) -> Callable[..., Any]:
    """`open`, which makes a file where its mode says so."""

    def call(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        return original(place.meant(file, writes=any(letter in mode for letter in "wax+")), mode, *arguments, **options)

    call.__name__ = "open"
    return call


def renew_pathlib() -> None:
    """Lets pathlib of older releases use the functions of `os` as they are now."""
    accessor = getattr(pathlib, "_NormalAccessor", None)
    for name in (*FIRST, *BOTH):
        if accessor is not None and hasattr(accessor, name) and hasattr(os, name):
            setattr(accessor, name, staticmethod(getattr(os, name)))
    if accessor is not None and hasattr(accessor, "open"):
        accessor.open = staticmethod(os.open if sys.version_info < (3, 10) else io.open)
