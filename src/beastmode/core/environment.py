"""Where settings come from: code, the environment, and in development a `.env` file."""

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from marshmallow import ValidationError

from beastmode.core.errors import SettingsError
from beastmode.core.secrets import as_secret, is_monotonous
from beastmode.core.setting import Setting
from beastmode.core.settings import (
    A_SECRET,
    DEVELOPMENT_SECRET,
    SECRET_BYTES,
    Settings,
    keys_of,
    settings_table,
    settings_type,
)

__all__ = ["read_settings"]

_OFF = {"", "0", "false", "no"}
"""Values of FLASK_DEBUG that turn debug mode off."""


def read_settings(
    given: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    kinds: Iterable[type[Settings]] = (),
    debug: bool = False,
    testing: bool = False,
) -> Settings:
    """Read every setting from `given`, the environment, `.env` (in development only), or its default, in this order.

    Args:
        given: Values set in code, such as those of `app.config` that differ from Flask's defaults; None means not set.
        environ: The environment variables; by default the process's own.
        kinds: The classes that declare settings, in addition to those of every application.
        debug: Whether the application is in debug mode, which means development if ENVIRONMENT is not set.
        testing: Whether the application is being tested, which also means ENVIRONMENT=testing.

    Raises:
        SettingsError: Settings are wrong, or unsafe in production; the message lists all problems.
        ConfigurationError: A class of settings is not declared correctly.
    """
    kind = settings_type(kinds)
    environ = os.environ if environ is None else environ
    sources: list[Mapping[str, Any]] = [given or {}, environ]
    if not _first(sources, "ENVIRONMENT"):
        debug = debug or environ.get("FLASK_DEBUG", "").lower() not in _OFF
        sources.insert(0, {"ENVIRONMENT": "testing" if testing else "development" if debug else None})
    problems: list[str] = []
    if _first(sources, "ENVIRONMENT") == "development":
        try:
            sources.append(dotenv_values(Path.cwd() / ".env"))
        except (OSError, ValueError) as error:
            problems.append(f".env cannot be read: {error}; expected a UTF-8 text file.")
    settings = kind(**_parsed(kind, sources, problems))
    problems += _combined_problems(settings)
    if problems:
        raise SettingsError(problems, _why_production(sources) if settings.is_production else "")
    return settings


def _parsed(kind: type[Settings], sources: list[Mapping[str, Any]], problems: list[str]) -> dict[str, Any]:
    """Every valid value of a source, by attribute; what is wrong with the others is added to the problems."""
    values: dict[str, Any] = {}
    for row in settings_table(kind):
        written = _first(sources, row.name)
        if written is None or (written == "" and row.default != ""):
            continue
        try:
            value = row.kind.deserialize(_current_name(row, written))
            values[row.name.lower()] = as_secret(value) if row.is_secret else value
        except ValidationError:
            shown = "not usable" if row.is_secret else _shortened(repr(written))
            problems.append(f"{row.name} is {shown}; expected {row.expects}.")
    return values


def _current_name(row: Setting, written: Any) -> Any:
    """The current name of a value; a renamed one still works, with a warning."""
    if not isinstance(written, str) or written not in row.renamed:
        return written
    name = row.renamed[written]
    message = f"{row.name}={written} is now called {name}: set {row.name}={name}, which means the same."
    # Not a DeprecationWarning, which Python hides from people who run an application.
    warnings.warn(message, FutureWarning, stacklevel=2)
    return name


def _why_production(sources: list[Mapping[str, Any]]) -> str:
    """Why the rules of production apply; usually that is not intended."""
    said = "is production" if _first(sources, "ENVIRONMENT") else "is not set, so the environment is production"
    return f"ENVIRONMENT {said} (on your own machine: export ENVIRONMENT=development)."


def _shortened(text: str) -> str:
    """A string, truncated to 100 characters."""
    return text if len(text) <= 100 else f"{text[:97]}..."


def _first(sources: list[Mapping[str, Any]], name: str) -> Any:
    """The first value for a name in any source; None if there is none."""
    return next((source[name] for source in sources if source.get(name) is not None), None)


def _combined_problems(settings: Settings) -> Iterator[str]:
    """What is wrong with values that are each valid: weak secrets in production, and what each class refuses."""
    if settings.is_production:
        for row in settings_table(type(settings)):
            for secret in keys_of(settings, row):
                yield from _weakness_of(row.name, secret)
    # The method of each class, not only of the last one: a class that does not call super() would silence the others.
    for kind in reversed(type(settings).__mro__):
        if "problems" in vars(kind):
            yield from vars(kind)["problems"](settings)


def _weakness_of(name: str, secret: str) -> Iterator[str]:
    """Why a secret is not safe in production."""
    if secret == DEVELOPMENT_SECRET:
        yield f"{name} is not set, or has its development value; production requires {A_SECRET}."
    elif len(secret.encode()) < SECRET_BYTES:
        yield f"{name} has {len(secret.encode())} bytes; production requires {A_SECRET}."
    elif is_monotonous(secret):
        yield f"{name} is long, but predictable; production requires {A_SECRET}."
