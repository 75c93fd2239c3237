"""One revision's way up, down and up again, as it was seen."""

from dataclasses import dataclass, field
from typing import Literal

from beastmode_tools.guard.migrations.compare.parts import Call
from beastmode_tools.guard.migrations.compare.proved.locks import Lock
from beastmode_tools.guard.migrations.compare.proved.looks import Look

__all__ = ["Failure", "Ran", "Statement", "Trip"]

Body = Literal["missing", "empty", "raises", "some"]


@dataclass(frozen=True, slots=True)
class Failure:
    """An error: what was said, the SQL that was refused, the line of the project that was reached."""

    error: str
    statement: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that reached the driver.

    Args:
        sql: The text.
        rows: How many rows it touched; -1 where that is unknown.
        line: Of the migration.
        of_operation: It came from one of Alembic's operations, which is told by itself.
        calls: The lines of the project that were being run, the innermost first.
        in_autocommit: No transaction was open.
        number: Which it was, in the order of all statements and operations.
    """

    sql: str
    rows: int = -1
    line: int = 0
    of_operation: bool = False
    calls: tuple[Call, ...] = ()
    in_autocommit: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Ran:
    """One direction of one revision, run once.

    Args:
        revision: Its id.
        path: Its file relative to the project's folder.
        direction: "upgrade" or "downgrade".
        body: What the function consists of.
        ran: Whether it was reached at all.
        operations: Alembic's operations as the probe tells them.
        statements: The SQL, without what only reads.
        errors: Failures on the way, those included that the migration went on from.
        locks: What was locked; PostgreSQL only.
        failure: What ended it; None where it worked.
        is_cut: It did so much that not all of it was noted.
    """

    revision: str
    path: str
    direction: Literal["upgrade", "downgrade"]
    body: Body = "some"
    ran: bool = False
    operations: tuple[dict[str, object], ...] = ()
    statements: tuple[Statement, ...] = ()
    errors: tuple[Failure, ...] = ()
    locks: tuple[Lock, ...] = ()
    failure: Failure | None = None
    is_cut: bool = False

    @property
    def failed(self) -> bool:
        """Whether it raised."""
        return self.failure is not None


@dataclass(slots=True)
class Trip:
    """One revision up, down and up again on one database; what was not reached is None.

    Args:
        dialect: Of the database.
        before: Before the upgrade.
        up: The upgrade.
        after: After it.
        down: The downgrade.
        back: After that.
        again: The second upgrade; None also where the downgrade did nothing.
        final: The schema after that.
        refused: Table -> why it has no rows.
        only_with_rows: Whether a failed upgrade works without rows; None where that was not tried.
    """

    dialect: str
    before: Look
    up: Ran
    after: Look | None = None
    down: Ran | None = None
    back: Look | None = None
    again: Ran | None = None
    final: Look | None = None
    refused: dict[str, str] = field(default_factory=dict)
    only_with_rows: bool | None = None

    @property
    def is_idle(self) -> bool:
        """Whether the upgrade worked and did nothing."""
        return not self.up.failed and not self.up.statements and not self.up.operations

    @property
    def is_whole(self) -> bool:
        """Whether all three ways worked."""
        return self.again is not None and not self.again.failed
