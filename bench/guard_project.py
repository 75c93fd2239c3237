"""A project to judge: 500 routes, 1,000 revisions, no beastmode in it; and a change of 50 files."""

import subprocess
from pathlib import Path

MODULES = 50
ROUTES_EACH = 10
REVISIONS = 1000

APP = """from flask import Flask
from flask_migrate import Migrate

from shop.models import db


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
    db.init_app(app)
    Migrate(app, db)
    from shop import views

    for blueprint in views.blueprints():
        app.register_blueprint(blueprint)
    return app
"""

MODELS_HEAD = """from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
"""

MODEL = """

class Thing{number}(db.Model):
    __tablename__ = "things_{number}"

    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
    price = db.Column(db.Numeric(10, 2))
"""

VIEWS = """import importlib


def blueprints():
    for number in range({modules}):
        yield importlib.import_module("shop.views.area_{{}}".format(number)).area
"""

VIEW_HEAD = """from flask import Blueprint, jsonify, request

from shop.models import Thing{number}, db

area = Blueprint("area_{number}", __name__, url_prefix="/area-{number}")
"""

VIEW = """

@area.get("/things-{route}/<int:thing_id>")
def read_{route}(thing_id):
    thing = db.session.get(Thing{number}, thing_id)
    if thing is None:
        return jsonify({{"error": "no such thing"}}), 404
    return jsonify({{"id": thing.id, "name": thing.name, "page": request.args.get("page", 1, type=int)}})
"""

ENV = """from alembic import context
from flask import current_app

target = current_app.extensions["migrate"].db

with target.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""

TEST = """def test_the_shop_starts():
    from shop import create_app

    assert create_app()
"""

REVISION = '''"""{message}"""

import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade():
    {up}


def downgrade():
    {down_step}
'''


def write(folder: Path) -> None:
    """Write the project and commit it."""
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)


def files() -> dict[str, str]:
    """Every file of the project."""
    made = {
        "wsgi.py": "from shop import create_app\n\napp = create_app()\n",
        "shop/__init__.py": APP,
        "shop/models.py": MODELS_HEAD + "".join(MODEL.format(number=number) for number in range(MODULES)),
        "shop/views/__init__.py": VIEWS.format(modules=MODULES),
        "migrations/env.py": ENV,
        "migrations/alembic.ini": "[alembic]\n",
        "migrations/script.py.mako": "",
        "tests/test_shop.py": TEST,
    }
    for number in range(MODULES):
        routes = "".join(VIEW.format(number=number, route=route) for route in range(ROUTES_EACH))
        made[f"shop/views/area_{number}.py"] = VIEW_HEAD.format(number=number) + routes
    for number in range(REVISIONS):
        made[f"migrations/versions/{number:04}_step.py"] = revision(number)
    return made


def revision(number: int) -> str:
    """One revision: the first ones make the tables, the others add a nullable column and drop it again."""
    down = f"{number - 1:04}" if number else None
    if number < MODULES:
        columns = 'sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(80), nullable=False)'
        up = f'op.create_table("things_{number}", {columns}, sa.Column("price", sa.Numeric(10, 2)))'
        step = f'op.drop_table("things_{number}")'
    elif number % 2 == 0:
        up = f'op.add_column("things_{number % MODULES}", sa.Column("note_{number}", sa.Text(), nullable=True))'
        step = f'op.drop_column("things_{number % MODULES}", "note_{number}")'
    else:
        up = f'op.drop_column("things_{(number - 1) % MODULES}", "note_{number - 1}")'
        step = f'op.add_column("things_{(number - 1) % MODULES}", sa.Column("note_{number - 1}", sa.Text()))'
    return REVISION.format(message=f"Step {number}", id=f"{number:04}", down=down, up=up, down_step=step)


def change(folder: Path) -> None:
    """Change fifty files: 48 views, the models, and one revision that is new."""
    for number in range(MODULES - 2):
        path = folder / f"shop/views/area_{number}.py"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"no such thing"', f'"there is no thing {number}"', 1), encoding="utf-8")
    models = folder / "shop/models.py"
    added = "    price = db.Column(db.Numeric(10, 2))\n    color = db.Column(db.String(20))\n"
    text = models.read_text(encoding="utf-8")
    models.write_text(text.replace("    price = db.Column(db.Numeric(10, 2))\n", added, 1), encoding="utf-8")
    new = REVISION.format(
        message="Colours",
        id=f"{REVISIONS:04}",
        down=f"{REVISIONS - 1:04}",
        up='op.add_column("things_0", sa.Column("color", sa.String(20), nullable=True))',
        down_step='op.drop_column("things_0", "color")',
    )
    (folder / f"migrations/versions/{REVISIONS:04}_colours.py").write_text(new, encoding="utf-8")


def commit(folder: Path) -> None:
    """Commit everything."""
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "--message", "step")


def git(folder: Path, *arguments: str) -> None:
    """Run git in the project."""
    subprocess.run(["git", *arguments], cwd=folder, check=True)
