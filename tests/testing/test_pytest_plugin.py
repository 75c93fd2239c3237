"""The plugin in projects of their own, each tested by a pytest of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from servers import address, postgres_server

pytest_plugins = ["pytester"]
PROJECTS = Path(__file__).parent / "projects"

TEST_NOTES = """
import pytest
from beastmode.core.clock import now
from notes import Note, db


def test_a_test_begins_with_what_the_migrations_leave(client):
    assert [note["title"] for note in client.get("/api/notes").json["data"]] == ["a note that a migration left"]


@pytest.mark.parametrize("title", ["one", "two"])
def test_a_test_sees_nothing_of_another(api, factory, queries, title):
    factory(Note, title=title)

    with queries() as seen:
        notes = api.get("/api/v1/notes").json["data"]

    assert [note["title"] for note in notes] == ["a note that a migration left", title]
    assert len(seen) == 1


def test_the_application_is_a_testing_one(app):
    assert app.testing
    assert app.extensions["beastmode.settings"].environment == "testing"


def test_the_clock_moves(clock):
    before = now()
    clock.advance(minutes=1)
    assert (now() - before).total_seconds() == 60


def test_the_clock_is_put_back_and_ticks():
    moments = {now() for _ in range(1000)}
    assert len(moments) > 1


class TestOtherSettings:
    @pytest.fixture
    def app_config(self):
        return {"API_VERSION": "v1", "MAX_JSON_LENGTH": 10}

    def test_a_test_can_have_other_settings(self, api):
        assert api.post("/api/notes", {"title": "too long by far"}).status_code == 413


def test_the_database_is_sqlite_unless_told_otherwise(app):
    with app.app_context():
        assert db.engine.dialect.name == "sqlite"
"""

TEST_NOTES_ON_POSTGRESQL = """
from pathlib import Path

import pytest
from notes import Note, db


@pytest.mark.parametrize("title", ["one", "two", "three"])
def test_a_test_sees_nothing_of_another(app, api, factory, title):
    factory(Note, title=title)

    notes = api.get("/api/v1/notes").json["data"]

    assert [note["title"] for note in notes] == ["a note that a migration left", title]
    with app.app_context():
        assert db.engine.dialect.name == "postgresql"
        Path(title).write_text(db.engine.url.database)
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """Copies a project into an empty folder, and sets it up for pytest with the options given."""
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def copy(name, app):
        shutil.copytree(PROJECTS / name, pytester.path, dirs_exist_ok=True)
        option = f"beastmode_app = {app}" if app else ""
        pytester.makeini(f"[pytest]\npythonpath = .\nfilterwarnings = error\n{option}\n")
        return pytester

    return copy


def test_a_project_with_migrations_is_tested_on_what_they_make(project):
    notes = project("notes", "notes:create_app")
    notes.makepyfile(test_notes=TEST_NOTES)

    result = notes.runpytest_subprocess("-W", "error")

    result.assert_outcomes(passed=8)


@pytest.mark.postgres
def test_a_project_is_tested_on_postgresql_where_told_by_two_workers_at_once(project, monkeypatch):
    server = postgres_server()
    before = databases_of(server)
    notes = project("notes", "notes:create_app")
    notes.makepyfile(test_notes=TEST_NOTES_ON_POSTGRESQL)
    monkeypatch.setenv("TEST_DATABASE_URL", server)

    result = notes.runpytest_subprocess("-n", "2")

    result.assert_outcomes(passed=3)
    names = {(notes.path / title).read_text() for title in ("one", "two", "three")}
    assert len(names) == 3
    assert all(name.startswith("beastmode_test_") for name in names)
    assert not names & (before | databases_of(server))


def test_a_project_without_migrations_gets_the_tables_of_its_models(project):
    shelf = project("shelf", "shelf:create_app")
    shelf.makepyfile(
        test_shelf="""
        from shelf import Book


        def test_there_is_a_table_for_books(factory):
            assert factory(Book).title == "title 1"
        """
    )

    result = shelf.runpytest_subprocess()

    result.assert_outcomes(passed=1)


def test_a_project_without_a_database_gets_none_and_its_own_fixtures_come_first(project):
    shelf = project("shelf", "shelf:create_app_without_database")
    shelf.makeconftest(
        """
        import pytest

        from beastmode.testing import ApiClient


        @pytest.fixture
        def api(client):
            api = ApiClient(client)
            api.auth_token = "of the project"
            return api
        """
    )
    shelf.makepyfile(
        test_shelf="""
        def test_the_application_answers(api):
            assert api.get("/health").json == {"status": "ok"}
            assert api.auth_token == "of the project"
        """
    )

    result = shelf.runpytest_subprocess()

    result.assert_outcomes(passed=1)


def test_a_project_that_names_no_application_gets_no_fixtures_and_pays_for_nothing(project):
    shelf = project("shelf", "")
    shelf.makepyfile(
        test_shelf="""
        import sys

        import pytest


        def test_nothing_is_imported():
            assert not {"flask", "sqlalchemy", "werkzeug"} & set(sys.modules)


        def test_no_name_is_taken(request):
            for name in ("app", "client", "api", "clock", "factory", "queries"):
                with pytest.raises(pytest.FixtureLookupError):
                    request.getfixturevalue(name)
        """
    )

    result = shelf.runpytest_subprocess()

    result.assert_outcomes(passed=2)


TEST_LETTERS = """
import letters
import pytest
from letters import db

from beastmode.jobs import list_jobs


@pytest.fixture(autouse=True)
def nothing_ran():
    letters.ran.clear()


def test_jobs_run_when_the_response_is_complete_and_so_do_those_that_they_enqueue(client):
    assert client.post("/follow").json == {"ran": []}
    assert letters.ran == [1, 2, 3]


def test_a_job_with_a_delay_waits_for_the_clock(client, clock, run_jobs):
    client.post("/later")
    assert (letters.ran, run_jobs()) == ([], 0)

    clock.advance(seconds=60)

    assert (run_jobs(), letters.ran) == (1, [3])


def test_jobs_of_a_streamed_response_run_when_it_has_been_read(client):
    response = client.post("/stream")
    assert letters.ran == []

    assert response.text == "ab"
    response.close()

    assert letters.ran == [3]


def test_a_job_that_fails_is_stored_and_logged(app, client, caplog):
    assert client.post("/fail").status_code == 204

    assert "RuntimeError: as told" in caplog.text
    with app.app_context():
        assert len(list_jobs("dead")) == 1


def test_the_inbox_has_what_was_sent(client, inbox):
    assert len(inbox) == 0

    client.post("/mail")

    assert [(mail.to, mail.subject) for mail in inbox] == [
        (("ada@example.com",), "Hello ada"),
        (("bob@example.com",), "Hello bob"),
    ]
    assert (inbox[-1].text.strip(), inbox[-1].html) == ("Hi", "<p>Hi</p>")


def test_statements_of_jobs_are_not_those_of_the_request(client, queries):
    with queries() as seen:
        client.post("/follow")

    assert [statement.split()[0] for statement in seen] == ["INSERT"]


class TestJobsThatWait:
    @pytest.fixture
    def jobs_follow_requests(self):
        return False

    def test_nothing_runs_until_the_test_says_so(self, client, run_jobs):
        client.post("/follow")
        assert letters.ran == []

        assert (run_jobs(), letters.ran) == (3, [1, 2, 3])
"""


def test_jobs_of_a_project_run_after_each_request_of_a_test(project):
    letters = project("letters", "letters:create_app")
    letters.makepyfile(test_letters=TEST_LETTERS)

    result = letters.runpytest_subprocess()

    result.assert_outcomes(passed=7)


def test_a_project_without_jobs_and_email_is_told_what_to_pass(project):
    shelf = project("shelf", "shelf:create_app")
    shelf.makepyfile(test_shelf="def test_jobs(run_jobs): ...\n\ndef test_inbox(inbox): ...\n")

    result = shelf.runpytest_subprocess()

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "*The application 'shelf' has no jobs; pass jobs=Jobs() to Beastmode.",
            "*The application 'shelf' sends no email; pass mail=Mails() to Beastmode.",
        ]
    )


def test_an_option_that_names_no_function_is_refused_with_what_is_expected(project):
    shelf = project("shelf", "shelf")

    result = shelf.runpytest_subprocess()

    result.stderr.fnmatch_lines("*beastmode_app is 'shelf'; expected a module and a function, such as*")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


BROKEN = """
revision, down_revision = "0002", "0001"


def upgrade():
    with open("tried", "a") as file:
        file.write("once ")
    raise LookupError("the migration is broken")
"""


def test_a_migration_that_fails_is_shown_by_each_test_and_tried_once(project):
    notes = project("notes", "notes:create_app")
    broken = notes.path / "migrations" / "versions" / "0002_broken.py"
    broken.write_text(BROKEN)
    notes.makepyfile(
        test_notes="""
        def test_one_thing(client): ...
        def test_another_thing(client): ...
        """
    )

    result = notes.runpytest_subprocess()

    result.assert_outcomes(errors=2)
    assert (notes.path / "tried").read_text() == "once "
    result.stdout.fnmatch_lines("*LookupError: the migration is broken*")


def test_the_plugin_itself_imports_neither_flask_nor_sqlalchemy():
    code = "import beastmode.testing.plugin, sys; print({'flask', 'sqlalchemy', 'werkzeug'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def databases_of(server):
    with psycopg.connect(address(make_url(server))) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
