"""The facts of mixed versions, and what their comparison finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from beastmode_tools.guard.mixed.compare.causes import Cause, cause_of
from beastmode_tools.guard.mixed.compare.replayed import Replayed

__all__ = [
    "NEW_NEW",
    "NEW_OLD",
    "NO_ANSWER",
    "OLD_NEW",
    "OLD_OLD",
    "OUTSIDE",
    "AnswerDiffers",
    "Broken",
    "CannotStart",
    "CellKey",
    "Failure",
    "Matrix",
    "MixedVersionsWork",
    "NewCodeFails",
    "NewCodeIsBroken",
    "NoOrderWorks",
    "OldCodeFails",
    "Which",
]

Which = Literal["old", "new"]
CellKey = tuple[Which, Which]
OLD_OLD: CellKey = ("old", "old")
OLD_NEW: CellKey = ("old", "new")
NEW_OLD: CellKey = ("new", "old")
NEW_NEW: CellKey = ("new", "new")
NO_ANSWER = "no answer in time"
OUTSIDE = (
    NO_ANSWER,
    "refused: the guard",
    "ConnectionError",
    "ConnectionRefused",
    "ConnectTimeout",
    "MaxRetryError",
    "gaierror",
    "service.invalid",
)
"""What errors say that come from the confinement or from the clock, not from the schema."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The four cells on one kind of database.

    Args:
        dialect: "sqlite" or "postgresql".
        cells: (code, schema) -> what became of it.
        same: Both schemas are one, since no migration is new.
    """

    dialect: str
    cells: Mapping[CellKey, Replayed]
    same: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong in one cell.

    Args:
        place: "GET /users", "blog.models.User (insert)".
        cause: What it is about.
        error: As it was said.
        sql: The statement that failed; "" where none did.
        status: What a client got; None for no request.
    """

    place: str
    cause: Cause
    error: str
    sql: str = ""
    status: int | None = None

    @property
    def difference(self) -> str:
        """Where it went wrong: databases word the same error in several ways."""
        return self.place

    @property
    def is_outside(self) -> bool:
        """Whether it may come from what a scratch run does not have: the network, other services, time."""
        return self.cause.kind == "error" and any(word in self.error for word in OUTSIDE)

    @property
    def is_by_code(self) -> bool:
        """Whether the schema refuses what the code itself says, so that nothing made up can be the reason."""
        return self.cause.is_of_schema and (self.status is not None or self.cause.kind != "type")

    @property
    def is_handled(self) -> bool:
        """Whether the code expected it, and answered what is wrong with the request."""
        return self.status is not None and HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def is_certain(self) -> bool:
        """Whether the code fails whatever it writes, not only with the values that were made up for a class."""
        if self.cause.kind == "null" and self.cause.what.rsplit(".", 1)[-1] not in self.sql:
            return True
        return self.status is not None or self.cause.kind in ("column", "table", "type", "error")


@dataclass(frozen=True, slots=True)
class Broken:
    """Everything that one cause breaks in one cell.

    Args:
        code: Whose.
        schema: On which.
        cause: What all of it is about.
        failures: In the order in which they were seen.
        dialects: On which databases it was seen.
        other_way_works: Whether the opposite mix of code and schema has no failure at all.
        only_new_places: Whether only routes and classes fail that the old code does not have.
    """

    code: Which
    schema: Which
    cause: Cause
    failures: tuple[Failure, ...]
    dialects: tuple[str, ...]
    other_way_works: bool = True
    only_new_places: bool = False


class OldCodeFails(Broken):
    """Old code fails on the new schema and did not on the old one."""

    __slots__ = ()


class NewCodeFails(Broken):
    """New code fails on the old schema and does not on the new one."""

    __slots__ = ()


class NewCodeIsBroken(Broken):
    """New code fails on its own schema, where the old code on the old schema did not fail."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CannotStart:
    """Code that does not start on a schema, while it does on the one of its own side.

    Args:
        code: Whose.
        schema: On which.
        error: What it ends with.
        boot_migrates: The calls that migrate while it starts; () where it fails without them.
        dialects: On which databases it was seen.
        other_way_works: As for `Broken`.
    """

    code: Which
    schema: Which
    error: str
    boot_migrates: tuple[str, ...]
    dialects: tuple[str, ...]
    other_way_works: bool = True

    @property
    def difference(self) -> tuple[str, ...]:
        """Whose code does not start where, and what is lacking, whichever database says it."""
        return (self.code, self.schema, str(cause_of(self.error)), *self.boot_migrates)


@dataclass(frozen=True, slots=True)
class AnswerDiffers:
    """Old code that succeeded on the old schema refuses the same request on the new one, without an error."""

    place: str
    before: int
    after: int
    dialects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoOrderWorks:
    """Old code fails on the new schema, and new code on the old one.

    Args:
        old_fails: What the old code fails at, in words.
        new_fails: What the new code fails at, in words.
        dialects: On which databases.
    """

    old_fails: tuple[str, ...]
    new_fails: tuple[str, ...]
    dialects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MixedVersionsWork:
    """Both mixes did whatever the code does on its own schema.

    Args:
        dialects: On which databases.
        classes: How many mapped classes and tables were used.
        routes: How many routes were requested and answered without a failure by the old code on its own schema.
    """

    dialects: tuple[str, ...]
    classes: int
    routes: int
