"""What a project adds to the export and the deletion of an account."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from beastmode.core.callables import refuse_deferred
from beastmode.core.errors import ConfigurationError

_OURS = ("account", "sessions")
_INSTEAD = "Write an ordinary function that takes the user's ID."


@dataclass(frozen=True, slots=True)
class Hooks:
    """The project's functions.

    Attributes:
        exports: Take a user's ID, and return what is theirs; by the name that it has in the export.
        deletions: Take a user's ID, and delete or detach what is theirs.
    """

    exports: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    deletions: list[Callable[[Any], object]] = field(default_factory=list)

    def add_export(self, name: str, function: Callable[[Any], Any]) -> None:
        """Add what a function returns to every export.

        Args:
            name: Its name in the export.
            function: Takes a user's ID.

        Raises:
            ConfigurationError: The name is taken, or it is no ordinary function.
        """
        if name in _OURS or name in self.exports:
            raise ConfigurationError(
                f"accounts.exports({name!r}): an export has this part already; choose another name."
            )
        refuse_deferred(function, "@accounts.exports", _INSTEAD, ConfigurationError)
        self.exports[name] = function

    def add_deletion(self, function: Callable[[Any], object]) -> None:
        """Call a function before an account is deleted.

        Args:
            function: Takes a user's ID.

        Raises:
            ConfigurationError: It is no ordinary function.
        """
        refuse_deferred(function, "@accounts.before_deletion", _INSTEAD, ConfigurationError)
        self.deletions.append(function)
