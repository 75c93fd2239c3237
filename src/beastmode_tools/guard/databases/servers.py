"""A PostgreSQL server for scratch databases: one that was named, one of this machine, or one that is started here."""

import importlib
import importlib.util
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.databases.cluster import Cluster, find_programs

__all__ = ["Server", "find_server"]

PREFIX = "beast_scratch_"
NAMED = re.compile(PREFIX + r"(\d{14})_[0-9a-f]{8}")
TRIES = 4
"""With `PAUSE` between them: two seconds, in which a server ends the connections that it was told to end."""
PAUSE = 0.5  # seconds
LEFTOVER = timedelta(days=1)
SOCKETS = ("/var/run/postgresql", "/run/postgresql", "/tmp")  # noqa: S108 - where PostgreSQL itself puts its socket
# An empty password and no password file: a server of this machine is used only if it asks for none.
WITHOUT_PASSWORD = {"password": "", "passfile": "/no/such/file"}


class Server:
    """A PostgreSQL server that lets us make databases.

    Args:
        address: How to reach it; the database in it is where statements are sent from, and is not changed.
        where: Where it is, in words for a person.
        driver: What the project's interpreter connects with: "psycopg" or "psycopg2".
        cluster: Set where the server is started for us, and has to be stopped.
        options: For our own connections only.
    """

    def __init__(
        self,
        address: URL,
        where: str,
        driver: str,
        *,
        cluster: Cluster | None = None,
        options: dict[str, str] | None = None,
    ) -> None:
        self.address = address
        self.where = where
        self.driver = driver
        self.cluster = cluster
        self.options = options or {}

    def start(self) -> None:
        """Starts it where it is ours."""
        if self.cluster is not None:
            self.address = self.cluster.start(self.answers)

    def stop(self) -> None:
        """Stops it where it is ours, and removes its files."""
        if self.cluster is not None:
            self.cluster.stop()

    def url(self, name: str) -> str:
        """The url of one database for SQLAlchemy in the project's interpreter."""
        address = self.address.set(drivername=f"postgresql+{self.driver}", database=name)
        return address.render_as_string(hide_password=False)

    def name_of(self, url: str) -> str:
        """The name of one of our databases.

        Raises:
            ValueError: The url is of a database that was not made here.
        """
        name = make_url(url).database or ""
        if not NAMED.fullmatch(name):
            raise ValueError(f"{name!r} is no scratch database of ours")
        return name

    def free_name(self) -> str:
        """A name that nobody has; it tells when the database was made."""
        return f"{PREFIX}{datetime.now(UTC):%Y%m%d%H%M%S}_{secrets.token_hex(4)}"

    def create(self, name: str, *, template: str | None) -> None:
        """Makes a database: a copy of another one of ours, or an empty one."""
        with self.cursor() as cursor:
            if template is not None:
                end_connections(cursor, template)
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
                return
            try:
                cursor.execute(f'CREATE DATABASE "{name}"')
            except driver_module().OperationalError:  # somebody is connected to template1, which has to be alone then
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')

    def drop(self, name: str) -> None:
        """Removes a database, also from under whoever is connected to it."""
        for left in reversed(range(TRIES)):
            try:
                with self.cursor() as cursor:
                    end_connections(cursor, name)
                    cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            except driver_module().Error:
                if not left:
                    raise
                time.sleep(PAUSE)  # a busy server takes its time to let go of a connection that was ended
            else:
                return

    def remove_leftovers(self) -> None:
        """Removes our databases that a run which was killed left behind more than a day ago."""
        with self.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            names = [row[0] for row in cursor.fetchall()]
        for name in names:
            match = NAMED.fullmatch(name)
            if match and datetime.now(UTC) - made_at(match[1]) > LEFTOVER:
                self.drop(name)

    def answers(self, address: URL | None = None) -> str | None:
        """None if we may make databases there; otherwise why not."""
        try:
            with self.cursor(address) as cursor:
                cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
                row = cursor.fetchone()
        except driver_module().Error as error:
            return first_line(error)
        return None if row and row[0] else "its role may not create databases"

    @contextmanager
    def cursor(self, address: URL | None = None) -> Iterator[Any]:
        """A cursor on the server, each statement its own transaction."""
        chosen = address or self.address
        arguments = chosen.translate_connect_args(username="user", database="dbname") | dict(chosen.query)
        connection = driver_module().connect(**{"connect_timeout": "5", **self.options, **arguments})
        connection.autocommit = True
        with closing(connection), connection.cursor() as cursor:
            yield cursor


def find_server(
    shadow_url: str | None, python: Path | None, progress: Callable[[str], object]
) -> tuple[Server | None, str]:
    """The server to use, or None and one sentence that says why there is none.

    Raises:
        CouldNotRun: `shadow_url` is given and cannot be used.
    """
    lacking = lacking_driver(python)
    if lacking and shadow_url:
        raise CouldNotRun(f"--shadow-url names a PostgreSQL, but {lacking}")
    if lacking:
        return None, f"Nothing was proved on PostgreSQL: {lacking}."
    driver = target_driver(python) or ""
    if shadow_url:
        return named_server(shadow_url, driver), ""
    local = local_server(driver)
    if local is not None:
        progress(f"making scratch databases on {local.where}")
        return local, ""
    return own_server(driver, progress)


def named_server(shadow_url: str, driver: str) -> Server:
    """The server that was named."""
    try:
        address = make_url(shadow_url.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise CouldNotRun("--shadow-url is no database url; write it as postgresql://user@host:5432/postgres") from None
    if address.get_backend_name() != "postgresql":
        raise CouldNotRun(f"--shadow-url names {address.get_backend_name()}; only a PostgreSQL server can be named")
    server = Server(address, f"the server of --shadow-url ({address.host or 'a local socket'})", driver)
    problem = server.answers()
    if problem:
        raise CouldNotRun(f"--shadow-url cannot be used: {problem}")
    return server


def local_server(driver: str) -> Server | None:
    """A server of this machine that lets us in without a password and lets us make databases."""
    hosts = ["127.0.0.1", *(folder for folder in SOCKETS if Path(folder, ".s.PGSQL.5432").exists())]
    for host in hosts:
        for user in dict.fromkeys((login(), "postgres")):
            address = address_of(host, user)
            place = "127.0.0.1:5432" if host == "127.0.0.1" else f"the socket in {host}"
            where = f"the PostgreSQL of this machine at {place} as {user}"
            server = Server(address, where, driver, options={**WITHOUT_PASSWORD, "connect_timeout": "2"})
            if server.answers() is None:
                return server
    return None


def address_of(host: str, user: str) -> URL:
    """The url of the maintenance database of a server on this machine."""
    address = URL.create("postgresql", username=user, database="postgres")
    if host.startswith("/"):
        return address.set(query={"host": host, "port": "5432"})
    return address.set(host=host, port=5432)


def own_server(driver: str, progress: Callable[[str], object]) -> tuple[Server | None, str]:
    """A server that will be started in a temporary folder."""
    programs = find_programs()
    if programs is None:
        return None, (
            "Nothing was proved on PostgreSQL: no server answers on this machine without a password, and there is no "
            "`initdb` to start one; install PostgreSQL or give --shadow-url."
        )
    progress("starting a PostgreSQL in a temporary folder")
    cluster = Cluster(programs)
    where = f"a PostgreSQL started in a temporary folder from {programs}"
    return Server(URL.create("postgresql"), where, driver, cluster=cluster, options=dict(WITHOUT_PASSWORD)), ""


def lacking_driver(python: Path | None) -> str | None:
    """Why there is no driver for PostgreSQL, or None if there is."""
    if own_driver() is None:
        return "the environment of beast has no driver for it; install beastmode[postgres]"
    if target_driver(python) is None:
        return f"{python} has neither psycopg nor psycopg2"
    return None


def own_driver() -> str | None:
    """The driver of our own interpreter."""
    return next((name for name in ("psycopg", "psycopg2") if importlib.util.find_spec(name)), None)


def target_driver(python: Path | None) -> str | None:
    """The driver of the project's interpreter that its SQLAlchemy knows."""
    if python is None or python == Path(sys.executable):
        return own_driver()
    question = (
        "import importlib.util as i\n"
        "try:\n    import sqlalchemy\n    two = int(sqlalchemy.__version__.split('.')[0]) >= 2\n"
        "except Exception:\n    two = False\n"
        "print(next((n for n in ('psycopg', 'psycopg2') if i.find_spec(n) and (two or n != 'psycopg')), ''))"
    )
    try:
        answer = subprocess.run(  # noqa: S603 - the interpreter is the one that the project names
            [str(python), "-c", question], capture_output=True, text=True, timeout=30, check=False
        )
    except subprocess.TimeoutExpired:
        return None  # a machine that is so busy proves on SQLite alone
    return answer.stdout.strip() or None


def driver_module() -> Any:
    """The module of our own driver."""
    return importlib.import_module(own_driver() or "psycopg")


def end_connections(cursor: Any, name: str) -> None:
    """Ends every connection to one of our databases."""
    cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def made_at(stamp: str) -> datetime:
    """The moment in the name of a database; long ago where it is none."""
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def first_line(error: BaseException) -> str:
    """The first line of what a driver says."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def login() -> str:
    """The name of the person who runs this."""
    import pwd  # noqa: PLC0415 - Windows has none, and no PostgreSQL socket either

    return pwd.getpwuid(os.getuid()).pw_name
