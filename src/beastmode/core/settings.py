"""The settings of an application: those of every application, and how those of features and projects are added.

Parsing, checking, `flask beastmode settings` and the reference page all read the same rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, make_dataclass
from functools import cache
from typing import Any, Literal, TypeVar

from flask import Flask, current_app

from beastmode.core.errors import ConfigurationError
from beastmode.core.setting import YES_NO, Secret, Setting, choice, flag, setting, whole

__all__ = [
    "A_SECRET",
    "DEVELOPMENT_SECRET",
    "SECRET_BYTES",
    "SECRET_SENTENCE",
    "Settings",
    "current_settings",
    "secret_names",
    "settings_of",
    "settings_table",
    "settings_type",
]

S = TypeVar("S", bound="Settings")

DEVELOPMENT_SECRET = "development-only-secret-set-your-own-in-production"  # noqa: S105 - refused in production
"""The secret in development; `serve` refuses to listen to other machines with it, because everyone can read it."""
SECRET_BYTES = 32
SECRET_SENTENCE = f"At least {SECRET_BYTES} bytes in production."
A_SECRET = (
    f"at least {SECRET_BYTES} random bytes, such as "
    "`python -c 'import secrets; print(secrets.token_urlsafe(32))'` prints"
)
EXTENSION = "beastmode.settings"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of every application.

    The attribute is the setting's name in lower case. A feature declares its settings as a subclass with more rows, and
    so does a project, which passes it to `Beastmode(app, settings=[ShopSettings])`. The settings of an application are
    an instance of every one of these classes; a setting of a feature that is not installed is absent.
    """

    environment: Literal["production", "development", "testing"] = setting(
        choice("production", "development", "testing"),
        "production",
        "Which safety rules apply. If unset: `development` in debug mode (FLASK_DEBUG), `testing` if `app.testing` is "
        "set, otherwise `production`.",
        expects="production, development or testing",
    )
    debug: bool = setting(flag(), default=False, sentence="Flask's debug mode; refused in production.", expects=YES_NO)
    secret_key: str = setting(
        Secret(),
        DEVELOPMENT_SECRET,
        f"Signs and encrypts cursors and other values that leave the server. {SECRET_SENTENCE}",
        expects=A_SECRET,
        secret=True,
        signs=True,
    )
    trusted_proxies: int = setting(
        whole(0, 10),
        0,
        "How many proxies in front of the server set `X-Forwarded-For` and `X-Forwarded-Proto`; 0 trusts none.",
        expects="a number from 0 to 10",
    )
    max_content_length: int = setting(
        whole(1),
        16 * 1024 * 1024,
        "The maximum size of a request body; larger ones get 413.",
        expects="a number of bytes",
    )
    nested_limit: int = setting(
        whole(1),
        1000,
        "The maximum number of items of each list of nested schemas in a response (ten times the largest page). If "
        "there are more, the first ones are returned and a warning is logged.",
        expects="a number of items",
    )
    workers: int = setting(
        whole(0, 1024),
        0,
        "Processes that `flask beastmode serve` starts; 0 means one per CPU.",
        expects="a number from 0 to 1024",
    )
    threads: int = setting(
        whole(1, 256), 4, "Requests that one process handles at a time.", expects="a number from 1 to 256"
    )

    @property
    def is_production(self) -> bool:
        """Whether the rules of production apply."""
        return self.environment == "production"

    @property
    def has_development_secret(self) -> bool:
        """Whether something may be signed with the public development secret."""
        return any(DEVELOPMENT_SECRET in keys_of(self, row) for row in settings_table(type(self)))

    def problems(self) -> Iterator[str]:
        """Problems with combinations of valid values, one sentence each.

        A subclass may define this method for its own rows. It is called when the settings are read, in addition to
        those of the other classes; do not call `super().problems()`.
        """
        if self.is_production and self.debug:
            yield "DEBUG is on; turn it off in production, because the debugger runs code for anyone who asks."

    def of(self, kind: type[S]) -> S:
        """These settings, as those of a feature or of the project.

        Args:
            kind: A subclass of Settings, such as the project's own.

        Raises:
            ConfigurationError: These settings do not include it.
        """
        if not isinstance(self, kind):
            raise ConfigurationError(
                f"These settings do not include {kind.__name__}. A project's own settings are passed to "
                f"Beastmode(app, settings=[{kind.__name__}]); those of a feature come with the feature."
            )
        return self


def current_settings(kind: type[S]) -> S:
    """The settings of the current application; needs an app context.

    Args:
        kind: `Settings`, or the subclass whose settings are read, such as the project's own.

    Raises:
        ConfigurationError: The application does not use beastmode, or its settings do not include this class.
    """
    return settings_of(current_app, kind)


def settings_of(app: Flask, kind: type[S]) -> S:
    """The settings of an application, for decisions at startup.

    Args:
        app: The Flask application.
        kind: As for `current_settings`.

    Raises:
        ConfigurationError: As for `current_settings`.
    """
    settings: Settings | None = app.extensions.get(EXTENSION)
    if settings is None:
        raise ConfigurationError(f"The application {app.name!r} has no settings; call Beastmode(app).")
    return settings.of(kind)


def settings_table(*kinds: type[Settings]) -> Iterator[Setting]:
    """Every setting of some classes, in the order in which they are declared; those of `Settings` come first.

    Args:
        kinds: Subclasses of Settings; without any, only the settings of every application.
    """
    for row in fields(settings_type(kinds)):
        yield Setting(name=row.name.upper(), default=row.default, **row.metadata)


def secret_names() -> set[str]:
    """Every secret setting that a class declares, whether or not the current application has it."""
    kinds: list[type[Settings]] = [Settings, *_subclasses(Settings)]
    rows = [row for kind in kinds for row in fields(kind)]
    return {row.name.upper() for row in rows if row.metadata.get("is_secret")}


def _subclasses(kind: type[Settings]) -> Iterator[type[Settings]]:
    """Every direct and indirect subclass of a class of settings."""
    for each in kind.__subclasses__():
        yield from (each, *_subclasses(each))


def settings_type(kinds: Iterable[type[Settings]]) -> type[Settings]:
    """The class that combines the settings of several classes.

    Args:
        kinds: Subclasses of Settings.

    Raises:
        ConfigurationError: One of them is not declared correctly, or two have a setting with the same name.
    """
    listed = tuple(kinds)
    for kind in listed:
        _refuse_undeclared(kind)
    return _joined(tuple(dict.fromkeys(listed)))


@cache
def _joined(kinds: tuple[type[Settings], ...]) -> type[Settings]:
    """The same, cached: an application that is created again, as in tests, does not need a new class."""
    owners: dict[str, tuple[type[Settings], Any]] = {}
    every: list[type[Settings]] = [Settings, *kinds]
    for kind in every:
        for row in fields(kind):
            owner, known = owners.setdefault(row.name, (kind, row))
            if known is not row:
                raise ConfigurationError(
                    f"{row.name.upper()} is a setting of {owner.__name__} and of {kind.__name__}; rename one of them."
                )
    if len(kinds) == 1:
        return kinds[0]
    # Python puts the fields of the last base first.
    return make_dataclass("Settings", (), bases=tuple(reversed(kinds)) or (Settings,), frozen=True, kw_only=True)


def _refuse_undeclared(kind: Any) -> None:
    """Refuse a class whose settings would not be read, with a message that says what to write."""
    name = getattr(kind, "__name__", repr(kind))
    if not (isinstance(kind, type) and issubclass(kind, Settings)):
        raise ConfigurationError(f"{name} is not a class of settings; write `class {name}(Settings):`.")
    if "__dataclass_fields__" not in vars(kind):
        raise ConfigurationError(f"{name} is not a dataclass; write @dataclass(frozen=True, kw_only=True) above it.")
    for row in fields(kind):
        if "sentence" not in row.metadata:
            raise ConfigurationError(
                f"{name}.{row.name} is not declared with setting(...), from beastmode.core.setting."
            )
        if row.name != row.name.lower():
            raise ConfigurationError(f"{name}.{row.name}: write the name in lower case; the setting is in upper case.")


def keys_of(settings: Settings, row: Setting) -> tuple[str, ...]:
    """The secrets that a setting signs with: none, one, or several.

    Args:
        settings: The values.
        row: The setting.
    """
    if not row.is_signing:
        return ()
    value = getattr(settings, row.name.lower())
    if isinstance(value, tuple):
        return value
    return (value,) if value or row.default else ()
