"""`If-Match` changes nothing of what a view may do: it commits as it did, and compares in the same transaction."""

import pytest
from notebook import Note, NoteSchema, database, give_up, notes, texts
from sqlalchemy import update

from beastmode import transaction
from beastmode.core.events import after_commit


def note_one():
    return database.session.get(Note, 1)


def commits_itself(new):
    note_one().text = new["text"]
    database.session.commit()


def commits_twice(new):
    note_one().text = "between"
    database.session.commit()
    note_one().text = new["text"]
    database.session.commit()


def begins_itself(new):
    with database.session.begin():
        note_one().text = new["text"]


def rolls_back_first(new):
    note_one().text = "dropped"
    database.session.flush()
    database.session.rollback()
    commits_itself(new)


def in_a_savepoint(new):
    with database.session.begin_nested():
        note_one().text = new["text"]
    database.session.commit()


@transaction
def in_a_transaction(new):
    note_one().text = new["text"]


@transaction(isolation="SERIALIZABLE")
def in_a_serializable_transaction(new):
    note_one().text = new["text"]


@transaction(isolation="READ COMMITTED")
def in_a_read_committed_transaction(new):
    note_one().text = new["text"]


def in_two_transactions(new):
    with transaction():
        note_one().text = "between"
    with transaction(isolation="SERIALIZABLE"):
        note_one().text = new["text"]


def after_a_snapshot(new):
    with transaction(read_only=True):
        assert note_one().text
    in_a_transaction(new)


def by_a_statement(new):
    database.execute(update(Note).where(Note.id == 1).values(text=new["text"]))


def by_a_loading(new):
    notes.update(1, new)


def on_a_connection_of_its_own(new):
    with database.engine.begin() as connection:
        connection.execute(update(Note).where(Note.id == 1).values(text=new["text"]))


WAYS = [
    commits_itself,
    commits_twice,
    begins_itself,
    rolls_back_first,
    in_a_savepoint,
    in_a_transaction,
    in_a_serializable_transaction,
    in_a_read_committed_transaction,
    in_two_transactions,
    after_a_snapshot,
    by_a_statement,
    by_a_loading,
    on_a_connection_of_its_own,
]


@pytest.fixture
def client(make):
    """Of an API that has one note to read, and to change as a view does it."""

    def client(change):
        def declare(blueprint):
            blueprint.get("/<int:note_id>", returns=NoteSchema, public=True)(get_note)
            blueprint.put("/<int:note_id>", accepts=NoteSchema, public=True)(changing)

        def get_note(note_id):
            return notes.get(note_id)

        def changing(new, note_id):
            change(new)

        app = make(declare)
        made = app.test_client()
        made.tag = made.get("/api/v1/notes/1").headers["ETag"]
        return made

    return client


def put(client, tag):
    headers = {} if tag is None else {"If-Match": tag}
    return client.put("/api/v1/notes/1", json={"text": "changed"}, headers=headers).status_code


@pytest.mark.parametrize("way", WAYS, ids=lambda way: getattr(way, "__name__", ""))
def test_a_view_that_works_without_it_works_with_it(client, way):
    asked = client(way)

    assert put(asked, asked.tag) == 200
    assert texts(asked.application) == ["changed"]
    assert put(asked, asked.tag) == 412
    assert put(asked, None) == 200


@pytest.mark.parametrize("way", WAYS, ids=lambda way: getattr(way, "__name__", ""))
def test_a_view_that_would_change_something_newer_is_not_run(client, way):
    asked = client(way)
    with asked.application.app_context():
        database.execute(update(Note).values(text="newer"))

    assert put(asked, asked.tag) == 412
    assert texts(asked.application) == ["newer"]


def test_what_was_never_committed_is_refused_with_it_too(client):
    def forget(new):
        note_one().text = new["text"]

    asked = client(forget)

    assert put(asked, asked.tag) == put(asked, None) == 500
    assert texts(asked.application) == ["first"]


def test_what_waits_for_the_commit_runs_then_and_at_once_where_nothing_is_written(client):
    done = []

    def change(new):
        after_commit(lambda: done.append("at once"))
        note_one().text = new["text"]
        after_commit(lambda: done.append("later"))
        assert done == ["at once"]
        database.session.commit()

    asked = client(change)

    assert put(asked, asked.tag) == 200
    assert done == ["at once", "later"]


@pytest.mark.postgres
class TestInTheWay:
    """Another client changes the note between the comparison and the change."""

    @pytest.fixture
    def make(self, make_on_postgres):
        return make_on_postgres

    @pytest.mark.parametrize("way", [commits_itself, begins_itself, in_a_transaction, by_a_statement, by_a_loading])
    def test_the_one_who_comes_second_is_told_so(self, client, way):
        runs = []

        def change(new):
            runs.append(1)
            if len(runs) == 1:
                with database.engine.begin() as other:
                    other.execute(update(Note).values(text="of another"))
            way(new)

        asked = client(change)

        assert put(asked, asked.tag) == 412
        assert texts(asked.application) == ["of another"]

    def test_a_view_that_may_be_repeated_is_where_the_precondition_still_holds(self, client):
        runs = []

        @transaction
        def change(new):
            runs.append(1)
            if len(runs) < 3:
                give_up()
            note_one().text = new["text"]

        asked = client(change)

        assert put(asked, asked.tag) == 200
        assert len(runs) == 3

    @pytest.mark.parametrize("retries", [0, None])
    def test_a_view_that_did_not_say_so_is_run_once(self, client, retries):
        runs = []

        def change(new):
            runs.append(1)
            note_one().text = new["text"]
            database.session.flush()
            give_up()

        asked = client(change if retries is None else transaction(retries=0)(change))

        assert put(asked, asked.tag) == 503
        assert len(runs) == 1

    def test_nothing_is_repeated_once_something_is_committed(self, client):
        runs = []

        def change(new):
            runs.append(1)
            with transaction():
                database.session.add(Note(text="kept"))
            transaction(retries=0)(give_up)()

        asked = client(change)

        assert put(asked, asked.tag) == 503
        assert len(runs) == 1
        assert texts(asked.application) == ["first", "kept"]
