"""`beastmode.toml`: what a project tells the tools, read with every key known and of its type."""

import difflib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from beastmode_tools.errors import CouldNotRun

__all__ = [
    "SETTINGS_FILE",
    "GuardSettings",
    "SettingsFile",
    "parse_settings_file",
    "read_settings",
    "read_settings_file",
]

SETTINGS_FILE = "beastmode.toml"


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """`[guard]` in the project's `beastmode.toml`.

    Args:
        core: Glob patterns, relative to the project: files whose change in behaviour is DANGEROUS.
        environment: Settings to start the application with, besides the scratch ones.
        big_tables: Tables that hold many rows in production; () for "any table that exists may".
        postgres_version: Major version that production runs.
        seed: `module:function` of the project that adds rows of its own to a scratch database: `seed(connection)`.
        timeout: Seconds that one probe may take.
        replays: Paths to request besides those without arguments.
        app: "module:name" or "module:factory()"; None where it has to be found.
        migrations: The Alembic folder, relative to the project's; None where it has to be found.
    """

    core: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    big_tables: tuple[str, ...] = ()
    postgres_version: int = 15
    seed: str | None = None
    timeout: float = 60.0
    replays: tuple[str, ...] = ()
    app: str | None = None
    migrations: str | None = None


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What the file says.

    Args:
        guard: `[guard]` without what was accepted.
        accepted: `[[guard.accepted]]` in the file's order; dates as ISO text.
    """

    guard: GuardSettings = field(default_factory=GuardSettings)
    accepted: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The text that is read, for messages that say where in it something stands."""

    text: str
    name: str

    def refuse(self, key: str, message: str) -> NoReturn:
        """Ends the reading with the file, the line of the key if it can be found, and what to write instead."""
        raise CouldNotRun(f"{self.name}{self.line_of(key)}: {message}")

    def line_of(self, key: str) -> str:
        """Colon and number of the line that writes the key, or the last part of a dotted one; "" if none is seen."""
        pattern = re.compile(rf"^\s*(?:\[+[^\]]*\b)?[\"']?{re.escape(key.rpartition('.')[2])}[\"']?\s*[=\]]")
        numbers = (number for number, line in enumerate(self.text.splitlines(), 1) if pattern.search(line))
        return next((f":{number}" for number in numbers), "")


def read_settings(folder: Path) -> GuardSettings:
    """`[guard]` of the project's `beastmode.toml`; the defaults where there is none.

    Raises:
        CouldNotRun: As `read_settings_file`.
    """
    return read_settings_file(folder).guard


def read_settings_file(folder: Path) -> SettingsFile:
    """What the project's `beastmode.toml` says; nothing where there is none.

    Raises:
        CouldNotRun: It cannot be read, is no TOML, or has a key or value that is not known.
    """
    path = folder / SETTINGS_FILE
    if path.exists() and not path.is_file():
        raise CouldNotRun(f"{SETTINGS_FILE} is no file; it has to be a UTF-8 text file.")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return SettingsFile()
    except (OSError, UnicodeDecodeError) as problem:
        raise CouldNotRun(f"{SETTINGS_FILE} cannot be read ({problem}); it has to be a UTF-8 text file.") from problem
    return parse_settings_file(text)


def parse_settings_file(text: str, name: str = SETTINGS_FILE) -> SettingsFile:
    """What this text says as a `beastmode.toml`.

    Raises:
        CouldNotRun: It is no TOML, or has a key or value that is not known; the message names the line.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        last = f"at line {len(text.splitlines()) or 1}, the last"
        told = str(problem).replace("at end of document", last)
        raise CouldNotRun(f"{name} is no valid TOML: {told}.") from problem
    except RecursionError:
        raise CouldNotRun(f"{name} is nested too deeply to be read; nothing in it needs that.") from None
    source = Source(text, name)
    known(source, data, ("guard",), "")
    guard = data.get("guard", {})
    if not isinstance(guard, dict):
        source.refuse("guard", "guard has to be a table: [guard].")
    known(source, guard, (*KEYS, "accepted"), "guard.")
    values = {key: KEYS[key](source, f"guard.{key}", value) for key, value in guard.items() if key in KEYS}
    return SettingsFile(GuardSettings(**values), accepted_of(source, guard.get("accepted", [])))


def known(source: Source, table: dict[str, Any], keys: tuple[str, ...], prefix: str) -> None:
    """Refuses a key that nothing reads: it is a slip, and what it was to say would be lost in silence."""
    for key in table:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, 1)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"known are {', '.join(keys)}."
            source.refuse(key, f"{prefix}{key} is no setting; {hint}")


def accepted_of(source: Source, entries: Any) -> tuple[dict[str, str], ...]:
    """The accepted findings, each with all that is asked of one."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        source.refuse("accepted", "accepted findings are tables: [[guard.accepted]].")
    return tuple(accepted_entry(source, entry) for entry in entries)


def accepted_entry(source: Source, entry: dict[str, Any]) -> dict[str, str]:
    """One accepted finding as text; without a fingerprint or a reason it is none."""
    known(
        source,
        entry,
        ("fingerprint", "rule", "subject", "against", "reason", "author", "date", "until"),
        "guard.accepted.",
    )
    for key in ("fingerprint", "reason"):
        if not str(entry.get(key, "")).strip():
            source.refuse("guard.accepted", f"an accepted finding has no {key}; `beast accept` writes complete ones.")
    return {key: accepted_value(source, key, value) for key, value in entry.items()}


def accepted_value(source: Source, key: str, value: Any) -> str:
    """A text; for dates, TOML's own or an ISO text."""
    if key in ("date", "until"):
        return day(source, key, value)
    return text(source, f"guard.accepted.{key}", value)


def day(source: Source, key: str, value: Any) -> str:
    """A date as ISO text."""
    if isinstance(value, datetime):
        value = value.date()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        source.refuse(key, f"guard.accepted.{key} is {value!r}, but it has to be a date such as 2027-01-31.")


def text(source: Source, key: str, value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        source.refuse(key, f"{key} is {value!r}, but it has to be a text in quotes.")
    return value


def texts(source: Source, key: str, value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        source.refuse(key, f'{key} is {value!r}, but it has to be a list of texts: ["..."].')
    return tuple(value)


def mapping(source: Source, key: str, value: Any) -> dict[str, str]:
    """A table of texts."""
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        source.refuse(key, f'{key} has to be a table of texts: {{ NAME = "value" }}.')
    return dict(value)


def whole(source: Source, key: str, value: Any) -> int:
    """A number above 0 without fractions."""
    if type(value) is not int or value < 1:
        source.refuse(key, f"{key} is {value!r}, but it has to be a whole number above 0.")
    return value


def seconds(source: Source, key: str, value: Any) -> float:
    """A number of seconds above 0."""
    if type(value) not in (int, float) or not 0 < value < float("inf"):
        source.refuse(key, f"{key} is {value!r}, but it has to be a number of seconds above 0.")
    return float(value)


KEYS: dict[str, Callable[[Source, str, Any], Any]] = {
    "core": texts,
    "environment": mapping,
    "big_tables": texts,
    "postgres_version": whole,
    "seed": text,
    "timeout": seconds,
    "replays": texts,
    "app": text,
    "migrations": text,
}
