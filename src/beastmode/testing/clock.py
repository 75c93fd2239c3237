from datetime import UTC, datetime, timedelta


class MovableClock:
    """A clock that stands still until a test moves it.

    Everything that uses `beastmode.core.clock.now()` follows it: tokens, sessions, login attempts, sunsets. The
    database's own `now()` does not.

    Args:
        moment: The initial time, timezone-aware; by default the current second.
    """

    def __init__(self, moment: datetime | None = None) -> None:
        self._moment = datetime.now(UTC).replace(microsecond=0)
        if moment is not None:
            self.move_to(moment)

    def now(self) -> datetime:
        """The current time of the clock, timezone-aware, in UTC."""
        return self._moment

    def advance(self, **time: float) -> None:
        """Let time pass, such as `advance(minutes=1)`.

        Args:
            time: As for `timedelta`: weeks, days, hours, minutes, seconds, ...; negative to go back.
        """
        self._moment += timedelta(**time)

    def move_to(self, moment: datetime) -> None:
        """Set the clock to another time.

        Args:
            moment: The time, timezone-aware.

        Raises:
            ValueError: It has no time zone.
        """
        if moment.tzinfo is None:
            raise ValueError(f"{moment!r} has no time zone; add tzinfo=UTC.")
        self._moment = moment.astimezone(UTC)
