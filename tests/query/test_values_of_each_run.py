"""Whatever way a value gets into a statement, each run has the value of that run, and gives what SQLAlchemy gives."""

import enum
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields
from sqlalchemy import (
    JSON,
    Boolean,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.types import TypeDecorator, UserDefinedType

from beastmode.db import Database, UtcDateTime
from beastmode.db.session import current_work
from beastmode.db.settings import DatabaseSettings
from beastmode.query import loading

RUNS = 10
START = datetime(2026, 1, 1, tzinfo=UTC)


class Hue(enum.Enum):
    RED = "r"
    BLUE = "b"
    GREEN = "g"


class State:
    """What types, expressions and callables look at; another with each run."""

    number = 0


class Shifted(TypeDecorator[int]):
    """Stores numbers one higher, and reads them back."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value, _dialect):
        return None if value is None else value + 1

    def process_result_value(self, value, _dialect):
        return None if value is None else value - 1


class Moving(TypeDecorator[int]):
    """Compares with something else each time it is asked."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value, _dialect):
        return None if value is None else (value + State.number) % 4


class Shouted(UserDefinedType[str]):
    """A text that the database changes on its way in and out."""

    cache_ok = True

    def get_col_spec(self, **_):
        return "VARCHAR(50)"

    def bind_expression(self, bindvalue):
        return func.upper(bindvalue, type_=self)

    def column_expression(self, column):
        return func.lower(column, type_=self)


class Unkept(TypeDecorator[int]):
    """A type whose SQL differs from run to run, so that it forbids SQLAlchemy to keep what was compiled."""

    impl = Integer
    cache_ok = False

    def bind_expression(self, bindvalue):
        return bindvalue + literal_column(str(State.number % 3), Integer)


class Now(ColumnElement[int]):
    """An expression whose text is another each time; it does not say that it may be kept."""

    type = Integer()
    inherit_cache = False


@compiles(Now)
def _now(_element, _compiler, **_):
    return str(State.number % 4)


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "things_of_each_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    word: Mapped[str] = mapped_column(String(20))
    hue: Mapped[Hue]
    moment: Mapped[datetime] = mapped_column(UtcDateTime())
    flag: Mapped[bool] = mapped_column(Boolean)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    price: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    key: Mapped[uuid.UUID] = mapped_column(Uuid)
    note: Mapped[dict] = mapped_column(JSON)
    shifted: Mapped[int] = mapped_column(Shifted)
    moving: Mapped[int] = mapped_column(Moving)
    shouted: Mapped[str] = mapped_column(Shouted)
    unkept: Mapped[int] = mapped_column(Unkept)


def value_of(name: str, number: int) -> Any:
    """The value that a column has in the row of a number."""
    return {
        "id": number + 1,
        "number": number,
        "word": f"word {number}%",
        "hue": list(Hue)[number % 3],
        "moment": START + timedelta(days=number),
        "flag": number % 2 == 0,
        "raw": bytes([number]),
        "price": Decimal(number) / 4,
        "key": uuid.UUID(int=number),
        "note": {"number": number},
        "shifted": number,
        "moving": number,
        "shouted": f"loud {number}",
        "unkept": number,
    }[name]


NAMES = tuple(Thing.__table__.c.keys())
things = Database(Base.metadata)


@pytest.fixture
def filled(library_app) -> Iterator[Flask]:
    """An application of its own: an engine that somebody has ever listened to takes no short way again."""
    with library_app.app_context():
        url = things.engine.url.render_as_string(hide_password=False)
    app = Flask("things")
    things.install(app, DatabaseSettings(environment="testing", database_url=url))
    with app.app_context():
        engine = things.engine
        Base.metadata.drop_all(engine)
        Base.metadata.create_all(engine)
        State.number = 0
        with engine.begin() as connection:
            connection.execute(insert(Thing), [{name: value_of(name, number) for name in NAMES} for number in range(6)])
    yield app
    Base.metadata.drop_all(engine)
    app.extensions["beastmode.database"].engines.dispose()


# Each makes a criterion, and the parameters of a run; the value is that of `State.number` at the time of the run.


def current(name):
    return lambda: value_of(name, State.number % 6)


def fixed(column, name):
    return column == value_of(name, 3), dict


def required(column, name):
    return column == bindparam("given", type_=column.type), lambda: {"given": current(name)()}


def optional(column, name):
    given = lambda: {"given": current(name)()} if State.number % 2 else {}  # noqa: E731 - one of a table
    return column == bindparam("given", value_of(name, 1), type_=column.type), given


def asked_for(column, name):
    return column == bindparam("asked", type_=column.type, callable_=current(name)), dict


def asked_for_unless_given(column, name):
    given = lambda: {"asked": current(name)()} if State.number % 2 else {}  # noqa: E731 - as above
    return column == bindparam("asked", type_=column.type, callable_=current(name)), given


def nobody_or_everybody(column, name):
    viewer = bindparam("viewer", type_=column.type, callable_=lambda: current(name)() if State.number % 3 else None)
    return or_(viewer.is_(None), column == viewer), dict


def written_into_the_text(column, name):
    return column == bindparam("text", type_=column.type, literal_execute=True), lambda: {"text": current(name)()}


def asked_for_and_written_into_the_text(column, name):
    bind = bindparam("text", type_=column.type, callable_=current(name), literal_execute=True)
    return column == bind, dict


def one_of_a_list(column, name):
    several = lambda: [value_of(name, State.number % 6), value_of(name, 2)][: State.number % 3]  # noqa: E731 - as above
    return column.in_(bindparam("several", expanding=True)), lambda: {"several": several()}


def none_of_a_list(column, name):
    several = lambda: [value_of(name, State.number % 6), value_of(name, 2)][: State.number % 3]  # noqa: E731 - as above
    return column.not_in(bindparam("several", expanding=True)), lambda: {"several": several()}


def one_of_a_list_asked_for(column, name):
    several = lambda: [value_of(name, State.number % 6)] * (1 + State.number % 3)  # noqa: E731 - as above
    return column.in_(bindparam("several", expanding=True, callable_=several)), dict


def one_of_a_fixed_list(column, name):
    return column.in_([value_of(name, 0), value_of(name, 4)]), dict


def in_a_subquery(column, name):
    other = aliased(Thing)
    bind = bindparam("asked", type_=column.type, callable_=current(name))
    return Thing.id.in_(select(other.id).where(getattr(other, name) == bind)), dict


def in_a_case(column, name):
    bind = bindparam("asked", type_=column.type, callable_=current(name))
    return case((column == bind, literal(1)), else_=literal(0)) == 1, dict


def by_text(_column, _name):
    words = text("number = :wanted").bindparams(bindparam("wanted", callable_=lambda: State.number % 6))
    return words, dict


def by_an_expression_that_is_not_kept(_column, _name):
    return Thing.number > Now(), dict


WAYS = (
    *(fixed, required, optional, asked_for, asked_for_unless_given, nobody_or_everybody),
    *(one_of_a_list, none_of_a_list, one_of_a_list_asked_for, one_of_a_fixed_list, in_a_subquery, in_a_case),
    *(by_text, by_an_expression_that_is_not_kept),
)
LITERAL_WAYS = (written_into_the_text, asked_for_and_written_into_the_text)
COMPARED = tuple(name for name in NAMES if name != "note")
WRITTEN = ("id", "number", "word")
"""The columns whose values SQLAlchemy can write into the text on every database."""

MAY_BE_EMPTY = {one_of_a_list, none_of_a_list}
TYPED = {"id", "number", "word", "moment", "key"}
"""Columns for which SQLAlchemy tells PostgreSQL the type of a parameter that stands alone, as in `:viewer IS NULL`."""


def is_sound(case):
    """Whether SQLAlchemy can run it: an empty list in a type's own expression, or NULL of no type, is refused."""
    way, name = case
    if way is nobody_or_everybody:
        return name in TYPED
    return not (way in MAY_BE_EMPTY and name == "shouted")


cases = st.one_of(
    st.tuples(st.sampled_from(WAYS), st.sampled_from(COMPARED)).filter(is_sound),
    st.tuples(st.sampled_from(LITERAL_WAYS), st.sampled_from(WRITTEN)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    case=cases,
    shown=st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True),
    limit=st.booleans(),
    numbers=st.lists(st.integers(0, 11), min_size=RUNS, max_size=RUNS),
)
def test_each_run_gives_what_sqlalchemy_gives(filled, case, shown, limit, numbers):
    way, name = case
    criterion, params = way(getattr(Thing, name), name)
    statement = select(*(getattr(Thing, each) for each in shown)).where(criterion).order_by(Thing.id)
    if limit:
        statement = statement.limit(bindparam("most", type_=Integer, callable_=lambda: 1 + State.number % 3))

    with filled.app_context():
        work = current_work()
        for number in numbers:
            State.number = number
            found = [tuple(row) for row in work.fetch(statement, params())]

            expected = [tuple(row) for row in work.connect().execute(statement, params())]
            assert found == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.sampled_from([name for name in NAMES if name != "id"]), min_size=1, max_size=5, unique=True),
    numbers=st.lists(st.integers(0, 11), min_size=RUNS, max_size=RUNS),
)
def test_each_run_writes_what_sqlalchemy_writes(filled, names, numbers):
    columns = Thing.__table__.c
    key = bindparam("asked", type_=Integer, callable_=lambda: 1 + State.number % 6)
    values = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in names}
    statement = (
        Thing.__table__.update().where(columns.id == key).values(values).returning(columns.id, *map(columns.get, names))
    )

    with filled.app_context():
        work = current_work()
        for number in numbers:
            State.number = number
            params = {f"new_{name}": value_of(name, (number * 5) % 6) for name in names}
            found = [tuple(row) for row in work.fetch(statement, params)]

            expected = [tuple(row) for row in work.connect().execute(statement, params)]
            assert found == expected
            assert [row[0] for row in found] == [1 + number % 6]


def test_a_missing_value_is_told_as_sqlalchemy_tells_it(filled):
    statement = select(Thing.id).where(and_(Thing.number == bindparam("missing", type_=Integer)))

    with filled.app_context():
        for number in range(RUNS):
            assert current_work().fetch(statement, {"missing": number % 6}) == [(1 + number % 6,)]

        with pytest.raises(Exception, match="A value is required for bind parameter 'missing'"):
            current_work().fetch(statement, {})


class Shown(Schema):
    number = fields.Integer()


@pytest.mark.parametrize("name", ["viewer", None])
def test_a_fixed_value_that_was_run_before_is_not_taken_for_one_that_is_asked_for(filled, name):
    fixed_one = loading(Shown, Thing).where(Thing.number == bindparam(name, 5))
    asked_one = loading(Shown, Thing).where(Thing.number == bindparam(name, callable_=lambda: State.number))

    with filled.app_context():
        assert [row["number"] for row in fixed_one.all().data] == [5]
        for number in (1, 2, 3, 4, 5, 0):
            State.number = number
            assert [row["number"] for row in asked_one.all().data] == [number]
