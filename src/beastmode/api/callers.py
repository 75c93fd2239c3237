"""What a route, a blueprint or an API declares about its callers: who they are, and what they may do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from beastmode.api.route import Route
from beastmode.core.callables import refuse_deferred
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import Identity

Permissions: TypeAlias = str | Callable[[Identity], bool] | Sequence[str | Callable[[Identity], bool]]
"""What callers may have to be allowed to do."""
OPTIONS = ("sign_in", "authenticators", "permission", "fresh")
"""The options of a route about its callers."""


def checked_caller(where: str, name: str, value: Any) -> Any:
    """An option about callers, as `Route` takes it.

    Args:
        where: The declaration, for messages.
        name: The option's name.
        value: What was declared; None for nothing.

    Raises:
        ConfigurationError: It has the wrong type.
    """
    if value is None:
        return None
    if name == "sign_in":
        return _expect(value in {"required", "optional"}, where, name, value, '"required" or "optional"')
    if name == "fresh":
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
        return _expect(is_number, where, name, value, "a number of minutes, such as 15")
    if name == "permission":
        return _permissions_of(where, value)
    is_list = isinstance(value, list | tuple) and len(value) > 0
    return tuple(_expect(is_list, where, name, value, 'a list of authenticators, such as ["bearer"]'))


def _permissions_of(where: str, value: Any) -> tuple[Any, ...]:
    given = tuple(value) if isinstance(value, list | tuple) else (value,)
    for each in given:
        is_right = (isinstance(each, str) and each != "") or callable(each)
        _expect(is_right, where, "permission", each, 'a permission, such as "posts:write", or a function')
        if not isinstance(each, str):
            instead = "Write an ordinary function that takes the caller and returns True or False."
            refuse_deferred(each, f"{where}: permission=", instead, ConfigurationError)
    return given


def _expect(is_right: bool, where: str, name: str, given: Any, expected: str) -> Any:  # noqa: FBT001 - what is expected
    if not is_right:
        raise ConfigurationError(f"{where}: {name}= is {given!r}; expected {expected}.")
    return given


def inheriting(given: Mapping[str, Any], callers: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a route about its callers, with those of its blueprint or API where it has none.

    A route that answers callers who are not logged in inherits no permission, and a public one nothing.

    Args:
        given: The options of the route.
        callers: The options of the blueprint or the API.
    """
    if given.get("public"):
        return {}
    is_optional = given.get("sign_in") == "optional"
    wanted = {name: value for name, value in callers.items() if name != "permission" or not is_optional}
    return {name: value for name, value in wanted.items() if given.get(name) is None and value is not None}


def refuse_contradicting_callers(route: Route) -> None:
    """Refuse options about callers that contradict each other.

    Args:
        route: The declaration.

    Raises:
        ConfigurationError: It has some.
    """
    named = {"sign_in": route.sign_in, "authenticators": route.authenticators, "fresh": route.fresh}
    given = [f"{name}=" for name, value in named.items() if value is not None]
    given += ["permission="] if route.permission else []
    if route.public and given:
        raise ConfigurationError(
            f"{route}: public=True looks at no credential, so it cannot be combined with {', '.join(given)}; for "
            'callers who may be logged in, write sign_in="optional".'
        )
    if route.sign_in == "optional" and (route.permission or route.fresh is not None):
        raise ConfigurationError(
            f'{route}: sign_in="optional" answers callers who are not logged in, so it cannot be combined with '
            "permission= or fresh=; ask current_identity().has_permission(...) in the view."
        )
