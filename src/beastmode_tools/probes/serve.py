"""One process that answers for several probes: each in a fork of its own, with libraries that are already imported.

Most of a probe's time goes into importing the same libraries again. Each fork tells which ones the project has
imported; this process then imports those that may be imported before a fork, and no code of the project ever. Whatever
a probe changes is in its fork, and goes with it.
"""

from __future__ import annotations

import array
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from typing import Any, Callable

from .confine.confinement import Confinement, confine

__all__ = ["Server"]

LIBRARIES = frozenset(
    (
        *("flask", "werkzeug", "jinja2", "markupsafe", "click", "itsdangerous", "blinker", "asgiref"),
        *("sqlalchemy", "greenlet", "alembic", "mako", "psycopg", "psycopg_binary", "psycopg_c", "psycopg2"),
        *("marshmallow", "apispec", "webargs", "packaging", "typing_extensions", "dateutil", "pytz", "babel", "six"),
        *("flask_sqlalchemy", "flask_migrate", "flask_login", "flask_wtf", "wtforms", "flask_babel", "flask_cors"),
        *("flask_smorest", "flask_marshmallow", "marshmallow_sqlalchemy", "flask_restful", "flask_restx", "aniso8601"),
        *("jsonschema", "jsonschema_specifications", "referencing", "rpds", "attr", "attrs", "apiflask", "apifairy"),
        *("pydantic", "pydantic_core", "annotated_types", "typing_inspection", "flask_openapi3"),
        *("requests", "urllib3", "idna", "certifi", "charset_normalizer", "redis", "cryptography", "_cffi_backend"),
        *("jwt", "argon2", "_argon2_cffi_bindings", "bcrypt", "passlib", "markdown", "bleach", "yaml", "PIL", "lxml"),
        *("structlog", "rich", "pygments", "markdown_it", "mdurl", "orjson", "cronsim", "css_inline", "dogpile"),
        "beastmode",
    )
)
"""Top-level packages that start no thread while they are imported, read no setting and write no file."""
INSTRUMENTS = ("gevent", "eventlet", "ddtrace", "newrelic", "elasticapm", "sentry_sdk", "opentelemetry", "scout_apm")
"""A project with one of these wants to be the first to import what they change."""
STANDARD = os.path.dirname(os.__file__) + os.sep
PACKAGES = os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep
OURS = __name__.split(".", 1)[0] + "."
MOST_MESSAGE = 1024 * 1024
"""Bytes; a message holds three paths and the environment, and Linux takes no larger ones by default."""
DESCRIPTORS = 2  # the log, and where the end is told


class Child:
    """A fork that answers one probe.

    Args:
        reply: Tells its id, and how it ended; closed by whoever asked where no answer is wanted any more.
        learned: The file in which it tells what was imported.
    """

    def __init__(self, reply: socket.socket, learned: str) -> None:
        self.reply = reply
        self.learned = learned
        self.is_wanted = True


class Server:
    """Forks once for each message.

    Args:
        channel: The descriptor of a socket that keeps messages apart.
        scratch: A folder of its own.
        answer: Answers one probe: from the paths of the question and of the result to the task.
        leave: `os._exit` as it was before the confinement.
    """

    def __init__(
        self, channel: int, scratch: str, answer: Callable[[str, str], str], leave: Callable[[int], Any]
    ) -> None:
        self.channel = socket.socket(fileno=channel)
        self.answer = answer
        self.leave = leave
        self.children: dict[int, Child] = {}
        self.learned: list[str] = []
        self.is_fit = True
        self.wakes, self.wake = socket.socketpair()
        request = {
            "folder": scratch,
            "root": scratch,
            "database_url": "sqlite:///" + os.path.join(scratch, "scratch.db"),
        }
        self.confinement: Confinement = confine(request, limited=False)
        self.confinement.active = False  # but while libraries are imported

    def run(self) -> None:
        """Forks until the channel is closed, and leaves no fork behind."""
        self.wake.settimeout(0)
        signal.set_wakeup_fd(self.wake.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while self.waited():
            self.reap()
        for pid in self.children:
            end(pid)

    def waited(self) -> bool:
        """Waits until there is something to do, and does it; False once the channel is closed."""
        replies = {child.reply: pid for pid, child in self.children.items() if child.is_wanted}
        ready, _, _ = select.select([self.channel, self.wakes, *replies], [], [])
        for one in ready:
            if one in replies:
                self.children[replies[one]].is_wanted = False
                end(replies[one])
        if self.wakes in ready:
            self.wakes.recv(4096)
        return self.channel not in ready or self.received()

    def received(self) -> bool:
        """Takes one message; False where there will be no more."""
        room = socket.CMSG_SPACE(DESCRIPTORS * array.array("i").itemsize)
        data, ancillary, _, _ = self.channel.recvmsg(MOST_MESSAGE, room)
        if not data:
            return False
        descriptors = array.array("i")
        for _, _, sent in ancillary:
            descriptors.frombytes(sent)
        log, reply = descriptors
        self.start(json.loads(data), log, socket.socket(fileno=reply))
        os.close(log)
        return True

    def start(self, message: dict[str, Any], log: int, reply: socket.socket) -> None:
        """Forks for one probe; closes its reply at once where this process is not fit for that."""
        if self.learned:
            self.import_learned()
        if not self.is_fit or is_covered(message["paths"]):
            reply.close()
            return
        child = Child(reply, message["result"] + ".modules")
        pid = os.fork()
        if pid == 0:
            self.become(message, log, child)
        self.children[pid] = child
        tell(reply, pid)

    def become(self, message: dict[str, Any], log: int, child: Child) -> None:
        """What the fork does: it becomes what a process of its own would be, answers, and ends."""
        status = 1
        try:
            self.be_alone(log)
            os.environ.clear()
            os.environ.update(message["environment"])
            os.chdir(message["paths"][0])
            known = set(sys.modules)
            task = self.answer(message["question"], message["result"])
            if task != "replay_tests":  # what tests import is not what the application does
                tell_imported(child.learned, known, message["paths"])
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            self.leave(status)

    def be_alone(self, log: int) -> None:
        """Lets a fork forget what is the server's; its own reply stays open, so that its end is heard."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.close(log)
        for one in (self.channel, self.wakes, self.wake, *(child.reply for child in self.children.values())):
            one.close()
        forget_temporary_folder()

    def import_learned(self) -> None:
        """Imports what forks have imported, in their order and under the same confinement."""
        self.confinement.active = True
        for name in self.learned:
            try:
                importlib.import_module(name)
            except BaseException:  # noqa: PERF203 - a probe that needs it tells
                continue
        self.confinement.active = False
        self.learned = []
        self.is_fit = threads() == 1

    def reap(self) -> None:
        """Tells how the forks ended that have ended, after ending whatever they started."""
        for pid, child in list(self.children.items()):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            end(pid)  # it is not reaped yet, so the group's number is no other's
            _, status = os.waitpid(pid, 0)
            del self.children[pid]
            if os.path.exists(child.learned):
                with open(child.learned, encoding="utf-8") as file:
                    self.learned += [name for name in json.load(file) if name not in self.learned]
            tell(child.reply, -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
            child.reply.close()


def tell(reply: socket.socket, number: int) -> None:
    """Writes a line to whoever asked."""
    try:
        reply.sendall(b"%d\n" % number)
    except OSError:
        return  # that one is gone, or no longer waits


def end(pid: int) -> None:
    """Ends a fork and whatever it started."""
    for kill in (os.killpg, os.kill):  # the group is there once the fork has made it
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # noqa: PERF203 - there are two
            continue


def forget_temporary_folder() -> None:
    """Lets `tempfile` look for its folder again: the environment names another one."""
    tempfile = sys.modules.get("tempfile")
    if tempfile is not None:
        vars(tempfile)["tempdir"] = None


def threads() -> int:
    """How many threads this process has; a fork would have one of them, and the locks of all."""
    return len(os.listdir("/proc/self/task"))


def tell_imported(path: str, known: set[str], folders: list[str]) -> None:
    """Writes down which modules this fork has imported that others may find imported."""
    if any(name in sys.modules for name in INSTRUMENTS):
        return
    names = [name for name, module in list(sys.modules.items()) if name not in known]
    with open(path, "w", encoding="utf-8") as file:
        json.dump([name for name in names if is_shared(name, sys.modules.get(name), folders)], file)


def is_shared(name: str, module: Any, folders: list[str]) -> bool:
    """Whether a module may be imported before a fork: Python's own, one of `LIBRARIES`, or of these probes."""
    spec = getattr(module, "__spec__", None)
    if spec is None or spec.name != name:
        return False
    path = os.path.realpath(getattr(module, "__file__", None) or STANDARD)
    if any(path.startswith(folder + os.sep) for folder in folders):
        return False
    is_package = any(part in path for part in PACKAGES)
    is_standard = path.startswith(STANDARD) and not is_package
    return name.startswith(OURS) or is_standard or name.split(".", 1)[0] in LIBRARIES


def is_covered(folders: list[str]) -> bool:
    """Whether one of the project's folders has a module by the name of one that is imported already."""
    known = {name.split(".", 1)[0] for name in sys.modules}
    for folder in folders:
        try:
            names = {name.split(".", 1)[0] for name in os.listdir(folder)}
        except OSError:  # there is no `src`
            continue
        if names & known:
            return True
    return False
