"""A process that starts probes by forking, so that the libraries of a project are imported once and not by each."""

import array
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from beastmode_tools.started import PROBES, RUNNING, STOPPED, kill, scratch_environment

__all__ = ["Server", "server_for", "serving"]

FOR_INTERPRETERS = "PYTHON"
"""Variables that begin so are read when an interpreter starts, as the order of hashes is; no fork can have others."""
GRACE = 5.0
"""Seconds in which a server ends a fork and tells so; one that does not is stuck, and is ended itself."""


MOST = 4
"""Servers; a question has one, or two where its sides import different libraries. Each holds some 50 MB."""
IMPORTS = re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
MOST_FILES = 5000
"""Files of a side that are read for the libraries they name; more would take longer than a server saves."""


class Server:
    """A process of the project's interpreter that answers probes until it is closed.

    Args:
        python: The project's interpreter.
        environment: Variables to add to the scratch environment.
    """

    def __init__(self, python: Path, environment: Mapping[str, str]) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="beast-probes-")
        self.waiting = 0
        folder = Path(self.scratch.name)
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - the interpreter is the one that the project names
                [str(python), "-B", str(PROBES / "run.py"), "--serve", str(theirs.fileno()), str(folder)],
                cwd=folder,
                env={**scratch_environment(folder), **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        RUNNING.add(self.process)

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self.process.poll() is None

    def run(self, message: Mapping[str, Any], log: int, until: float) -> int | None:
        """The status with which a fork ended, as a process's; None where there was no server to tell it.

        Args:
            message: "question" and "result", the paths of the files; "environment", all of it.
            log: The descriptor that the fork writes to.
            until: By `time.monotonic`; after that the fork and what it started are ended.

        Raises:
            subprocess.TimeoutExpired: It was ended.
        """
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                descriptors = array.array("i", [log, theirs.fileno()])
                try:
                    self.channel.sendmsg(
                        [json.dumps(message).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)]
                    )
                except OSError:
                    return None
            return self.end_of(ours, until)

    def end_of(self, reply: socket.socket, until: float) -> int | None:
        """Waits for the end of a fork, whose id and status are told."""
        told: list[int] = []
        try:
            if not heard(reply, told, until):
                raise subprocess.TimeoutExpired("probe", 0)
        except BaseException:
            self.stop(reply, told)
            raise
        return told[1] if len(told) > 1 else None

    def stop(self, reply: socket.socket, told: list[int]) -> None:
        """Ends a fork that nobody waits for any more."""
        with suppress(OSError):
            reply.shutdown(socket.SHUT_WR)
        if not heard(reply, told, time.monotonic() + GRACE):
            kill(self.process)
            for pid in told[:1]:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)

    def close(self) -> None:
        """Ends it, and its forks with it."""
        self.channel.close()
        kill(self.process)
        self.process.wait()
        RUNNING.discard(self.process)
        self.scratch.cleanup()


def heard(reply: socket.socket, told: list[int], until: float) -> bool:
    """Takes down a fork's id and status, a line each; False where they, or its end, are still to come by then.

    The fork has the other end open as well, so that its end is heard even where nobody is left to tell the status.
    """
    said = b""
    while len(told) < len(("id", "status")):
        reply.settimeout(max(0.001, until - time.monotonic()))
        try:
            more = reply.recv(64)
        except TimeoutError:
            return False
        except OSError:
            return True
        if not more:
            return True
        *whole, said = (said + more).split(b"\n")
        told.extend(int(line) for line in whole)
    return True


class Servers:
    """The servers of the questions that are being asked in this process.

    Sides whose files import the same libraries share one, and no other, so that no probe finds a library imported that
    its side does not name.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.questions = 0
        self.known: dict[tuple[object, ...], Server] = {}

    @contextmanager
    def lent(self, python: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[Server | None]:
        """The server for a side; None where none is wanted, or the one that there was has died."""
        key = (python, tuple(sorted(environment.items())), imported(folder)) if self.questions else ()
        with self.lock:
            server = self.found(key, python, environment) if self.questions and not STOPPED.is_set() else None
            if server is not None:
                server.waiting += 1
        try:
            yield server if server is not None and server.is_alive else None
        finally:
            with self.lock:
                if server is not None:
                    server.waiting -= 1

    def found(self, key: tuple[object, ...], python: Path, environment: Mapping[str, str]) -> Server:
        """The server of a key, made where there is none; one that nobody waits for goes where there are too many."""
        server = self.known.pop(key, None) or Server(python, environment)
        self.known[key] = server  # the one that was asked last is the last one
        idle = [each for each, one in self.known.items() if not one.waiting and one is not server]
        for each in idle[: max(0, len(self.known) - MOST)]:
            self.known.pop(each).close()
        return server

    def close(self) -> None:
        """Ends the question that was asked last, and all servers after the last one."""
        with self.lock:
            self.questions -= 1
            ended = [] if self.questions else list(self.known.values())
            self.known = {} if ended else self.known
        for server in ended:
            server.close()


SERVERS = Servers()


@contextmanager
def serving() -> Iterator[None]:
    """Lets probes that are asked within the block share servers; on Linux, where forks are safe."""
    with SERVERS.lock:
        SERVERS.questions += 1
    try:
        yield
    finally:
        SERVERS.close()


@contextmanager
def server_for(python: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[Server | None]:
    """The server that may answer a probe; None where the probe has to be a process of its own.

    Args:
        python: The project's interpreter.
        folder: The repository's root within the copy of a side.
        environment: Variables that are added to the scratch environment.
    """
    if not sys.platform.startswith("linux") or any(name.startswith(FOR_INTERPRETERS) for name in environment):
        yield None
        return
    with SERVERS.lent(python, folder, environment) as server:
        yield server


@lru_cache(maxsize=16)  # a question has two sides, and many probes of each
def imported(folder: Path) -> frozenset[str]:
    """Names of what the Python files below a folder import, besides what is in it and what is Python's own."""
    named: set[str] = set()
    own = set(sys.stdlib_module_names)
    for path in islice(folder.rglob("*.py"), MOST_FILES):
        own |= {path.stem, path.parent.name}
        with suppress(OSError):
            named.update(IMPORTS.findall(path.read_text(encoding="utf-8", errors="replace")))
    return frozenset(named - own)
