"""What no column says is dumped by the schema, over entities that were loaded with a bounded number of statements."""

import re
from importlib.metadata import version
from typing import ClassVar

import pytest
from filled import dumped, fill_shelves, written
from marshmallow import Schema, fields, post_dump, pre_dump, validate
from shelves import Author, Book, Film, Folder, Medium, Place, Publisher, Review, library
from sqlalchemy import event
from sqlalchemy.orm import joinedload, selectinload

from beastmode.core.errors import ConfigurationError, LazyLoadError
from beastmode.query import Window, loading


class PublisherShown(Schema):
    name = fields.String()


class AuthorShown(Schema):
    last_name = fields.String()
    publisher = fields.Nested(PublisherShown)


class Plain(Schema):
    id = fields.Integer()
    title = fields.String()
    author = fields.Nested(AuthorShown)
    reviews = fields.List(fields.Nested({"stars": fields.Integer(), "critic": fields.Nested(AuthorShown)}))


class Hooked(Plain):
    @post_dump
    def count(self, data, **_):
        return data | {"count": len(data["reviews"])}


class Prepared(Plain):
    @pre_dump
    def note(self, book, **_):
        return book


class Method(Plain):
    loud = fields.Method("shout")

    def shout(self, book):
        return book.title.upper()


class Function(Plain):
    length = fields.Function(lambda book: len(book.title))


class Reversed(fields.String):
    def _serialize(self, value, attr, obj, **kwargs):
        return obj.title[::-1]


class Custom(Plain):
    title = Reversed()


class InList(Plain):
    marks = fields.List(fields.Function(lambda book: book.title), attribute="title", dump_only=True)


class OwnAttribute(Plain):
    def get_attribute(self, obj, attr, default):
        return super().get_attribute(obj, attr, default)


class Dotted(Plain):
    writer = fields.String(attribute="author.last_name")
    house = fields.Nested(PublisherShown, attribute="author.publisher", dump_only=True)


class Tagged(Plain):
    genres = fields.List(fields.Nested({"name": fields.String()}))


class Proxied(Plain):
    genre_names = fields.List(fields.String())


class Posted(Plain):
    poster = fields.Nested({"text": fields.String()})


class Praised(Plain):
    good_reviews = fields.List(fields.Nested({"stars": fields.Integer()}))


class Keyed(Plain):
    words = fields.List(fields.String(), attribute="reviews_by_stars")


class Whole(Plain):
    text = fields.String(attribute="author", dump_only=True)


class PropertyShown(Schema):
    initials = fields.String()
    last_name = fields.String()
    biography = fields.String()


class PropertyNested(Schema):
    title = fields.String()
    author = fields.Nested(PropertyShown)


class PlaceShown(Schema):
    room = fields.String()
    number = fields.Integer()
    note = fields.String()


class FolderShown(Schema):
    name = fields.String()
    folders = fields.List(fields.Nested(lambda: FolderShown))


class OwnedFolderShown(Schema):
    name = fields.String()
    owner = fields.Nested(AuthorShown)
    folders = fields.List(fields.Nested(lambda: OwnedFolderShown))


class AboveShown(Schema):
    name = fields.String()
    parent = fields.Nested(lambda: AboveShown)


class MediumShown(Schema):
    id = fields.Integer()
    title = fields.String()
    minutes = fields.Integer()
    tracks = fields.Integer(dump_default=0)
    owner = fields.Nested(AuthorShown)
    studio = fields.Nested(PublisherShown)


@pytest.fixture(autouse=True)
def _filled(shelves):
    fill_shelves()


@pytest.mark.parametrize(
    ("schema", "model", "statements", "reason"),
    [
        (Hooked, Book, 2, "Hooked has a post_dump hook"),
        (Prepared, Book, 2, "Prepared has a pre_dump hook"),
        (Method, Book, 2, "Method.loud is a Method, which may read the whole entity"),
        (Function, Book, 2, "Function.length is a Function, which may read the whole entity"),
        (Custom, Book, 2, "Custom.title is a Reversed, which may read the whole entity"),
        (InList, Book, 2, "InList.marks is a List, which may read the whole entity"),
        (OwnAttribute, Book, 2, "OwnAttribute overrides get_attribute"),
        (Dotted, Book, 2, "Dotted.writer shows 'author.last_name', which is not a column of Book"),
        (Tagged, Book, 3, "Tagged.genres shows Book.genres, which neither a join nor a single foreign key leads to"),
        (Proxied, Book, 3, "Proxied.genre_names shows 'genre_names', which has no SQL expression"),
        (Posted, Book, 2, "Posted.poster shows Book.poster, which neither a join nor a single foreign key leads to"),
        (
            Praised,
            Book,
            3,
            "Praised.good_reviews shows Book.good_reviews, which neither a join nor a single foreign key leads to",
        ),
        (Keyed, Book, 3, "Keyed.words shows the relation 'reviews_by_stars' without a nested schema"),
        (PropertyShown, Author, 1, "PropertyShown.initials shows 'initials', which is not a column of Author"),
        (PropertyNested, Book, 1, "PropertyShown.initials shows 'initials', which is not a column of Author"),
        (PlaceShown, Place, 1, "Place has a composite primary key"),
        (FolderShown, Folder, 6, "FolderShown.folders nests itself"),
        (OwnedFolderShown, Folder, 7, "OwnedFolderShown.folders nests itself"),
        (AboveShown, Folder, 6, "AboveShown.parent nests itself"),
        (MediumShown, Medium, 3, "Medium is polymorphic"),
        (MediumShown, Film, 1, "Film is polymorphic"),
    ],
)
def test_what_no_column_says_is_dumped_from_entities(queries, schema, model, statements, reason):
    expected = dumped(schema(), model)
    found = loading(schema, model)

    with queries() as sent:
        items = found.all()

    assert found.falls_back == reason
    assert written(items) == expected
    assert len(sent) <= statements


def test_a_relation_that_is_shown_as_text_falls_back(queries):
    found = loading(Whole, Book)

    assert found.falls_back == "Whole.text shows the relation 'author' without a nested schema"
    assert re.match("<shelves.Author object", found.first().data["text"])


def test_the_number_of_statements_does_not_grow_with_the_rows(queries):
    library.session.add_all(Book(title=f"No. {number}", author_id=1 + number % 3) for number in range(50))
    library.session.commit()
    found = loading(Tagged, Book)

    with queries() as sent:
        assert len(found.all().data) == 54

    assert len(sent) == 3


def test_an_item_of_several_keys_is_got_by_a_tuple(shelves):
    places = loading(PlaceShown, Place)

    assert places.get(("east", 2)).data == {"room": "east", "number": 2, "note": None}


def test_a_page_of_entities_is_that_of_rows(queries):
    plain, hooked = loading(Plain, Book), loading(Prepared, Book)
    window = Window(orderings=(), limit=2, offset=1, count_limit=100)

    with queries() as sent:
        page = hooked.page(window)

    assert page == plain.page(window)
    assert len(sent) == 2


def test_columns_that_are_not_shown_are_not_selected_where_the_schema_reads_no_others(queries):
    with queries() as sent:
        loading(Tagged, Book).all()

    assert "body" not in sent[0]


def test_all_columns_are_there_for_the_schemas_own_code(queries):
    with queries() as sent:
        loading(Method(only=("loud",)), Book).all()

    assert "body" in sent[0]
    assert len(sent) == 1


class Opaque(Schema):
    city = fields.String(attribute="publisher_city")
    count = fields.Function(lambda author: len(author.books))


def test_a_relation_that_only_code_reads_is_refused_with_its_name(shelves):
    with pytest.raises(LazyLoadError, match=r"Opaque: 'Author\.publisher' is not available.*\.options\(selectinload"):
        loading(Opaque(only=("city",)), Author).all()


def test_a_relation_that_only_code_reads_is_loaded_when_told_of(queries):
    found = loading(Opaque, Author).options(joinedload(Author.publisher), selectinload(Author.books))

    with queries() as sent:
        items = found.all().data

    assert items == [{"city": "Ghent", "count": 2}, {"city": None, "count": 1}, {"city": None, "count": 0}]
    assert len(sent) == 2


class Chicken(Schema):
    author = fields.Nested(lambda: Egg)


class Egg(Schema):
    books = fields.List(fields.Nested(Chicken))


def test_schemas_that_nest_each_other_without_end_are_refused(shelves):
    with pytest.raises(ConfigurationError, match=r"Egg nests itself endlessly through Book\.author"):
        loading(Chicken, Book).all()


def test_a_listener_for_loaded_entities_is_heard(shelves):
    def polish(publisher, _context):
        publisher.__dict__["name"] = publisher.name.upper()

    event.listen(Publisher, "load", polish)
    try:
        library.session.expunge_all()
        found = loading(PublisherShown, Publisher)
        assert found.falls_back == "Publisher has a listener for loaded entities"
        assert found.get(1).data == {"name": "OLD HOUSE"}
    finally:
        event.remove(Publisher, "load", polish)


def test_entities_show_what_a_core_statement_changed_in_the_same_request(shelves):
    stale = library.session.get(Review, 1)
    library.execute(Review.__table__.update().values(stars=9))

    assert loading(Schema.from_dict({"loud": fields.Function(lambda review: review.stars)}), Review).get(1).data == {
        "loud": 9
    }
    assert stale.stars == 9


WHOLE = "pass_many" if version("marshmallow").startswith("3.") else "pass_collection"


class Numbered(Plain):
    """A hook that sees the whole list, and notes how often it is called."""

    calls: ClassVar[list] = []

    @post_dump(**{WHOLE: True})
    def number(self, data, many, **_):
        self.calls.append(many)
        return [item | {"place": place} for place, item in enumerate(data)] if many else data | {"place": None}


def test_a_hook_for_the_whole_list_runs_once_and_one_for_an_item_with_that_alone():
    Numbered.calls.clear()
    books = loading(Numbered, Book)

    assert [book["place"] for book in books.all().data] == list(range(len(books.all().data)))
    assert [book["place"] for book in books.page(Window(orderings=(), limit=2, offset=0)).items] == [0, 1]
    assert Numbered.calls == [True] * 3
    assert books.first().data["place"] is None
    assert books.get(1).data["place"] is None
    assert books.where(Book.id < 0).all().data == []
    assert Numbered.calls == [*[True] * 3, False, False, True]


class Trimmed(fields.String):
    """Reads otherwise, with names of its own."""

    characters = " "

    def _deserialize(self, value, *about, **more):
        return self.trim(super()._deserialize(value, *about, **more))

    def trim(self, value):
        return value.strip(self.characters)


class Named(fields.String):
    def __init__(self, **about):
        super().__init__(validate=validate.Length(1, 200), **about)


class Bare(fields.String):
    """Nothing of its own."""


class Loud(fields.String):
    def _serialize(self, value, attr, obj, **more):
        return super()._serialize(value, attr, obj, **more).upper()


class Elsewhere(fields.String):
    def get_value(self, obj, *about, **more):
        return super().get_value(obj, *about, **more)


class Bound(fields.String):
    def _bind_to_schema(self, *about):
        super()._bind_to_schema(*about)


class Reaching(fields.String):
    def __getattr__(self, name):
        raise AttributeError(name)


@pytest.mark.parametrize("kind", [Trimmed, Named, Bare])
def test_a_field_class_that_only_reads_does_not_fall_back(kind):
    for _ in range(2):  # copied once, a class has a name more
        assert loading(Schema.from_dict({"title": kind()}), Book).falls_back is None


@pytest.mark.parametrize("kind", [Loud, Elsewhere, Bound, Reaching])
def test_a_field_class_with_a_say_in_what_is_shown_falls_back(kind):
    reason = f"GeneratedSchema.title is a {kind.__name__}, which may read the whole entity"
    assert loading(Schema.from_dict({"title": kind()}), Book).falls_back == reason
