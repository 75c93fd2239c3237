"""Which routes each version has: its own, and those that it inherits."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from beastmode.api.route import Route
from beastmode.api.versions import Version
from beastmode.core.errors import ConfigurationError

_PARAMETER = re.compile(r"<[^>]*>")


def resolve(versions: Sequence[Version], routes: Iterable[Route]) -> dict[str, list[Route]]:
    """The routes of each version: its own, and each earlier one that it does not redefine.

    Args:
        versions: The versions, oldest first.
        routes: Every declared route.

    Raises:
        ConfigurationError: A route belongs to a version that does not exist, or two routes conflict.
    """
    declared: dict[str, dict[tuple[str, str], Route]] = {version.name: {} for version in versions}
    for route in routes:
        if route.version not in declared:
            raise ConfigurationError(
                f"{route} belongs to version {route.version!r}; available versions: {', '.join(declared)}."
            )
        place = (route.method, _PARAMETER.sub("<>", route.rule))
        if (other := declared[route.version].get(place)) is not None:
            raise ConfigurationError(f"{route} and {other} both handle {route.method} {route.rule}.")
        declared[route.version][place] = route
    tables: dict[str, list[Route]] = {}
    inherited: dict[tuple[str, str], Route] = {}
    for version in versions:
        inherited = {**inherited, **declared[version.name]}
        tables[version.name] = [
            route if route.deprecated else replace(route, deprecated=version.deprecated) for route in inherited.values()
        ]
    return tables
