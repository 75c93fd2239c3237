"""The steps of routes behind a flag: the first asks whether there is a route at all, the second for whom."""

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.identity import current_identity
from beastmode.core.steps import Call, Declared, Proceed, Step, declarations_for
from beastmode.flags.behind import Behind
from beastmode.flags.current import CurrentRollouts
from beastmode.flags.flag import EXTENSION, Flag, rollout_of

_MESSAGE = "Resource not found"
"""The message for a path that does not exist: nobody should learn from another one that there is a route."""


class Hidden(Step):
    """Answers 404, before anyone is asked to log in, as long as the flags of a route are on for nobody.

    Args:
        flags: The flags.
        known: What the process knows about them.
    """

    statuses = frozenset({404})

    def __init__(self, flags: tuple[Flag, ...], known: CurrentRollouts) -> None:
        self._flags = flags
        self._known = known

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """The response of the route.

        Raises:
            Problem: 404.
        """
        if any(rollout_of(flag, self._known).is_for_nobody for flag in self._flags):
            raise Problem(404, _MESSAGE)
        return proceed(call)

    @property
    def is_listed(self) -> bool:
        """Whether the flags are on for everyone."""
        return all(rollout_of(flag, self._known).is_for_everyone for flag in self._flags)


class Chosen(Step):
    """Answers 404 to callers for whom a flag of a route is off.

    Args:
        flags: The flags.
        known: What the process knows about them.
    """

    def __init__(self, flags: tuple[Flag, ...], known: CurrentRollouts) -> None:
        self._flags = flags
        self._known = known

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """The response of the route.

        Raises:
            Problem: 404.
        """
        caller = current_identity()
        if not all(rollout_of(flag, self._known).includes(flag.name, caller) for flag in self._flags):
            raise Problem(404, _MESSAGE)
        return proceed(call)


def hidden_step(app: Flask, route: Declared) -> Hidden | None:
    """The first step of a route; None if it is behind no flag.

    Args:
        app: The Flask application.
        route: The declaration.

    Raises:
        ConfigurationError: The application does not have the flag.
    """
    flags = _flags_of(app, route)
    return Hidden(flags, app.extensions[EXTENSION]) if flags else None


def chosen_step(app: Flask, route: Declared) -> Chosen | None:
    """The second step of a route; None if it is behind no flag.

    Args:
        app: The Flask application.
        route: The declaration.
    """
    flags = _flags_of(app, route)
    return Chosen(flags, app.extensions[EXTENSION]) if flags else None


def _flags_of(app: Flask, route: Declared) -> tuple[Flag, ...]:
    flags = tuple(each.flag for _, each in declarations_for(route, Behind))
    known: CurrentRollouts | None = app.extensions.get(EXTENSION)
    for flag in flags:
        if known is None or flag.name not in known.configured:
            raise ConfigurationError(
                f"{route} is behind the flag {flag.name!r}, which is not one of this application; pass the Flags that "
                "declare it: Beastmode(app, flags=flags)."
            )
    return flags
