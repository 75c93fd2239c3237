"""Small projects for the tests of mixed versions: a base and a work side, plain Flask-SQLAlchemy with Flask-Migrate."""

import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.guard.mixed.compare.matrix import compare as compare_versions
from beastmode_tools.guard.mixed.compare.queries import compare as compare_queries
from beastmode_tools.guard.mixed.proof.matrix import Mixed, prove_mixed
from beastmode_tools.guard.mixed.rules import queries as query_rules
from beastmode_tools.guard.mixed.rules.matrix import RULES
from beastmode_tools.guard.rule import judge
from beastmode_tools.project import GuardSettings, Project
from beastmode_tools.source.sides import Side

__all__ = ["APP", "ENV", "MODELS", "Said", "Shop", "revision", "said", "shop"]

ENV = """
from alembic import context
from flask import current_app

target_metadata = current_app.extensions["migrate"].db.metadata
engine = current_app.extensions["migrate"].db.engine

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
"""

MODELS = """
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Customer(db.Model):
    __tablename__ = "customers"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(60), nullable=False)
    nick = db.Column(db.String(60))


class Order(db.Model):
    __tablename__ = "orders"
    id = db.Column(db.Integer, primary_key=True)
    customer_id = db.Column(db.ForeignKey("customers.id"), nullable=False)
    total = db.Column(db.Integer, nullable=False)
    customer = db.relationship(Customer, backref="orders")
"""

APP = """
from flask import Flask, jsonify, request
from flask_migrate import Migrate

from models import Customer, Order, db


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
    db.init_app(app)
    Migrate(app, db)

    @app.get("/orders")
    def orders():
        return jsonify([{"id": order.id, "total": order.total} for order in db.session.scalars(db.select(Order))])

    @app.get("/customers/<int:customer_id>")
    def customer(customer_id):
        found = db.get_or_404(Customer, customer_id)
        return {"id": found.id, "name": found.name}

    @app.post("/customers")
    def add():
        made = Customer(name=request.get_json()["name"])
        db.session.add(made)
        db.session.commit()
        return {"id": made.id}, 201

    return app
"""

FIRST = """
op.create_table(
    "customers",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("nick", sa.String(60)),
)
op.create_table(
    "orders",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.Integer, sa.ForeignKey("customers.id"), nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
)
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """Both sides of a change, and the project that they belong to."""

    old: Side
    new: Side
    project: Project


def revision(number, upgrade, downgrade="pass"):
    """A revision's file: name and text."""
    down = f'"{number - 1:04}"' if number > 1 else "None"
    text = (
        f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "{number:04}"\ndown_revision = {down}\n\n\n'
        f"def upgrade():\n{textwrap.indent(textwrap.dedent(upgrade).strip(), '    ')}\n\n\n"
        f"def downgrade():\n{textwrap.indent(textwrap.dedent(downgrade).strip(), '    ')}\n"
    )
    return f"migrations/versions/{number:04}.py", text


def shop(folder: Path, old=None, new=None, **settings) -> Shop:
    """A project whose base has `old` besides the usual files, and whose work side has `new` besides these.

    Args:
        folder: Where both copies are written.
        old: path -> text.
        new: path -> text; None for a file that is gone.
        settings: Of `[guard]`.
    """
    base = {"app.py": APP, "models.py": MODELS, "migrations/env.py": ENV, **dict([revision(1, FIRST)]), **(old or {})}
    work = {**base, **(new or {})}
    sides = []
    for name, files in (("base", base), ("work", work)):
        for path, text in files.items():
            if text is not None:
                (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / name / path).write_text(text, encoding="utf-8")
        sides.append(Side(name, folder / name, folder / name))
    project = Project(
        root=folder,
        folder=folder / "work",
        python=Path(sys.executable),
        app=None,
        migrations="migrations",
        settings=GuardSettings(**settings),
    )
    return Shop(sides[0], sides[1], project)


@dataclass(frozen=True, slots=True)
class Said:
    """What the guard says about a shop."""

    findings: list
    picture: dict
    not_proven: list
    mixed: Mixed

    def rules(self):
        """Rule -> its findings."""
        found = {}
        for finding in self.findings:
            found.setdefault(finding.rule, []).append(finding)
        return found


def said(made: Shop, scratch, *, bodies=None, queries=False, schemas=None) -> Said:
    """The findings of mixed versions, and of queries where these are counted."""
    bodies = {"old": bodies or {}, "new": bodies or {}}
    mixed, picture, not_proven = prove_mixed(
        made.old, made.new, made.project, scratch, schemas=schemas, bodies=bodies, queries=queries
    )
    findings = list(judge(RULES, compare_versions([mixed.matrix])))
    if mixed.costs is not None:
        findings += judge(query_rules.RULES, compare_queries(*mixed.costs))
    return Said(findings, picture, not_proven, mixed)
