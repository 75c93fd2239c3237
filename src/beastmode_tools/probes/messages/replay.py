"""What became of one side's code on one scratch database: the answers of `probes/call/replay.py` and `old_tests.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Answered", "Outcome", "OwnTests", "Replay", "SqlError", "Used"]


@dataclass(frozen=True)
class SqlError:
    """An error of the database's driver, and the statement without its values."""

    error: str
    sql: str


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
        ran: The changed functions that it ran -> the numbers of their changed statements that ran.
        body: The beginning of the answer, where it ran some; without tokens and times.
    """

    route: str
    method: str
    path: str
    status: int
    signed_in: bool = False
    refused: bool = False
    exception: str = ""
    errors: tuple[SqlError, ...] = ()
    statements: dict[str, int] = field(default_factory=dict)
    ran: dict[str, tuple[int, ...]] = field(default_factory=dict)
    body: str = ""

    @property
    def place(self) -> str:
        """A name that is the same in every cell."""
        return f"{self.method} {self.route}"

    @property
    def failed(self) -> bool:
        """Whether it ended as no answer should."""
        return self.status >= 500 or self.status == 0


@dataclass(frozen=True)
class Replay:
    """One run of the code.

    Args:
        boot_migrates: Calls that change the schema while the application starts.
        used: One for each thing tried with a class or table.
        answered: One for each request.
        watched: The requests that ran a changed function, those for things that do not exist among them.
        parts: The changed functions -> how many statements of each differ.
        left_out: What was not requested, and why.
        ways: How somebody was signed in.
        broken: Why the database could not be brought back between requests; "" where it could.
        gave_up: Why nothing could be tried though it started; "" where something could.
        attempts: What the code tried and was refused.
        invent: Names of settings that the environment lacked, as a probe asks for them.
    """

    boot_migrates: tuple[str, ...] = ()
    used: tuple[Used, ...] = ()
    answered: tuple[Answered, ...] = ()
    watched: tuple[Answered, ...] = ()
    parts: dict[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    broken: str = ""
    gave_up: str = ""
    attempts: tuple[str, ...] = ()
    invent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one of the project's own tests.

    Args:
        name: pytest's.
        outcome: "passed", "failed", "skipped", "error".
        error: Of the database, else the test's own; "" where it did not fail.
        sql: The statement of the database's error.
    """

    name: str
    outcome: str
    error: str = ""
    sql: str = ""


@dataclass(frozen=True)
class OwnTests:
    """What became of all of the project's own tests; `attempts` and `invent` are as in `Replay`."""

    tests: tuple[Outcome, ...] = ()
    attempts: tuple[str, ...] = ()
    invent: tuple[str, ...] = ()
