from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

from beastmode.db.elsewhere import NoQuery

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""A name for every constraint, so that later migrations can drop it."""


FIRST_MOMENT = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
LAST_MOMENT = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
"""The range that every time zone can represent: the first and last day of the calendar are out of range in some."""


class MomentOutOfRangeError(ValueError):
    """A datetime that some time zones cannot represent, so that not everyone could read it again."""


class _SqliteUtc(sqlite.DATETIME):
    """Datetimes in the format of SQLite's CURRENT_TIMESTAMP, with a fraction only if there is one.

    Strings are compared character by character; SQLAlchemy's own format always has a fraction, so it would not equal a
    default that the database filled in.
    """

    def bind_processor(
        self,
        dialect: Dialect,  # noqa: ARG002 - the signature is SQLAlchemy's
    ) -> Callable[[datetime | None], str | None]:
        """Writes naive UTC datetimes, as converted by the decorator."""

        def write(moment: datetime | None) -> str | None:
            return None if moment is None else moment.isoformat(" ")

        return write

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002 - the signature is SQLAlchemy's
        coltype: object,  # noqa: ARG002 - likewise
    ) -> Callable[[str | None], datetime | None]:
        """Reads timezone-aware datetimes, in whatever format they were written."""

        def read(text: str | None) -> datetime | None:
            if text is None:
                return None
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

        return read


class UtcDateTime(TypeDecorator[datetime]):
    """Timezone-aware datetimes in UTC, on every database: `timestamptz` on PostgreSQL, text on SQLite.

    Raises:
        ValueError: It has no time zone, or is at the ends of the calendar, which not every time zone can represent
            (SQLAlchemy wraps it in StatementError).
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """The Python type of its values, which a `TypeDecorator` does not declare by itself."""
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the database stores."""
        stored: TypeEngine[Any] = DateTime(timezone=True)
        if dialect.name == "sqlite":
            stored = _SqliteUtc()  # type: ignore[no-untyped-call]  # SQLAlchemy left its constructor untyped
        return dialect.type_descriptor(stored)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The datetime in the form that the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; use beastmode.core.clock.now() or add tzinfo=UTC")
        if not FIRST_MOMENT <= value <= LAST_MOMENT:
            raise MomentOutOfRangeError(f"{value!r} is outside the range that every time zone can represent")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment


class Base(DeclarativeBase):
    """The base class of models: named constraints, and timezone-aware UTC datetimes for `Mapped[datetime]`."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy wants a plain class attribute
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 - likewise; what the database fills in comes back at once
    query = NoQuery()
