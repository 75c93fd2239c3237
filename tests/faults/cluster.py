"""A PostgreSQL server of the tests' own, which they may kill."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import pytest
from running import free_port, until

SETTINGS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=50"


class Cluster:
    """A server that can be killed and started again.

    Args:
        programs: Where initdb and pg_ctl are.
        folder: Where its data is kept.
        account: What subprocess has to be told about the account that it runs as.
    """

    def __init__(self, programs: Path, folder: Path, account: dict[str, Any]) -> None:
        self.port = free_port()
        self._programs = programs
        self._data = folder / "data"
        self._log = folder / "log"
        self._account = account

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The address of a new database."""
        name = f"blog_{token_hex(4)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def make(self) -> None:
        """Make its data and start it."""
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        # After a kill it lets nobody in until the last of its processes has noticed.
        options = f"{SETTINGS} -p {self.port}"
        until(lambda: self._run("pg_ctl", "--wait", f"--log={self._log}", f"--options={options}", "start", check=False))

    def kill(self) -> None:
        """Kill it at once, as a machine that loses its power does."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            serving = [row[0] for row in connection.execute("SELECT pid FROM pg_stat_activity")]
        os.kill(self._process(), signal.SIGKILL)
        # Those that serve a connection go on answering until they notice.
        until(lambda: not self.accepts() and not any(map(is_alive, serving)))

    def stop(self) -> None:
        """Stop it without waiting for anybody."""
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def end_connections(self, database: str) -> int:
        """End every connection to a database, and say how many there were."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
            ended = connection.execute(query, [database]).fetchone()[0]
            left = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            # They are told, and go when they have heard.
            until(lambda: connection.execute(left, [database]).fetchone()[0] == 0)
            return ended

    def accepts(self) -> bool:
        """Whether it lets anybody in."""
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url(), connect_timeout=5).close()
            return True
        return False

    def _process(self) -> int:
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def _run(self, program: str, *options: str, check: bool = True) -> bool:
        ended = subprocess.run(
            [str(self._programs / program), f"--pgdata={self._data}", *options],
            **self._account,
            cwd="/",  # whoever it runs as may not enter ours
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=check,
        )
        return ended.returncode == 0


def is_alive(process: int) -> bool:
    """Whether there is a process of this number that has not ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@contextlib.contextmanager
def own_cluster() -> Iterator[Cluster]:
    """A server that runs, and is gone at the end; skips the test where PostgreSQL is not installed."""
    programs = installed_programs()
    if programs is None:
        pytest.skip("no initdb on PATH or in /usr/lib/postgresql: there is no PostgreSQL that a test could kill")
    # Not pytest's folder, which nobody else may enter.
    folder = Path(tempfile.mkdtemp(prefix="beastmode-postgres-"))
    try:
        cluster = Cluster(programs, folder, account_for(folder))
        cluster.make()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def installed_programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest where there are several."""
    if (found := shutil.which("initdb")) is not None:
        return Path(found).parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in folders), key=lambda path: int(path.parent.name), default=None)


def account_for(folder: Path) -> dict[str, Any]:
    """The account for a server with its data in this folder: our own, unless we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
