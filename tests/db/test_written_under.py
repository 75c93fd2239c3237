"""A project whose revisions another version of SQLAlchemy wrote needs no new one, whichever version is installed."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import flask_migrate
import pytest
from every_type import things
from flask import Flask
from sqlalchemy import DOUBLE_PRECISION, REAL, Double, Float, Integer, Numeric
from sqlalchemy.dialects import postgresql

from beastmode.db.install import install
from beastmode.db.migrations.autogenerate.floats import is_other_type
from beastmode.db.settings import DatabaseSettings

WRITTEN = sorted((Path(__file__).parent / "written_under").glob("*.py"))


@pytest.mark.parametrize("revision", WRITTEN, ids=lambda path: path.stem)
def test_an_unchanged_project_gets_no_revision(revision, tmp_path, database_url):
    app = Flask("shop")
    app.root_path = str(tmp_path)
    install(app, DatabaseSettings(environment="testing", database_url=database_url), things)
    with app.app_context():
        flask_migrate.init()
        versions = tmp_path / "migrations" / "versions"
        shutil.copy(revision, versions)
        flask_migrate.upgrade()

        flask_migrate.migrate(message="nothing has changed")

        new = [path.read_text() for path in versions.glob("*.py") if path.name != revision.name]
        flask_migrate.downgrade(revision="base")
    app.extensions["beastmode.database"].engines.dispose()
    assert new == []


SAME = [(Float(), Double()), (Double(), Float()), (Float(53), Float()), (REAL(), Float(24)), (Float(1), REAL())]
OTHER = [(REAL(), Float()), (Double(), REAL()), (Float(25), REAL()), (REAL(), DOUBLE_PRECISION())]


@pytest.mark.parametrize(
    ("found", "wanted", "is_other"),
    [
        *((found, wanted, False) for found, wanted in SAME),
        *((found, wanted, True) for found, wanted in OTHER),
        (Float(), Numeric(), None),
        (Integer(), Float(), None),
    ],
)
def test_floating_points_differ_where_their_size_does(found, wanted, is_other):
    context = SimpleNamespace(dialect=postgresql.dialect())

    assert is_other_type(context, None, None, found, wanted) is is_other
