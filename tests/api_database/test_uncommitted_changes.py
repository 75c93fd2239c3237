"""A view that ends with changes that nobody committed would answer what is not stored."""

import logging

import pytest
from notebook import Note, NoteSchema, database, notes, texts
from sqlalchemy import insert, select, text, update

from beastmode import transaction
from beastmode.core.errors import UncommittedError


def add():
    database.session.add(Note(text="lost"))


def add_and_flush():
    database.session.add(Note(text="lost"))
    database.session.flush()


def change():
    database.session.get(Note, 1).text = "lost"


def delete():
    database.session.delete(database.session.get(Note, 1))


def update_by_the_session():
    database.session.execute(update(Note).values(text="lost"))


def insert_by_text():
    database.session.execute(text("/* one */ INSERT INTO notes (text, stars) VALUES ('lost', 0)"))


def insert_beside_the_session():
    database.session.scalars(select(Note).with_for_update()).all()
    database.execute(insert(Note).values(text="lost"))


def in_a_savepoint_alone():
    with database.session.begin_nested():
        database.session.add(Note(text="lost"))


LOST = {
    add: "new Note",
    add_and_flush: "statements sent since",
    change: "changed Note 1",
    delete: "deleted Note 1",
    update_by_the_session: "statements sent",
    insert_by_text: "statements sent",
    insert_beside_the_session: "statements sent",
    in_a_savepoint_alone: "statements sent",
}


@pytest.mark.parametrize("environment", ["testing", "development", "production"])
@pytest.mark.parametrize("view", LOST, ids=lambda view: view.__name__)
def test_it_is_a_500_that_names_them_in_the_log(make, view, environment, caplog):
    production = {
        "SECRET_KEY": "b3b1f2a1c4d5e6f708192a3b4c5d6e7f",
        "JWT_SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f0aa",
    }
    app = make(lambda blueprint: blueprint.post(public=True)(view), ENVIRONMENT=environment, **production)

    with caplog.at_level(logging.ERROR, "beastmode"):
        answer = app.test_client().post("/api/v1/notes")

    assert answer.status_code == 500
    assert LOST[view] in caplog.text
    assert f"notes.{view.__name__} (POST /notes) ended with uncommitted changes" in caplog.text
    assert "nobody committed" not in answer.text
    assert texts(app) == ["first"]


def test_an_answer_never_shows_a_row_that_is_not_stored(make):
    def declare(blueprint):
        @blueprint.post(accepts=NoteSchema, returns=NoteSchema, status=201, public=True)
        def create(new):
            note = Note(**new)
            database.session.add(note)
            return note

    answer = make(declare).test_client().post("/api/v1/notes", json={"text": "a"})

    assert answer.status_code == 500


def test_it_reaches_the_test_that_caused_it(make):
    app = make(lambda blueprint: blueprint.post(public=True)(add), PROPAGATE_EXCEPTIONS=None)

    with pytest.raises(UncommittedError, match=r"db.session.commit\(\)"):
        app.test_client().post("/api/v1/notes")


def read():
    return database.session.get(Note, 1).text


def read_by_text():
    return database.session.execute(text("SELECT text FROM notes")).scalar()


def read_with_a_lock():
    database.session.scalars(select(Note).with_for_update()).all()


def assign_what_is_there():
    note = database.session.get(Note, 1)
    note.text = note.text


def roll_back():
    add_and_flush()
    database.session.rollback()


def commit():
    add()
    database.session.commit()


def write_in_autocommit():
    database.execute(insert(Note).values(text="kept"))


def write_by_a_loading():
    notes.insert(text="kept")
    return notes.update(1, {"stars": 2}).data["text"]


def with_words_that_look_like_writing():
    return database.session.execute(text("SELECT 'insert into' AS word -- update notes")).scalar()


@pytest.mark.parametrize(
    "view",
    [
        read,
        read_by_text,
        read_with_a_lock,
        assign_what_is_there,
        roll_back,
        commit,
        write_in_autocommit,
        write_by_a_loading,
        with_words_that_look_like_writing,
        transaction(add),
    ],
    ids=lambda view: view.__name__,
)
def test_a_view_that_leaves_nothing_open_answers(make, view):
    app = make(lambda blueprint: blueprint.post(public=True)(view))

    assert app.test_client().post("/api/v1/notes").status_code == 200


def test_what_a_test_has_pending_itself_is_not_the_views(make):
    app = make(lambda blueprint: blueprint.get(public=True)(read))

    with app.app_context():
        database.session.add(Note(text="of the test"))

        answer = app.test_client().get("/api/v1/notes")
        database.session.rollback()

    assert answer.status_code == 200


@pytest.fixture
def page(make):
    """An application with a page beside its API."""

    def page(view):
        app = make(lambda blueprint: None)
        app.add_url_rule("/page", "page", view)
        return app

    return page


def test_a_page_of_flasks_own_answers_as_ever_and_the_log_names_what_was_dropped(page, caplog):
    def view():
        add()
        return "stored"

    with caplog.at_level(logging.ERROR, "beastmode"):
        answer = page(view).test_client().get("/page")

    assert (answer.status_code, answer.text) == (200, "stored")
    assert "Uncommitted changes were dropped: new Note" in caplog.text


def test_a_page_that_refuses_drops_its_changes_on_purpose(page, caplog):
    def view():
        add()
        return "no", 400

    with caplog.at_level(logging.ERROR, "beastmode"):
        page(view).test_client().get("/page")

    assert caplog.text == ""
