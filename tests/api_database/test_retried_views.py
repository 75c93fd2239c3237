"""A view that is tried again finds everything as its first try found it."""

import io
from dataclasses import dataclass, field

import pytest
from flask import after_this_request, flash, g, get_flashed_messages, request, session
from marshmallow import fields, post_load
from notebook import Note, Tagged, database, give_up, texts

from beastmode import Schema, transaction
from beastmode.core.exchange import current_exchange
from beastmode.core.identity import Identity, current_identity, identify

pytestmark = pytest.mark.postgres


class Twice:
    """Notes what each try sees, and has the first one given up."""

    def __init__(self):
        self.seen = []

    def __call__(self, seen):
        self.seen.append(seen)
        if len(self.seen) == 1:
            give_up()


@pytest.fixture
def twice():
    return Twice()


@pytest.fixture
def post(make_on_postgres):
    """Asks a view that is declared with the body Tagged, or another."""

    def post(view, *, accepts=Tagged, **sent):
        def declare(blueprint):
            blueprint.post(accepts=accepts, body_required=False, public=True)(transaction(view))

        app = make_on_postgres(declare, SECRET_KEY="not-so-secret")
        answer = app.test_client().post("/api/v1/notes", **({"json": {"text": "a", "tags": ["x", "y"]}} | sent))
        assert answer.status_code == 200, answer.text
        return answer

    return post


def test_the_body_is_as_it_was_sent(post, twice):
    def create(new):
        seen = (new.pop("tags", None), new.pop("text"))
        new["more"] = 1
        twice(seen)

    post(create)

    assert twice.seen == [(["x", "y"], "a")] * 2


def test_lists_inside_of_the_body_are_as_they_were_sent(post, twice):
    def create(new):
        seen = [*new["tags"]]
        new["tags"].append("z")
        new["tags"].sort(reverse=True)
        twice(seen)

    post(create)

    assert twice.seen == [["x", "y"]] * 2


@dataclass
class Made:
    text: str
    tags: list = field(default_factory=list)


class Plain:
    def __init__(self, text, tags):
        self.text, self.tags = text, tags


def made_by(kind):
    class Making(Schema):
        text = fields.Str(required=True)
        tags = fields.List(fields.Str(), load_default=list)

        @post_load
        def make(self, data, **_):
            return kind(**data)

    return Making


@pytest.mark.parametrize("kind", [Made, Plain])
def test_an_object_that_was_made_of_the_body_is_as_it_was_made(post, twice, kind):
    def create(new):
        seen = (new.text, [*new.tags], hasattr(new, "more"))
        new.text += "!"
        new.tags.clear()
        new.more = True
        twice(seen)

    post(create, accepts=made_by(kind))

    assert twice.seen[0] == ("a", ["x", "y"], False)
    assert twice.seen[1][:2] == ("a", ["x", "y"])


class NoteMade(Schema):
    text = fields.Str(required=True)

    @post_load
    def make(self, data, **_):
        return Note(**data)


def test_an_entity_that_was_made_of_the_body_is_stored_once_as_it_was_made(make_on_postgres, twice):
    def declare(blueprint):
        @blueprint.post(accepts=NoteMade, public=True)
        @transaction
        def create(note):
            note.text += "!"
            database.session.add(note)
            database.session.flush()
            twice(note.text)

    app = make_on_postgres(declare)

    assert app.test_client().post("/api/v1/notes", json={"text": "a"}).status_code == 200
    assert twice.seen == ["a!", "a!"]
    assert texts(app) == ["first", "a!"]


def test_json_that_the_view_reads_itself_is_as_it_was_sent(post, twice):
    def create(_):
        data = request.get_json()
        seen = data.pop("text")
        twice(seen)

    post(create)

    assert twice.seen == ["a", "a"]


def test_an_upload_is_read_from_its_beginning(make_on_postgres, twice):
    def declare(blueprint):
        @blueprint.post(public=True)
        @transaction
        def create():
            twice(request.files["photo"].read())

    app = make_on_postgres(declare)
    answer = app.test_client().post("/api/v1/notes", data={"photo": (io.BytesIO(b"bytes"), "photo.png")})

    assert answer.status_code == 200
    assert twice.seen == [b"bytes", b"bytes"]


def test_g_holds_what_it_held_before(post, twice):
    def create(_):
        seen = "count" in g
        g.count = 1
        twice(seen)

    post(create)

    assert twice.seen == [False, False]


def test_a_callback_of_the_failed_try_is_not_called(post, twice):
    def create(_):
        number = len(twice.seen)

        @after_this_request
        def mark(response):
            response.headers.add("X-Try", str(number))
            return response

        twice(number)

    assert post(create).headers.getlist("X-Try") == ["1"]


def test_headers_and_the_caller_of_the_failed_try_are_gone(post, twice):
    def create(_):
        seen = current_identity().kind
        current_exchange().headers.append(("X-Try", str(len(twice.seen))))
        identify(Identity("account", 7))
        twice(seen)

    assert post(create).headers.getlist("X-Try") == ["1"]
    assert twice.seen == ["address", "address"]


def test_the_session_and_flashed_messages_are_those_of_the_last_try(post, twice):
    def create(_):
        seen = session.get("count", 0)
        session["count"] = seen + 1
        flash("stored")
        twice(seen)
        return get_flashed_messages()

    answer = post(create)

    assert twice.seen == [0, 0]
    assert answer.json["data"] == ["stored"]


def test_a_session_that_only_the_failed_try_has_changed_sends_no_cookie(post, twice):
    def create(_):
        if not twice.seen:
            session["count"] = 1
        twice(None)

    assert "Set-Cookie" not in post(create).headers


def test_a_function_that_is_called_by_the_view_finds_its_arguments_unchanged(make_on_postgres, twice):
    @transaction
    def store(new, into, *, words):
        seen = ({**new}, [*into], {*words})
        new.clear()
        into.append("stored")
        words.add("c")
        twice(seen)

    into, words = [], {"b"}

    def declare(blueprint):
        @blueprint.post(public=True)
        def create():
            store({"text": "a"}, into, words=words)

    assert make_on_postgres(declare).test_client().post("/api/v1/notes").status_code == 200
    assert twice.seen == [({"text": "a"}, [], {"b"})] * 2
    assert (into, words) == (["stored"], {"b", "c"})
