"""The changes of flags in the database: the newest ones say what is on, all of them who changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from beastmode.core.clock import now
from beastmode.db import current_database, transaction
from beastmode.flags.rollout import NOBODY, Rollout

READ = "FROM flag_changes"
"""Is in every statement that reads flags."""
_ALL = ""
"""Stands for all callers in the column `caller`."""


@dataclass(frozen=True, slots=True)
class Change:
    """Who has changed a flag, and when.

    Attributes:
        flag: The flag's name.
        caller: For whom, as `Identity.key`; None for all callers.
        percentage: For how many callers it was on afterwards; None if the change took back the earlier ones.
        changed_at: When.
        changed_by: Who: `Identity.key`, or for a command "cli:" and the name of the system's user.
    """

    flag: str
    caller: str | None
    percentage: int | None
    changed_at: datetime
    changed_by: str


def store(flag: str, caller: str | None, percentage: int | None, changed_by: str) -> None:
    """Store a change, with the other changes of the current transaction.

    Args:
        flag: As for `Change`.
        caller: As for `Change`.
        percentage: As for `Change`.
        changed_by: As for `Change`.
    """
    with transaction():
        current_database().session.add(
            _model()(
                flag=flag, caller=caller or _ALL, percentage=percentage, changed_at=now(), changed_by=changed_by[:255]
            )
        )


def newest(flag: str | None, limit: int) -> Sequence[Change]:
    """The newest changes, the last one first.

    Args:
        flag: Of which flag; None for all.
        limit: How many.
    """
    model = _model()
    statement = select(model).order_by(model.id.desc()).limit(limit)
    if flag is not None:
        statement = statement.where(model.flag == flag)
    return [
        Change(row.flag, row.caller or None, row.percentage, row.changed_at, row.changed_by)
        for row in current_database().session.scalars(statement)
    ]


def rollouts_in(connection: Connection, configured: Mapping[str, Rollout]) -> dict[str, Rollout]:
    """For whom each flag is on: what the database says, and else the settings.

    Args:
        connection: To the database.
        configured: What the settings say.
    """
    model = _model()
    last = select(func.max(model.id)).group_by(model.flag, model.caller)
    found = dict(configured)
    for flag, caller, percentage in connection.execute(
        select(model.flag, model.caller, model.percentage).where(model.id.in_(last), model.percentage.is_not(None))
    ):
        known = found.get(flag, Rollout())
        if caller == _ALL:
            found[flag] = replace(known, percentage=percentage)
        else:
            found[flag] = replace(known, people={**known.people, caller: percentage > NOBODY})
    return found


def _model() -> Any:
    from beastmode.flags.models import FlagChange  # noqa: PLC0415 - adds the table to the metadata

    return FlagChange
