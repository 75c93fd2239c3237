import contextlib
import fcntl
import json
import os
import select
import sqlite3
import subprocess
import termios

import pytest
from cli_project import PEOPLE

SILENCE = 60
"""Seconds without a word after which a command waits for something that nobody types."""


@pytest.fixture
def people(project):
    project.write(PEOPLE)
    return project


def test_a_user_is_made_with_a_password_from_standard_input(people):
    made = people.run("beastmode", "user", "create", "ada@example.com", "--password-stdin", stdin="securepassword123\n")

    assert made.returncode == 0, made.stderr
    assert made.stdout == "User 1: ada@example.com\n"


@pytest.fixture
def old_people(people):
    with contextlib.closing(sqlite3.connect(people.folder / "app.db")) as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, is_active INT, created_at TEXT)")
    people.environment["DATABASE_URL"] = f"sqlite:///{people.folder / 'app.db'}"
    return people


def test_doctor_says_that_the_ids_of_deleted_people_come_back(old_people):
    said = old_people.run("beastmode", "doctor")

    assert (
        "- SQLite would give the ID of a deleted account to the next new account, because the table users"
        in said.stdout
    )
    assert said.returncode == 1


def test_the_server_says_so_when_it_starts_and_serves(old_people, free_port):
    words = ("flask", "beastmode", "serve", "--port", str(free_port), "--workers", "1")

    with old_people.serving(*words, port=free_port):
        assert "Warning: SQLite would give the ID of a deleted account to the next new account" in old_people.output()


def test_an_operator_is_made_on_demand(people):
    words = ("beastmode", "user", "create", "ada@example.com", "--operator", "--password-stdin")

    made = people.run(*words, stdin="securepassword123\n")

    assert made.stdout == "Operator 1: ada@example.com\n"


def test_a_password_is_asked_for_twice_and_never_shown(people):
    shown = typed(people, ["flask", "beastmode", "user", "create", "ada@example.com"], ["securepassword123"] * 2)

    assert "Password" in shown
    assert "User 1: ada@example.com" in shown
    assert "securepassword123" not in shown


def test_a_database_without_tables_is_told_in_one_line_that_has_no_secret(people):
    people.write(PEOPLE.replace("Base.metadata.create_all(db.engine)", "pass"))

    made = people.run("beastmode", "user", "create", "ada@example.com", "--password-stdin", stdin="securepassword123\n")

    assert made.returncode == 1
    assert made.stderr.startswith("Error: the database did not create the account: no such table: users.")
    assert made.stderr.count("\n") == 1
    assert not any(secret in made.stdout + made.stderr for secret in ("securepassword123", "argon2", "Traceback"))


def test_a_common_password_is_refused_in_one_line(people):
    made = people.run("beastmode", "user", "create", "ada@example.com", "--password-stdin", stdin="Password123\n")

    assert made.returncode == 1
    assert made.stderr.count("\n") == 1
    assert "too common" in made.stderr
    assert "Password123" not in made.stdout + made.stderr


def test_a_taken_address_is_refused_in_one_line(people):
    words = ("beastmode", "user", "create", "ada@example.com", "--password-stdin")
    people.run(*words, stdin="securepassword123\n")

    again = people.run(*words, stdin="securepassword123\n")

    assert again.returncode == 1
    assert again.stderr.startswith("Error: ")
    assert "already exists" in again.stderr
    assert again.stderr.count("\n") == 1


def test_a_password_that_will_not_do_is_refused_in_one_line(people):
    made = people.run("beastmode", "user", "create", "ada@example.com", "--password-stdin", stdin="short\n")

    assert made.returncode == 1
    assert "password" in made.stderr
    assert made.stderr.count("\n") == 1


def test_a_project_without_accounts_is_told_so(project):
    made = project.run("beastmode", "user", "create", "ada@example.com", "--password-stdin", stdin="x\n")

    assert made.returncode == 1
    assert made.stderr == "Error: this application has no accounts; pass them to Beastmode(app, accounts=...).\n"


def test_the_contract_of_a_version_is_printed_as_json(people):
    printed = people.run("beastmode", "openapi", "v1")

    assert printed.returncode == 0, printed.stderr
    assert "/api/v1/auth/login" in json.loads(printed.stdout)["paths"]


def test_a_version_that_there_is_not_is_told_with_those_there_are(people):
    printed = people.run("beastmode", "openapi", "v9")

    assert printed.returncode == 1
    assert printed.stderr == "Error: there is no version v9; available versions: v1.\n"


def typed(project, words, lines):
    """What a terminal shows while a person types these lines, each when they are asked for it."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        words,
        cwd=project.folder,
        env=project.environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - getpass asks the terminal itself
    )
    os.close(theirs)
    shown = ""
    try:
        while chunk := read_terminal(ours):
            shown += chunk
            # click writes the colon, and getpass the space: between the two it throws away what was typed before.
            if lines and shown.endswith(": "):
                os.write(ours, f"{lines.pop(0)}\n".encode())
    finally:
        os.close(ours)
        process.wait()
    return shown


def read_terminal(terminal):
    """What was written to a terminal; "" once nobody is left who could write."""
    if not select.select([terminal], [], [], SILENCE)[0]:
        raise TimeoutError(f"the command wrote nothing for {SILENCE} s")
    try:
        return os.read(terminal, 1024).decode()
    except OSError:
        return ""
