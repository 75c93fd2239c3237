"""When a job is enqueued automatically: a cron expression, in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

from beastmode.core.errors import ConfigurationError


@dataclass(frozen=True)
class Schedule:
    """A recurring schedule.

    Args:
        expression: Minute, hour, day of the month, month, day of the week; "*/5 * * * *" is every five minutes.

    Raises:
        ConfigurationError: The expression is invalid.
    """

    expression: str

    def __post_init__(self) -> None:
        """Refuse an invalid expression."""
        if len(self.expression.split()) != 5 or not _is_valid(self.expression):
            raise ConfigurationError(
                f'cron={self.expression!r}: expected five fields, such as "0 3 * * *" for every day at 03:00 UTC.'
            )

    def last(self, moment: datetime) -> datetime | None:
        """The latest scheduled time at or before a given time; None if there is none.

        Args:
            moment: The given time, in UTC.
        """
        after = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return next(CronSim(self.expression, after, reverse=True), None)


def _is_valid(expression: str) -> bool:
    """Whether an expression can be parsed."""
    try:
        CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError:
        return False
    return True
