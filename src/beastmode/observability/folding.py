"""Merges the metrics files of workers that have exited: each leaves two behind, and a busy server replaces many."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import error as Malformed  # noqa: N812 - what it means here

from prometheus_client.mmap_dict import MmapedDict

_ADDED = ("counter", "histogram", "summary")
"""The kinds of metric that are summed over processes; gauges are left to the project."""
_GONE = "gone"

log = logging.getLogger(__name__)


@contextmanager
def folder_lock(folder: Path, *, shared: bool) -> Iterator[None]:
    """A lock on the files of a directory: shared for reading the metrics of all processes, exclusive for merging files.

    Args:
        folder: PROMETHEUS_MULTIPROC_DIR.
        shared: Whether others may hold the lock too.
    """
    with (folder / "lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def fold(folder: Path) -> None:
    """Add the metrics of dead processes to one file for each kind, and remove their files; no sum changes.

    Args:
        folder: PROMETHEUS_MULTIPROC_DIR, with files named as prometheus-client names them: `counter_1234.db`.
    """
    with folder_lock(folder, shared=False):
        for kind in _ADDED:
            left = [path for path in folder.glob(f"{kind}_*.db") if _is_left_by_the_dead(path)]
            if left:
                _add_up(left, folder / f"{kind}_{_GONE}.db")


def _is_left_by_the_dead(path: Path) -> bool:
    """Whether the process in the name of a file has exited."""
    name = path.stem.partition("_")[2]
    if not name.isdecimal():
        return False
    try:
        os.kill(int(name), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # somebody else's, so it is alive
    return False


def _add_up(left: list[Path], into: Path) -> None:
    """Write the sums into a file next to the old one, so that nothing is lost if the process dies in between."""
    half = into.with_suffix(".half")
    half.unlink(missing_ok=True)
    sums: dict[str, float] = {}
    for path in [*left, *([into] if into.exists() else [])]:
        for key, value in _values_in(path):
            sums[key] = sums.get(key, 0.0) + value
    file = MmapedDict(str(half))  # type: ignore[no-untyped-call]  # has no annotations
    for key, value in sums.items():
        file.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]  # the same
    file.close()  # type: ignore[no-untyped-call]  # the same
    # If it is killed between the two, files count twice until the directory is emptied at the next start.
    half.replace(into)
    for path in left:
        path.unlink()


def _values_in(path: Path) -> list[tuple[str, float]]:
    """The metrics of a process; none for a file that is incomplete because the process was killed."""
    try:
        values = MmapedDict.read_all_values_from_file(str(path))  # type: ignore[no-untyped-call]  # the same
        return [(key, value) for key, value, _time, _position in values]
    except (RuntimeError, UnicodeDecodeError, Malformed):
        log.warning("The metrics in %s cannot be read and are ignored.", path.name)
        return []
