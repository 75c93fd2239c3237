"""A PostgreSQL of our own in a temporary folder, reached by a socket in that folder only."""

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from beastmode_tools.errors import CouldNotRun

__all__ = ["Cluster", "find_programs"]

PREFIX = "beast-pg-"
STARTS_WITHIN = 30.0
"""Seconds; a server of our own is up in about one, on a busy machine later."""
OLD = 24 * 3600
"""No check takes a day, so nobody works in a folder of that age."""
PR_SET_PDEATHSIG = 1
"""Linux's number for it, of `sys/prctl.h`: the server ends when this process does."""
# What is written is thrown away: no promise to survive a power cut is needed.
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=40")


class Cluster:
    """A server that lives as long as its folder.

    Args:
        programs: The folder with `initdb` and `postgres`.
    """

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, refuses: Callable[[URL], str | None]) -> URL:
        """Where it answers, once it does.

        Args:
            refuses: Tells why an address cannot be used yet, or None.

        Raises:
            CouldNotRun: It did not start.
        """
        remove_old_folders()
        # PostgreSQL refuses a socket path of more than 107 bytes, so the folder is near the root of the disk.
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=short_folder()))
        who = unprivileged(self.folder)
        data = self.folder / "data"
        self.run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", who=who)
        options = [word for setting in SETTINGS for word in ("-c", setting)]
        command = [str(self.programs / "postgres"), "-D", str(data), "-k", str(self.folder), "-p", "5432", *options]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own words, and a program of PostgreSQL
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                preexec_fn=ends_with_us(),  # noqa: PLW1509 - no thread runs yet
                **who,
            )
        query = {"host": str(self.folder), "port": "5432"}
        address = URL.create("postgresql", username="postgres", database="postgres", query=query)
        return self.wait(address, refuses)

    def wait(self, address: URL, refuses: Callable[[URL], str | None]) -> URL:
        """The address, once it answers."""
        until = time.monotonic() + STARTS_WITHIN
        while (problem := refuses(address)) is not None:
            if time.monotonic() > until or (self.process and self.process.poll() is not None):
                self.stop()
                raise CouldNotRun(f"the PostgreSQL of {self.programs} did not start: {problem}; give --shadow-url")
            time.sleep(0.05)
        return address

    def run(self, program: str, *arguments: str, who: dict[str, Any]) -> None:
        """Runs one of PostgreSQL's programs to its end."""
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **who)  # noqa: S603 - our own words, and a program of PostgreSQL
        if done.returncode:
            self.stop()
            said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
            raise CouldNotRun(f"{command[0]} could not make a database cluster: {said}; give --shadow-url")

    def stop(self) -> None:
        """Stops the server and removes its folder."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth an orderly end
            self.process.wait()
            self.process = None
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None


def ends_with_us() -> Callable[[], object] | None:
    """What a child does first, so that Linux ends it at once (SIGQUIT) when this process is killed."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def find_programs() -> Path | None:
    """The newest folder that has `initdb` and `postgres`; None where there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version_of, reverse=True)
    places = [*installed, *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    wheel = importlib.util.find_spec("pgserver")
    if wheel is not None and wheel.origin:
        places.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((place for place in places if all((place / name).exists() for name in ("initdb", "postgres"))), None)


def version_of(programs: Path) -> float:
    """The version in a path like /usr/lib/postgresql/15/bin."""
    try:
        return float(programs.parent.name)
    except ValueError:
        return 0.0


def unprivileged(folder: Path) -> dict[str, Any]:
    """As whom to run PostgreSQL, which refuses to run as root; the folder becomes that user's."""
    if os.geteuid() != 0:
        return {}
    import pwd  # noqa: PLC0415 - there is none on Windows, where this line is never reached

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise CouldNotRun("PostgreSQL does not run as root, and there is no other user; give --shadow-url")


def short_folder() -> str | None:
    """A place for temporary files with a short path that every user may enter."""
    return "/tmp" if os.access("/tmp", os.W_OK) else None  # noqa: S108 - a private folder is made in it


def remove_old_folders() -> None:
    """Ends and removes what a run of ours that was killed left behind more than a day ago."""
    for folder in Path(short_folder() or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError, IndexError):
            if time.time() - folder.stat().st_mtime > OLD:
                end_server_of(folder)
                shutil.rmtree(folder, ignore_errors=True)


def end_server_of(folder: Path) -> None:
    """Ends the server whose data are in that folder, if it still runs."""
    lines = (folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    # A number may belong to another process by now; ours says its folder on the command line.
    if str(folder).encode() in Path(f"/proc/{lines[0]}/cmdline").read_bytes():
        os.kill(int(lines[0]), signal.SIGQUIT)
