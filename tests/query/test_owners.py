"""Only its owner may change a row; anybody may read it."""

import pytest
from filled import fill_shelves
from marshmallow import Schema, fields
from shelves import Book, Member, library

from beastmode.core.errors import Problem
from beastmode.core.identity import Identity, identify
from beastmode.query import loading


class BookShown(Schema):
    id = fields.Integer()
    title = fields.String()


class MemberShown(Schema):
    name = fields.String()


books = loading(BookShown, Book).owned_by(Book.author_id)
members = loading(MemberShown, Member).owned_by(Member.id)


@pytest.fixture(autouse=True)
def _filled(shelves):
    fill_shelves()


@pytest.fixture
def caller(shelves):
    """Says who calls; until then nobody has signed in."""
    with shelves.test_request_context():
        yield lambda account: identify(Identity("account", account))


def test_its_owner_changes_a_row_in_one_statement(caller, queries):
    caller(1)

    with queries() as sent:
        assert books.update(1, {"title": "Mine"}).data == {"id": 1, "title": "Mine"}

    assert len(sent) == 1


def test_its_owner_deletes_a_row(caller):
    caller(1)

    members.delete(1)

    with pytest.raises(Problem):
        members.get(1)


@pytest.mark.parametrize("values", [{"title": "Stolen"}, {}])
@pytest.mark.parametrize("who", [2, "1", 2**70, "x"])
def test_somebody_else_may_not_change_it(caller, who, values):
    caller(who)

    with pytest.raises(Problem) as refused:
        books.update(1, values)

    assert (refused.value.code, refused.value.description) == (403, "Only the owner may change this")
    assert books.get(1).data["title"] == "Sums"


def test_nobody_may_change_it_without_having_signed_in(caller):
    for attempt in (lambda: books.update(1, {"title": "Stolen"}), lambda: books.delete(1), lambda: members.delete(1)):
        with pytest.raises(Problem) as refused:
            attempt()
        assert refused.value.code == 403


def test_outside_of_a_request_nobody_calls(shelves):
    with pytest.raises(Problem) as refused:
        books.update(1, {"title": "Stolen"})

    assert refused.value.code == 403


def test_what_is_not_there_is_not_found_whoever_asks(caller):
    for who in (1, "x"):
        caller(who)
        for attempt in (
            lambda: books.update(77, {"title": "x"}),
            lambda: books.update(77, {}),
            lambda: books.delete(77),
        ):
            with pytest.raises(Problem) as refused:
                attempt()
            assert refused.value.code == 404


def test_what_the_criteria_keep_back_is_not_there(caller):
    caller(2)

    with pytest.raises(Problem) as refused:
        books.where(Book.title == "Stones").update(1, {"title": "Stolen"})

    assert refused.value.code == 404


def test_a_row_without_an_owner_is_nobodys(caller):
    caller(1)

    with pytest.raises(Problem) as refused:
        books.update(4, {"title": "Mine"})

    assert refused.value.code == 403


def test_why_a_row_was_not_hit_is_asked_only_then(caller, queries):
    caller(2)

    with queries() as sent, pytest.raises(Problem):
        books.delete(1)

    assert len([statement for statement in sent if statement.startswith("SELECT")]) <= 1


def test_the_session_path_asks_for_the_owner_too(caller):
    caller(7)

    for attempt in (lambda: members.update(1, {"name": "stolen"}), lambda: members.delete(1)):
        with pytest.raises(Problem) as refused:
            attempt()
        assert refused.value.code == 403
    assert library.session.get(Member, 1).name == "Dora"
