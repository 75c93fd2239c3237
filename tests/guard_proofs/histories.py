"""Small projects with an Alembic history, written for one test each, and the databases to prove them on."""

import sys
import textwrap
from pathlib import Path

from sqlalchemy import make_url

from beastmode_tools.guard.databases.scratch import PostgresScratch, SqliteScratch
from beastmode_tools.guard.databases.servers import Server
from beastmode_tools.guard.migrations.proof.migrating import run_migrations
from beastmode_tools.guard.migrations.proof.reversible import Start, prove_revisions
from beastmode_tools.project import GuardSettings, Project
from beastmode_tools.source.sides import Side
from servers import postgres_server

PYTHON = Path(sys.executable)

PLAIN_ENV = """
from alembic import context
from sqlalchemy import engine_from_config

try:
    from models import metadata
except ImportError:
    metadata = None

connectable = engine_from_config(context.config.get_section("alembic", {}))
with connectable.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""

REVISION = '''"""{name}"""

import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = {down!r}
branch_labels = None
depends_on = None

{body}
'''

ITEMS = """
def upgrade():
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("price", sa.Numeric(10, 2)),
        sa.Column("note", sa.Text()),
    )


def downgrade():
    op.drop_table("items")
"""


class History:
    """A project in a folder: plain Alembic, no Flask, one revision after the other."""

    def __init__(self, folder, *, env=PLAIN_ENV, base=ITEMS, settings=None):
        self.folder = folder
        self.names = []
        (folder / "migrations" / "versions").mkdir(parents=True)
        (folder / "migrations" / "env.py").write_text(env)
        self.settings = settings or GuardSettings()
        if base:
            self.add("first", base)

    def write(self, path, text):
        """Writes a file of the project."""
        (self.folder / path).write_text(textwrap.dedent(text))
        return self

    def add(self, name, body, down=...):
        """Adds a revision behind the last one, or behind others that are named."""
        last = self.names[-1] if self.names else None
        text = REVISION.format(name=name, down=last if down is ... else down, body=textwrap.dedent(body))
        (self.folder / "migrations" / "versions" / f"{name}.py").write_text(text)
        self.names.append(name)
        return self

    @property
    def side(self):
        return Side("work", self.folder, self.folder)

    @property
    def project(self):
        return Project(self.folder, self.folder, PYTHON, None, "migrations", self.settings)

    def order(self, scratch):
        """The revisions in the order of the history."""
        return run_migrations(self.side, self.project, scratch.new(), []).order

    def prove(self, *scratches, revisions=None):
        """What up, down and up again shows on the databases, beginning with empty ones."""
        starts = [Start(scratch) for scratch in scratches]
        return prove_revisions(self.side, self.project, starts, revisions or self.names, is_one_change=False)


def only(proof, kind):
    """The one fact of a kind."""
    found = [fact for fact in proof.facts if type(fact) is kind]
    assert len(found) == 1, proof.facts
    return found[0]


def kinds(proof, revision):
    """The names of the kinds of facts about a revision."""
    return {type(fact).__name__ for fact in proof.facts if fact.revision == revision}


def postgres_scratch():
    """A scratch on the server of the tests."""
    address = make_url(postgres_server())
    return PostgresScratch(Server(address, "the server of the tests", "psycopg"))


__all__ = ["ITEMS", "PYTHON", "History", "SqliteScratch", "kinds", "only", "postgres_scratch"]
