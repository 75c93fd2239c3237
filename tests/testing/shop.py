"""A shop with a column of each kind, and tables that refer to each other; its metadata is its own."""

import enum
import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import (
    JSON,
    Computed,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Uuid,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from beastmode.db import Database, UtcDateTime

shop = Database(MetaData())


class Shop(DeclarativeBase):
    metadata = shop.metadata


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


class Maker(Shop):
    __tablename__ = "makers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Article(Shop):
    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    maker_id: Mapped[int] = mapped_column(ForeignKey("makers.id"))
    title: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(4), unique=True)
    size: Mapped[Size]
    season: Mapped[str] = mapped_column(Enum("spring", "autumn", name="season"))
    stock: Mapped[int]
    weight: Mapped[float]
    price: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    share: Mapped[Decimal] = mapped_column(Numeric(2, 2))
    is_sold: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    noted_at: Mapped[datetime]
    sold_from: Mapped[date]
    opens_at: Mapped[time]
    lasts: Mapped[timedelta] = mapped_column(Interval())
    key: Mapped[uuid.UUID]
    reference: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    picture: Mapped[bytes] = mapped_column(LargeBinary())
    extras: Mapped[dict] = mapped_column(JSON())
    remark: Mapped[str | None]
    rank: Mapped[int] = mapped_column(default=7)
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())
    doubled: Mapped[int] = mapped_column(Computed("stock * 2", persisted=True))

    maker: Mapped[Maker] = relationship()


class Region(Shop):
    __tablename__ = "regions"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Branch(Shop):
    __tablename__ = "branches"
    __table_args__ = (ForeignKeyConstraint(["country", "region"], ["regions.country", "regions.number"]),)

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    region: Mapped[int]


class Passport(Shop):
    """Whose key is the key of another table."""

    __tablename__ = "passports"

    maker_id: Mapped[int] = mapped_column(ForeignKey("makers.id"), primary_key=True)
    number: Mapped[str]


class Person(Shop):
    __tablename__ = "people"
    __mapper_args__: ClassVar = {"polymorphic_on": "kind", "polymorphic_identity": "person"}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))


class Clerk(Person):
    __tablename__ = "clerks"
    __mapper_args__: ClassVar = {"polymorphic_identity": "clerk"}

    id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    desk: Mapped[int]


class Box(Shop):
    """Each stands in another, so that nobody can make up the first."""

    __tablename__ = "boxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    outer_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))


class Folder(Shop):
    """Which may be in another."""

    __tablename__ = "folders"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id"))
