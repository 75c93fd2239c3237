"""Keeps the project's code from reaching anything but its private copy and its scratch database.

It is meant against accidents (an application that mails, migrates or writes while it starts), not against malice: code
that wants out can get out. Every refusal is an `OSError`, which applications that expect trouble go on from, and is
noted in `attempts`.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from .programs import only_asks

__all__ = ["Confinement", "ProjectExit", "confine", "current"]

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
HARMLESS = ("/dev/null", "/dev/zero", "/dev/tty", "/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")
CHANGES = {  # audit event -> which of its arguments are paths that change
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.mkdir": (0,),
    "os.rmdir": (0,),
    "os.chmod": (0,),
    "os.chown": (0,),
    "os.link": (1,),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "os.utime": (0,),
    "os.setxattr": (0,),
    "os.removexattr": (0,),
    "shutil.rmtree": (0,),
}
PROCESSES = {
    "subprocess.Popen": "starting a process",
    "os.system": "running a shell command",
    "os.exec": "replacing the process",
    "os.fork": "starting a process",
    "os.forkpty": "starting a process",
    "os.posix_spawn": "starting a process",
    "os.spawn": "starting a process",
    "os.startfile": "starting a process",
    "pty.spawn": "starting a process",
    "webbrowser.open": "opening a browser",
}
MOST_ATTEMPTS = 100
"""Different refused attempts that are kept; a loop over addresses would fill the answer."""
MEGABYTE = 1024 * 1024
"""Bytes, as limits of a process count."""


class ProjectExit(BaseException):
    """The project's code called `os._exit`, which would have ended the probe without an answer."""


class RefusedProcess(FileNotFoundError, PermissionError):  # noqa: N818 - named for what it tells
    """A process that was not started; code that can do without a program expects it to be missing, or not allowed."""


class Confinement:
    """What the code may reach, and what it tried besides.

    Args:
        request: "folder" and "root" (the private copy), "scratch" (a folder to write in), "database_url" (the only
            database), "loopback" (whether sockets to this machine are allowed), "megabytes", "seconds", "stand_ins"
            (kind of service -> port on this machine).
    """

    def __init__(self, request: dict[str, Any]) -> None:
        self.folder = os.path.realpath(request["folder"])
        places = [request["root"], request["folder"], request.get("scratch")]
        self.places = tuple(os.path.realpath(place) for place in places if place)
        self.loopback = bool(request.get("loopback"))
        self.servers: set[tuple[str, int]] = {("127.0.0.1", port) for port in (request.get("stand_ins") or {}).values()}
        self.sockets: set[str] = set()
        self.attempts: list[str] = []
        self.stand_ins: dict[str, int] = request.get("stand_ins") or {}
        self.stood_in: list[str] = []
        scratch = request.get("scratch")
        self.elsewhere = os.path.join(os.path.realpath(scratch), "elsewhere") if scratch else None
        self.active = False
        self.refused = False

    def note(self, what: str) -> None:
        """Remembers a refused attempt, with the line of the project that made it."""
        text = f"{what} ({self.caller()})"
        if text not in self.attempts and len(self.attempts) < MOST_ATTEMPTS:
            self.attempts.append(text)

    def caller(self) -> str:
        """The nearest line of the project's own code on the stack, or of whoever called."""
        frame: Any = sys._getframe(2)
        nearest = None
        while frame is not None:
            path = frame.f_code.co_filename
            if path.startswith(self.folder + os.sep) and os.sep + "site-packages" + os.sep not in path:
                return f"{os.path.relpath(path, self.folder)}:{frame.f_lineno}"
            if nearest is None and path != __file__:
                nearest = frame.f_globals.get("__name__", path)
            frame = frame.f_back
        return str(nearest)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook: raises for what is refused."""
        if not self.active:
            return
        if event == "open":
            self.judge_open(arguments)
        elif event in CHANGES:
            for position in CHANGES[event]:
                self.judge_change(event, arguments[position])
        elif event in PROCESSES:
            self.judge_process(event, arguments)
        elif event.startswith("socket."):
            self.judge_socket(event[7:], arguments)
        elif event == "sqlite3.connect":
            self.judge_sqlite(arguments[0])
        elif event in ("os.kill", "os.killpg"):
            self.refuse_process("sending a signal", arguments)

    def judge_open(self, arguments: tuple[Any, ...]) -> None:
        """Refuses to open a file for writing outside of the private places."""
        path, mode, flags = arguments[0], arguments[1], arguments[2]
        writes = bool(flags & WRITING) if isinstance(flags, int) else any(letter in (mode or "") for letter in "wax+")
        if writes:
            self.judge_change("opening for writing", path)

    def judge_change(self, what: str, path: Any) -> None:
        """Refuses a change to a file outside of the private places."""
        if isinstance(path, int) or path is None or self.is_private(path):
            return
        name = os.fsdecode(path)
        self.note(f"{what}: {name}")
        raise PermissionError(13, "refused: the guard lets the project write in its private copy only", name)

    def is_private(self, path: Any) -> bool:
        """Whether a path is in the private copy or in the scratch folder."""
        try:
            real = os.path.realpath(os.fsdecode(path))
        except (TypeError, ValueError):
            return True  # no path: the operation itself says so
        return real.startswith(HARMLESS) or any(
            real == place or real.startswith(place + os.sep) for place in self.places
        )

    def judge_process(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuses another process, but for one that only tells something."""
        if not only_asks(event, arguments):
            self.refuse_process(PROCESSES[event], arguments)

    def refuse_process(self, what: str, arguments: tuple[Any, ...]) -> None:
        """Refuses another process."""
        shown = " ".join(str(argument) for argument in arguments[:2])[:120]
        self.note(f"{what}: {shown}")
        raise RefusedProcess(13, f"refused: the guard starts no other process: {shown}")

    def judge_socket(self, what: str, arguments: tuple[Any, ...]) -> None:
        """Refuses the network, besides the scratch database's server."""
        if what in ("connect", "bind", "sendto", "sendmsg"):
            address = arguments[1] if len(arguments) > 1 else None
            if address is not None and not self.is_allowed(address, connects=what == "connect"):
                self.note(f"network: {what} {address}")
                self.refused = True
                raise ConnectionRefusedError(111, f"refused: the guard lets no one reach the network: {address}")
        elif what in ("getaddrinfo", "gethostbyname", "gethostbyaddr"):
            host = os.fsdecode(arguments[0]) if isinstance(arguments[0], (str, bytes)) else ""
            if host and not is_numeric(host) and host != "localhost" and host not in {one for one, _ in self.servers}:
                self.note(f"network: name {host}")
                self.refused = True
                raise name_error()(f"refused: the guard lets no one reach the network: {host}")

    def is_allowed(self, address: Any, *, connects: bool) -> bool:
        """Whether a socket may go to this address."""
        if isinstance(address, (str, bytes)):
            name = os.fsdecode(address)
            return name in self.sockets or (bool(name) and self.is_private(name))
        if not isinstance(address, tuple) or len(address) < 2:
            return False
        if is_loopback(str(address[0])) and (self.loopback or (not connects and address[1] == 0)):
            return True  # libraries bind port 0 to see whether the machine speaks IPv6
        return connects and (str(address[0]), address[1]) in self.servers

    def judge_sqlite(self, database: Any) -> None:
        """Refuses an SQLite file outside of the private places."""
        name = os.fsdecode(database) if isinstance(database, (str, bytes, os.PathLike)) else ""
        if name.startswith("file:"):
            name = name[5:].split("?", 1)[0]
            name = "/" + name.lstrip("/") if name.startswith("//") else name
        if name not in ("", ":memory:") and not name.startswith(":memory:"):
            self.judge_change("opening the database", name)


def is_numeric(host: str) -> bool:
    """Whether a host is an address already, so that no name is looked up."""
    return ":" in host or host.replace(".", "").isdigit()


def is_loopback(host: str) -> bool:
    """Whether an address is this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def name_error() -> type[Exception]:
    """What the socket module raises for a name that cannot be found."""
    import socket

    return socket.gaierror


CURRENT: list[Confinement] = []


def current() -> Confinement:
    """The confinement of this process."""
    return CURRENT[0]


def confine(request: dict[str, Any], *, limited: bool = True) -> Confinement:
    """Confines this process, for good, and sends every database connection to the scratch database.

    A process that was confined before it was forked gets the confinement of its own request instead.

    Args:
        request: As for `Confinement`; "database_url" is filled in where it was not given.
        limited: Whether memory, time and files are bounded: a fork cannot get more than the process that it is of.
    """
    from . import default
    from .database import redirect

    confinement = Confinement(request)
    is_first = not CURRENT
    CURRENT[:] = [confinement]
    if limited:
        limit(request)
    redirect(request, confinement)
    default.offer_database(request["database_url"])
    os.environ.setdefault("FLASK_RUN_FROM_CLI", "true")  # `app.run()` at import returns then
    if is_first:
        stand_in_the_way()
    confinement.active = True
    return confinement


def stand_in_the_way() -> None:
    """Puts what asks the current confinement in the place of what it guards, once for a process and its forks."""
    from . import background, elsewhere, migrating, stand_ins, waiting

    migrating.install()
    waiting.shorten_waits()
    stand_ins.lead()
    elsewhere.keep()
    background.hold_back()
    vars(os)["_exit"] = leave
    sys.argv = ["flask"]
    sys.addaudithook(lambda event, arguments: current().hear(event, arguments))


def leave(status: int = 0) -> None:
    """What `os._exit` does in the project's code."""
    raise ProjectExit(f"os._exit({status}) called by {current().caller()}")


def limit(request: dict[str, Any]) -> None:
    """Bounds the memory, the time, the size of files and the number of processes."""
    try:
        import resource
    except ImportError:
        return
    used = address_space()
    limits = {
        resource.RLIMIT_AS: used + int(request.get("megabytes", 2048)) * MEGABYTE,
        resource.RLIMIT_CPU: int(request.get("seconds", 60)) * 2 + 10,
        resource.RLIMIT_FSIZE: 512 * MEGABYTE,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 8192,  # counts every process and thread of this user, so a small number would hurt
    }
    for which, most in limits.items():
        hard = resource.getrlimit(which)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(which, (bound, bound))
        except (OSError, ValueError):
            continue  # a limit that the system does not have


def address_space() -> int:
    """Bytes of address space in use."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 512 * MEGABYTE
