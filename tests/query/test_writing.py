"""A write answers with the row as the schema shows it, in one statement where nothing else is concerned."""

from datetime import UTC, datetime

import pytest
from filled import fill_shelves
from marshmallow import Schema, fields
from shelves import Author, Book, Folder, Loan, Member, Place, Review, Stamp, Ticket, library
from sqlalchemy import bindparam, event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from beastmode.core.errors import Problem
from beastmode.db import transaction
from beastmode.query import loading


class BookShown(Schema):
    id = fields.Integer()
    title = fields.String()
    shelf_mark = fields.String()


class BookDetail(BookShown):
    author = fields.Nested({"name": fields.String()})
    reviews = fields.List(fields.Nested({"stars": fields.Integer()}))


class BookCalled(BookShown):
    loud = fields.Function(lambda book: book.title.upper())


class MemberShown(Schema):
    id = fields.Integer()
    name = fields.String()
    version = fields.Integer()


class StampShown(Schema):
    id = fields.UUID()
    word = fields.String()
    number = fields.Integer()
    made_at = fields.DateTime()
    note = fields.Raw()


books = loading(BookShown, Book)
details = loading(BookDetail, Book)
members = loading(MemberShown, Member)
stamps = loading(StampShown, Stamp)


@pytest.fixture(autouse=True)
def _filled(shelves):
    fill_shelves()


def count(model) -> int:
    return library.execute(select(func.count()).select_from(model)).scalar_one()


class TestInserting:
    def test_it_takes_one_statement(self, queries):
        with queries() as sent:
            item = books.insert(title="New", author_id=1).data

        assert item == {"id": item["id"], "title": "New", "shelf_mark": "unsorted"}
        assert len(sent) == 1
        assert "RETURNING" in sent[0]
        assert "body" not in sent[0].partition("RETURNING")[2]

    def test_it_is_committed_by_itself(self, shelves):
        key = books.insert(title="New").data["id"]

        library.session.rollback()

        assert books.get(key).data["title"] == "New"

    def test_related_rows_are_read_by_one_more_statement(self, queries):
        with queries() as sent:
            item = details.insert(title="New", author_id=1).data

        assert item["author"] == {"name": "Ada Moore"}
        assert item["reviews"] == []
        assert len(sent) == 2

    def test_it_is_part_of_the_transaction_that_is_open(self, shelves):
        before = count(Book)

        with pytest.raises(ZeroDivisionError), transaction():
            item = details.insert(title="New", author_id=2).data
            assert item["author"] == {"name": "Ben Stone"}
            raise ZeroDivisionError

        assert count(Book) == before

    def test_defaults_of_python_and_of_the_database_are_filled_in(self, shelves):
        item = stamps.insert().data

        assert item["word"] == "counted 1"
        assert item["number"] == 7
        assert item["made_at"].tzinfo is UTC
        assert item["id"].version == 4

    def test_none_takes_the_default_as_it_does_for_an_entity(self, shelves):
        item = stamps.insert(id=None, word=None, number=None, note=None).data

        entity = Stamp(id=None, word=None, number=None, note=None)
        library.session.add(entity)
        library.session.commit()
        assert (item["word"], item["number"], item["note"]) == (entity.word, entity.number, entity.note)

    def test_the_database_may_compute_a_value(self, queries):
        with queries() as sent:
            item = books.insert(title=func.upper("quiet")).data

        assert item["title"] == "QUIET"
        assert len(sent) == 1

    def test_what_falls_back_to_entities_is_inserted_too(self, shelves):
        assert loading(BookCalled, Book).insert(title="new").data["loud"] == "NEW"

    def test_a_key_of_several_columns_is_read_back(self, shelves):
        shown = Schema.from_dict({"room": fields.String(), "number": fields.Integer(), "note": fields.String()})

        assert loading(shown, Place).insert(room="west", number=9).data == {"room": "west", "number": 9, "note": None}

    def test_an_unknown_attribute_is_refused(self, shelves):
        with pytest.raises(TypeError, match="'colour' is an invalid keyword argument for Book"):
            books.insert(title="New", colour="red")

    def test_a_constraint_is_the_databases_to_hold(self, shelves):
        loading(Schema.from_dict({"code": fields.String()}), Ticket).insert(code="A", seat=1)

        with pytest.raises(IntegrityError):
            loading(Schema.from_dict({"code": fields.String()}), Ticket).insert(code="A", seat=2)

    def test_validators_versions_and_related_entities_go_through_the_session(self, shelves):
        item = members.insert(name="  ann lee ", loans=[Loan(title="Sums")]).data

        assert item["name"] == "Ann Lee"
        assert item["version"] == 1
        assert count(Loan) == 3

    def test_the_session_commits_once(self, shelves):
        before = count(Member)

        with pytest.raises(ZeroDivisionError), transaction():
            members.insert(name="gone")
            raise ZeroDivisionError

        assert count(Member) == before


@pytest.mark.parametrize(
    ("target", "name"),
    [(Book, "before_insert"), (Book, "after_insert"), (Book, "init"), (Book.title, "set")],
)
def test_a_listener_hears_of_an_insert(shelves, target, name):
    heard = []

    def hear(*about):
        heard.append(name)

    event.listen(target, name, hear)
    try:
        books.insert(title="New")
    finally:
        event.remove(target, name, hear)

    assert heard


def test_a_listener_of_the_session_hears_of_every_write(shelves):
    heard = []

    def hear(session, _context, _instances):
        heard.append((len(session.new), len(session.dirty), len(session.deleted)))

    event.listen(Session, "before_flush", hear)
    try:
        key = books.insert(title="New").data["id"]
        books.update(key, {"title": "Newer"})
        books.delete(key)
    finally:
        event.remove(Session, "before_flush", hear)

    assert heard == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


class TestUpdating:
    def test_it_takes_one_statement(self, queries):
        with queries() as sent:
            item = books.update(1, {"title": "More Sums"}).data

        assert item == {"id": 1, "title": "More Sums", "shelf_mark": "unsorted"}
        assert len(sent) == 1

    def test_related_rows_are_read_by_one_more_statement(self, queries):
        with queries() as sent:
            item = details.update(1, {"author_id": 2}).data

        assert item["author"] == {"name": "Ben Stone"}
        assert item["reviews"] == [{"stars": 5}, {"stars": 3}]
        assert len(sent) == 2

    def test_the_default_of_an_update_is_filled_in(self, shelves):
        books.update(1, {"title": "More Sums"})

        changed = library.session.get(Book, 1).changed_at
        assert isinstance(changed, datetime)
        assert library.session.get(Book, 2).changed_at is None

    def test_without_values_the_row_is_only_read(self, queries):
        with queries() as sent:
            item = books.update(1, {}).data

        assert item["title"] == "Sums"
        assert not any("UPDATE" in statement for statement in sent)
        assert library.session.get(Book, 1).changed_at is None

    @pytest.mark.parametrize("values", [{}, {"title": "x"}])
    @pytest.mark.parametrize("key", [77, "1", 2**70])
    def test_what_is_not_there_is_not_found(self, queries, key, values):
        with queries() as sent, pytest.raises(Problem) as refused:
            books.update(key, values)

        assert refused.value.code == 404
        assert len(sent) == (key == 77)

    def test_criteria_hold_and_what_no_longer_meets_them_is_still_shown(self, shelves):
        sums = books.where(Book.title == "Sums")

        assert sums.update(1, {"title": "Other"}).data["title"] == "Other"
        with pytest.raises(Problem) as refused:
            sums.update(1, {"title": "Again"})
        assert refused.value.code == 404

    def test_a_parameter_may_be_named_like_a_column(self, shelves):
        of_author = books.where(
            Book.author_id == bindparam("author_id"), Book.title.in_(bindparam("title", expanding=True))
        )

        bound = of_author.bind(author_id=1, title=["Sums", "Gears"])

        assert bound.update(1, {"title": "x", "author_id": 2}).data["title"] == "x"
        with pytest.raises(Problem):
            bound.update(2, {"title": "x"})
        bound.delete(3)
        with pytest.raises(Problem):
            bound.delete(2)

    def test_the_database_may_compute_a_value(self, shelves):
        review = loading(Schema.from_dict({"stars": fields.Integer()}), Review)

        assert review.update(1, {"stars": Review.stars + 1}).data == {"stars": 6}

    def test_none_is_stored(self, shelves):
        assert details.update(1, {"author_id": None}).data["author"] is None

    def test_a_changed_key_is_followed(self, shelves):
        key = books.insert(title="New").data["id"]

        assert books.update(key, {"id": 444}).data["id"] == 444
        assert details.update(444, {"id": 445}).data["id"] == 445

    def test_an_entity_that_the_session_holds_is_read_again(self, shelves):
        book = library.session.get(Book, 1)

        books.update(1, {"title": "More Sums"})

        assert book.title == "More Sums"

    def test_what_was_changed_in_the_session_is_kept(self, shelves):
        book = library.session.get(Book, 1)
        book.body = "mine"

        books.update(1, {"title": "More Sums"})

        assert book.body == "mine"

    def test_validators_and_versions_go_through_the_session(self, shelves):
        item = members.update(1, {"name": " dora may "}).data

        assert item == {"id": 1, "name": "Dora May", "version": 2}

    def test_related_entities_go_through_the_session(self, shelves):
        assert details.update(1, {"author": library.session.get(Author, 2)}).data["author"] == {"name": "Ben Stone"}

    @pytest.mark.parametrize("model", [Book, Member])
    def test_an_unknown_attribute_is_refused(self, shelves, model):
        with pytest.raises(TypeError, match=f"'colour' is not an attribute of {model.__name__}"):
            (books if model is Book else members).update(1, {"colour": "red"})

    def test_it_is_part_of_the_transaction_that_is_open(self, shelves):
        with pytest.raises(ZeroDivisionError), transaction():
            books.update(1, {"title": "Lost"})
            members.update(1, {"name": "lost"})
            raise ZeroDivisionError

        assert books.get(1).data["title"] == "Sums"
        assert members.get(1).data["name"] == "Dora"


class TestDeleting:
    def test_it_takes_one_statement(self, queries):
        with queries() as sent:
            loading(Schema, Loan).delete(1)

        assert len(sent) == 1
        assert count(Loan) == 1

    def test_what_is_not_there_is_not_found(self, shelves):
        with pytest.raises(Problem) as refused:
            loading(Schema, Loan).delete(77)

        assert refused.value.code == 404

    def test_what_the_session_would_delete_is_deleted(self, shelves):
        members.delete(1)

        assert count(Loan) == 0

    def test_what_refers_to_it_is_let_go_as_the_session_does(self, shelves):
        loading(Schema, Folder).delete(5)

        assert library.session.get(Folder, 6).parent_id is None

    def test_an_entity_that_the_session_holds_is_gone(self, shelves):
        loan = library.session.get(Loan, 1)

        loading(Schema, Loan).delete(1)

        assert loan not in library.session.scalars(select(Loan)).all()

    def test_a_reference_from_elsewhere_holds_it(self, shelves):
        with pytest.raises(IntegrityError):
            loading(Schema, Author).delete(2)
