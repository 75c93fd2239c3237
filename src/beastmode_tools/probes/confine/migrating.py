"""What changes the schema while the application starts: noted, and run only where it was asked for."""

from __future__ import annotations

from typing import Any, Callable

from . import confinement
from .after_import import when_imported

__all__ = ["boot_migrates", "ended", "install", "tables_of", "watch"]

COMMANDS = ("upgrade", "downgrade", "stamp", "merge", "revision", "migrate", "init", "ensure_version")
TABLES = ("create_all", "drop_all")


class Watch:
    """Notes calls that change the schema.

    Args:
        runs: Whether migrations run.
        creates: Whether `create_all` does.
    """

    def __init__(self) -> None:
        self.on = False
        self.runs = False
        self.creates = True
        self.calls: list[str] = []


WATCH = Watch()


def boot_migrates() -> list[str]:
    """What was called while the application started: "flask_migrate.upgrade (app.py:12)"."""
    return list(WATCH.calls)


def ended() -> None:
    """Lets every call through from now on: the application has started."""
    WATCH.on = False


def watch(request: dict[str, Any]) -> None:
    """Notes calls that change the schema from now on.

    Args:
        request: "migrations": "run" lets migrations at boot run; they are only noted by default. "create_all": whether
            tables may be made; by default only in a scratch database of the probe's own.
    """
    WATCH.on = True
    WATCH.runs = request.get("migrations") == "run"
    WATCH.creates = bool(request.get("create_all", request.get("own_database", False)))


def install() -> None:
    """Replaces what changes the schema by what notes it, as soon as it is imported; silent until `watch`."""
    when_imported("alembic.command", lambda module: wrap(module, "alembic.command"))
    when_imported("flask_migrate", lambda module: wrap(module, "flask_migrate"))
    when_imported("sqlalchemy.sql.schema", wrap_tables)


def note(name: str) -> None:
    """Remembers a call, with the project's line that made it."""
    text = f"{name} ({confinement.current().caller()})"
    if text not in WATCH.calls:
        WATCH.calls.append(text)


def wrap(module: Any, name: str) -> None:
    """Replaces the commands of a module that migrate."""
    for command in COMMANDS:
        original = getattr(module, command, None)
        if callable(original):
            setattr(module, command, noted(original, f"{name}.{command}"))


def noted(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A command that is noted while the application starts, and not run."""

    def command(*arguments: Any, **options: Any) -> Any:
        if not WATCH.on:
            return original(*arguments, **options)
        note(name)
        return original(*arguments, **options) if WATCH.runs else make_tables()

    command.__name__ = getattr(original, "__name__", name)
    command.__doc__ = original.__doc__
    return command


def make_tables() -> None:
    """Stands for a migration at boot: in a scratch database of our own, the models' tables are made from the models."""
    if not WATCH.creates:
        return
    try:
        from flask import current_app  # only a project that uses it gets here

        tables_of(current_app)
    except Exception as error:  # it stands for something else, whose failure would say more
        note(f"could not make the tables instead: {type(error).__name__}")


def tables_of(application: Any) -> None:
    """Makes the tables of an application's models, inside of its context, where an extension holds them."""
    held = application.extensions.get("sqlalchemy") or application.extensions.get("migrate")
    database = getattr(held, "db", held)  # Flask-SQLAlchemy 2 and Flask-Migrate hold it one step further
    was, WATCH.on = WATCH.on, False
    try:
        if hasattr(database, "create_all"):
            database.create_all()
    finally:
        WATCH.on = was


def wrap_tables(module: Any) -> None:
    """Replaces `MetaData.create_all` and `drop_all`."""
    for name in TABLES:
        setattr(module.MetaData, name, noted_tables(getattr(module.MetaData, name), "MetaData." + name))


def noted_tables(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A method that makes or drops tables, noted while the application starts."""

    def method(self: Any, *arguments: Any, **options: Any) -> Any:
        if not WATCH.on:
            return original(self, *arguments, **options)
        note(name)
        if not WATCH.creates or name == "MetaData.drop_all":
            return None
        return attempted(original, self, arguments, options)

    method.__name__ = getattr(original, "__name__", name)
    method.__doc__ = original.__doc__
    return method


def attempted(original: Callable[..., Any], metadata: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Makes the tables; types that the scratch database does not know are no failure of the application."""
    try:
        return original(metadata, *arguments, **options)
    except Exception as error:
        note(f"the scratch database cannot hold the tables: {type(error).__name__}")
        return None
