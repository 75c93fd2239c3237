import logging
import re
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module

from flask import Flask, current_app

from beastmode.core.caller import Identity
from beastmode.core.errors import ConfigurationError
from beastmode.core.events import after_commit
from beastmode.core.identity import current_identity
from beastmode.db.engines.engines import Engines
from beastmode.db.session import has_database, installed_in
from beastmode.flags.changes import Change, newest, rollouts_in, store
from beastmode.flags.current import CurrentRollouts
from beastmode.flags.flag import EXTENSION as KNOWN
from beastmode.flags.flag import Flag
from beastmode.flags.rollout import EVERYONE, NOBODY, Rollout
from beastmode.flags.settings import FlagSettings

EXTENSION = "beastmode.flags"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")
log = logging.getLogger("beastmode")


class Flags:
    """The feature flags of a project: `Beastmode(app, flags=flags)`.

    A flag is on for a percentage of the callers and for single ones. What is set in the database applies; else the
    setting FLAGS; else what the code declares. Changes reach every process within FLAGS_SECONDS, and no request waits
    for a query.
    """

    def __init__(self) -> None:
        self._declared: dict[str, tuple[Flag, int]] = {}
        # Not at the top of a module: it adds the table to the metadata, which projects without flags do not need.
        import_module("beastmode.flags.models")

    @property
    def declared(self) -> Sequence[Flag]:
        """The flags, in the order in which they were declared."""
        return [flag for flag, _ in self._declared.values()]

    def declare(self, name: str, description: str = "", *, on: bool = False) -> Flag:
        """Declare a flag.

        Args:
            name: Its name, of letters, digits and characters of `_.:-`.
            description: What it turns on.
            on: Whether it is on unless the settings or the database say otherwise.

        Raises:
            ConfigurationError: The name is not possible, or is taken.
        """
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            raise ConfigurationError(
                f"flags.declare({name!r}): expected at most 100 letters, digits and characters of _.:- in a name."
            )
        if name in self._declared:
            raise ConfigurationError(f"flags.declare({name!r}): this flag is declared already; choose another name.")
        flag = Flag(name, description)
        self._declared[name] = flag, EVERYONE if on else NOBODY
        return flag

    def install(self, app: Flask, settings: FlagSettings) -> None:
        """Give an application these flags, before its routes are built.

        Args:
            app: The Flask application; its database, if any, is installed.
            settings: FLAGS and FLAGS_SECONDS.
        """
        configured = {name: Rollout(percentage) for name, (_, percentage) in self._declared.items()}
        for name, percentage in settings.percentages():
            if name in configured:
                configured[name] = Rollout(percentage)
            else:
                log.warning("FLAGS names %r, which no flag is called; declared flags: %s", name, ", ".join(configured))
        read = partial(_read, installed_in(app).engines, configured) if has_database(app) else None
        app.extensions[EXTENSION] = self
        app.extensions[KNOWN] = CurrentRollouts(configured, read, settings.flags_seconds)

    def rollouts(self) -> Mapping[str, Rollout]:
        """For whom each flag is on in the current application, by name."""
        known: CurrentRollouts = current_app.extensions[KNOWN]
        rollouts = known.rollouts()
        return {name: rollouts[name] for name in self._declared}

    def set(self, flag: Flag | str, percentage: int, *, by: str | None = None) -> None:
        """Turn a flag on for a part of the callers, in all processes, after the current changes are committed.

        Args:
            flag: The flag, or its name.
            percentage: For how many callers, from 0 for nobody to 100 for everyone.
            by: Who changes it, for the history; by default the caller of the current request.

        Raises:
            ConfigurationError: There is no such flag or percentage, or no database.
        """
        if isinstance(percentage, bool) or not isinstance(percentage, int) or not NOBODY <= percentage <= EVERYONE:
            raise ConfigurationError(f"flags.set(percentage={percentage!r}): expected a number from 0 to 100.")
        self._change(flag, None, percentage, by)

    def set_for(self, caller: Identity | str, flag: Flag | str, *, on: bool, by: str | None = None) -> None:
        """Turn a flag on or off for one caller, whatever its percentage.

        Args:
            caller: The caller, or `Identity.key`, such as "account:42".
            flag: The flag, or its name.
            on: Whether it is on for them.
            by: As for `set`.

        Raises:
            ConfigurationError: There is no such flag, or no database.
        """
        self._change(flag, caller if isinstance(caller, str) else caller.key, EVERYONE if on else NOBODY, by)

    def reset(self, flag: Flag | str, caller: Identity | str | None = None, *, by: str | None = None) -> None:
        """Take back what was set for a flag, so that the settings apply again.

        Args:
            flag: The flag, or its name.
            caller: Take back what was set for this caller; by default, what was set for all.
            by: As for `set`.

        Raises:
            ConfigurationError: There is no such flag, or no database.
        """
        self._change(flag, caller.key if isinstance(caller, Identity) else caller, None, by)

    def changes(self, flag: Flag | str | None = None, limit: int = 100) -> Sequence[Change]:
        """Who has changed flags, and when, the newest change first.

        Args:
            flag: The flag, or its name; None for all.
            limit: The maximum number of changes.

        Raises:
            ConfigurationError: There is no such flag, or no database.
        """
        self._refuse_absence()
        return newest(None if flag is None else self._name_of(flag), limit)

    def _change(self, flag: Flag | str, caller: str | None, percentage: int | None, by: str | None) -> None:
        name = self._name_of(flag)
        self._refuse_absence()
        store(name, caller, percentage, by or current_identity().key)
        known: CurrentRollouts = current_app.extensions[KNOWN]
        after_commit(known.forget)

    def _name_of(self, flag: Flag | str) -> str:
        name = flag.name if isinstance(flag, Flag) else flag
        if name not in self._declared:
            known = ", ".join(self._declared) or "none"
            raise ConfigurationError(f"There is no flag {name!r}; declared flags: {known}.")
        return name

    def _refuse_absence(self) -> None:
        if current_app.extensions.get(EXTENSION) is not self:
            raise ConfigurationError("This application has other flags; pass these: Beastmode(app, flags=flags).")
        if not has_database(current_app):
            raise ConfigurationError("Flags are changed in a database, and this application has none; set FLAGS.")


def _read(engines: Engines, configured: Mapping[str, Rollout]) -> Mapping[str, Rollout]:
    with engines.reader.connect() as connection:
        return rollouts_in(connection, configured)
