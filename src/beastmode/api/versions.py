"""API versions: which routes each has, and how an old one says good-bye."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from beastmode.core.errors import ConfigurationError

if TYPE_CHECKING:
    from beastmode.api.route import Route

__all__ = ["Deprecation", "Version", "resolve"]

PARAMETER = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Marks a route as deprecated: since when, until when, and what replaces it.

    Args:
        since: When it became deprecated, timezone-aware; sent as `Deprecation` (RFC 9745).
        sunset: When it may be removed, timezone-aware; sent as `Sunset` (RFC 8594).
        successor: The path to call instead, sent as `Link: <...>; rel="successor-version"` (RFC 5829).
        policy: A page that explains the deprecation, sent as `Link: <...>; rel="deprecation"` (RFC 9745).
        gone: Whether the route returns 410 after the sunset.
    """

    since: datetime
    sunset: datetime | None = None
    successor: str | None = None
    policy: str | None = None
    gone: bool = False

    def __post_init__(self) -> None:
        """Refuse moments without a time zone, and a sunset before the deprecation."""
        for name, moment in (("since", self.since), ("sunset", self.sunset)):
            if moment is not None and moment.tzinfo is None:
                raise ConfigurationError(f"Deprecation({name}={moment!r}) has no time zone; add tzinfo=UTC.")
        if self.sunset is not None and self.sunset < self.since:
            raise ConfigurationError(f"Deprecation(sunset={self.sunset!r}) is before since={self.since!r}.")
        if self.gone and self.sunset is None:
            raise ConfigurationError(
                "Deprecation(gone=True) needs a sunset, the time from which the route returns 410."
            )

    def headers(self) -> list[tuple[str, str]]:
        """The response headers that announce the deprecation."""
        told = [("Deprecation", f"@{int(self.since.timestamp())}")]
        if self.sunset is not None:
            told.append(("Sunset", format_datetime(self.sunset.astimezone(UTC), usegmt=True)))
        links = [("successor-version", self.successor), ("deprecation", self.policy)]
        told += [("Link", f'<{target}>; rel="{relation}"') for relation, target in links if target]
        return told

    def is_over(self, moment: datetime) -> bool:
        """Whether the route has been removed by now."""
        return self.gone and self.sunset is not None and moment >= self.sunset


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the API.

    Args:
        name: The path segment after `/api/`, such as "v1".
        deprecated: The deprecation of every path that the version itself defines, unless the route has its own.
    """

    name: str
    deprecated: Deprecation | None = None

    def __post_init__(self) -> None:
        """Refuse a name that could not stand in a path."""
        if not re.fullmatch(r"[a-z][a-z0-9]*", self.name):
            raise ConfigurationError(f"Version({self.name!r}): expected lowercase letters and digits, such as v1.")


def resolve(versions: Sequence[Version], routes: Iterable["Route"]) -> dict[str, list["Route"]]:
    """The routes that each version answers: its own, and each earlier one that it does not redefine.

    Args:
        versions: Oldest first.
        routes: Every declared route.

    Raises:
        ConfigurationError: For a route of a version that does not exist, or two routes in one place.
    """
    declared: dict[str, dict[tuple[str, str], Route]] = {version.name: {} for version in versions}
    for route in routes:
        if route.version not in declared:
            raise ConfigurationError(
                f"{route} belongs to version {route.version!r}; available versions: {', '.join(declared)}."
            )
        place = (route.method, PARAMETER.sub("<>", route.rule))
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
