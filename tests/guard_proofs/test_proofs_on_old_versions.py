"""Migrations proved with the oldest libraries that the guard knows; `make compat` runs it."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from histories import History, SqliteScratch

from beastmode_tools.guard.migrations.proof.reversible import Start, prove_revisions

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("BEAST_COMPAT"), reason="installs old versions: `make compat` runs it"),
]

LEDGER = Path(__file__).parents[1] / "apps" / "ledger"
OLD = [
    "Flask==2.1.3",
    "Werkzeug<2.2",
    "SQLAlchemy==1.4.54",
    "Flask-SQLAlchemy==2.5.1",
    "Flask-Migrate==3.1.0",
    "alembic==1.7.7",
]


@pytest.fixture(scope="module")
def old_python(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *OLD], check=True)
    return python


def test_a_history_is_proved_with_sqlalchemy_1_4_and_alembic_1_7(old_python, tmp_path):
    folder = tmp_path / "ledger"
    folder.mkdir()
    project = History(folder, base=None)
    shutil.copytree(LEDGER, folder, dirs_exist_ok=True)
    settings = replace(project.project, python=old_python)
    revisions = ["1a01", "3c03", "2b02", "4d04", "5e05", "6f06"]

    with SqliteScratch() as sqlite:
        proof = prove_revisions(project.side, settings, [Start(sqlite)], revisions, is_one_change=False)

    assert {type(fact).__name__ for fact in proof.facts} == {"Reversible"}
    assert proof.proved["sqlite"] == [one for one in revisions if one != "4d04"]
    assert proof.not_proven == []
