"""Where settings come from: code, the environment, and in development a `.env` file."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from marshmallow import ValidationError

from beastmode.core.errors import SettingsError
from beastmode.core.settings import A_SECRET, DEVELOPMENT_SECRET, SECRET_BYTES, Settings, settings_table

__all__ = ["read_settings"]


def read_settings(given: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Every setting, from what is given, else the environment, else (in development) `.env`, else the default.

    Args:
        given: Values set in code, such as `app.config`; None counts as not set.
        environ: The environment variables; by default the process's own.

    Raises:
        SettingsError: With every problem at once, those of an unsafe production included.
    """
    environ = os.environ if environ is None else environ
    sources: list[Mapping[str, Any]] = [given or {}, environ]
    if (first(sources, "ENVIRONMENT") or "") == "development":
        sources.append(dotenv_values(Path.cwd() / ".env"))
    values: dict[str, Any] = {}
    problems = []
    for row in settings_table():
        found = first(sources, row.name)
        if found is None or (found == "" and row.default != ""):
            continue
        try:
            values[row.name.lower()] = row.kind.deserialize(found)
        except ValidationError:
            shown = "not usable" if row.is_secret else repr(found)
            problems.append(f"{row.name} is {shown}; expected {row.expects}.")
    settings = Settings(**values)
    if settings.is_production:
        problems += production_problems(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def first(sources: list[Mapping[str, Any]], name: str) -> Any:
    """The first value that a source has for a name, None where none has."""
    return next((source[name] for source in sources if source.get(name) is not None), None)


def production_problems(settings: Settings) -> Iterator[str]:
    """What must not be so where real people's data is."""
    secrets = {"SECRET_KEY": settings.secret_key}
    if settings.jwt_secret_key:
        secrets["JWT_SECRET_KEY"] = settings.jwt_secret_key
    for name, secret in secrets.items():
        if secret == DEVELOPMENT_SECRET:
            yield f"{name} is not set; production needs {A_SECRET}."
        elif len(secret.encode()) < SECRET_BYTES:
            yield f"{name} has {len(secret.encode())} bytes; production needs {A_SECRET}."
    if settings.debug:
        yield "DEBUG is on; in production it must be off, since its pages run code for whoever asks."
    if "*" in settings.allowed_origins and settings.cors_credentials:
        yield (
            "CORS_ORIGINS is * while CORS_CREDENTIALS is on: any site could act as the person signed in; "
            "name the origins."
        )
