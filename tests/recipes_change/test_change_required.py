"""`beast change required`: what each phase does to the files and to SQLite, and what it refuses."""

import subprocess

import pytest
from changing import change, new_shop, run_revisions, tree
from sqlalchemy import create_engine, exc

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.phases.options import NO_OPTIONS
from beastmode_tools.recipes.phases.required import change_required

EXTRA = """

class Mark(Base):
    __tablename__ = "marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(20), unique=True)
    on: Mapped[date | None]
    is_read: Mapped[bool | None]
    order: Mapped[Optional[int]]
"""
REPORT = """from shop.posts import models, schemas
from shop.posts.models import Post as Row

NONE = Row(title="a")
FORM = schemas.Post(partial=True)
SOME = models.Post(subtitle="a")


def empty(post, values):
    post.subtitle = None
    models.Post(subtitle=None)
    models.Post(**values)
    return "INSERT INTO posts (title) VALUES (1)", "UPDATE posts SET subtitle = NULL", "INSERT INTO tags (a) VALUES (1)"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project that tests copy."""
    shop = new_shop(tmp_path_factory.mktemp("projects"))
    models = shop / "shop" / "posts" / "models.py"
    text = models.read_text().replace("import datetime\n", "import date, datetime\nfrom typing import Optional\n")
    models.write_text(text + EXTRA)
    return shop


@pytest.mark.parametrize(
    ("target", "fill", "told"),
    [
        (
            "posts.subtitle",
            None,
            "rows of posts may have no subtitle. Say what they get: beast change required posts.subtitle --fill VALUE",
        ),
        (
            "posts.subtitle",
            "a\nb",
            "--fill 'a\\nb' has characters that a migration does not write: use one line of text.",
        ),
        ("posts.subtitle", "a" * 256, f"--fill {'a' * 256}: '{'a' * 256}' is longer than 255 characters."),
        ("marks.order", "many", "--fill many: 'many' is not a value of int."),
        ("marks.is_read", "yes", "--fill yes: 'yes' is not a value of bool."),
        ("marks.on", "today", "--fill today: a date has no default here; make it optional with `?`."),
        (
            "marks.code",
            "x",
            "marks.code is unique, and all rows without a value would get the same. Fill them first",
        ),
        ("posts.nothing", "x", "Post in shop/posts/models.py declares no column nothing."),
    ],
    ids=["no value", "two lines", "too long", "no number", "no bool", "a date", "unique", "no column"],
)
def test_what_cannot_be_required_is_refused(shop, target, fill, told):
    """In one line that says why, and nothing is changed."""
    before = tree(shop)

    with pytest.raises(CouldNotRun) as refused:
        change(shop, change_required, target, fill)

    assert str(refused.value).startswith(told)
    assert tree(shop) == before


def test_a_required_column_stays_as_it_is(shop):
    """There is nothing to change."""
    assert change(shop, change_required, "posts.title", "x").edits == ()


def test_the_code_follows_in_the_second_phase_and_the_declaration_in_the_third(shop):
    """The API goes on to accept what it did; then a person decides what it accepts."""
    models, schemas = (shop / "shop" / "posts" / name for name in ("models.py", "schemas.py"))
    before = models.read_text()

    change(shop, change_required, "posts.subtitle", "none")
    first = models.read_text()
    change(shop, change_required, "posts.subtitle", None)
    second, fields = models.read_text(), schemas.read_text()
    schemas.write_text(fields.replace("allow_none=True, ", "", 1))
    third = change(shop, change_required, "posts.subtitle", None)

    assert first == before
    assert "    subtitle: Mapped[str] = mapped_column(String(255), nullable=True)\n" in second
    assert 'subtitle = fields.Str(allow_none=True, validate=Length(1, 255), load_default="none")' in fields
    assert "    subtitle: Mapped[str] = mapped_column(String(255))\n" in models.read_text()
    assert "migrations/phases.json" not in tree(shop)
    assert third.verdict == "DANGEROUS"
    assert change(shop, change_required, "posts.subtitle", None).edits == ()


def test_a_bare_annotation_is_bare_again_at_the_end(shop):
    """What phase 2 adds for the time being goes with it."""
    models = shop / "shop" / "posts" / "models.py"
    before = models.read_text()

    change(shop, change_required, "marks.order", "0")
    change(shop, change_required, "marks.order", None)
    between = models.read_text()
    change(shop, change_required, "marks.order", None)

    assert "    order: Mapped[int] = mapped_column(nullable=True)\n" in between
    expected = before.replace("Mapped[Optional[int]]", "Mapped[int]").replace("from typing import Optional\n", "")
    assert models.read_text() == expected


def test_the_last_phase_is_refused_while_anything_can_store_nothing(shop):
    """The API with its line, and each line of the code; what only looks like it is none."""
    (shop / "shop" / "report.py").write_text(REPORT)
    change(shop, change_required, "posts.subtitle", "none")
    second = change(shop, change_required, "posts.subtitle", None)
    before = tree(shop)

    with pytest.raises(CouldNotRun) as refused:
        change(shop, change_required, "posts.subtitle", None)

    left = (
        "shop/posts/schemas.py:12 lets clients send null or nothing: require it in the next version of the API, or "
        "here if no client does (the guard says DANGEROUS). shop/report.py:4, shop/report.py:10, shop/report.py:11, "
        "shop/report.py:13 stores no value: give one."
    )
    assert f"before phase 3: {left}" in second.next_steps
    assert str(refused.value) == (
        f"phase 3 of 3 requires posts.subtitle, and the code can still store nothing: {left} Deploy that, and run this "
        "again; or add --yes if it means another column."
    )
    assert tree(shop) == before


def test_the_last_phase_waits_for_the_commit_of_what_it_asked_for(shop):
    """Otherwise the code that stores nothing would still run while the database requires a value."""
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    schemas = shop / "shop" / "posts" / "schemas.py"

    def commit():
        subprocess.run([*git, "add", "--all"], cwd=shop, check=True)
        subprocess.run([*git, "commit", "--quiet", "-m", "x"], cwd=shop, check=True)

    for _ in range(2):
        change(shop, change_required, "posts.subtitle", "none", options=NO_OPTIONS)
        commit()
    schemas.write_text(schemas.read_text().replace("allow_none=True, ", "", 1))
    with pytest.raises(CouldNotRun, match=r"the last commit can still store nothing: shop/posts/schemas\.py:12"):
        change(shop, change_required, "posts.subtitle", None, options=NO_OPTIONS)
    commit()

    assert change(shop, change_required, "posts.subtitle", None, options=NO_OPTIONS).revision


def test_another_value_than_the_first_phase_had_is_refused(shop):
    """The rows have the first one."""
    change(shop, change_required, "posts.subtitle", "a b")

    with pytest.raises(CouldNotRun) as refused:
        change(shop, change_required, "posts.subtitle", "c")

    assert str(refused.value) == (
        "posts.subtitle is in phase 1 of `beast change required posts.subtitle --fill 'a b'`. Complete that first, or "
        "take it back: beast undo"
    )


@pytest.mark.parametrize(
    ("column", "kind", "fill", "stored"),
    [("order", "INTEGER", "7", 7), ("is_read", "BOOLEAN", "true", 1)],
    ids=["a reserved word", "a truth"],
)
def test_on_sqlite_nobody_stores_null_any_more(shop, column, kind, fill, stored):
    """Rows of before, of statements without the column and with NULL; down, the rows keep what they have."""
    plans = [change(shop, change_required, f"marks.{column}", fill) for _ in range(3)]
    first, last = ([edit.path for edit in plan.edits if "versions" in edit.path] for plan in (plans[0], plans[2]))
    engine = create_engine("sqlite://")
    rows = f'SELECT id, "{column}" FROM marks ORDER BY id'
    with engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE TABLE marks (id INTEGER PRIMARY KEY, "{column}" {kind})')
        connection.exec_driver_sql("INSERT INTO marks (id) VALUES (1)")
        run_revisions(shop, connection, "upgrade", only=first)
        connection.exec_driver_sql("INSERT INTO marks (id) VALUES (2)")
        connection.exec_driver_sql(f'INSERT INTO marks (id, "{column}") VALUES (3, 0)')
        connection.exec_driver_sql(f'UPDATE marks SET "{column}" = NULL WHERE id = 3')
        between = connection.exec_driver_sql(rows).all()
        run_revisions(shop, connection, "upgrade", only=last)
        with pytest.raises(exc.IntegrityError):
            connection.exec_driver_sql("INSERT INTO marks (id) VALUES (4)")
        run_revisions(shop, connection, "downgrade", only=last)
        connection.exec_driver_sql("INSERT INTO marks (id) VALUES (4)")
        run_revisions(shop, connection, "downgrade", only=reversed(first))
        connection.exec_driver_sql("INSERT INTO marks (id) VALUES (5)")
        after = connection.exec_driver_sql(rows).all()

    assert between == [(1, stored), (2, stored), (3, stored)]
    assert after == [*between, (4, stored), (5, None)]


def test_the_command_line_shows_and_tells(shop, monkeypatch, beast):
    """A preview changes nothing, and JSON has the class."""
    monkeypatch.chdir(shop)
    before = tree(shop)

    shown = beast("change", "required", "posts.subtitle", "--fill", ":it's 100%", "--pretend", "--json")
    unchanged = tree(shop) == before
    made = beast("change", "required", "posts.subtitle", "--fill", ":it's 100%")

    assert '"verdict": "CAUTIOUS"' in shown.out
    assert unchanged
    assert made.out.endswith(
        'Next:\n  phase 1 of 3: whoever stores no subtitle stores ":it\'s 100%"\n'
        "  rows that have none get it too, and keep it if this is undone\n"
        "  beast test, commit, deploy it; then run this again\n"
    )
