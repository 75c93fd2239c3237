from dataclasses import dataclass

from flask import current_app

from beastmode.core.caller import Identity
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import current_identity
from beastmode.flags.current import CurrentRollouts
from beastmode.flags.rollout import Rollout

EXTENSION = "beastmode.flags.known"
_OFF = Rollout()


@dataclass(frozen=True, slots=True)
class Flag:
    """A feature that is on for some callers; `Flags.declare` creates it.

    Attributes:
        name: Its name, in settings, commands and the table.
        description: What it turns on.
    """

    name: str
    description: str = ""

    def is_on(self, caller: Identity | None = None) -> bool:
        """Whether the feature is on for a caller; needs an app context.

        Args:
            caller: The caller; by default that of the current request.

        Raises:
            ConfigurationError: The application does not have the flag.
        """
        return self.rollout().includes(self.name, caller or current_identity())

    def rollout(self) -> Rollout:
        """For whom it is on in the current application.

        Raises:
            ConfigurationError: The application does not have the flag.
        """
        return rollout_of(self, current_app.extensions.get(EXTENSION))


def rollout_of(flag: Flag, known: CurrentRollouts | None) -> Rollout:
    """For whom a flag is on.

    Args:
        flag: The flag.
        known: What the process knows about the flags of an application; None if it has none.

    Raises:
        ConfigurationError: The application does not have the flag.
    """
    rollouts = known.rollouts() if known is not None else {}
    if flag.name not in rollouts:
        raise ConfigurationError(
            f"The flag {flag.name!r} is not one of this application; pass the Flags that declare it: "
            "Beastmode(app, flags=flags)."
        )
    return rollouts[flag.name]
