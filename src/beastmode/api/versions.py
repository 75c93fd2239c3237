"""API versions, and the deprecation of one or of a route."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from beastmode.core.errors import ConfigurationError


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
        """Refuse datetimes without a time zone, and a sunset before the deprecation."""
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

    def described(self) -> dict[str, Any]:
        """The operation in the document; `x-sunset` is the day that `beast check` judges a removal by."""
        if self.sunset is None:
            return {"deprecated": True}
        return {"deprecated": True, "x-sunset": self.sunset.astimezone(UTC).date().isoformat()}

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
        """Refuse a name that cannot be used in a path."""
        if not re.fullmatch(r"[a-z][a-z0-9]*", self.name):
            raise ConfigurationError(f"Version({self.name!r}): expected lowercase letters and digits, such as v1.")
