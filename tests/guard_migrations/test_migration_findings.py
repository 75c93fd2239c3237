"""Findings about migrations stay the same when lines move, and two different things are two findings."""

from pathlib import Path

import pytest
from migration_cases import judged, revision

from beastmode_tools.guard.finding import Verdict


@pytest.fixture
def findings(tmp_path):
    count = iter(range(100))

    def judge(up, down="pass", **known):
        after = tmp_path / str(next(count))
        folder = after / "migrations" / "versions"
        folder.mkdir(parents=True)
        (folder / "b2.py").write_text(revision(up, down), encoding="utf-8")
        return judged(Path("nowhere"), after, **known)

    return judge


def loud(found):
    return {finding.rule: finding.verdict for finding in found if finding.verdict > Verdict.SAFE}


def test_a_fingerprint_stays_when_lines_move(findings):
    before = findings('op.drop_column("users", "nick")')
    after = findings('# first\n\nx = 1\nop.drop_column("users", "nick")')

    assert [finding.fingerprint for finding in before] == [finding.fingerprint for finding in after]
    assert before[0].where != after[0].where


def test_two_different_things_have_two_fingerprints(findings):
    found = findings(
        'op.drop_column("users", "a")\nop.drop_column("users", "b")\n'
        "op.execute(\"UPDATE users SET c = 'x'\")\nop.execute(\"UPDATE users SET c = 'y'\")\n"
        'op.create_index(None, "users", ["d"])\nop.create_index(None, "users", ["e"])'
    )

    prints = [finding.fingerprint for finding in found if finding.rule != "downgrade-missing"]
    assert len(set(prints)) == len(prints) == 6


def test_an_operation_in_two_branches_is_told_once(findings):
    found = findings('if op.get_bind().dialect.name == "mysql":\n    op.drop_table("a")\nelse:\n    op.drop_table("a")')

    assert [finding.rule for finding in found].count("table-dropped") == 1


def test_a_big_table_makes_an_index_dangerous(findings):
    up, down = 'op.create_index("i", "users", ["a"])', 'op.drop_index("i", table_name="users")'

    assert loud(findings(up, down)) == {"index-locks-writes": Verdict.CAUTIOUS}
    assert loud(findings(up, down, big_tables=["users"])) == {"index-locks-writes": Verdict.DANGEROUS}


def test_an_old_postgresql_refuses_an_enum_value_in_a_transaction(findings):
    up = "op.execute(\"ALTER TYPE s ADD VALUE 'x'\")"

    assert loud(findings(up, postgres=15)) == {"enum-value-added": Verdict.CAUTIOUS}
    assert loud(findings(up, postgres=11)) == {"enum-value-added": Verdict.DANGEROUS}


def test_the_models_say_what_a_column_was(findings):
    tables = {"users": {"columns": {"nick": {"type": "VARCHAR(50)", "nullable": False}}}}
    up, down = 'op.alter_column("users", "nick", type_=sa.Text(), nullable=False)', 'op.execute("SELECT 1")'

    without, known = findings(up, down), findings(up, down, tables=tables)

    assert loud(without)["column-type-altered"] is Verdict.DANGEROUS
    assert loud(known)["column-type-altered"] is Verdict.CAUTIOUS
    assert "column-becomes-not-null" not in loud(known)


def test_the_condition_stands_in_the_evidence(findings):
    found = findings('if op.get_bind().dialect.name == "postgresql":\n    op.drop_table("a")')

    assert "only on postgresql" in found[0].evidence.detail


def test_a_lock_on_sqlite_alone_is_none_to_worry_about(findings):
    up = 'if op.get_bind().dialect.name == "sqlite":\n    op.create_index("i", "a", ["x"])'
    down = 'op.drop_index("i", table_name="a")'

    assert loud(findings(up, down)) == {}


def test_an_index_behind_a_commit_by_hand_is_in_no_transaction(findings):
    """PostgreSQL builds it; that the revision commits by itself is told."""
    concurrently = 'op.execute("CREATE INDEX CONCURRENTLY i ON users (a)")'
    down = 'op.drop_index("i", table_name="users")'

    assert "concurrently-in-transaction" in loud(findings(concurrently, down))
    assert set(loud(findings(f'op.execute("COMMIT")\n{concurrently}', down))) == {"transaction-by-hand"}


def test_what_could_not_be_read_is_shown_as_an_ellipsis(findings):
    """A marker of the reader's own is no word for a person."""
    found = findings("op.execute(f\"UPDATE users SET a = 'x' WHERE id = '{IDS[0]}'\")")

    said = " ".join(f"{each.problem} {each.evidence.detail}" for each in found)
    assert "…" in said
    assert "__unknown__" not in said
