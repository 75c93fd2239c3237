"""Getting one item, the first, or all of them."""

import sys
import threading
from uuid import UUID, uuid4

import pytest
from filled import dumped, fill_shelves, written
from kinds import Specimen
from marshmallow import Schema, fields
from shelves import Author, Book, Publisher, Ticket, library
from sqlalchemy import bindparam, func, insert

from beastmode.core.errors import Problem
from beastmode.db import current_database, transaction
from beastmode.query import Dumped, Loading, Ordering, Window, loading
from beastmode.query.plan import planner


class BookShown(Schema):
    id = fields.Integer()
    title = fields.String()
    author = fields.Nested({"name": fields.String()})


class TicketShown(Schema):
    code = fields.String()
    seat = fields.Integer()


class SpecimenShown(Schema):
    uid = fields.UUID()


@pytest.fixture(autouse=True)
def _filled(shelves):
    fill_shelves()


def test_an_item_is_got_by_its_key(shelves):
    assert loading(BookShown, Book).get(1) == Dumped({"id": 1, "title": "Sums", "author": {"name": "Ada Moore"}})


def test_a_schema_is_given_as_class_or_instance(shelves):
    assert loading(BookShown(only=("title",)), Book).get(1).data == {"title": "Sums"}
    assert loading(BookShown(many=True), Book).get(1) == loading(BookShown, Book).get(1)


@pytest.mark.parametrize("key", [2**31, 2**63, 2**64, -(2**31) - 1, 10**30, "1", "x", True, None, 1.0, (1,)])
def test_a_key_that_no_row_can_have_is_not_found_without_asking(queries, key):
    books = loading(BookShown, Book)
    asks = library.engine.dialect.name == "sqlite" and isinstance(key, int) and 1 < abs(key) < 2**63

    with queries() as sent, pytest.raises(Problem, match="Resource not found") as refused:
        books.get(key)

    assert refused.value.code == 404
    # SQLite's integers have 64 bits, whatever they are declared as.
    assert len(sent) == asks


@pytest.mark.parametrize("key", ["\x00", "a\x00b", "\ud800", 3, None, b"A1"])
def test_a_text_key_that_cannot_be_stored_is_not_found_without_asking(queries, key):
    tickets = loading(TicketShown, Ticket)
    tickets.insert(code="Ä1", seat=3)

    with queries() as sent, pytest.raises(Problem):
        tickets.get(key)

    assert sent == []
    assert tickets.get("Ä1").data == {"code": "Ä1", "seat": 3}


def test_what_is_not_there_is_not_found(shelves):
    with pytest.raises(Problem) as refused:
        loading(BookShown, Book).get(77)

    assert (refused.value.code, refused.value.description) == (404, "Resource not found")


def test_a_column_may_have_another_name_than_its_attribute(shelves):
    tickets = loading(TicketShown, Ticket)

    tickets.insert(code="A", seat=1)
    tickets.insert(code="B", seat=2)
    tickets.update("B", {"seat": 3})

    window = Window(orderings=(Ordering(Ticket.seat, descending=True),), limit=1)
    assert tickets.page(window).items == [{"code": "B", "seat": 3}]
    assert tickets.page(window).last_key == (3, "B")


def test_criteria_hold_for_one_and_for_all(shelves):
    by_ada = loading(BookShown(only=("id",)), Book).where(Book.author_id == 1)

    assert by_ada.where(Book.title > "H").all().data == [{"id": 1}]
    assert by_ada.all().data == [{"id": 1}, {"id": 3}]
    assert by_ada.get(3).data == {"id": 3}
    with pytest.raises(Problem):
        by_ada.get(2)


def test_criteria_may_look_at_related_rows(shelves):
    found = loading(BookShown(only=("id",)), Book).where(
        Book.author.has(Author.publisher.has(Publisher.city == "Ghent"))
    )

    assert found.all().data == [{"id": 1}, {"id": 3}]


def test_a_parameter_is_bound_when_it_is_known(queries):
    by_author = loading(BookShown(only=("id",)), Book).where(Book.author_id == bindparam("author_id"))

    assert by_author.bind(author_id=1).all().data == [{"id": 1}, {"id": 3}]
    assert by_author.bind(author_id=2).get(2).data == {"id": 2}
    assert by_author.bind(author_id=1).bind(author_id=2).first().data == {"id": 2}
    assert by_author.bind(author_id=3).first() is None


def test_the_order_is_that_of_the_key_unless_said(shelves):
    books = loading(BookShown(only=("id",)), Book)

    assert books.first().data == {"id": 1}
    assert books.all(limit=2).data == [{"id": 1}, {"id": 2}]
    assert books.all(limit=0).data == []
    assert books.order_by(Book.title.desc()).all().data == [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]
    assert books.order_by(func.length(Book.title).desc(), Book.id).first().data == {"id": 4}


def test_a_loading_does_not_change(shelves):
    books = loading(BookShown, Book)

    books.where(Book.id == 1).order_by(Book.title).owned_by(Book.author_id).bind(x=1)

    assert len(books.all().data) == 4
    with pytest.raises(AttributeError):
        books.params = {}


def test_reads_see_what_the_open_transaction_has_written(shelves):
    books = loading(BookShown, Book)

    with transaction() as session:
        session.add(Book(id=50, title="Fresh"))
        session.flush()

        assert books.get(50).data["title"] == "Fresh"
        assert books.first() is not None


def test_a_loading_serves_every_database_of_the_process(sqlite_library, postgres_library):
    books = loading(BookShown, Book)

    for app in (sqlite_library, postgres_library):
        with app.app_context():
            assert current_database() is library
            assert isinstance(books.all(), Dumped)


@pytest.mark.parametrize("schema", [BookShown, Schema.from_dict({"x": fields.Function(lambda book: book.title)})])
def test_threads_that_come_first_together_plan_once(shelves, monkeypatch, schema):
    planned, ready = [], threading.Barrier(8)
    make_plan = planner.make_plan

    def counted(*about):
        planned.append(about)
        return make_plan(*about)

    # In its package, the module's name is that of the function.
    monkeypatch.setattr(sys.modules["beastmode.query.definition"], "make_plan", counted)
    books, found = loading(schema, Book), []

    def read():
        with shelves.app_context():
            ready.wait()
            found.append(books.all().data)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(planned) == 1
    assert found == [books.all().data] * 8


def test_a_list_of_a_model_without_rows_is_empty(shelves):
    assert loading(SpecimenShown, Specimen).all() == Dumped([])
    assert loading(SpecimenShown, Specimen).first() is None


def test_uuids_are_written_as_marshmallow_writes_them(shelves):
    uid = uuid4()
    library.execute(insert(Specimen), [{"id": 1, "uid": uid}])
    found = loading(SpecimenShown, Specimen)

    assert isinstance(found.get(1).data["uid"], UUID)
    assert written(found.all()) == dumped(SpecimenShown(), Specimen)


def test_a_loading_without_a_field_to_show_gives_empty_items(shelves):
    assert loading(Schema, Book).all(limit=2).data == [{}, {}]


def test_a_loading_is_what_the_function_makes():
    assert isinstance(loading(BookShown, Book), Loading)
