"""One column of each kind, every field of marshmallow that can show it, and values to fill it with."""

import enum
import ipaddress
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from hypothesis import strategies as st
from marshmallow import Schema, fields
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from beastmode.db import UtcDateTime


class Colour(enum.Enum):
    RED = 1
    DARK_BLUE = 2


class Address(sa.TypeDecorator):
    """An IP address, kept as text."""

    impl = sa.String(60)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value and str(value)

    def process_result_value(self, value, dialect):
        return value and ipaddress.ip_address(value)


class Interface(Address):
    cache_ok = True

    def process_result_value(self, value, dialect):
        return value and ipaddress.ip_interface(value)


class LocalMoment(sa.TypeDecorator):
    """A moment with whatever offset it was given, kept as text."""

    impl = sa.String(60)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value and value.isoformat()

    def process_result_value(self, value, dialect):
        return value and datetime.fromisoformat(value)


class Shouted(sa.TypeDecorator):
    """Text that comes back in capitals."""

    impl = sa.String(100)
    cache_ok = True

    def process_result_value(self, value, dialect):
        return value and value.upper()


class Specimens(DeclarativeBase):
    pass


class Drawer(Specimens):
    __tablename__ = "drawers"

    id: Mapped[int] = mapped_column(primary_key=True)
    specimens: Mapped[list["Specimen"]] = relationship(order_by="Specimen.id.desc()")
    same: Mapped[list["Specimen"]] = relationship(viewonly=True)


class Specimen(Specimens):
    __tablename__ = "specimens"

    id: Mapped[int] = mapped_column(primary_key=True)
    drawer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("drawers.id"))
    text: Mapped[str | None] = mapped_column(sa.Text)
    letters: Mapped[str | None] = mapped_column(sa.String(100))
    shouted: Mapped[str | None] = mapped_column(Shouted)
    whole: Mapped[int | None] = mapped_column(sa.Integer)
    large: Mapped[int | None] = mapped_column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"))
    small: Mapped[int | None] = mapped_column(sa.SmallInteger)
    flag: Mapped[bool | None] = mapped_column(sa.Boolean)
    ratio: Mapped[float | None] = mapped_column(sa.Float)
    double: Mapped[float | None] = mapped_column(sa.Double)
    price: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 4))
    measure: Mapped[Decimal | None] = mapped_column(sa.Float(asdecimal=True))
    colour: Mapped[Colour | None] = mapped_column(sa.Enum(Colour))
    size: Mapped[str | None] = mapped_column(sa.Enum("small", "large", name="size"))
    day: Mapped[date | None] = mapped_column(sa.Date)
    at: Mapped[time | None] = mapped_column(sa.Time)
    moment: Mapped[datetime | None] = mapped_column(UtcDateTime)
    naive: Mapped[datetime | None] = mapped_column(sa.DateTime)
    local: Mapped[datetime | None] = mapped_column(LocalMoment)
    period: Mapped[timedelta | None] = mapped_column(sa.Interval)
    uid: Mapped[UUID | None] = mapped_column(sa.Uuid)
    hexed: Mapped[str | None] = mapped_column(sa.Uuid(as_uuid=False))
    address: Mapped[object | None] = mapped_column(Address)
    interface: Mapped[object | None] = mapped_column(Interface)
    payload: Mapped[object | None] = mapped_column(sa.JSON)
    record: Mapped[dict | None] = mapped_column(sa.JSON)
    counts: Mapped[dict | None] = mapped_column(sa.JSON)
    numbers: Mapped[list | None] = mapped_column(sa.JSON)
    pair: Mapped[list | None] = mapped_column(sa.JSON)
    raw: Mapped[bytes | None] = mapped_column(sa.LargeBinary)


class Part(Schema):
    name = fields.String(data_key="NAME")
    count = fields.Integer(dump_default=7)


TEXT = (fields.String, fields.Raw, fields.Url, fields.Email)
INTEGER = (
    fields.Integer,
    lambda **about: fields.Integer(as_string=True, **about),
    lambda **about: fields.Integer(strict=True, **about),
    fields.Float,
    fields.String,
    fields.Boolean,
    fields.Decimal,
    fields.Raw,
)
FLOAT = (
    fields.Float,
    lambda **about: fields.Float(as_string=True, allow_nan=True, **about),
    fields.Integer,
    fields.String,
    fields.Raw,
    lambda **about: fields.Decimal(as_string=True, **about),
)
DECIMAL = (
    fields.Decimal,
    lambda **about: fields.Decimal(places=2, **about),
    lambda **about: fields.Decimal(places=1, as_string=True, allow_nan=True, **about),
    fields.Float,
    fields.Integer,
    fields.String,
    fields.Raw,
)
ENUM = (
    lambda **about: fields.Enum(Colour, **about),
    lambda **about: fields.Enum(Colour, by_value=True, **about),
    lambda **about: fields.Enum(Colour, by_value=fields.Integer(as_string=True), **about),
    fields.String,
    fields.Raw,
)
MOMENT = (
    fields.DateTime,
    fields.AwareDateTime,
    fields.NaiveDateTime,
    fields.String,
    *(
        lambda form=form, **about: fields.DateTime(format=form, **about)
        for form in ("iso", "iso8601", "rfc", "rfc822", "timestamp", "timestamp_ms", "%d.%m.%Y %H:%M")
    ),
)
PERIOD = (
    fields.String,
    *(
        lambda precision=precision, **about: fields.TimeDelta(precision=precision, **about)
        for precision in ("microseconds", "milliseconds", "seconds", "minutes", "hours", "days", "weeks")
    ),
)
LIST = (
    fields.Raw,
    lambda **about: fields.List(fields.Integer(), **about),
    lambda **about: fields.List(fields.String, **about),
    lambda **about: fields.List(fields.Float(as_string=True), **about),
    lambda **about: fields.List(fields.Constant(3), **about),
)
COUNTS = (
    fields.Raw,
    fields.Dict,
    lambda **about: fields.Dict(keys=fields.String(), values=fields.Integer(as_string=True), **about),
    lambda **about: fields.Dict(values=fields.String, **about),
)
RECORD = (
    fields.Raw,
    fields.Dict,
    lambda **about: fields.Nested(Part, **about),
    lambda **about: fields.Nested({"x": fields.String(), "gone": fields.String()}, **about),
    lambda **about: fields.Pluck(Part, "count", **about),
)

SHOWN_BY: dict[str, tuple[Callable[..., fields.Field], ...]] = {
    "text": TEXT,
    "letters": TEXT,
    "shouted": TEXT,
    "whole": INTEGER,
    "large": INTEGER,
    "small": INTEGER,
    "flag": (fields.Boolean, fields.Integer, fields.String, fields.Raw),
    "ratio": FLOAT,
    "double": FLOAT,
    "price": DECIMAL,
    "measure": DECIMAL,
    "colour": ENUM,
    "size": TEXT,
    "day": (fields.Date, lambda **about: fields.Date(format="%d/%m/%y", **about), fields.String, fields.Raw),
    "at": (fields.Time, lambda **about: fields.Time(format="%H.%M", **about), fields.String, fields.Raw),
    "moment": MOMENT,
    "naive": MOMENT,
    "local": MOMENT,
    "period": PERIOD,
    "uid": (fields.UUID, fields.String, fields.Raw),
    "hexed": (fields.UUID, fields.String, fields.Raw),
    "address": (fields.IP, lambda **about: fields.IP(exploded=True, **about), fields.String),
    "interface": (fields.IPInterface, lambda **about: fields.IPInterface(exploded=True, **about), fields.String),
    "payload": (fields.Raw,),
    "record": RECORD,
    "counts": COUNTS,
    "numbers": LIST,
    "pair": (lambda **about: fields.Tuple((fields.String(), fields.Integer(as_string=True)), **about), fields.Raw),
    "raw": (fields.String,),
}

letters = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
decimals = st.decimals(-(10**9), 10**9, places=4)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | letters,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3),
    max_leaves=5,
)
offsets = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
    lambda offset: timezone(timedelta(seconds=round(offset.total_seconds())))
)
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1))  # noqa: DTZ001 - the zone comes with the column
floats = st.floats(allow_nan=False, allow_infinity=False, width=32)

VALUES: dict[str, st.SearchStrategy] = {
    "text": letters,
    "letters": letters,
    "shouted": letters,
    "whole": st.integers(-(2**31), 2**31 - 1),
    "large": st.integers(-(2**63), 2**63 - 1),
    "small": st.integers(-(2**15), 2**15 - 1),
    "flag": st.booleans(),
    "ratio": floats,
    "double": floats,
    "price": decimals,
    "measure": decimals,
    "colour": st.sampled_from(Colour),
    "size": st.sampled_from(["small", "large"]),
    "day": st.dates(),
    "at": st.times(),
    "moment": moments.map(lambda moment: moment.replace(tzinfo=UTC)),
    "naive": moments,
    "local": st.builds(lambda moment, zone: moment.replace(tzinfo=zone), moments, offsets) | moments,
    "period": st.timedeltas(timedelta(days=-9999), timedelta(days=9999)),
    "uid": st.uuids(),
    "hexed": st.uuids().map(str),
    "address": st.ip_addresses(),
    "interface": st.ip_addresses().map(lambda address: ipaddress.ip_interface(f"{address}/17")),
    "payload": json_values,
    "record": st.fixed_dictionaries({}, optional={"name": letters, "count": st.integers(0, 99), "x": letters}),
    "counts": st.dictionaries(letters, st.integers(-(2**70), 2**70), max_size=3),
    "numbers": st.lists(st.integers(-(2**53), 2**53), max_size=4),
    "pair": st.tuples(letters, st.integers(-9, 9)).map(list),
    "raw": letters.map(str.encode),
}
