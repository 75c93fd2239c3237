"""A Flask-SQLAlchemy project that knows nothing of beastmode is checked by the command as a person types it."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

LEDGER = Path(__file__).parent.parent / "apps" / "ledger"
TESTS = """from ledger import create_app


def test_accounts_are_listed():
    assert create_app().test_client().get("/accounts").status_code == 200


def test_an_account_is_shown():
    assert create_app().test_client().get("/accounts/1").status_code in {200, 404}
"""
REVISION = """import sqlalchemy as sa
from alembic import op

revision = "7a07"
down_revision = "6f06"


def upgrade():
    {up}


def downgrade():
    {down}
"""
COLOUR = 'op.add_column("labels", sa.Column("colour", sa.String(20)))', 'op.drop_column("labels", "colour")'
NOTE = 'op.drop_column("accounts", "note")', 'op.add_column("accounts", sa.Column("note", sa.Text()))'


@dataclass(frozen=True)
class Change:
    """What a person changes, and what is said of it: the verdict, and rules that must be among the findings."""

    verdict: str
    rules: set[str]
    replaced: dict[str, str] = field(default_factory=dict)
    revision: tuple[str, str] | None = None


CHANGES = {
    "a docstring and a comment": Change(
        "SAFE",
        {"harmless-code-change"},
        {"def create_app():\n": 'def create_app():\n    """The application."""\n    # One for each process.\n'},
    ),
    "a column that may be empty, and its migration": Change(
        "CAUTIOUS",
        {"harmless-operation", "migration-reversible", "harmless-code-change"},
        {"    name = db.Column": "    colour = db.Column(db.String(20))\n    name = db.Column"},
        COLOUR,
    ),
    "accounts in another order": Change(
        "CAUTIOUS", {"behavior-changed"}, {"order_by(Account.id)": "order_by(Account.email)"}
    ),
    "a field less in an answer": Change(
        "DANGEROUS", {"response-field-removed"}, {', "email": account.email, "kind"': ', "kind"'}
    ),
    "a column is dropped while the running code reads it": Change(
        "DANGEROUS",
        {"old-code-fails-on-new-schema", "dropped-in-use"},
        {"    note = db.Column(db.Text)\n": ""},
        NOTE,
    ),
}


@pytest.fixture
def ledger(new_project):
    return new_project(LEDGER, {"tests/test_ledger.py": TESTS, ".gitignore": "__pycache__/\n"})


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_a_plain_project_is_called_what_it_is(ledger, change):
    source = ledger.folder / "ledger.py"
    text = source.read_text(encoding="utf-8")
    for old, new in change.replaced.items():
        assert old in text
        text = text.replace(old, new)
    source.write_text(text, encoding="utf-8")
    if change.revision is not None:
        up, down = change.revision
        revision = ledger.folder / "migrations" / "versions" / "7a07_next.py"
        revision.write_text(REVISION.format(up=up, down=down), encoding="utf-8")

    report = ledger.check("--on", "sqlite")

    told = [(finding["verdict"], finding["rule"], finding["problem"]) for finding in report["findings"]]
    assert report["verdict"] == change.verdict, told
    assert change.rules <= {finding["rule"] for finding in report["findings"]}, told


def test_what_a_plain_project_promises_is_read_from_its_routes(ledger):
    done = ledger.beast("contract", "show", *ledger.python)

    assert done.returncode == 0, done.stderr
    assert '"/accounts/{account_id}"' in done.stdout


def test_the_newest_migration_of_a_plain_project_is_proved_by_name(ledger):
    done = ledger.beast("prove", "6f06", *ledger.python, "--on", "sqlite", "--format", "json")

    report = json.loads(done.stdout)
    proved = {finding["rule"]: finding["evidence"] for finding in report["findings"]}
    assert done.returncode == 0, done.stderr
    assert proved["migration-reversible"]["kind"] == "proved"
    assert "postgresql" not in done.stdout
