"""The folder of the migrations: found in deep packages, on each side where it lies there, and without an env.py."""

import pytest

from beastmode_tools.guard.read import Reading, read_migrations
from beastmode_tools.project import find_project
from beastmode_tools.source.repository import two_sides

FIRST = "revision = 'a1'\ndown_revision = None\ndef upgrade():\n    pass\ndef downgrade():\n    pass\n"
SECOND = FIRST.replace("None", "'a1'").replace("revision = 'a1'\n", "revision = 'b2'\n", 1)
ENVIRONMENT = "from alembic import context\n"


def histories(repository):
    project, found = find_project(repository.folder), Reading()
    with two_sides(project, None) as comparison:
        read_migrations(project, comparison, found)
    return found


@pytest.mark.parametrize("home", ["migrations", "src/shop/server/migrations", "shop/data/alembic"])
def test_a_new_revision_is_found_however_deep_its_folder_lies(repository, home):
    repository.commit({f"{home}/env.py": ENVIRONMENT, f"{home}/versions/a1_first.py": FIRST})
    repository.write({f"{home}/versions/b2_second.py": SECOND})

    found = histories(repository)

    assert (found.new_revisions, found.notes) == (["b2"], [])


def test_a_folder_that_moves_between_the_sides_brings_its_new_revision_only(repository):
    repository.commit(
        {"server/shop/migrations/env.py": ENVIRONMENT, "server/shop/migrations/versions/a1_first.py": FIRST}
    )
    (repository.folder / "src").mkdir()
    repository.git("mv", "server/shop", "src/shop")
    repository.write({"src/shop/migrations/versions/b2_second.py": SECOND})

    found = histories(repository)

    assert found.new_revisions == ["b2"]
    assert list(found.histories.old.revisions) == ["a1"]


def test_a_pattern_for_others_is_not_taken_for_the_migrations(repository):
    pattern = {"shop/plugins/pattern/env.py": ENVIRONMENT, "shop/plugins/pattern/script.py.mako": ""}
    repository.commit({"shop/migrations/env.py": ENVIRONMENT, "shop/migrations/versions/a1_first.py": FIRST} | pattern)

    assert find_project(repository.folder).migrations == "shop/migrations"


def test_a_part_that_brings_revisions_and_no_environment_has_a_history(repository):
    repository.commit({"shop_news/alembic/a1_first.py": FIRST, "shop_news/alembic/__init__.py": ""})
    repository.write({"shop_news/alembic/b2_second.py": SECOND})

    found = histories(repository)

    assert found.new_revisions == ["b2"]


def test_a_history_that_is_taken_away_as_a_whole_is_not_passed_over(repository):
    repository.commit({"migrations/env.py": ENVIRONMENT, "migrations/versions/a1_first.py": FIRST})
    repository.git("rm", "-r", "--quiet", "migrations")

    found = histories(repository)

    assert found.changes
    assert list(found.histories.old.revisions) == ["a1"]
