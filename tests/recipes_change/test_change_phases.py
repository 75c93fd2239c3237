"""`beast change`: what each phase does to the files, and what it refuses, before anything is changed."""

import subprocess
import sys

import pytest
from changing import change, new_shop, run_revisions, tree
from sqlalchemy import create_engine

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.phases.drop import change_drop
from beastmode_tools.recipes.phases.move import change_rename, change_type
from beastmode_tools.recipes.phases.options import NO_OPTIONS, Options

EXTRA = """

class Mark(Base):
    __tablename__ = "marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    code: Mapped[str] = mapped_column(String(20), unique=True)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[dict[str, str]] = mapped_column(JSON)
    order: Mapped[int]
    size: Mapped[int]
    __table_args__ = (Index("ix_size", "size"),)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project that tests copy, with a table of everything that cannot be changed so."""
    shop = new_shop(tmp_path_factory.mktemp("projects"))
    models = shop / "shop" / "posts" / "models.py"
    models.write_text(models.read_text().replace("import String", "import JSON, ForeignKey, Index, String") + EXTRA)
    return shop


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("posts", "text"), "'posts' is not a column. Write TABLE.COLUMN, such as posts.title"),
        (("nothing.title", "text"), "there is no model nothing. Models are Mark, Post, User."),
        (
            ("posts.nothing", "text"),
            (
                "Post in shop/posts/models.py declares no column nothing. "
                "It declares id, title, body, rating, views, subtitle, note, created_at."
            ),
        ),
        (
            ("users.email", "text"),
            (
                "users.email is declared by beastmode's AccountMixin, which needs it as it is. Add "
                "a column of your own: "
                "beast add field"
            ),
        ),
        (("posts.rating", "bigit"), "value:bigit: there is no type 'bigit'. Did you mean bigint?"),
        (("posts.id", "bigint"), "posts.id is the primary key, which other tables refer to. Change it by hand."),
        (
            ("marks.post_id", "bigint"),
            "marks.post_id is a foreign key. Change the column that it refers to, or both by hand.",
        ),
        (
            ("marks.kind", "text"),
            (
                "the type of marks.kind is not one that can be changed here "
                "(shop/posts/models.py:28). Add a column, fill "
                "it, move the code to it and drop this one: beast add field, beast change drop"
            ),
        ),
        (
            ("posts.rating", "text"),
            (
                "not every value of int is one of text. Add a field of the new type, move the code "
                "to it, and drop this "
                "one: beast add field, beast change drop"
            ),
        ),
        (
            ("posts.title", "str:80"),
            (
                "str:80 is shorter than str:120: values that are longer would be lost. Add a field "
                "of the new type, move "
                "the code to it, and drop this one: beast add field, beast change drop"
            ),
        ),
        (
            ("marks.size", "bigint"),
            "shop/posts/models.py:31 names size in a constraint or an index. Change it by hand.",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_type_that_cannot_be_changed_is_refused(shop, arguments, told):
    """In one line that says why, and nothing is changed."""
    before = tree(shop)

    with pytest.raises(CouldNotRun) as refused:
        change(shop, change_type, *arguments)

    assert str(refused.value) == told
    assert tree(shop) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("posts.title", "body"), "Post has an attribute body already: shop/posts/models.py."),
        (("posts.title", "class"), "'class' is a Python keyword, so it cannot name a column."),
        (("posts.title", "metadata"), "'metadata' cannot name a column: SQLAlchemy uses this name in every model."),
        (
            ("posts.title", "Head"),
            "'Head' is not a name for a column: use lowercase letters, digits and underscores, at most 50.",
        ),
        (("marks.code", "label"), ("marks.code is unique, and two columns would have to be. Change it by hand: "
         "shop/posts/models.py:26")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_name_that_cannot_be_taken_is_refused(shop, arguments, told):
    """In one line that says why."""
    with pytest.raises(CouldNotRun) as refused:
        change(shop, change_rename, *arguments)

    assert str(refused.value) == told


def test_each_phase_waits_for_the_commit_of_the_one_before(beast, shop, monkeypatch):
    """The command line says so, and changes nothing."""
    monkeypatch.chdir(shop)
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]

    first = beast("change", "type", "posts.rating", "bigint")
    before = tree(shop)
    again = beast("change", "type", "posts.rating", "bigint")
    unchanged = tree(shop) == before
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "phase 1"], check=True)
    second = beast("change", "type", "posts.rating", "bigint")

    assert first.out.endswith(
        "Next:\n  phase 1 of 3: rating_bigint is filled and kept in step with rating; no code uses it yet\n"
        "  beast test, commit, deploy it; then run this again\n"
    )
    assert again.out == (
        "Phase 1 of 3 is made, but not committed. Commit and deploy it, then run this again (--deployed if you use no "
        "git).\n"
    )
    assert unchanged
    assert second.out.endswith(
        "Next:\n  phase 2 of 3: Post.rating is stored in rating_bigint; the API stays as it is\n"
        "  beast test, commit, deploy it; then run this again\n"
    )


def test_undo_takes_each_phase_back(beast, shop, monkeypatch):
    """File by file, so that the tree is the one of before."""
    monkeypatch.chdir(shop)
    trees = [tree(shop)]
    for _ in range(3):
        change(shop, change_type, "posts.rating", "bigint")
        trees.append(tree(shop))
    nothing = change(shop, change_type, "posts.rating", "bigint")

    assert nothing.edits == ()
    assert "migrations/phases.json" not in trees[3]
    for before in reversed(trees[:3]):
        done = beast("undo", "--python", sys.executable)
        assert done.status == 0, done.err
        assert tree(shop) == before


def test_the_last_phase_is_refused_while_sql_names_the_column(shop):
    """With the places; the model's own attribute of this name is none."""
    report = shop / "shop" / "report.py"
    report.write_text(
        'BEST = "SELECT rating FROM posts"\n\n\ndef best(posts):\n    return posts.c.rating, posts[0].rating\n'
    )
    (shop / "best.sql").write_text("SELECT max(rating)\nFROM posts;\n")
    change(shop, change_type, "posts.rating", "bigint")
    second = change(shop, change_type, "posts.rating", "bigint")

    with pytest.raises(CouldNotRun) as refused:
        change(shop, change_type, "posts.rating", "bigint")

    assert "this SQL names rating; let it use rating_bigint: best.sql:1, shop/report.py:1, shop/report.py:5" in (
        second.next_steps
    )
    assert str(refused.value) == (
        "phase 3 of 3 drops posts.rating, and SQL still names it: best.sql:1, shop/report.py:1, shop/report.py:5. "
        "Let it use rating_bigint, deploy that, and run this again; or add --yes if it means another column."
    )


def test_the_api_shows_a_new_name_beside_the_old_one(shop):
    """If it is asked for; what clients send stays."""
    both = Options(deployed=True, api=True)
    change(shop, change_rename, "posts.subtitle", "tagline", options=both)

    second = change(shop, change_rename, "posts.subtitle", "tagline", options=both)

    assert (
        "    subtitle = fields.Str(allow_none=True, validate=Length(1, 255))\n"
        "    tagline = fields.Str(allow_none=True, dump_only=True)\n"
    ) in (shop / "shop/posts/schemas.py").read_text()
    assert second.next_steps[0] == (
        "phase 2 of 3: Post.tagline is stored in tagline; the API shows tagline beside subtitle, which clients still "
        "send: shop/posts/schemas.py"
    )


def test_a_new_name_for_a_field_that_no_schema_has_is_refused(shop):
    """Before anything of the phase is written."""
    both = Options(deployed=True, api=True)
    change(shop, change_rename, "marks.order", "rank", options=both)
    before = tree(shop)

    with pytest.raises(CouldNotRun) as refused:
        change(shop, change_rename, "marks.order", "rank", options=both)

    assert str(refused.value) == (
        "no schema of Mark declares order = fields...(...). Leave --api out, and add rank to the schema by hand."
    )
    assert tree(shop) == before


def test_another_change_of_the_same_column_waits(shop):
    """Until the first one is complete."""
    change(shop, change_type, "posts.rating", "bigint")

    with pytest.raises(CouldNotRun) as refused:
        change(shop, change_rename, "posts.rating", "stars")

    assert str(refused.value) == (
        "posts.rating is in phase 1 of `beast change type posts.rating bigint`. Complete that first, or take it back: "
        "beast undo"
    )


def test_a_type_that_needs_no_copy_is_changed_in_one_revision(shop):
    """With the reason."""
    plan = change(shop, change_type, "posts.title", "text", options=NO_OPTIONS)

    assert len(plan.edits) == 2
    assert "title: Mapped[str] = mapped_column(Text, index=True)" in (shop / "shop/posts/models.py").read_text()
    assert plan.next_steps[0] == ("one phase is enough: PostgreSQL stores str:120 and text alike, so no row is written")
    assert change(shop, change_type, "posts.title", "text").edits == ()


def test_on_sqlite_both_columns_stay_in_step_whoever_writes(shop):
    """Statements that name only one of them, and values that the old column cannot hold."""
    first = change(shop, change_type, "marks.order", "bigint")
    revisions = [edit.path for edit in first.edits if edit.path.endswith(".py") and "versions" in edit.path]
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE TABLE marks (id INTEGER PRIMARY KEY, "order" INTEGER NOT NULL)')
        connection.exec_driver_sql("INSERT INTO marks VALUES (1, 5)")
        run_revisions(shop, connection, "upgrade", only=revisions)
        for statement in (
            'INSERT INTO marks (id, "order") VALUES (2, 6)',
            "INSERT INTO marks (id, order_bigint) VALUES (3, 7)",
            "INSERT INTO marks (id, order_bigint) VALUES (4, 3000000000)",
            'INSERT INTO marks (id, "order") VALUES (5, 1), (6, 1), (7, 0)',
            'UPDATE marks SET "order" = 2 WHERE id = 5',
            "UPDATE marks SET order_bigint = -3000000000 WHERE id = 6",
        ):
            connection.exec_driver_sql(statement)
        both = connection.exec_driver_sql('SELECT id, "order", order_bigint FROM marks ORDER BY id').all()
        run_revisions(shop, connection, "downgrade", only=reversed(revisions))
        old = connection.exec_driver_sql("SELECT * FROM marks ORDER BY id").all()
        triggers = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").scalar()

    assert both == [
        (1, 5, 5),
        (2, 6, 6),
        (3, 7, 7),
        (4, 2147483647, 3000000000),
        (5, 2, 2),
        (6, -2147483648, -3000000000),
        (7, 0, 0),
    ]
    assert old == [(1, 5), (2, 6), (3, 7), (4, 2147483647), (5, 2), (6, -2147483648), (7, 0)]
    assert triggers == 0


def test_a_column_in_use_is_not_dropped(shop):
    """The places are named, those of the API as well."""
    with pytest.raises(CouldNotRun) as refused:
        change(shop, change_drop, "posts.subtitle")

    assert str(refused.value) == (
        "posts.subtitle is still used: shop/posts/schemas.py:12, shop/posts/views.py:20. "
        "Remove these first; what the API shows needs a new version of the API."
    )


def test_a_column_is_dropped_in_two_phases(shop):
    """Rows can be stored without it in between; the way back gives them a neutral value."""
    models = (shop / "shop/posts/models.py").read_text()
    first = change(shop, change_drop, "marks.order")
    between = (shop / "shop/posts/models.py").read_text()
    second = change(shop, change_drop, "marks.order")
    revisions = [[edit.path for edit in plan.edits if "versions" in edit.path] for plan in (first, second)]
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE TABLE marks (id INTEGER PRIMARY KEY, "order" INTEGER NOT NULL)')
        connection.exec_driver_sql("INSERT INTO marks VALUES (1, 5)")
        run_revisions(shop, connection, "upgrade", only=revisions[0])
        connection.exec_driver_sql("INSERT INTO marks (id) VALUES (2)")
        run_revisions(shop, connection, "upgrade", only=revisions[1])
        run_revisions(shop, connection, "downgrade", only=revisions[1])
        run_revisions(shop, connection, "downgrade", only=revisions[0])
        rows = connection.exec_driver_sql("SELECT * FROM marks ORDER BY id").all()

    assert 'Mark.metadata.tables["marks"].append_column(Column("order", Integer))' in between
    assert (shop / "shop/posts/models.py").read_text() == models.replace("    order: Mapped[int]\n", "")
    assert rows == [(1, 0), (2, 0)]
