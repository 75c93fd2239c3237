"""Runs a module of the project's interpreter where it can do no harm: `confined_child.py LIMITS MODULE ARGUMENT...`.

LIMITS is JSON: the folder, the scratch folder, megabytes of memory and of one file. What runs reaches no other
machine, writes nowhere but in these folders, and opens no database that was in the folder before. An audit hook cannot
be removed by the code that it watches.
"""

import json
import os
import resource
import runpy
import sys
from typing import Any

__all__ = ["main"]

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = {
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.mkdir": (0,),
    "os.chmod": (0,),
    "os.link": (1,),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "shutil.rmtree": (0,),
}
"""Events of `sys.audit` that change the disk, and which of their arguments are paths."""
HERE = ("127.", "::1", "localhost", "0.0.0.0", "/")  # noqa: S104 - an address that tests listen on


class Limits:
    """What may be done."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.places = tuple(os.path.realpath(each) + os.sep for each in (told["folder"], told["scratch"], "/dev"))
        self.protected = {os.path.realpath(each) for each in told["databases"]}
        folder = os.path.realpath(told["folder"])
        beside = [each + end for each in self.protected for end in ("-wal", "-shm", "-journal")]
        secret = [os.path.join(folder, each) for each in (".beast", ".git", ".env", ".flaskenv")]
        self.kept = tuple(each + os.sep for each in (*self.protected, *beside, *secret))

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuses what is out of bounds."""
        if event == "open":
            path, mode, flags = arguments
            if isinstance(path, str | bytes) and (flags & WRITING or (mode and set(mode) & set("wax+"))):
                self.refuse_outside(path)
        elif event in CHANGING:
            for index in CHANGING[event]:
                self.refuse_outside(arguments[index])
        elif event == "sqlite3.connect":
            self.refuse_database(arguments[0])
        elif event in ("socket.connect", "socket.sendto"):
            self.refuse_far(arguments[1])
        elif event == "socket.getaddrinfo" and arguments[0]:
            self.refuse_far((arguments[0],))

    def refuse_outside(self, path: Any) -> None:
        """Nothing is written outside of the folders."""
        if isinstance(path, int):
            return
        place = os.path.realpath(os.fsdecode(path))
        if not f"{place}{os.sep}".startswith(self.places) or f"{place}{os.sep}".startswith(self.kept):
            raise PermissionError(f"a run writes files of the project and nothing else, not to {place}")

    def refuse_database(self, path: Any) -> None:
        """No database that was there is opened."""
        text = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        place = os.path.realpath(text.removeprefix("file:").partition("?")[0])
        if place in self.protected:
            raise PermissionError(f"{place} is the project's own database; a run has one of its own")

    def refuse_far(self, address: Any) -> None:
        """No other machine is reached."""
        host = address[0] if isinstance(address, tuple) else address
        if not str(os.fsdecode(host) if isinstance(host, bytes) else host).startswith(HERE):
            raise PermissionError(f"a run reaches no other machine, and not {host}")


def main() -> None:
    """Runs the module."""
    told = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (told["megabytes"] * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (told["file_megabytes"] * 2**20,) * 2)
    sys.argv = sys.argv[2:]
    sys.path[0] = os.getcwd()
    sys.addaudithook(Limits(told).hook)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
