"""Connections of a proof: closed after each run of env.py, and one that is refused is no fault of a revision."""

import pytest
from histories import PLAIN_ENV, History

from beastmode_tools.guard.migrations.compare.proved.facts import Reversible

REVISIONS = 8
MOST = 10  # of each run one, and those that the server has not yet let go

CROWDED = f"""
def upgrade():
    query = sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    connections = op.get_bind().scalar(query)
    if connections > {MOST}:
        raise RuntimeError(f"{{connections}} connections are open")
    op.add_column("items", sa.Column("last", sa.Text()))


def downgrade():
    op.drop_column("items", "last")
"""

NEXT = """
def upgrade():
    op.add_column("items", sa.Column("{name}", sa.Text()))


def downgrade():
    op.drop_column("items", "{name}")
"""

# A server whose connections have run out, from the given run of env.py on.
REFUSED = """
from pathlib import Path

runs = Path(__file__).with_name("runs")
runs.write_text("#" if not runs.exists() else runs.read_text() + "#")
if len(runs.read_text()) >= {run}:
    raise OSError("too many clients already")
"""


@pytest.mark.postgres
def test_a_run_of_env_py_leaves_no_connection_behind(tmp_path, postgres):
    """Each run makes a pool: those of eight revisions together would be forty connections."""
    project = History(tmp_path)
    for number in range(REVISIONS):
        project.add(f"a{number}", NEXT.format(name=f"a{number}"))
    project.add("crowded", CROWDED)

    proof = project.prove(postgres)

    assert proof.not_proven == []
    assert proof.proved["postgresql"] == project.names


@pytest.mark.parametrize("run", range(10, 18))
def test_a_refused_connection_is_told_and_said_of_no_revision(tmp_path, sqlite, run):
    """Whatever the proof was about to do: fill, look, go up, down or up again."""
    project = History(tmp_path, env=REFUSED.format(run=run) + PLAIN_ENV)
    for name in ("a", "b", "c"):
        project.add(name, NEXT.format(name=name))

    proof = project.prove(sqlite)

    assert {type(fact) for fact in proof.facts} == {Reversible}
    assert proof.proved["sqlite"] == ["first"]
    assert proof.not_proven == [
        "a, b, c: not proved on sqlite, since a could not be tried: OSError: too many clients already."
    ]
