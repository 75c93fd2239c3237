"""Settings that the project needs and the scratch environment lacks: which they are, and made-up values for them."""

from __future__ import annotations

import json
import os
import re
import sys
import types
from typing import Any

from ..confine import confinement
from . import asked

__all__ = ["Missing", "invented", "missing", "prepare"]

NAME = re.compile(r"[A-Z][A-Z0-9_]{2,}")
NOT_SET = re.compile(
    r"\b(?P<name>[A-Z][A-Z0-9_]{2,})[\"'`]? (?:was )?"
    r"(?:is |not |must |be |has |to |required|needs|missing|undefined|environment|env )"
    r"|(?i:environment variable|env var(?:iable)?|setting|config(?:uration)?)s?:? [\"'`]?(?P<after>[A-Z][A-Z0-9_]{2,})"
)
NEVER = re.compile(r"FLASK_(APP|ENV|DEBUG|SKIP_DOTENV|RUN_\w+)")
"""What Flask's own messages name: which application it is, a made-up value cannot tell."""
DECLARED = ("EnvError", "EnvValidationError", "UndefinedValueError", "ImproperlyConfigured", "ConfigError")
VALUES = (
    (r"PORT$|TIMEOUT|SECONDS|MINUTES|HOURS|DAYS|LIMIT|SIZE|COUNT|MAX_|MIN_|TTL|EXPIR|WORKERS|LENGTH", "3600"),
    (r"^(USE|ENABLE|IS|HAS)_|_(ENABLED|DISABLED|DEBUG|TLS|SSL)$|^DEBUG$|^TESTING$", "false"),
    (r"REDIS|CELERY_BROKER|BROKER_URL|RESULT_BACKEND", "redis://127.0.0.1:1/0"),
    (r"(DATABASE|DB|SQLALCHEMY|POSTGRES\w*|MYSQL)_?(URL|URI|DSN)(_[A-Z]+)?$", "{database}"),
    (r"DSN$", "https://public@service.invalid/1"),
    (r"URL$|URI$|ENDPOINT$|ORIGIN", "https://service.invalid"),
    (r"HOST(NAME)?$|SERVER$|DOMAIN$", "service.invalid"),
    (r"EMAIL|SENDER|MAIL_(FROM|DEFAULT)", "nobody@service.invalid"),
    (r"FERNET|ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    (r"PATH$|DIR$|FOLDER$|DIRECTORY$", "{scratch}"),
    (r"CONFIG(_FILE)?$|SETTINGS(_FILE)?$", "{file}"),
    (r"ENV(IRONMENT)?$|STAGE$|PROFILE$", "production"),
)
MADE_UP = "made-up-by-the-guard-for-{}-0123456789abcdef"
NAMED_VALUE = re.compile(r"made-up-by-the-guard-for-(\w+)-0123456789abcdef")
KINDS = {"int": "3600", "float": "1.5", "bool": "true", "json": "{}", "date": "2030-01-01"}

INVENTED: list[str] = []


class Missing(KeyError):  # noqa: N818 - named for what it tells
    """A name that is no setting of the environment."""


def invented() -> list[str]:
    """Names of settings that got a made-up value, sorted."""
    return sorted(set(INVENTED))


def prepare(request: dict[str, Any]) -> None:
    """Gives the settings that an earlier try missed, and others that are read the same way, made-up values.

    Args:
        request: "invent": names that were missed; None for a first try, which invents nothing.
    """
    asked.watch(is_of_project)
    names = request.get("invent")
    if names is None:
        return
    for told in names:  # "NAME", or "NAME:kind" where a text was refused
        name, _, kind = told.partition(":")
        if kind or name not in os.environ:
            os.environ[name] = KINDS.get(kind) or value_for(name, request)
            INVENTED.append(name)
    answer_subscripts(request)


def answer_subscripts(request: dict[str, Any]) -> None:
    """Makes `os.environ["X"]` in the project's own files answer with a made-up value."""
    environment = type(os.environ)
    original = environment.__getitem__

    def get(self: Any, name: str) -> str:
        try:
            return original(self, name)
        except KeyError:
            caller = sys._getframe(1)
            if self is not os.environ or not is_of_project(caller.f_code.co_filename):
                raise
            os.environ[name] = value_for(name, request)
            INVENTED.append(name)
            return original(self, name)

    setattr(environment, "__getitem__", get)  # noqa: B010 - mypy would not let a method be replaced


def is_of_project(path: str) -> bool:
    """Whether a file is the project's own."""
    folder = confinement.current().folder
    return path.startswith(folder + os.sep) and "site-packages" not in path


def value_for(name: str, request: dict[str, Any]) -> str:
    """A value of the kind that the setting's name tells; the same in every run."""
    file = os.path.join(request["scratch"], "settings-made-up.py")
    for pattern, value in VALUES:
        if re.search(pattern, name, re.IGNORECASE):
            if "{file}" in value and not os.path.exists(file):
                with open(file, "w", encoding="utf-8"):
                    pass
            return value.format(database=request.get("database_url", ""), scratch=request["scratch"], file=file)
    return MADE_UP.format(name)


def missing(error: BaseException) -> list[str]:
    """Names of the settings whose absence an error, or one that it came from, tells of."""
    names: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        told = [*told_by(one), *refused_by(one), *asked.none_was_given(one, again=bool(INVENTED))]
        names.extend(name for name in told if name not in os.environ and not NEVER.fullmatch(name))
        one = one.__cause__ or one.__context__
    return sorted(set(names))


def told_by(error: BaseException) -> list[str]:
    """Names that one error tells of; where a database says "Use DROP ... CASCADE to drop", that names no setting."""
    if any(getattr(error, name, None) is not None for name in ("orig", "sqlstate", "pgcode")):
        return []
    if isinstance(error, KeyError):
        names = [argument for argument in error.args[:1] if isinstance(argument, str)]
        return names if is_of_settings(error, names) else []
    if type(error).__name__ == "ValidationError" and callable(getattr(error, "errors", None)):
        return missing_fields(error)
    words = str(error)
    names = [match.group("name") or match.group("after") for match in NOT_SET.finditer(words)]
    return names or (NAME.findall(words) if type(error).__name__ in DECLARED else [])


def is_of_settings(error: KeyError, names: list[str]) -> bool:
    """Whether a name that is missing is one of the environment, or of settings that the project keeps of its own.

    A project that copies its settings out of the environment into a dictionary asks that one: names in capitals.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or type(error).__module__.split(".")[0] in ("os", "environ"):
        return True
    is_own = is_of_project(trace.tb_frame.f_code.co_filename)
    return trace.tb_frame.f_globals.get("__name__") == "os" or (is_own and all(map(NAME.fullmatch, names)))


def refused_by(error: BaseException) -> list[str]:
    """Settings whose made-up text an error refuses, with the kind of value that it wants."""
    words = str(error)
    wanted = next((kind for kind in KINDS if kind in words.lower()), None)
    if isinstance(error, json.JSONDecodeError):
        words, wanted = " ".join((words, error.doc, *map(MADE_UP.format, asked.read_as_json(error)))), "json"
    if wanted is None or not isinstance(error, Exception):
        return []
    named = [name for name in INVENTED if re.search(rf"\b{re.escape(name)}\b", words)]
    return [f"{name}:{wanted}" for name in (*NAMED_VALUE.findall(words), *named)]


def missing_fields(error: Any) -> list[str]:
    """The required fields of a pydantic settings class; its prefix is tried, and the name alone."""
    names, refused = [], []
    for one in error.errors():
        kind = str(one.get("type"))
        if kind in ("missing", "value_error.missing") and one.get("loc"):
            names.append(str(one["loc"][0]).upper())
        value = NAMED_VALUE.search(str(one.get("input", "")))
        wanted = next((name for name in KINDS if kind.startswith(name)), None)
        if value is not None and wanted is not None:
            refused.append(f"{value.group(1)}:{wanted}")
    prefix = prefix_of(error)
    return [*names, *refused, *(prefix.upper() + name for name in names if prefix)]


def prefix_of(error: BaseException) -> str:
    """The prefix of the settings class that raised, which its own frame still holds."""
    trace = error.__traceback__
    prefix = ""
    while trace is not None:
        for value in list(trace.tb_frame.f_locals.values()):
            kind = value if isinstance(value, type) else type(value)
            configuration = getattr(kind, "model_config", None) or vars(getattr(kind, "__config__", object))
            if isinstance(configuration, (dict, types.MappingProxyType)) and configuration.get("env_prefix"):
                prefix = str(configuration["env_prefix"])
        trace = trace.tb_next
    return prefix
