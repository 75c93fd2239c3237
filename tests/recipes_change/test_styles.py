"""`beast change` and `beast add` on models that are declared in other ways: they write what stands beside it."""

import subprocess
import sys
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from changing import tree
from flask import Flask
from sqlalchemy import create_engine, inspect
from sqlalchemy.orm import configure_mappers
from styles import FIRST, STYLES, write_project

from beast_command import beast_in
from beastmode_tools.recipes.journal.entry import Journal
from beastmode_tools.recipes.journal.undo import to_undo
from beastmode_tools.recipes.journal.writing import apply

CHANGES = {
    "type": ("change", "type", "post.rating", "bigint", "--deployed"),
    "widen": ("change", "type", "post.title", "text"),
    "rename": ("change", "rename", "post.title", "headline", "--deployed"),
    "required": ("change", "required", "post.subtitle", "--fill", "none", "--deployed"),
    "drop": ("change", "drop", "post.subtitle", "--deployed"),
}
ADDS = {
    "index": ("add", "index", "post.title"),
    "field": ("add", "field", "Post", "stars:int=0", "read_at:datetime?", "is_new:bool:index=true", "code:uuid?"),
}
WRITTEN = {
    "Column, one file": "    is_new = Column(Boolean, server_default=true(), nullable=False, index=True)\n",
    "Column, src": "    is_new = Column(Boolean, server_default=true(), nullable=False, index=True)\n",
    "Flask-SQLAlchemy, one file": (
        "    is_new = db.Column(db.Boolean, server_default=db.true(), nullable=False, index=True)\n"
    ),
    "Flask-SQLAlchemy, package": (
        "    is_new = db.Column(db.Boolean, server_default=db.true(), nullable=False, index=True)\n"
    ),
    "Mapped behind modules": "    is_new: so.Mapped[bool] = so.mapped_column(index=True, server_default=true())\n",
}


BY_HAND = "app.py declares columns without Mapped[...], for which beast writes no"


@pytest.fixture(params=STYLES)
def project(request, tmp_path):
    """A project in one of the styles: its folder, its models, the style."""
    return tmp_path, write_project(tmp_path, request.param), request.param


def table_of(models):
    """The table as the models declare it: column -> type, whether it may be null; and the indexed columns."""
    module = ModuleType("models_of_a_project")
    sys.modules[module.__name__] = module
    try:
        exec(compile(models.read_text(), models, "exec"), module.__dict__)
        if db := getattr(module, "db", None):
            app = Flask("project")
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db.init_app(app)
        configure_mappers()
    finally:
        del sys.modules[module.__name__]
    table = module.Post.__table__
    columns = {each.name: (kind(each.type), each.nullable) for each in table.columns}
    return columns, {column.name for index in table.indexes for column in index.columns}


def kind(given):
    """A type, however the database spells it."""
    names = {"DATETIME": "DATETIME", "TIMESTAMP": "DATETIME", "UUID": "CHAR(32)"}
    return names.get(str(given), str(given))


def migrated(folder):
    """The table after all revisions, as the models should declare it."""
    paths = sorted((folder / "migrations" / "versions").glob("*.py"))
    ordered, head = [], "None"
    while len(ordered) < len(paths):
        following = next(each for each in paths if f"down_revision = {head}\n" in each.read_text())
        ordered.append(following.relative_to(folder))
        head = f'"{following.name[:12]}"'
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        run(folder, connection, "upgrade", ordered)
        found = inspect(connection)
        columns = {each["name"]: (kind(each["type"]), each["nullable"]) for each in found.get_columns("post")}
        indexed = {name for each in found.get_indexes("post") for name in each["column_names"]}
        run(folder, connection, "downgrade", reversed(ordered))
    engine.dispose()
    return columns, indexed


def run(folder, connection, direction, paths):
    """Runs revisions, each in a transaction that it may leave, as env.py of a project does."""
    connection.commit()
    context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
    for path in paths:
        scope = {}
        exec(compile((folder / path).read_text(), path, "exec"), scope)
        with context.begin_transaction(_per_migration=True), Operations.context(context):
            scope[direction]()


@pytest.mark.parametrize("recipe", [*CHANGES, *ADDS])
def test_models_and_migrations_agree_after_each_phase(project, recipe):
    """The models still import, declare what the database has, keep their comments, and come back by undo."""
    folder, models, _ = project
    before = tree(folder)
    command = {**CHANGES, **ADDS}[recipe]
    made = 0

    while (done := beast_in(folder, *command)).out.startswith("Change "):
        made += 1
        assert table_of(models) == migrated(folder)
        unused = subprocess.run(
            [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "F", models], check=False
        )
        assert unused.returncode == 0
    assert done.status == 0, done.err
    assert "# shown in lists\n" in models.read_text()
    journal = Journal(folder)
    for _ in range(made):
        apply(journal, to_undo(journal, None), "undo")

    assert made == {"type": 3, "rename": 3, "required": 3, "drop": 2}.get(recipe, 1)
    assert tree(folder) == before


def test_a_field_is_written_as_the_others_are(project):
    """With annotations or without, with the prefix that the project uses."""
    folder, models, style = project

    done = beast_in(folder, *ADDS["field"])
    again = beast_in(folder, *ADDS["field"])

    assert done.status == 0, done.err
    assert WRITTEN[style] in models.read_text()
    assert again.out == "Nothing to change: it is there already.\n"


@pytest.mark.parametrize(
    ("field", "told"),
    [
        (
            "state:enum:new,old=new",
            (
                f"{BY_HAND} enum. Add it to Post by hand, then run flask db migrate: state = db.Column("
                'db.Enum(PostState, native_enum=False, length=20), server_default="new", nullable=False)'
            ),
        ),
        (
            "reader:Reader?",
            (
                f"{BY_HAND} relation. Add it to Post by hand, then run flask db migrate: "
                'reader_id = db.Column(db.Integer, db.ForeignKey("..."), index=True)'
            ),
        ),
    ],
    ids=["an enum", "a relation"],
)
def test_what_has_many_ways_is_left_to_a_person(tmp_path, field, told):
    """With the line to add."""
    write_project(tmp_path, "Flask-SQLAlchemy, one file")
    before = tree(tmp_path)

    done = beast_in(tmp_path, "add", "field", "Post", field)

    assert (done.status, done.err) == (2, f"beast: {told}\n")
    assert tree(tmp_path) == before


def test_the_migration_of_the_styles_is_what_they_declare(tmp_path):
    """So that the tests above compare like with like."""
    models = write_project(tmp_path, "Column, one file")

    assert FIRST in (tmp_path / "migrations" / "versions" / "000000000001_first.py").read_text()
    assert table_of(models) == migrated(tmp_path)
