"""The graph of revisions is read without running anything, and what a change does to it is told."""

import pytest
from migration_cases import revision

from beastmode_tools.guard.migrations.compare.history import (
    CyclicHistory,
    DuplicateRevision,
    History,
    MissingParent,
    ParentMoved,
    RevisionAdded,
    RevisionEdited,
    RevisionRemoved,
    SeveralHeads,
    compare,
)
from beastmode_tools.guard.migrations.read import read_history


@pytest.fixture
def project(tmp_path):
    (tmp_path / "migrations" / "versions").mkdir(parents=True)
    return tmp_path


def put(project, name, text, folder="migrations/versions"):
    target = project / folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def line(project, *names):
    for parent, name in zip((None, *names), names, strict=False):
        put(project, f"{name}.py", revision("pass", name=name, parent=parent))


def kinds(old, new):
    return [type(change) for change in compare(old, new)]


def test_a_line_has_one_base_one_head_and_an_order(project):
    line(project, "a1", "b2", "c3")

    history = read_history(project, "migrations")

    assert history.bases == ("a1",)
    assert history.heads == ("c3",)
    assert history.order == ("a1", "b2", "c3")


def test_a_revision_comes_after_the_one_of_another_branch_that_it_depends_on(project):
    line(project, "z1")
    put(project, "a1.py", revision("pass", name="a1", parent=None) + '\ndepends_on = "z1"\n')
    put(project, "m1.py", revision("pass", name="m1", parent=None) + '\ndepends_on = "a1"\n')

    history = read_history(project, "migrations")

    assert history.order == ("z1", "a1", "m1")


def test_a_merge_has_two_parents_and_joins_the_heads(project):
    line(project, "a1", "b2")
    put(project, "c3.py", revision("pass", name="c3", parent="a1"))
    put(project, "d4.py", 'revision = "d4"\ndown_revision = (\n    "b2",\n    "c3",\n)\n')

    history = read_history(project, "migrations")

    assert history.revisions["d4"].down == ("b2", "c3")
    assert history.heads == ("d4",)


@pytest.mark.parametrize(
    "text",
    [
        'revision: str = "b2"\ndown_revision: Union[str, None] = "a1"\n',
        "revision = 'b2'  # ours\ndown_revision = 'a1'  # theirs\n",
        'PARENT = "a1"\nrevision = "b2"\ndown_revision = PARENT\n',
        '"""down_revision = \'zz\'\n"""\nrevision = "b2"\ndown_revision = ["a1"]\n',
        'text = """\nrevision = "zz"\n"""\nrevision = "b2"\ndown_revision = "a1"\n',
        'revision = down_revision = None\nrevision = "b2"\ndown_revision = "a1"\n',
    ],
)
def test_identifiers_are_found_however_they_are_written(project, text):
    line(project, "a1")
    put(project, "b2.py", text)

    history = read_history(project, "migrations")

    assert history.revisions["b2"].down == ("a1",)
    assert history.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        'revision = "b2"\ndown_revision = "a1" +\n',
        "revision = make_id()\ndown_revision = None\n",
        "revision = 5\ndown_revision = None\n",
        'revision = "b2"\ndown_revision = parent()\n',
        "x = 1\n",
        "",
        "\x00",
    ],
)
def test_a_file_that_is_no_revision_is_a_problem_and_no_crash(project, text):
    line(project, "a1")
    put(project, "b2.py", text)

    history = read_history(project, "migrations")

    assert set(history.revisions) == {"a1"}
    assert [problem.path for problem in history.problems] == ["migrations/versions/b2.py"]


def test_files_that_alembic_does_not_load_are_not_looked_at(project):
    line(project, "a1")
    put(project, "__init__.py", "")
    put(project, ".#b2.py", "lock")
    put(project, "b2.sql", "SELECT 1")
    put(project, "deep/c3.py", revision("pass", name="c3"))

    history = read_history(project, "migrations")

    assert set(history.revisions) == {"a1"}
    assert history.problems == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("alembic.ini", "[alembic]\nscript_location = migrations\nversion_locations = %(here)s/one %(here)s/two\n"),
        ("migrations/alembic.ini", "[alembic]\nversion_locations = one, two\nprepend = %(here)s\n"),
        ("alembic.ini", "[alembic]\npath_separator = newline\nversion_locations =\n    one\n    two\n"),
        ("pyproject.toml", '[tool.alembic]\nversion_locations = ["%(here)s/one", "two"]\n'),
    ],
)
def test_revisions_lie_where_the_settings_say(project, name, text):
    put(project, name, text, folder=".")
    put(project, "a1.py", revision("pass", name="a1"), folder="one")
    put(project, "b2.py", revision("pass", name="b2", parent="a1"), folder="two")

    history = read_history(project, "migrations")

    assert history.order == ("a1", "b2")


def test_folders_below_are_read_where_the_settings_say(project):
    text = "[alembic]\nversion_locations = %(here)s/versions\nrecursive_version_locations = true\n"
    put(project, "alembic.ini", text, folder="migrations")
    put(project, "2026/a1.py", revision("pass", name="a1"))

    assert set(read_history(project, "migrations").revisions) == {"a1"}


def test_a_version_location_outside_of_the_project_is_left_alone(project):
    put(project, "alembic.ini", "[alembic]\nversion_locations = %(here)s/../elsewhere\n", folder=".")
    line(project, "a1")

    assert set(read_history(project, "migrations").revisions) == {"a1"}


def test_without_a_folder_there_is_no_history(tmp_path):
    assert read_history(tmp_path, "migrations") == History()


def test_revisions_in_a_circle_are_told_once_and_ordered_never(project):
    put(project, "b2.py", revision("pass", name="b2", parent="c3"))
    put(project, "c3.py", revision("pass", name="c3", parent="b2"))

    changes = list(compare(History(), read_history(project, "migrations")))

    circles = [change for change in changes if isinstance(change, CyclicHistory)]
    assert [[each.id for each in circle.revisions] for circle in circles] == [["b2", "c3"]]


def test_a_second_head_is_told_and_one_that_was_there_is_not(project):
    line(project, "a1", "b2")
    one = read_history(project, "migrations")
    put(project, "c3.py", revision("pass", name="c3", parent="a1"))
    two = read_history(project, "migrations")

    assert SeveralHeads in kinds(one, two)
    assert SeveralHeads not in kinds(two, two)


def test_a_copy_of_a_file_is_a_duplicate(project):
    line(project, "a1", "b2")
    old = read_history(project, "migrations")
    put(project, "b2_copy.py", revision("x = 1", name="b2", parent="a1"))

    assert kinds(old, read_history(project, "migrations")) == [DuplicateRevision]


def test_a_parent_that_is_nowhere_is_told(project):
    put(project, "b2.py", revision("pass", name="b2", parent="zz"))

    assert MissingParent in kinds(History(), read_history(project, "migrations"))


def test_layout_comments_and_docstrings_are_no_edit(project):
    line(project, "a1")
    old = read_history(project, "migrations")
    text = revision("pass  # nothing", name="a1").replace("def upgrade", "# up\ndef upgrade")
    put(project, "a1.py", '"""Says what it is."""\n' + text)

    assert kinds(old, read_history(project, "migrations")) == []


def test_sorted_imports_and_one_less_that_nothing_uses_are_no_edit(project):
    head = "import uuid\nimport uuid\n\nfrom sqlalchemy.dialects import postgresql\n"
    put(project, "a1.py", head + revision("print(uuid.uuid4())", name="a1"))
    old = read_history(project, "migrations")
    put(project, "a1.py", revision("print(uuid.uuid4())", name="a1") + "\n\nimport uuid\n")

    assert kinds(old, read_history(project, "migrations")) == []


def test_the_same_name_from_another_module_is_an_edit(project):
    put(project, "a1.py", "from one import Kind\n" + revision("print(Kind)", name="a1"))
    old = read_history(project, "migrations")
    put(project, "a1.py", "from two import Kind\n" + revision("print(Kind)", name="a1"))

    assert kinds(old, read_history(project, "migrations")) == [RevisionEdited]


def test_another_statement_is_an_edit(project):
    line(project, "a1")
    old = read_history(project, "migrations")
    put(project, "a1.py", revision('op.execute("SELECT 1")', name="a1"))

    assert kinds(old, read_history(project, "migrations")) == [RevisionEdited]


def test_another_parent_alone_is_a_move_and_no_edit(project):
    line(project, "a1", "c3")
    old = read_history(project, "migrations")
    put(project, "b2.py", revision("pass", name="b2", parent="a1"))
    put(project, "c3.py", revision("pass", name="c3", parent="b2"))

    changes = list(compare(old, read_history(project, "migrations")))

    assert [type(change) for change in changes] == [ParentMoved, RevisionAdded]
    assert changes[0].inserted == ("b2",)


def test_a_new_revision_that_is_rebased_is_only_new(project):
    line(project, "a1", "b2")
    old = read_history(project, "migrations")
    put(project, "c3.py", revision("pass", name="c3", parent="b2"))

    assert kinds(old, read_history(project, "migrations")) == [RevisionAdded]


def test_a_file_under_another_name_is_the_same_revision(project):
    line(project, "a1")
    old = read_history(project, "migrations")
    (project / "migrations/versions/a1.py").rename(project / "migrations/versions/a1_users.py")

    assert kinds(old, read_history(project, "migrations")) == []


def test_a_revision_that_is_gone_is_told(project):
    line(project, "a1", "b2")
    old = read_history(project, "migrations")
    (project / "migrations/versions/b2.py").unlink()

    assert kinds(old, read_history(project, "migrations")) == [RevisionRemoved]
