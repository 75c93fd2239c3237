"""Criteria, and what a schema shows, may have parameters of any kind: a write reads them as a read does."""

import pytest
from filled import fill_shelves
from marshmallow import Schema, fields
from shelves import Author, Book, Review, Shelf, library
from sqlalchemy import Integer, bindparam, func, literal_column, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import relationship

from beastmode.core.errors import ConfigurationError, Problem
from beastmode.db import transaction
from beastmode.query import loading

RUNS = 8
"""More than it takes for a statement to be kept, and prepared."""


class Viewed(Shelf):
    """The reviews as somebody sees them, mapped once more."""

    __table__ = Review.__table__

    critic = relationship(Author, viewonly=True)

    @hybrid_property
    def is_mine(self): ...

    @is_mine.inplace.expression
    @classmethod
    def _is_mine(cls):
        return func.coalesce(cls.critic_id == bindparam("me", type_=Integer), False)


class ViewedShown(Schema):
    id = fields.Integer()
    stars = fields.Integer()
    is_mine = fields.Boolean()


class ViewedWithCritic(ViewedShown):
    critic = fields.Nested({"last_name": fields.String()}, allow_none=True)


class BookShown(Schema):
    id = fields.Integer()
    title = fields.String()


@pytest.fixture(autouse=True)
def _filled(shelves):
    fill_shelves()


class Caller:
    author = 1


def current_author():
    return Caller.author


CRITERIA = {
    "a callable": lambda: Book.author_id == bindparam("author", type_=Integer, callable_=current_author),
    "a callable without a name": lambda: (
        Book.author_id == bindparam(None, type_=Integer, callable_=current_author, unique=True)
    ),
    "a callable in the text": lambda: (
        Book.author_id == bindparam("author", type_=Integer, callable_=current_author, literal_execute=True)
    ),
    "a list asked for": lambda: Book.author_id.in_(
        bindparam("author", expanding=True, callable_=lambda: [current_author()])
    ),
    "an empty list": lambda: (
        (Book.author_id == bindparam("author", type_=Integer, callable_=current_author))
        & Book.id.not_in(bindparam("gone", expanding=True, callable_=list))
    ),
    "a subquery": lambda: Book.author.has(Author.id == bindparam("author", type_=Integer, callable_=current_author)),
    "named as a column": lambda: Book.author_id == bindparam("title", type_=Integer, callable_=current_author),
    "text": lambda: text("author_id = :author").bindparams(bindparam("author", callable_=current_author)),
}


@pytest.mark.parametrize("kind", CRITERIA)
def test_a_write_asks_for_the_values_of_its_criteria_each_time(shelves, kind):
    books = loading(BookShown, Book).where(CRITERIA[kind]())

    for number in range(RUNS):
        Caller.author = 1 + number % 2
        mine, other = (1, 2) if Caller.author == 1 else (2, 1)

        assert books.update(mine, {"title": f"title {number}"}).data["title"] == f"title {number}"
        assert books.get(mine).data["id"] == mine
        with pytest.raises(Problem, match="404"):
            books.update(other, {"title": "stolen"})
        with pytest.raises(Problem, match="404"):
            books.delete(other)


def test_a_delete_asks_for_the_values_of_its_criteria_each_time(shelves):
    own = Review.critic_id == bindparam("critic", type_=Integer, callable_=current_author)
    reviews = loading(ViewedShown(only=("id",)), Review).where(own)
    library.execute(
        Review.__table__.insert(), [{"id": 100 + n, "book_id": 1, "stars": 1, "critic_id": 1} for n in range(9)]
    )

    for number in range(RUNS):
        Caller.author = 2
        with pytest.raises(Problem):
            reviews.delete(100 + number)
        Caller.author = 1
        reviews.delete(100 + number)

    left = library.execute(select(Review.id).where(Review.id >= 100)).scalars().all()
    assert left == [108]


def test_a_function_as_criterion_is_refused(shelves):
    with pytest.raises(ConfigurationError, match="bindparam"):
        loading(BookShown, Book).where(lambda: Book.author_id == Caller.author)
    with pytest.raises(ConfigurationError, match="bindparam"):
        loading(BookShown, Book).order_by(lambda: Book.title)


@pytest.mark.parametrize("schema", [ViewedShown, ViewedWithCritic])
class TestWhatIsShownHasAParameter:
    def test_it_is_inserted_and_shown(self, shelves, schema):
        mine = loading(schema, Viewed).bind(me=1)

        for number in range(RUNS):
            critic = 1 + number % 2
            assert mine.insert(book_id=1, stars=number, critic_id=critic).data["is_mine"] is (critic == 1)

    def test_it_is_updated_and_shown(self, shelves, schema):
        reviews = loading(schema, Viewed).where(Viewed.stars > bindparam("least", type_=Integer))

        for number in range(RUNS):
            me = 1 + number % 2
            shown = reviews.bind(me=me, least=0).update(1, {"stars": 5, "critic_id": 1}).data
            assert shown["is_mine"] is (me == 1)

    def test_the_row_as_it_is_is_shown(self, shelves, schema):
        assert loading(schema, Viewed).bind(me=2).update(1, {}).data["is_mine"] is True

    def test_nothing_is_written_where_a_value_is_missing(self, shelves, schema):
        reviews = loading(schema, Viewed)
        before = library.execute(select(Review.__table__).order_by(Review.id)).all()

        for write in (
            lambda: reviews.insert(book_id=1, stars=9, critic_id=1),
            lambda: reviews.update(1, {"stars": 9}),
        ):
            with pytest.raises(StatementError, match="'me'"):
                write()
            library.session.rollback()

        assert library.execute(select(Review.__table__).order_by(Review.id)).all() == before

    def test_it_is_part_of_the_transaction_that_is_open(self, shelves, schema):
        with pytest.raises(ZeroDivisionError), transaction():
            loading(schema, Viewed).bind(me=1).insert(book_id=1, stars=9, critic_id=1)
            raise ZeroDivisionError

        assert library.execute(select(func.count()).where(Review.stars == 9)).scalar() == 0


class Halved(Shelf):
    __table__ = Review.__table__

    @hybrid_property
    def half(self): ...

    @half.inplace.expression
    @classmethod
    def _half(cls):
        # PostgreSQL refuses to divide by zero; SQLite refuses to take the absolute value of this.
        return func.abs(func.coalesce(func.nullif(cls.stars, 0) * 1, literal_column(SMALLEST)))


SMALLEST = "(-9223372036854775807 - (1/1))"


class HalvedShown(Schema):
    id = fields.Integer()
    half = fields.Integer()


def test_a_row_that_cannot_be_shown_is_not_written(shelves):
    halves = loading(HalvedShown, Halved)

    with pytest.raises(DBAPIError):
        halves.insert(book_id=1, stars=0)
    library.session.rollback()
    with pytest.raises(DBAPIError):
        halves.update(1, {"stars": 0})
    library.session.rollback()

    assert library.execute(select(func.count()).where(Review.stars == 0)).scalar() == 0
