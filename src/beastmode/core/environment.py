"""Where settings come from: code, the environment, and in development a `.env` file."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from marshmallow import ValidationError

from beastmode.core.errors import SettingsError
from beastmode.core.secrets import as_secret, is_monotonous
from beastmode.core.settings import A_SECRET, DEVELOPMENT_SECRET, SECRET_BYTES, Settings, settings_table

__all__ = ["read_settings"]

OFF = {"", "0", "false", "no"}
"""What Flask takes FLASK_DEBUG for when debug mode is off."""


def read_settings(
    given: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    debug: bool = False,
    testing: bool = False,
) -> Settings:
    """Read every setting from `given`, the environment, `.env` (in development only), or its default, in this order.

    Args:
        given: Values set in code, such as those of `app.config` that differ from Flask's own; None counts as not set.
        environ: The environment variables; by default the process's own.
        debug: Whether the application is in debug mode: it is in development then, where ENVIRONMENT is not set.
        testing: Whether the application is being tested, which also means ENVIRONMENT=testing.

    Raises:
        SettingsError: With every problem at once, those of an unsafe production included.
    """
    environ = os.environ if environ is None else environ
    sources: list[Mapping[str, Any]] = [given or {}, environ]
    if not first(sources, "ENVIRONMENT"):
        debug = debug or environ.get("FLASK_DEBUG", "").lower() not in OFF
        sources.insert(0, {"ENVIRONMENT": "testing" if testing else "development" if debug else None})
    values: dict[str, Any] = {}
    problems: list[str] = []
    if first(sources, "ENVIRONMENT") == "development":
        try:
            sources.append(dotenv_values(Path.cwd() / ".env"))
        except (OSError, ValueError) as error:
            problems.append(f".env cannot be read: {error}; expected a UTF-8 text file.")
    for row in settings_table():
        found = first(sources, row.name)
        if found is None or (found == "" and row.default != ""):
            continue
        try:
            value = row.kind.deserialize(found)
            values[row.name.lower()] = as_secret(value) if row.is_secret else value
        except ValidationError:
            shown = "not usable" if row.is_secret else shortened(repr(found))
            problems.append(f"{row.name} is {shown}; expected {row.expects}.")
    settings = Settings(**values)
    if settings.is_production:
        problems += production_problems(settings)
    if problems:
        raise SettingsError(problems, why_production(sources) if settings.is_production else "")
    return settings


def why_production(sources: list[Mapping[str, Any]]) -> str:
    """Why the rules of production hold, which most people who meet them did not mean."""
    said = "is production" if first(sources, "ENVIRONMENT") else "is not set, so the environment is production"
    return f"ENVIRONMENT {said} (on your own machine: export ENVIRONMENT=development)."


def shortened(found: str) -> str:
    """At most 100 characters of what was found."""
    return found if len(found) <= 100 else f"{found[:97]}..."


def first(sources: list[Mapping[str, Any]], name: str) -> Any:
    """The first value that a source has for a name, None where none has."""
    return next((source[name] for source in sources if source.get(name) is not None), None)


def production_problems(settings: Settings) -> Iterator[str]:
    """What must not be so where real people's data is."""
    secrets = [("SECRET_KEY", settings.secret_key)]
    if settings.jwt_secret_key:
        secrets.append(("JWT_SECRET_KEY", settings.jwt_secret_key))
    secrets += [("JWT_PREVIOUS_SECRET_KEYS", secret) for secret in settings.jwt_previous_secret_keys]
    for name, secret in secrets:
        if secret == DEVELOPMENT_SECRET:
            yield f"{name} is not set, or has its development value; production requires {A_SECRET}."
        elif len(secret.encode()) < SECRET_BYTES:
            yield f"{name} has {len(secret.encode())} bytes; production requires {A_SECRET}."
        elif is_monotonous(secret):
            yield f"{name} is long, but predictable; production requires {A_SECRET}."
    if settings.debug:
        yield "DEBUG is on; turn it off in production, because the debugger runs code for anyone who asks."
    if "*" in settings.allowed_origins and settings.cors_credentials:
        yield (
            "CORS_ORIGINS is * while CORS_CREDENTIALS is on: any site could act as the logged-in user; list the "
            "allowed origins."
        )
