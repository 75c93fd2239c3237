"""`beast new`: a project that works before anything is edited."""

import json
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from beastmode_tools.recipes.assistants.recipe import OWN

BIN = Path(sys.executable).parent
MOST_FILES = 35
MOST_LINES = 1000
MOST_LINES_SAID = 12
COMMANDS = (
    "  beast dev     serve it, with documentation and an account\n"
    "  beast test    run its tests, then check the change\n"
)


@pytest.fixture(scope="module")
def shop(terminal, tmp_path_factory):
    """A new project."""
    folder = tmp_path_factory.mktemp("projects")
    done = terminal(folder, "beast", "new", "shop")
    assert done.returncode == 0, done.stderr
    return folder / "shop"


def test_a_new_project_has_few_files_and_says_what_to_do_next(terminal, tmp_path):
    done = terminal(tmp_path, "beast", "new", "my-shop")

    folder = tmp_path / "my-shop"
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    files = [folder / path for path in written - OWN if not path.startswith(".git/")]
    assert len(files) <= MOST_FILES
    assert sum(len(path.read_text().splitlines()) for path in files) <= MOST_LINES
    made, _, following = done.stdout.partition("\n\n")
    heading, *folders = made.splitlines()
    assert heading == f"Created my-shop/ with {len(files)} files, and {len(OWN)} that set up assistants:"
    assert written > OWN
    counts = {line.split()[1]: int(line.split()[2]) for line in folders}
    assert counts == {"my_shop/": 10, "./": 12, ".github/": 1, "migrations/": 4, "tests/": 3}
    assert following == f"Next:\n  cd my-shop\n{COMMANDS}"


def test_a_project_on_postgres_says_how_to_create_its_database(beast, tmp_path, monkeypatch):
    """The next steps name the database of .env before the server that needs it."""
    monkeypatch.chdir(tmp_path)

    done = beast("new", "my-shop", "--database", "postgres")

    assert done.out.partition("\n\n")[2] == (
        f"Next:\n  cd my-shop\n  createdb -h 127.0.0.1 -U postgres my_shop\n{COMMANDS}"
    )
    assert len(done.out.splitlines()) <= MOST_LINES_SAID
    assert "\nDATABASE_URL=postgresql://postgres@127.0.0.1:5432/my_shop\n" in (tmp_path / "my-shop/.env").read_text()


@pytest.mark.postgres
def test_a_database_that_does_not_exist_is_named_without_a_traceback(terminal, shop, postgres):
    """`beast dev` says what PostgreSQL answered and what to do."""
    missing = f"{postgres}_missing"
    name = missing.rpartition("/")[2]

    done = terminal(shop, "beast", "dev", "--port", "0", DATABASE_URL=missing)

    assert done.returncode == 2
    assert done.stderr.startswith("The database does not answer: connection failed: ")
    assert done.stderr.endswith(
        f'FATAL:  database "{name}" does not exist\n'
        "Start or create it, or change DATABASE_URL in .env.\n"
        "beast: the application does not start; the reason is above.\n"
    )


def test_a_database_that_is_ahead_of_the_files_is_told_without_a_traceback(terminal, shop, tmp_path):
    """As after a change of the branch: `beast dev` names the revision, and what to do."""
    database = tmp_path / "ahead.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('0123456789ab')")
        connection.commit()

    done = terminal(shop, "beast", "dev", "--port", "0", DATABASE_URL=f"sqlite:///{database}")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "The database has revision 0123456789ab, which no file in migrations/ declares. Change back to the branch "
        "that has it, and take it back there: beast undo, or flask db downgrade.\n"
        "beast: the application does not start; the reason is above.\n"
    )


def test_an_interpreter_without_pytest_is_named(terminal, shop, tmp_path):
    """`beast test` says where to install it."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)

    done = terminal(shop, "beast", "test", "--python", str(python))

    told = f"beast: pytest is missing in {python}, which runs the tests. Install it there: pip install pytest\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_tests_outside_of_a_project_are_not_searched_for(beast, tmp_path, monkeypatch):
    """`beast test` in the folder above a project runs nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop/tests").mkdir(parents=True)
    (tmp_path / "shop/tests/test_shop.py").write_text("raise AssertionError\n")

    done = beast("test")

    told = "beast: there is no project here. Change to its folder, or create one: beast new NAME\n"
    assert (done.status, done.out, done.err) == (2, "", told)


def test_its_tests_pass_and_the_guard_finds_nothing(terminal, shop):
    done = terminal(shop, "beast", "test", PYTEST_ADDOPTS="-W error")

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^16 passed", done.stdout, re.MULTILINE)
    assert re.search(r"^No findings against main \(\w+\)", done.stdout, re.MULTILINE)
    assert done.stdout.endswith("Verdict: SAFE.\n")


def test_ruff_and_mypy_find_nothing(terminal, shop):
    for command in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        done = terminal(shop, *command)
        assert done.returncode == 0, done.stdout


@pytest.mark.postgres
def test_its_migration_is_what_the_models_and_the_library_declare(terminal, shop, postgres):
    """If this fails because a table of the library has changed: `make first-migration`."""
    for command in (["db", "upgrade"], ["db", "check"], ["db", "downgrade", "base"]):
        done = terminal(shop, "flask", *command, DATABASE_URL=postgres)
        assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])


def test_it_is_one_commit_without_secrets(terminal, shop):
    log = terminal(shop, "git", "log", "--format=%an: %s")
    tracked = terminal(shop, "git", "ls-files").stdout.split()
    status = terminal(shop, "git", "status", "--porcelain")

    assert log.stdout == "Ada: Create the project with beast new\n"
    assert ".env" not in tracked
    assert status.stdout == ""


def test_within_a_repository_no_other_is_made(terminal, tmp_path):
    terminal(tmp_path, "git", "init", "--quiet")

    done = terminal(tmp_path, "beast", "new", "shop")

    assert done.returncode == 0
    assert not (tmp_path / "shop" / ".git").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("class", "'class' is a Python keyword, so no package can have this name. Choose another."),
        ("flask", "'flask' is a Python module already, and the project would hide it. Choose another."),
        ("json", "'json' is a Python module already, and the project would hide it. Choose another."),
        ("tests", "'tests' is the name of something else in every project. Choose another."),
        ("Shop", "'Shop' cannot name a project: use lowercase letters, digits and hyphens, at most 40."),
        ("läden", "'läden' cannot name a project: use lowercase letters, digits and hyphens, at most 40."),
        ("../shop", "'../shop' cannot name a project: use lowercase letters, digits and hyphens, at most 40."),
        ("x" * 41, f"'{'x' * 41}' cannot name a project: use lowercase letters, digits and hyphens, at most 40."),
    ],
)
def test_a_name_that_cannot_be_a_package_is_refused(beast, tmp_path, monkeypatch, name, told):
    monkeypatch.chdir(tmp_path)

    done = beast("new", name)

    assert (done.status, done.out, done.err) == (2, "", f"beast: {told}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_left_alone(beast, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()

    done = beast("new", "shop")

    assert (done.status, done.err) == (
        2,
        "beast: shop already exists here. Remove it, or choose another name.\n",
    )
    assert list((tmp_path / "shop").iterdir()) == []


def test_pretending_creates_nothing(beast, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    done = beast("new", "shop", "--pretend", "--json")

    told = json.loads(done.out)
    assert (done.status, told["pretend"]) == (0, True)
    assert "shop/users/models.py" in told["files"]
    assert list(tmp_path.iterdir()) == []


def test_a_feature_is_added_by_its_recipe(beast, tmp_path, monkeypatch):
    """`--with` is the same as `beast add` afterwards, in the first commit."""
    monkeypatch.chdir(tmp_path)

    done = beast("new", "shop", "--with", "uploads", "--json")

    files = json.loads(done.out)["files"]
    assert {"shop/images/views.py", "tests/test_images.py"} < set(files)
    assert "uploads=Uploads()," in (tmp_path / "shop/shop/__init__.py").read_text()
    assert not (tmp_path / "shop/.beast").exists()


def test_a_feature_that_does_not_exist_is_refused(beast, tmp_path, monkeypatch):
    """Before anything is created."""
    monkeypatch.chdir(tmp_path)

    done = beast("new", "shop", "--with", "upload")

    assert (done.status, done.err) == (2, "beast: there is no feature 'upload'. Did you mean uploads?\n")
    assert list(tmp_path.iterdir()) == []
