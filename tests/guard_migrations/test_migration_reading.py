"""What a migration does is read as people write it."""

import pytest
from migration_cases import revision

from beastmode_tools.guard.migrations.compare.history import History, Revision
from beastmode_tools.guard.migrations.compare.operations import (
    AddColumn,
    CreateIndex,
    ExecuteSql,
    Unreadable,
    UsesApplication,
)
from beastmode_tools.guard.migrations.read import read_operations, read_source


def read(up, down="pass", top="", folder=None):
    text = revision(up, down, top=top)
    return read_source(Revision("b2", (), "migrations/versions/b2.py", text), folder)


def ups(*args, **options):
    return [op for op in read(*args, **options) if op.place.direction == "upgrade"]


def names(*args, **options):
    return [str(op) for op in ups(*args, **options)]


@pytest.mark.parametrize(
    ("up", "expected"),
    [
        ('op.drop_column("a", "x")', ["drop_column a.x"]),
        ('op.drop_column(table_name="a", column_name="x", schema="s")', ["drop_column s.a.x"]),
        (
            'with op.batch_alter_table("a") as b:\n    b.drop_column("x")\n    b.alter_column("y", nullable=True)',
            ["drop_column a.x", "alter_column a.y null"],
        ),
        (
            'for t in ("a", "b"):\n    for c in ["x", "y"]:\n        op.drop_column(t, c)',
            ["drop_column a.x", "drop_column a.y", "drop_column b.x", "drop_column b.y"],
        ),
        ('for t, c in zip(["a", "b"], ["x", "y"]):\n    op.drop_column(t, c)', ["drop_column a.x", "drop_column b.y"]),
        (
            'for t, cs in {"a": ["x"], "b": ["y"]}.items():\n    for c in cs:\n        op.drop_column(t, c)',
            ["drop_column a.x", "drop_column b.y"],
        ),
        (
            'for i, t in enumerate("ab"):\n    op.drop_table(f"{t}{i}")',
            ["drop_table a0", "drop_table b1"],
        ),
        ('[op.drop_table(n) for n in ("a", "b") if n != "a"]', ["drop_table b"]),
        ('name = "a" + "_" + "old"\nop.drop_table(name)', ["drop_table a_old"]),
        ('op.drop_table("%s_%s" % ("a", "old"))', ["drop_table a_old"]),
        ('op.drop_table("{}_{x}".format("a", x="old"))', ["drop_table a_old"]),
        ('op.execute("DROP TABLE " + ", ".join(["a", "b"]))', ["drop_table a", "drop_table b"]),
        ('op.execute(sa.text("DELETE FROM a").bindparams(x=1))', ["delete a"]),
        ('op.execute(sa.delete(sa.table("a")))', ["delete a"]),
        (
            't = sa.Table("a", sa.MetaData(), sa.Column("x", sa.Text()))\nop.execute(t.update().values({t.c.x: 1}))',
            ["update a (x)"],
        ),
        (
            't = sa.table("a", sa.column("x"))\nop.get_bind().execute(sa.update(t).where(t.c.x == 1).values(x=2))',
            ["update a (x) where t.c.x == 1"],
        ),
        ('op.get_bind().exec_driver_sql("TRUNCATE a")', ["truncate a"]),
        ('with op.get_bind().begin() as c:\n    c.execute(sa.text("TRUNCATE a"))', ["truncate a"]),
        ('postgresql.ENUM("x", name="e").create(op.get_bind(), checkfirst=False)', ["create_enum e"]),
        ('op.drop_constraint("c", "a", type_="unique")', ["drop_constraint a.c"]),
        ('op.create_unique_constraint(op.f("c"), "a", ["x"])', ["add_unique a.c"]),
        ('while True:\n    op.drop_table("a")\n    break', ["drop_table a"]),
        ('match 1:\n    case _:\n        op.drop_table("a")', ["drop_table a"]),
        ('x = (lambda n: op.drop_table(n))("a")', ["drop_table a"]),
        ('op.execute("""\n  DROP TABLE a\n""")', ["drop_table a"]),
        ('op.execute(sa.schema.DropSchema("s"))', ["drop_schema s"]),
    ],
)
def test_an_operation_is_read_however_it_is_written(up, expected):
    assert names(up) == expected


def test_helpers_are_followed_with_their_arguments():
    top = 'def drop(table, *names, prefix=""):\n    for name in names:\n        op.drop_column(table, prefix + name)'

    assert names('drop("a", "x", "y", prefix="old_")', top=top) == ["drop_column a.old_x", "drop_column a.old_y"]


def test_a_helper_that_calls_itself_is_read_once():
    top = 'def walk(n):\n    op.drop_table("a")\n    walk(n - 1)'

    assert names("walk(3)", top=top) == ["drop_table a"]


def test_functions_that_are_handed_over_are_read():
    top = 'def work():\n    op.drop_table("a")'

    assert "drop_table a" in names("retry(work)", top=top)


def test_a_decorator_that_skips_a_dialect_limits_the_dialects():
    top = (
        "def skip(f):\n    def inner():\n        if op.get_context().dialect.name == 'sqlite':\n            return\n"
        "        f()\n    return inner\n\n\ndef body():\n    op.drop_table('a')\n\n\nskipped = skip(body)"
    )

    found = ups("skipped()", top=top)

    assert [str(op) for op in found] == ["drop_table a"]
    assert "postgresql" in found[0].place.dialects
    assert "sqlite" not in found[0].place.dialects


def test_a_decorator_that_cannot_be_read_is_a_condition():
    top = 'from somewhere import only_once\n\n\n@only_once\ndef body():\n    op.drop_table("a")'

    assert "only_once" in ups("body()", top=top)[0].place.condition


@pytest.mark.parametrize(
    ("test", "dialects"),
    [
        ('op.get_bind().dialect.name == "postgresql"', {"postgresql"}),
        ('op.get_bind().engine.name in ("mysql", "mariadb")', {"mysql", "mariadb"}),
        ('op.get_context().dialect.name.startswith("postgres")', {"postgresql"}),
        ('"sqlite" in str(op.get_bind().engine.url)', {"sqlite"}),
        ('not op.get_bind().dialect.name != "sqlite"', {"sqlite"}),
        ('os.environ["DATABASE_URL"].startswith("sqlite")', set()),
    ],
)
def test_a_branch_on_the_dialect_is_marked(test, dialects):
    found = ups(f'if {test}:\n    op.drop_table("a")\nelse:\n    op.drop_table("b")')

    first, second = (set(op.place.dialects) for op in found)
    assert first == dialects
    assert not first & second
    assert bool(second) == bool(dialects)


def test_an_early_return_limits_what_follows():
    found = ups('if op.get_bind().dialect.name == "sqlite":\n    return\nop.drop_table("a")')

    assert "sqlite" not in found[0].place.dialects


def test_a_condition_that_cannot_be_decided_is_kept():
    found = ups('if not sa.inspect(op.get_bind()).has_table("a"):\n    op.drop_table("a")')

    assert "has_table" in found[0].place.condition


def test_what_is_never_reached_is_not_read():
    assert names('op.drop_table("a")\nreturn\nop.drop_table("b")') == ["drop_table a"]
    assert names('if False:\n    op.drop_table("b")\nop.drop_table("a")') == ["drop_table a"]


def test_a_swallowed_error_is_marked_and_one_that_goes_on_is_not():
    swallowed = ups('try:\n    op.drop_table("a")\nexcept Exception:\n    pass')
    passed_on = ups('try:\n    op.drop_table("a")\nexcept Exception:\n    print(1)\n    raise')

    assert swallowed[0].place.guarded
    assert not passed_on[0].place.guarded


def test_a_block_without_transaction_is_marked():
    up = 'with op.get_context().autocommit_block():\n    op.create_index("i", "a", ["x"], postgresql_concurrently=True)'

    index = ups(up)[0]

    assert isinstance(index, CreateIndex)
    assert index.place.in_autocommit
    assert index.concurrently


def test_a_connection_in_autocommit_is_no_transaction_either():
    up = 'c = op.get_bind().execution_options(isolation_level="AUTOCOMMIT")\nc.execute(sa.text("VACUUM a"))'

    assert ups(up)[0].place.in_autocommit


def test_a_column_is_read_whole():
    up = (
        'op.add_column("a", sa.Column("x", sa.Numeric(10, 2), sa.ForeignKey("b.id", ondelete="CASCADE"), '
        "nullable=False, server_default=sa.func.now(), unique=True))"
    )

    column = ups(up)[0].column

    assert (column.type, column.nullable, column.server_default) == ("NUMERIC(10, 2)", False, "now()")
    assert (column.references, column.unique) == ("b.id", True)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("sa.String(50)", "VARCHAR(50)"),
        ("sa.String", "VARCHAR"),
        ("sa.VARCHAR(length=50)", "VARCHAR(50)"),
        ("sa.Numeric(precision=10, scale=2)", "NUMERIC(10, 2)"),
        ("sa.DateTime(timezone=True)", "TIMESTAMP WITH TIME ZONE"),
        ("postgresql.TIMESTAMP()", "TIMESTAMP"),
        ("postgresql.ARRAY(sa.Text())", "TEXT[]"),
        ("sa.Text().with_variant(sa.JSON(), 'sqlite')", "TEXT"),
        ("sa.LargeBinary()", "BLOB"),
        ("sa.BigInteger()", "BIGINT"),
        ("sa.Enum('a', name='e')", "ENUM e"),
    ],
)
def test_a_type_is_spelled_as_sql(source, text):
    assert ups(f'op.add_column("a", sa.Column("x", {source}))')[0].column.type == text


@pytest.mark.parametrize(
    "up",
    [
        'op.execute(open("x.sql").read())',
        "op.execute(build())",
        "op.drop_table(names[0])",
        "change(op.get_bind())",
        "Base.metadata.create_all(op.get_bind())",
        'getattr(op, "drop_" + kind())("a")',
        'op.sync_enum_values("public", "e", ["a"])',
        'for name in names():\n    op.execute(f"DELETE FROM {name}")',
    ],
)
def test_what_cannot_be_read_is_said(up):
    found = ups(up)

    assert any(isinstance(op, Unreadable) for op in found)


def test_a_text_that_is_known_in_part_is_judged_by_the_part():
    up = "for row in rows():\n    op.execute(f\"UPDATE a SET x = '{row.y}' WHERE id = {row.id}\")"

    found = ups(up)

    assert [type(op) for op in found] == [ExecuteSql]
    assert found[0].tables == ("a",)
    assert found[0].has_where


def test_rows_of_the_orm_that_are_written_are_an_update():
    top = 'class User(Base):\n    __tablename__ = "users"'
    up = "s = orm.Session(bind=op.get_bind())\nfor u in s.query(User).filter(User.x == 1).all():\n    u.name = 'x'"

    assert "update users (name)" in names(up, top=top)


def test_a_session_of_the_application_is_a_session(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("db = make()\n", encoding="utf-8")
    top = 'from shop import db\n\n\nclass User(db.Model):\n    __tablename__ = "users"'

    found = names("s = db.Session(bind=op.get_bind())\ns.query(User).delete()", top=top, folder=tmp_path)

    assert "delete users" in found


def test_a_module_beside_the_migrations_is_followed_and_is_not_the_application(tmp_path):
    (tmp_path / "migrations").mkdir()
    helper = "from alembic import op\n\n\ndef gone(name):\n    op.drop_table(name)\n"
    (tmp_path / "migrations" / "helpers.py").write_text(helper, encoding="utf-8")

    found = ups('gone("a")', top="from migrations.helpers import gone", folder=tmp_path)

    assert [str(op) for op in found] == ["drop_table a"]
    assert found[0].place.path == "migrations/helpers.py"


def test_a_revision_that_replays_another_one_is_followed(tmp_path):
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "a1_first.py").write_text(revision('op.create_table("t")', 'op.drop_table("t")'), encoding="utf-8")
    top = 'from importlib import import_module\n\nfirst = import_module("migrations.versions.a1_first")'

    assert names("first.downgrade()", top=top, folder=tmp_path) == ["drop_table t"]


def test_names_of_the_application_are_told_where_they_are_used(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "models.py").write_text("LIMIT = 5\nOTHER = 6\n", encoding="utf-8")

    found = read("op.drop_table(str(LIMIT))", top="from shop.models import LIMIT, OTHER", folder=tmp_path)

    assert [op.names for op in found if isinstance(op, UsesApplication)] == [("LIMIT",)]


def test_something_that_was_not_recognised_is_never_silence():
    assert [type(op) for op in ups("do_the_work()")] == [Unreadable]


@pytest.mark.parametrize(
    "text",
    [
        'revision = "b2"\ndown_revision = None\ndef upgrade(:\n',
        'revision = "b2"\ndown_revision = None\n\ndef upgrade():\n    ' + "(" * 500 + ")" * 500 + "\n",
        'revision = "b2"\ndown_revision = None\n\ndef upgrade():\n    x = ' + "+".join(["op"] * 3000) + "\n",
        (
            'revision = "b2"\ndown_revision = None\nfrom alembic import op\n\ndef upgrade():\n'
            "    for a in range(300):\n        for b in range(300):\n            op.drop_table(f't{a}')\n"
        ),
    ],
)
def test_a_file_that_breaks_readers_is_said_and_never_a_crash(text):
    found = read_source(Revision("b2", (), "b2.py", text))

    assert any(isinstance(op, Unreadable) for op in found)


def test_only_revisions_that_are_asked_for_are_read():
    broken = Revision("a1", (), "a1.py", "def (")
    good = Revision("b2", ("a1",), "b2.py", revision('op.add_column("a", sa.Column("x", sa.Text()))'))

    found = read_operations(History({"a1": broken, "b2": good}), ["b2"])

    assert [type(op) for op in found if op.place.direction == "upgrade"] == [AddColumn]
