"""A model with every type that SQLAlchemy derives from an annotation, or has for both databases."""

import enum
import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Double,
    Enum,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Text,
    Unicode,
    UnicodeText,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db import Base, Database
from beastmode.db.base import NAMING_CONVENTION


class Every(Base):
    __abstract__ = True
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Colour(enum.Enum):
    red = 1
    green = 2


class Thing(Every):
    __tablename__ = "things"

    id: Mapped[int] = mapped_column(primary_key=True)
    # By their annotations alone.
    whole: Mapped[int]
    part: Mapped[float]
    exact: Mapped[Decimal]
    name: Mapped[str]
    bytes_: Mapped[bytes]
    is_on: Mapped[bool]
    day: Mapped[date]
    moment: Mapped[datetime]
    hour: Mapped[time]
    span: Mapped[timedelta]
    key: Mapped[uuid.UUID]
    colour: Mapped[Colour]
    # By their types.
    small: Mapped[int] = mapped_column(SmallInteger)
    middle: Mapped[int | None] = mapped_column(Integer)
    big: Mapped[int] = mapped_column(BigInteger)
    single: Mapped[float] = mapped_column(Float)
    single_24: Mapped[float] = mapped_column(Float(24))
    double_53: Mapped[float] = mapped_column(Float(53))
    double: Mapped[float] = mapped_column(Double)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    as_float: Mapped[float] = mapped_column(Numeric(10, 2, asdecimal=False))
    short: Mapped[str] = mapped_column(String(20))
    long: Mapped[str] = mapped_column(Text)
    short_unicode: Mapped[str] = mapped_column(Unicode(20))
    long_unicode: Mapped[str] = mapped_column(UnicodeText)
    limited: Mapped[bytes] = mapped_column(LargeBinary(16))
    with_zone: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    data: Mapped[Any] = mapped_column(JSON)
    written: Mapped[uuid.UUID] = mapped_column(Uuid(native_uuid=False))
    shade: Mapped[Colour] = mapped_column(Enum(Colour, native_enum=False, length=10))


things = Database(Every.metadata)
