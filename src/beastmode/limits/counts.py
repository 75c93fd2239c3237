"""Counts in SQL, which all processes share: by key, each until its window ends."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, Executable, case, select

from beastmode.core.clock import now
from beastmode.db.inserts import INSERTS
from beastmode.db.purging import PURGE_EVERY, delete_some

Counted = tuple[str, int, datetime]
"""A key, its count, and when its window ends."""


@dataclass(frozen=True, slots=True)
class SqlCounts:
    """Counts in a table with the columns `key`, `count` and `resets_at`.

    A window begins with the first count after the previous one has ended.

    Args:
        model: The table's model.
        writer: The engine for writing.
        reader: The engine for reading.
    """

    model: Any
    writer: Engine
    reader: Engine
    _added: "count[int]" = field(default_factory=lambda: count(1), repr=False, compare=False)

    def read(self, keys: Iterable[str], moment: datetime) -> Sequence[Counted]:
        """The counts of the keys whose window has not ended.

        Args:
            keys: The keys.
            moment: The current time.
        """
        model = self.model
        statement = select(model.key, model.count, model.resets_at).where(
            model.key.in_(list(keys)), model.resets_at > moment
        )
        with self.reader.connect() as connection:
            return [(key, made, ends) for key, made, ends in connection.execute(statement)]

    def add(self, keys: Iterable[str], amount: int, window: timedelta, moment: datetime) -> Sequence[Counted]:
        """Add to several counts in one statement, and return them.

        A separate connection is used: what is counted stays counted, whatever the request does with its transaction.

        Args:
            keys: The keys.
            amount: How much is added to each.
            window: How long a window lasts that begins now.
            moment: The current time.
        """
        statement = _upsert(self.model, self.writer.dialect.name, keys, amount, window, moment)
        with self._single() as connection:
            counted: Any = connection.execute(statement)
            every = [(key, made, ends) for key, made, ends in counted]
        if next(self._added) % PURGE_EVERY == 0:
            self.purge()
        return every

    @contextmanager
    def _single(self) -> Iterator[Connection]:
        """A connection for a single statement; on PostgreSQL without the round trips of BEGIN and COMMIT."""
        if self.writer.dialect.name == "sqlite":
            with self.writer.begin() as connection:
                yield connection
        else:
            with self.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                yield connection

    def purge(self) -> None:
        """Delete rows whose window has ended, at most 1000 at a time."""
        with self.writer.begin() as connection:
            connection.execute(delete_some(self.model.key, self.model.resets_at <= now()))


def _upsert(  # noqa: PLR0913, PLR0917 - one statement, and what is in it
    model: Any, dialect: str, keys: Iterable[str], amount: int, window: timedelta, moment: datetime
) -> Executable:
    """One statement that adds to several counts, and returns them and the ends of their windows.

    Args:
        model: The table's model.
        dialect: "postgresql" or "sqlite".
        keys: The keys.
        amount: How much is added to each.
        window: How long a new window lasts.
        moment: The current time.
    """
    is_over = model.resets_at <= moment
    end = moment + window
    # In a fixed order: two statements that lock the same rows in different orders would wait for each other.
    rows = [{"key": key, "count": amount, "resets_at": end} for key in sorted(keys)]
    counted: Executable = (
        INSERTS[dialect](model)
        .values(rows)
        .on_conflict_do_update(
            index_elements=[model.key],
            set_={
                "count": case((is_over, amount), else_=model.count + amount),
                "resets_at": case((is_over, end), else_=model.resets_at),
            },
        )
        .returning(model.key, model.count, model.resets_at)
    )
    return counted
