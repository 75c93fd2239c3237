"""Whatever a loading gives, and wherever it is put: it is written as marshmallow dumps the entities, and once."""

import copy
import json
import pickle
from importlib.metadata import version

import marshmallow
import pytest
from filled import fill_shelves
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import fields, post_dump
from shelves import Author, Book, Review, library
from sqlalchemy import select

from beastmode import Schema
from beastmode.api.json import write_json
from beastmode.query import Dumped, Window, loading
from beastmode.query.show.passing import show, watch

NESTED = ("title", "added", "mark", "author", "author.called", "reviews", "reviews.rating", "critics")


WHOLE = "pass_many" if version("marshmallow").startswith("3.") else "pass_collection"


class Starred(fields.Integer):
    """Shows another value than it gets, so that to show it twice would be seen."""

    def _serialize(self, value, attr, obj, **kwargs):
        return super()._serialize(value, attr, obj, **kwargs) * 10


class Shorter(fields.String):
    """Has a say in what is read alone."""

    longest = 20

    def _deserialize(self, value, *about, **more):
        return super()._deserialize(value, *about, **more)[: self.longest]


def family(base):
    """The same schemas of one base class: the library's, or marshmallow's own."""

    class AuthorShown(base):
        id = fields.Integer(as_string=True)
        called = Shorter(attribute="name", data_key="calledBy")
        password = fields.String(load_only=True)

    class ReviewShown(base):
        rating = fields.Integer(attribute="stars", dump_only=True)
        critic = fields.Nested(AuthorShown(only=("called",)))

    class BookShown(base):
        id = fields.Integer()
        title = fields.String(data_key="bookTitle")
        added = fields.DateTime(attribute="added_at", format="%d.%m.%Y")
        mark = fields.String(attribute="shelf_mark")
        author = fields.Nested(AuthorShown, allow_none=True)
        reviews = fields.List(fields.Nested(ReviewShown), data_key="reviewedBy")
        critics = fields.Pluck(ReviewShown, "rating", many=True, attribute="reviews", dump_only=True)

    class Hooked(BookShown):
        loud = Starred(attribute="id", dump_only=True)

        @post_dump
        def once(self, data, **_):
            return {**data, "hooked": data.get("hooked", 0) + 1}

    return {"rows": BookShown, "entities": Hooked}


FAMILIES = {"ours": (Schema, family(Schema)), "marshmallow's": (marshmallow.Schema, family(marshmallow.Schema))}

ONE = {
    "get": lambda books, key: books.get(key),
    "first": lambda books, key: books.where(Book.id == key).first(),
    "data": lambda books, key: books.get(key).data,
    "part of a list": lambda books, key: books.where(Book.id == key).all().data[0],
    "iterated": lambda books, key: next(iter(books.where(Book.id == key))),
    "entity": lambda _, key: library.session.get(Book, key),
}
SEVERAL = {
    "loading": lambda books: books,
    "all": lambda books: books.all(),
    "data": lambda books: books.all().data,
    "page": lambda books: books.page(Window(orderings=(), limit=10, offset=0)).items,
    "iterated": list,
    "tuple": lambda books: tuple(books.all().data),
    "one by one": lambda books: [books.get(1), books.get(2).data, library.session.get(Book, 3), books.get(4)],
    "generator": lambda books: (books.get(key) for key in (1, 2, 3, 4)),
    "entities": lambda _: books_of(),
}
FIELDS_OF_ONE = {
    "nested": lambda schema: (fields.Nested(schema), lambda one: one),
    "two deep": lambda schema: (fields.Nested({"in": fields.Nested(schema)}), lambda one: {"in": one}),
    "in a dict": lambda schema: (fields.Dict(values=fields.Nested(schema)), lambda one: {"key": one}),
    "in a tuple": lambda schema: (fields.Tuple((fields.Integer(), fields.Nested(schema))), lambda one: (1, one)),
}
FIELDS_OF_SEVERAL = {
    "list": lambda schema: (fields.List(fields.Nested(schema)), lambda several: several),
    "many": lambda schema: (fields.Nested(schema, many=True), lambda several: several),
    "an instance for many": lambda schema: (fields.Nested(many_of(schema)), lambda several: several),
    "list of parts": lambda schema: (
        fields.List(fields.Nested({"in": fields.Nested(schema)})),
        lambda several: [{"in": one} for one in several],
    ),
    "in a dict": lambda schema: (
        fields.Dict(values=fields.List(fields.Nested(schema))),
        lambda several: {"key": several},
    ),
    "plucked": lambda schema: (
        fields.Pluck(type(schema), "title", many=True) if is_pluckable(schema) else fields.Nested(schema, many=True),
        lambda several: several,
    ),
}


def many_of(schema):
    several = copy.copy(schema)
    several.many = True
    return several


def is_pluckable(schema):
    return "title" in schema.fields and type(schema).__name__ == "BookShown"


def books_of():
    return library.session.scalars(select(Book).order_by(Book.id)).all()


@pytest.fixture
def _filled(shelves):
    fill_shelves()


@pytest.mark.usefixtures("_filled")
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    whose=st.sampled_from(sorted(FAMILIES)),
    kind=st.sampled_from(["rows", "entities"]),
    only=st.none() | st.lists(st.sampled_from(NESTED), unique=True, min_size=1),
    exclude=st.lists(st.sampled_from(["mark", "author.id", "reviews.critic"]), unique=True),
    one=st.sampled_from(sorted(ONE)),
    several=st.sampled_from(sorted(SEVERAL)),
    holder=st.sampled_from(sorted(FIELDS_OF_ONE)),
    lister=st.sampled_from(sorted(FIELDS_OF_SEVERAL)),
    data=st.data(),
)
def test_it_is_written_as_the_entities_are_dumped(
    shelves, *, whose, kind, only, exclude, one, several, holder, lister, data
):
    base, schemas = FAMILIES[whose]
    wanted = schemas[kind](only=only, exclude=exclude)
    # What has shown it may show more, where no hook has changed what it shows.
    shows_more = kind == "rows" and data.draw(st.booleans())
    books = loading(schemas[kind]() if shows_more else schemas[kind](only=only, exclude=exclude), Book)
    (best, hold), (every, listed) = FIELDS_OF_ONE[holder](wanted), FIELDS_OF_SEVERAL[lister](wanted)
    home = base.from_dict({"best": best, "every": every, "count": fields.Integer(as_string=True)})
    library.session.expunge_all()
    entities = {"best": hold(library.session.get(Book, 1)), "every": listed(books_of()), "count": 4}
    expected = json.loads(write_json(home().dump(entities)))
    watched = home()
    watch(watched)

    value = {"best": hold(ONE[one](books, 1)), "every": listed(SEVERAL[several](books)), "count": 4}

    assert json.loads(write_json(show(watched, value, watched.dump, many=False))) == expected


def home_of(**declared):
    return Schema.from_dict(declared)()


class TestWhatCannotBeShown:
    BookShown = FAMILIES["ours"][1]["rows"]

    @pytest.fixture(autouse=True)
    def _books(self, shelves):
        fill_shelves()
        self.books = loading(self.BookShown, Book)

    def refused(self, field, value):
        with pytest.raises(TypeError) as refusal:
            home_of(best=field).dump({"best": value})
        return str(refusal.value)

    def test_a_schema_of_its_own(self):
        class Brief(Schema):
            title = fields.String()

        assert self.refused(fields.Nested(Brief), self.books.get(1)) == (
            "Brief cannot serialize the result of loading(BookShown, ...): 'title' is a different field. Use "
            "loading(Brief, ...), or return the entity itself."
        )

    def test_a_schema_that_shows_more(self):
        class Longer(self.BookShown):
            body = fields.String()

        assert self.refused(fields.Nested(Longer), self.books.get(1)) == (
            "Longer cannot serialize the result of loading(BookShown, ...): 'body' is missing. Use "
            "loading(Longer, ...), or return the entity itself."
        )

    def test_a_loading_that_shows_less(self):
        short = loading(self.BookShown(only=("id",)), Book)

        assert self.refused(fields.Nested(self.BookShown(only=("id", "title"))), short.get(1)) == (
            "BookShown cannot serialize the result of loading(BookShown, ...): 'title' is missing. Use "
            "loading(BookShown, ...), or return the entity itself."
        )

    @pytest.mark.parametrize("base", ["ours", "marshmallow's"])
    def test_a_loading_that_shows_less_of_what_is_nested(self, base):
        shown = FAMILIES[base][1]["rows"]
        short = loading(shown(exclude=("author.id", "reviews.critic")), Book)

        assert self.refused(fields.Nested(shown), short.get(1)) == (
            "BookShown cannot serialize the result of loading(BookShown, ...): 'id' is missing. Use "
            "loading(BookShown, ...), or return the entity itself."
        )
        everything = loading(shown, Book)
        less = home_of(best=fields.Nested(shown(exclude=("author.id", "reviews.critic"))))
        assert less.dump({"best": everything.get(1)})["best"] == short.get(1).data

    def test_a_part_of_what_a_hook_has_changed(self):
        hooked = FAMILIES["ours"][1]["entities"]

        assert self.refused(fields.Nested(hooked(only=("id",))), loading(hooked, Book).get(1)) == (
            "Hooked cannot serialize the result of loading(Hooked, ...): Hooked has a post_dump hook. Use "
            "loading(Hooked, ...), or return the entity itself."
        )

    def test_a_list_where_one_item_is_declared(self):
        assert self.refused(fields.Nested(self.BookShown), self.books) == (
            "BookShown is declared for one item, but received a list from a loading; use its get() or first()."
        )

    def test_one_item_where_a_list_is_declared(self):
        assert self.refused(fields.Nested(self.BookShown, many=True), self.books.get(1)) == (
            "BookShown is declared for a list, but received one item from a loading; use its all()."
        )
        assert self.refused(fields.List(fields.Nested(self.BookShown)), self.books.get(1)) == (
            "The result of loading(BookShown, ...) is one item, not a list; its values are in .data."
        )

    def test_single_items_for_a_hook_that_sees_whole_lists(self):
        class Counted(self.BookShown):
            @post_dump(**{WHOLE: True})
            def count(self, data, **_):
                return data

        counted = loading(Counted, Book)
        assert self.refused(fields.Nested(Counted, many=True), [counted.get(1)]) == (
            "Counted has a post_dump hook for whole lists, but received individual items that are already serialized; "
            "return the loading itself, or the result of its all()."
        )

    def test_a_dict_that_is_made_of_what_was_shown(self):
        with pytest.raises(TypeError) as refusal:
            self.BookShown().dump({**self.books.get(1).data, "mark": "new"})

        assert str(refusal.value) == (
            "BookShown writes 'title' as 'bookTitle', but received a dict with 'bookTitle' and without 'title'. The "
            "result of a loading is already serialized: return it unchanged, or wrap the changed dict in Dumped(...)."
        )

    def test_marshmallows_own_schema_by_hand(self):
        class Raw(marshmallow.Schema):
            title = fields.String()

        with pytest.raises(TypeError) as refusal:
            Raw().dump(self.books.get(1))

        assert (
            str(refusal.value)
            == "The result of loading(BookShown, ...) has no attribute 'title'; its values are in .data."
        )


@pytest.mark.usefixtures("_filled")
def test_a_child_shows_what_its_parent_has_shown(shelves):
    class Named(Schema):
        id = fields.Integer()
        title = fields.String(data_key="called")

    class Full(Named):
        body = fields.String()

    full, named = loading(Full, Book), loading(Named, Book)

    assert Named().dump(full.get(1)) == named.get(1).data == {"id": 1, "called": "Sums"}
    assert Named().dump(full, many=True) == named.all().data


def test_what_a_view_made_itself_is_taken_as_it_is(shelves):
    assert home_of(best=fields.Nested(FAMILIES["ours"][1]["rows"])).dump({"best": Dumped({"any": "thing"})}) == {
        "best": {"any": "thing"}
    }


@pytest.mark.usefixtures("_filled")
def test_the_values_are_ordinary_ones(shelves):
    books = loading(FAMILIES["ours"][1]["rows"], Book)
    found = books.get(1)
    data = found.data

    assert isinstance(data, dict)
    assert isinstance(data["reviewedBy"], list)
    assert found.data is data
    data["bookTitle"] = "Changed"
    assert write_json({"book": found}) == write_json({"book": data})
    for kept in (pickle.loads(pickle.dumps(data)), copy.deepcopy(data)):
        assert kept == data
        assert type(kept["author"]) is dict
    assert found == Dumped(dict(data))
    assert repr(books.where(Book.id < 0).all()) == "Dumped([])"
    assert write_json({"all": books.where(Book.id < 0)}) == b'{"all":[]}'


@pytest.mark.usefixtures("_filled")
def test_a_part_of_what_was_shown_is_known_too(shelves):
    schemas = FAMILIES["ours"][1]
    book = loading(schemas["rows"], Book).get(1).data
    shown = home_of(
        author=fields.Nested(schemas["rows"]().fields["author"].schema.__class__),
        reviews=fields.List(fields.Nested({"rating": fields.Integer()})),
    )

    assert shown.dump({"author": book["author"]}) == {"author": {"id": "1", "calledBy": "Ada Moore"}}
    with pytest.raises(TypeError, match=r"cannot serialize the result of loading\(ReviewShown, "):
        shown.dump({"reviews": book["reviewedBy"]})


@pytest.mark.usefixtures("_filled")
def test_no_query_is_sent_before_a_loading_is_shown(shelves, queries):
    reviews = loading(FAMILIES["ours"][1]["rows"](only=("id",)), Book)
    home = home_of(every=fields.Nested(FAMILIES["ours"][1]["rows"](only=("id",)), many=True))
    with queries() as sent:
        value = {"every": reviews.where(Book.id < 3)}
        assert len(sent) == 0
        assert home.dump(value) == {"every": [{"id": 1}, {"id": 2}]}
        assert len(sent) == 1


@pytest.mark.usefixtures("_filled")
def test_authors_and_reviews_beside_each_other(shelves):
    class AuthorShown(Schema):
        first = fields.String(attribute="first_name")

    class ReviewShown(Schema):
        rating = fields.Integer(attribute="stars")

    home = home_of(
        authors=fields.List(fields.Nested(AuthorShown)),
        reviews=fields.Nested(ReviewShown, many=True),
        best=fields.Nested(ReviewShown, allow_none=True),
        none=fields.Nested(ReviewShown, allow_none=True),
    )
    reviews = loading(ReviewShown, Review)

    assert home.dump(
        {
            "authors": loading(AuthorShown, Author).where(Author.id < 3),
            "reviews": reviews.all(),
            "best": reviews.order_by(Review.stars.desc()).first(),
            "none": reviews.where(Review.stars > 9).first(),
        }
    ) == {
        "authors": [{"first": "Ada"}, {"first": "Ben"}],
        "reviews": [{"rating": 5}, {"rating": 3}, {"rating": 1}],
        "best": {"rating": 5},
        "none": None,
    }
