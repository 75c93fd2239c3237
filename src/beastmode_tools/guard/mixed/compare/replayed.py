"""What became of one side's code on one scratch database: facts that `probes/replay.py` answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Answered", "Replayed", "SqlError", "Used"]


@dataclass(frozen=True, slots=True)
class SqlError:
    """An error of the database's driver, and the statement without its values."""

    error: str
    sql: str


@dataclass(frozen=True, slots=True)
class Used:
    """A mapped class, or a table of the models, used once.

    Args:
        what: "blog.models.User", or "table tags".
        table: Its table.
        action: "select", "insert", "insert of long values", "update".
        error: What the database said; None where it went well.
        skipped: Why it was not tried; "" where it was.
    """

    what: str
    table: str
    action: str
    error: SqlError | None = None
    skipped: str = ""

    @property
    def place(self) -> str:
        """A name that is the same in every cell."""
        return f"{self.what} ({self.action})"


@dataclass(frozen=True, slots=True)
class Answered:
    """A request, and what the application answered.

    Args:
        route: The rule as the project wrote it.
        method: Of HTTP.
        path: As it was sent.
        status: 0 where there was no answer in time.
        signed_in: It was sent as a user who signed in.
        refused: It was answered by 401, 403 or a way to sign in, also to a user who signed in.
        exception: What the view raised; "" where it raised nothing.
        errors: What the database's driver raised meanwhile, even if the application went on.
        statements: Each statement without its values -> how often it ran.
    """

    route: str
    method: str
    path: str
    status: int
    signed_in: bool = False
    refused: bool = False
    exception: str = ""
    errors: tuple[SqlError, ...] = ()
    statements: Mapping[str, int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """A name that is the same in every cell."""
        return f"{self.method} {self.route}"

    @property
    def failed(self) -> bool:
        """Whether it ended as no answer should."""
        return self.status >= 500 or self.status == 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """One run of the code.

    Args:
        start_error: Why the application did not start; "" where it did.
        boot_migrates: Calls that change the schema while the application starts.
        migrating_error: Why it does not start when these calls are let through; "" where it does, None if not tried.
        used: One for each thing tried with a class or table.
        answered: One for each request.
        left_out: What was not requested, and why.
        ways: How somebody was signed in.
        broken: Why the database could not be brought back between requests; "" where it could.
        gave_up: Why nothing could be tried though it started; "" where something could.
    """

    start_error: str = ""
    boot_migrates: tuple[str, ...] = ()
    migrating_error: str | None = None
    used: tuple[Used, ...] = ()
    answered: tuple[Answered, ...] = ()
    left_out: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    broken: str = ""
    gave_up: str = ""

    @property
    def started(self) -> bool:
        """Whether the application started."""
        return not self.start_error
