"""squawk's warnings are read where it is installed, and said once."""

from pathlib import Path

import pytest
from migration_cases import judged, revision

from beastmode_tools.guard.migrations.compare.operations import Place
from beastmode_tools.guard.migrations.compare.squawk import COVERED, STYLE, Statement, beyond_ours
from beastmode_tools.guard.migrations.read.squawk import find_squawk, read_squawk

HERE = Place("b2", "migrations/versions/b2.py", 9)


@pytest.fixture
def sides(tmp_path):
    (tmp_path / "after" / "migrations" / "versions").mkdir(parents=True)
    return tmp_path / "before", tmp_path / "after"


def test_a_warning_belongs_to_the_statement_that_it_is_about():
    statements = [Statement("SELECT 1", HERE), Statement("DROP TABLE users", HERE)]

    warnings = read_squawk(statements)

    assert {warning.statement.sql for warning in warnings if warning.rule == "ban-drop-table"} == {"DROP TABLE users"}


def test_statements_outside_of_the_transaction_are_answered_too():
    block = Place("b2", "b2.py", in_autocommit=True)

    warnings = read_squawk([Statement("DROP TABLE a", HERE), Statement("DROP TABLE b", block)])

    dropped = [warning.statement.sql for warning in warnings if warning.rule == "ban-drop-table"]
    assert dropped == ["DROP TABLE a", "DROP TABLE b"]


def test_what_a_rule_of_ours_says_is_not_said_again(sides):
    before, after = sides
    text = revision('op.execute("ALTER TABLE users DROP COLUMN nick")')
    (after / "migrations" / "versions" / "b2.py").write_text(text, encoding="utf-8")

    rules = [finding.rule for finding in judged(before, after)]

    assert rules.count("column-dropped") == 1
    assert "squawk-warning" not in rules


def test_what_only_squawk_knows_is_said(sides):
    before, after = sides
    text = revision('op.execute("CREATE DOMAIN price AS numeric CHECK (value > 0)")')
    (after / "migrations" / "versions" / "b2.py").write_text(text, encoding="utf-8")

    found = [finding for finding in judged(before, after) if finding.rule == "squawk-warning"]

    assert len(found) == 1
    assert "ban-create-domain-with-constraint" in found[0].problem


def test_taste_is_left_out():
    warnings = read_squawk([Statement("CREATE TABLE t (id int, c char(3), at timestamp)", HERE)])

    assert {warning.rule for warning in warnings} & STYLE
    assert list(beyond_ours(warnings)) == []


def test_without_squawk_there_is_no_answer_and_no_error():
    assert read_squawk([Statement("SELECT 1", HERE)], binary=Path("nowhere/squawk")) is None


def test_a_squawk_that_hangs_is_ended(tmp_path):
    slow = tmp_path / "squawk"
    slow.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    slow.chmod(0o755)

    assert read_squawk([Statement("SELECT 1", HERE)], binary=slow, seconds=0.2) is None


def test_a_squawk_that_answers_something_else_is_no_answer(tmp_path):
    odd = tmp_path / "squawk"
    odd.write_text("#!/bin/sh\necho not json\n", encoding="utf-8")
    odd.chmod(0o755)

    assert read_squawk([Statement("SELECT 1", HERE)], binary=odd) is None


def test_squawk_of_the_environment_is_found_beside_the_interpreter():
    assert find_squawk() is not None
    assert not STYLE & set(COVERED)
