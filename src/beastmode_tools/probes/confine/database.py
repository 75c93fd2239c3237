"""Sends every database connection of the project to the scratch database, whatever it was meant for."""

from __future__ import annotations

import os
import re
import sys
import urllib.parse
from typing import Any, Callable

from .after_import import when_imported

__all__ = ["redirect"]

INVALID = re.compile(r"Invalid argument\(s\) (.+?) sent to create_engine")
OWN_WAYS = ("creator", "async_creator", "creator_fn", "pool", "module")  # each would pass the URL by
PLACES = ("host", "hostaddr", "port", "dbname", "database", "db", "user", "password", "passwd", "dsn", "service")
SQLITE_ARGUMENTS = (
    *("timeout", "detect_types", "isolation_level", "check_same_thread", "factory", "cached_statements", "uri"),
    *("autocommit", "_uri"),
)
KNOWN_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}
POSTGRESQL_TYPES = (
    *("ARRAY", "JSONB", "HSTORE", "INET", "CIDR", "MACADDR", "TSVECTOR", "TSQUERY", "UUID", "INTERVAL", "BIT", "BYTEA"),
    *("MONEY", "OID", "REGCLASS", "CITEXT", "INT4RANGE", "INT8RANGE", "NUMRANGE", "DATERANGE", "TSRANGE", "TSTZRANGE"),
    *("ENUM", "DOUBLE_PRECISION", "geometry", "geography"),
)
FRAMES = 8  # how far up the stack Flask-SQLAlchemy's application is looked for


class Redirection:
    """Which database stands for which: the project's first or default one is the scratch database itself.

    Args:
        url: Of the scratch database.
        folder: Where files of sibling databases may be made.
        siblings: URLs for the project's other databases, in the order in which it asks for them.
        confinement: What notes the refusals.
    """

    def __init__(self, url: str, folder: str, siblings: list[str], confinement: Any) -> None:
        self.url = url
        self.folder = folder
        self.siblings = siblings
        self.confinement = confinement
        self.known: dict[str, str] = {}
        self.dialects: list[Any] = []  # of the engines that lead to scratch; held, so that no other gets their id

    @property
    def backend(self) -> str:
        """The dialect of the scratch database."""
        return self.url.split(":", 1)[0].split("+", 1)[0]

    def scratch_for(self, database: str, *, is_default: bool | None = None) -> str:
        """The scratch URL that stands for a database of the project; the same for each of its replicas.

        Args:
            database: Its dialect and name.
            is_default: Whether it is the one that the application names as its own; None where it names none.
        """
        if database not in self.known:
            is_first = is_default is None and self.url not in self.known.values()
            is_scratch = database in self.url or self.url.endswith("/" + database.split("/", 1)[-1])
            self.known[database] = self.url if is_default or is_first or is_scratch else self.sibling()
        return self.known[database]

    def sibling(self) -> str:
        """A database beside the scratch database, for the next one of the project."""
        number = len({url for url in self.known.values() if url != self.url})
        if number < len(self.siblings):
            return self.siblings[number]
        return "sqlite:///" + os.path.join(self.folder, f"scratch-{number + 1}.db")


CURRENT: list[Redirection] = []


def redirect(request: dict[str, Any], confinement: Any) -> None:
    """Makes every engine and every driver connect to scratch, and the environment name it.

    Args:
        request: "database_url" is filled in with an SQLite file where it was not given; "sibling_urls".
        confinement: Learns which server may be reached.
    """
    folder = request.get("scratch") or request["folder"]
    request["own_database"] = not request.get("database_url")
    url = request.get("database_url") or "sqlite:///" + os.path.join(folder, "scratch.db")
    request["database_url"] = url
    redirection = Redirection(url, folder, list(request.get("sibling_urls", ())), confinement)
    is_first = not CURRENT
    CURRENT[:] = [redirection]
    for one in (url, *redirection.siblings):
        allow_server(one, confinement)
    for name in ("DATABASE_URL", "SQLALCHEMY_DATABASE_URI"):
        os.environ[name] = url
    if request["own_database"]:
        when_imported("sqlalchemy.dialects.sqlite.base", stand_in_types)
    if is_first:
        stand_in_the_way()


def stand_in_the_way() -> None:
    """Puts what asks the current redirection in the place of what connects, once for a process and its forks."""
    when_imported("sqlalchemy.engine.create", wrap_create_engine)
    when_imported("sqlalchemy.engine", wrap_old_create_engine)
    when_imported("sqlalchemy", guard_connections)
    for name in ("psycopg2", "psycopg", "MySQLdb", "pymysql", "mysql.connector", "pyodbc", "cx_Oracle", "oracledb"):
        when_imported(name, guard_driver)


def stand_in_types(module: Any) -> None:
    """Lets an SQLite file of our own hold columns of types that only PostgreSQL has, so that views find their tables.

    It is no database that anything is proved on: nobody brought it to a schema.
    """
    for name in POSTGRESQL_TYPES:
        if not hasattr(module.SQLiteTypeCompiler, f"visit_{name}"):
            setattr(module.SQLiteTypeCompiler, f"visit_{name}", lambda *_, **__: "TEXT")


def allow_server(url: str, confinement: Any) -> None:
    """Lets sockets reach the scratch database's server, or the code write its file and what SQLite keeps beside it."""
    if url.startswith("sqlite:///"):
        path = os.path.realpath(url[len("sqlite:///") :])
        confinement.places += tuple(path + suffix for suffix in ("", "-wal", "-shm", "-journal"))
        return
    parts = urllib.parse.urlsplit(url)
    query = urllib.parse.parse_qs(parts.query)
    host = parts.hostname or query.get("host", [""])[0]
    port = parts.port or int(query.get("port", ["0"])[0]) or KNOWN_PORTS.get(parts.scheme.split("+")[0], 0)
    if host.startswith("/"):
        confinement.sockets.add(os.path.join(host, f".s.PGSQL.{port}"))
    elif host:
        addresses = ("localhost", "127.0.0.1", "::1") if host == "localhost" else (host,)
        confinement.servers.update((address, port) for address in addresses)


def wrap_create_engine(module: Any) -> None:
    """Replaces SQLAlchemy's `create_engine` where it is defined, before anything else has imported it."""
    original = module.create_engine

    def create_engine(url: Any, **options: Any) -> Any:
        from sqlalchemy.engine.url import make_url

        redirection = CURRENT[0]
        meant = make_url(url)
        database = "{}/{}".format(meant.get_backend_name(), meant.database or "")
        if meant.get_backend_name() == "sqlite":
            database = os.path.abspath(meant.database) if meant.database else ":memory:"
        named = default_url()
        is_default = is_same(make_url(named), meant) if named else None
        scratch = make_url(redirection.scratch_for(database, is_default=is_default))
        if options.get("_is_async"):
            scratch = scratch.set(drivername=async_driver(scratch, meant))
        try:
            engine = made(original, scratch, fitting(options, meant, scratch))
        except ImportError:  # no driver for scratch, as without aiosqlite: it may be made, and refuses to connect
            redirection.confinement.note(f"database: no driver for {scratch.drivername}")
            return original(meant, **options)
        redirection.dialects.append(engine.dialect)
        return engine

    module.create_engine = create_engine


def wrap_old_create_engine(module: Any) -> None:
    """The same for SQLAlchemy before 1.4, which had no module of its own for it."""
    if "sqlalchemy.engine.create" not in sys.modules:
        wrap_create_engine(module)


def default_url() -> Any:
    """What an application that makes engines, somewhere up the stack, names as its database; None without one."""
    frame: Any = sys._getframe(2)
    for _ in range(FRAMES):
        if frame is None:
            return None
        config = getattr(frame.f_locals.get("app"), "config", None)
        if isinstance(config, dict) and config.get("SQLALCHEMY_DATABASE_URI"):
            return config["SQLALCHEMY_DATABASE_URI"]
        frame = frame.f_back
    return None


def is_same(named: Any, meant: Any) -> bool:
    """Whether two URLs mean one database; Flask-SQLAlchemy puts a folder before the name of a file."""
    if named.get_backend_name() != meant.get_backend_name():
        return False
    return bool(named.database == meant.database or str(meant.database).endswith(os.sep + str(named.database)))


def async_driver(scratch: Any, meant: Any) -> str:
    """The driver for an asynchronous engine: the project's own, where the dialect is the same."""
    if scratch.get_backend_name() == meant.get_backend_name():
        return str(meant.drivername)
    return {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}[scratch.get_backend_name()]


def fitting(options: dict[str, Any], meant: Any, scratch: Any) -> dict[str, Any]:
    """The options of an engine that the scratch database's dialect can take."""
    fit = {name: value for name, value in options.items() if name not in OWN_WAYS}
    if meant.get_backend_name() == scratch.get_backend_name():
        arguments = {key: value for key, value in fit.get("connect_args", {}).items() if key not in PLACES}
        if scratch.get_backend_name() == "sqlite":
            arguments = {key: value for key, value in arguments.items() if key in SQLITE_ARGUMENTS}
        else:
            arguments = {key: value for key, value in arguments.items() if not key.startswith("ssl")}
        return {**fit, "connect_args": arguments} if "connect_args" in fit else fit
    fit.pop("connect_args", None)
    if scratch.get_backend_name() == "sqlite" and fit.get("isolation_level") not in (None, "AUTOCOMMIT"):
        fit.pop("isolation_level")
    return fit


def made(create: Callable[..., Any], url: Any, options: dict[str, Any]) -> Any:
    """The engine, without the options that its dialect or pool refuses by name."""
    for _ in range(4):
        try:
            return create(url, **options)
        except TypeError as error:  # noqa: PERF203 - four times at most
            refused = INVALID.search(str(error))
            if refused is None:
                raise
            names = re.findall(r"'(\w+)'", refused.group(1))
            options = {name: value for name, value in options.items() if name not in names}
    return create(url)


def guard_connections(sqlalchemy: Any) -> None:
    """Refuses connections of engines that came to be in another way than `create_engine`."""

    def connects(dialect: Any, *_: Any) -> None:
        if any(dialect is known for known in CURRENT[0].dialects):
            return
        CURRENT[0].confinement.note(f"database: {dialect.name} outside of create_engine")
        raise ConnectionRefusedError(111, "refused: the guard connects to its scratch database only")

    sqlalchemy.event.listen(sqlalchemy.engine.Engine, "do_connect", connects)


def guard_driver(driver: Any) -> None:
    """Lets a driver connect to the scratch database only: what it was given is replaced, or refused."""
    original = driver.connect

    def connect(*arguments: Any, **options: Any) -> Any:
        address, kept = led(driver, arguments, options)
        return original(address, **kept)

    driver.connect = connect
    if driver.__name__ == "psycopg":
        begin = driver.AsyncConnection.connect

        async def connect_later(*arguments: Any, **options: Any) -> Any:
            address, kept = led(driver, arguments, options)
            return await begin(address, **kept)

        driver.Connection.connect = staticmethod(connect)
        driver.AsyncConnection.connect = staticmethod(connect_later)


def led(driver: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Where a driver connects instead, and with which options; raises the driver's own error where it may not."""
    redirection = CURRENT[0]
    if driver.__name__ in ("psycopg", "psycopg2") and redirection.backend == "postgresql":
        kept = {name: value for name, value in options.items() if name not in (*PLACES, "conninfo")}
        kept = {name: value for name, value in kept.items() if not name.startswith("ssl")}
        return plain(redirection, arguments, options), kept
    redirection.confinement.note(f"database: {driver.__name__}.connect")
    error = getattr(driver, "OperationalError", ConnectionRefusedError)
    raise error("refused: the guard connects to its scratch database only")


def plain(redirection: Redirection, arguments: tuple[Any, ...], options: dict[str, Any]) -> str:
    """The scratch database's address as libpq takes it; that of a sibling where the project's code asks for it."""
    asked = " ".join(str(value) for value in (*arguments, *options.values()))
    name = options.get("dbname") or options.get("database") or ""
    for url in (redirection.url, *redirection.siblings):
        database = urllib.parse.urlsplit(url).path.lstrip("/")
        if database and (database == name or database in asked):
            return re.sub(r"^\w+\+\w+:", "postgresql:", url)
    return re.sub(r"^\w+\+\w+:", "postgresql:", redirection.url)
