"""What a person says about a route that is to go."""

from dataclasses import dataclass
from datetime import date

__all__ = ["Retirement"]


@dataclass(frozen=True, slots=True)
class Retirement:
    """A route, and until when it goes on.

    Args:
        route: Such as "GET /api/v1/users".
        today: The date, in UTC.
        until: The day of its sunset; None for the usual notice.
        successor: The path to call instead; "" for none.
        metrics: The file with what `/metrics` returned; "" for none.
        yes: Calls of the project itself do not matter.
    """

    route: str
    today: date
    until: date | None = None
    successor: str = ""
    metrics: str = ""
    yes: bool = False
