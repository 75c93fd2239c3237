"""`beast change` while old and new code write: no request fails, and no row is lost or wrong.

In each transition the code of before and the code of after run from before the migration until after it, so that each
meets the old schema and the new.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from changing import change, environment, new_shop

from beastmode_tools.recipes.phases.drop import change_drop
from beastmode_tools.recipes.phases.move import change_rename, change_type
from beastmode_tools.recipes.phases.required import change_required
from servers import scratch_postgres

LOAD, MIGRATIONS = (Path(__file__).with_name(name) for name in ("load.py", "migrations.py"))
SECONDS = 120
ROWS = 2500
"""Three batches."""
FILL = ":it's 100%"
"""Characters that SQL, psycopg and SQLAlchemy each read in their own way."""
CHANGES = (
    (change_type, "posts.rating", "bigint"),
    (change_rename, "posts.title", "headline"),
    (change_required, "posts.subtitle", FILL),
    (change_drop, "posts.note"),
)
BEFORE = "-10"
"""Each change has three revisions, and the last one has one."""
PAIRED = ("rating", "rating_bigint")
OLD_ROWS = """
    INSERT INTO posts (title, body, rating, views)
    SELECT 'old' || n, 'old' || n || '|' || n, n, 1 FROM generate_series(1, %s) AS n
"""


class Load:
    """One version of the code, at work until it is stopped.

    Args:
        place: For its files.
        code: Its folder.
        url: The database.
    """

    def __init__(self, place, code, url):
        self.progress, self._stop = place / f"{code.name}.progress", place / f"{code.name}.stop"
        command = [sys.executable, str(LOAD), code.name, str(self.progress), str(self._stop)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, cwd=code, env=environment(url), **pipes)

    def further(self, steps=2):
        """Waits until it has come some steps further."""
        goal, deadline = self.count() + steps, time.monotonic() + SECONDS
        while self.count() < goal:
            assert self._process.poll() is None, self._process.communicate()[1][-3000:]
            assert time.monotonic() < deadline, "the load does not get on"
            time.sleep(0.02)

    def count(self):
        """How far it is."""
        return int(self.progress.read_text() or 0) if self.progress.exists() else 0

    def stop(self):
        """Ends it; what it found."""
        self._stop.touch()
        out, err = self._process.communicate(timeout=SECONDS)
        assert out, err[-3000:]
        return json.loads(out)


@contextmanager
def migrations(code, url):
    """Runs commands of Flask-Migrate with this version of the code."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, str(MIGRATIONS)], cwd=code, env=environment(url), **pipes) as process:

        def run(*command):
            process.stdin.write(" ".join(command) + "\n")
            process.stdin.flush()
            while (line := process.stdout.readline()) != "done\n":
                assert line, process.stderr.read()[-3000:]

        yield run
        process.stdin.close()


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Each kind of change of a column, phase by phase under load; what the loads and the database said."""
    place = tmp_path_factory.mktemp("load")
    shop = new_shop(tmp_path_factory.mktemp("projects"))
    codes = [shutil.copytree(shop, place / "code0")]
    without(shop, r"^.*\bnote\b.*\n")  # what a person does before a column is dropped
    for phase in (1, 2, 3):
        for recipe, *arguments in CHANGES[: 3 if phase == 3 else 4]:
            change(shop, recipe, *arguments)
        if phase == 2:
            without(shop, "allow_none=True, ")  # and before it is required
        codes.append(shutil.copytree(shop, place / f"code{phase}"))
    said = {"loads": []}
    with scratch_postgres() as url, psycopg.connect(url, autocommit=True) as connection:
        with migrations(codes[0], url) as migrate:
            migrate("upgrade")
        connection.execute(OLD_ROWS, [ROWS])
        loads = [Load(place, code, url) for code in codes[:2]]
        for phase in (1, 2, 3):
            for each in loads:
                each.further()
            with migrations(codes[phase], url) as migrate:
                migrate("upgrade")
                migrate("check")
            for each in loads:
                each.further()
            said["loads"].append(loads.pop(0).stop())
            said[phase] = rows(connection)
            loads += [Load(place, code, url) for code in codes[phase + 1 : phase + 2]]
        said["loads"].append(loads.pop().stop())
        said["after"] = rows(connection)
        with migrations(codes[3], url) as migrate:
            migrate("downgrade", BEFORE)
            said["down"] = rows(connection)
            migrate("upgrade")
            said["up"] = rows(connection)
    return said


def without(shop, pattern):
    """Removes what matches from the schema and the views of the posts."""
    for name in ("schemas.py", "views.py"):
        path = shop / "shop" / "posts" / name
        path.write_text(re.sub(pattern, "", path.read_text(), flags=re.MULTILINE))


def rows(connection):
    """For each pair of columns that is there: how many rows there are, and how many differ from their bodies."""
    columns = {
        name
        for (name,) in connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'posts'"
        )
    }
    found = {}
    for title, rating in (("title", "rating"), ("headline", "rating_bigint")):
        if {title, rating} <= columns:
            statement = f"SELECT count(*), count(*) FILTER (WHERE body <> {title} || '|' || {rating}) FROM posts"
            found[rating] = connection.execute(statement).fetchone()
    found["none"] = connection.execute("SELECT count(*) FROM posts WHERE subtitle IS NULL").fetchone()[0]
    found["filled"] = connection.execute("SELECT count(*) > 0 FROM posts WHERE subtitle = %s", [FILL]).fetchone()[0]
    found["note"] = "note" in columns
    return found


@pytest.mark.postgres
def test_no_request_of_old_or_new_code_fails(story):
    """Neither before, nor while, nor after a migration; and each version reads what the others wrote."""
    assert [each["wrong"] for each in story["loads"]] == [[], [], [], []]


@pytest.mark.postgres
def test_no_row_is_lost_or_wrong(story):
    """Each row holds what its body says, in both columns while there are two."""
    made = sum(each["made"] for each in story["loads"])

    for phase in (1, 2):
        assert {column: story[phase][column][1] for column in PAIRED} == dict.fromkeys(PAIRED, 0)
        assert story[phase]["none"] == 0
    assert story["after"] == {"rating_bigint": (ROWS + made, 0), "none": 0, "filled": True, "note": False}


@pytest.mark.postgres
def test_the_migrations_run_down_and_up_again_with_the_rows(story):
    """Through every phase back to the old columns, and forward again."""
    count, _ = story["after"]["rating_bigint"]

    assert story["down"] == {"rating": (count, 0), "none": 0, "filled": True, "note": True}
    assert story["up"] == {"rating_bigint": (count, 0), "none": 0, "filled": True, "note": False}
