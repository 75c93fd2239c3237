"""`behind`, for routes of an API and of Flask."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from flask import abort

from beastmode.core.errors import ConfigurationError
from beastmode.core.steps import declare
from beastmode.flags.flag import Flag

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Behind:
    """The declaration of a flag: a decorator for views, and a default for a blueprint or an API.

    Attributes:
        flag: The flag.
    """

    flag: Flag

    def __call__(self, view: View) -> View:
        """Put a view behind the flag; that of a plain Flask route too."""
        declare(view, self)
        if iscoroutinefunction(view):

            @wraps(view)
            async def run(*args: Any, **path: Any) -> Any:
                self._refuse_others()
                return await view(*args, **path)

        else:

            @wraps(view)
            def run(*args: Any, **path: Any) -> Any:
                self._refuse_others()
                return view(*args, **path)

        return run  # type: ignore[return-value]  # the same signature

    def _refuse_others(self) -> None:
        if not self.flag.is_on():
            abort(404)


def behind(flag: Flag) -> Behind:
    """Put a route behind a flag: a decorator for views, and a value for `defaults=`.

    Callers for whom the flag is off get 404, as if there were no such route. The OpenAPI documents show the route once
    the flag is on for everyone.

    Args:
        flag: The flag.

    Raises:
        ConfigurationError: It is something else, such as a name.
    """
    if not isinstance(flag, Flag):
        raise ConfigurationError(f"behind({flag!r}): expected a flag, such as flags.declare({str(flag)!r}) returns.")
    return Behind(flag)
