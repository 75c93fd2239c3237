"""From looks at a database to facts, and from facts to findings."""

import pytest

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.proved.facts import (
    Difference,
    DowngradeMissing,
    Drift,
    ErrorSwallowed,
    Reversible,
    RowsNotRestored,
    SchemaNotRestored,
    SecondUpgradeFailed,
    TableLocked,
    UpgradeFailed,
    merged,
)
from beastmode_tools.guard.migrations.compare.proved.locks import Lock, locked_tables
from beastmode_tools.guard.migrations.compare.proved.looks import (
    Look,
    TableRows,
    changed_rows,
    changed_values,
    differences,
    is_additive,
)
from beastmode_tools.guard.migrations.compare.proved.steps import facts_of, without_false_green
from beastmode_tools.guard.migrations.compare.proved.trips import Failure, Ran, Statement, Trip
from beastmode_tools.guard.migrations.rules.proved import RULES
from beastmode_tools.guard.rule import judge


def table(*rows, key=("id",)):
    return TableRows(key, tuple(rows[0]) if rows else ("id",), rows)


def look(rows=None, **schema):
    return Look({name.replace("__", " ", 1).replace("__", "."): text for name, text in schema.items()}, rows or {})


def verdicts(*facts):
    return {finding.rule: finding.verdict for finding in judge(RULES, facts)}


def test_parts_of_a_table_that_is_gone_are_not_told_besides_it():
    before = look(table__t="r", column__t__a="integer", index__t__ix="CREATE INDEX ix ON t (a)")
    sequence = {"sequence t_id_seq": "integer OWNED BY t.id"}

    found = differences(Look({**before.schema, **sequence}), look())

    assert [one.part for one in found] == ["table t"]


def test_a_part_of_another_table_with_a_longer_name_is_told():
    before = look(table__t="r", column__tt__a="integer")

    found = differences(before, look(table__tt="r"))

    assert {one.part for one in found} == {"table t", "table tt"}


@pytest.mark.parametrize(
    ("part", "text", "additive"),
    [
        ("table t", "r", True),
        ("column t.a", "integer", True),
        ("column t.a", "integer NOT NULL DEFAULT 1", True),
        ("column t.a", "integer NOT NULL", False),
        ("constraint t.ck", "CHECK (a > 0)", False),
        ("index t.ix", "CREATE INDEX ix ON t (a)", True),
        ("index t.uq", "CREATE UNIQUE INDEX uq ON t (a)", False),
    ],
)
def test_what_stays_behind_is_additive_only_if_it_binds_nobody(part, text, additive):
    assert is_additive((Difference(part, None, text),)) is additive
    assert not is_additive((Difference(part, text, None),))


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("1.5", "2", 1),
        ("DE ", "DE", 0),
        ("2024-02-29T10:00:00", "2024-02-29T10:00:00+00:00", 0),
        ('{"a": 1,  "b": 2}', '{"b": 2, "a": 1}', 0),
        ('{"a": 1}', '{"a": 2}', 1),
        ("x", None, 1),
    ],
)
def test_a_value_is_lost_if_it_means_something_else(old, new, lost):
    changes = list(changed_values(look({"t": table({"id": "1", "a": old})}), look({"t": table({"id": "1", "a": new})})))

    assert sum(change.lost for change in changes) == lost


def test_a_null_that_becomes_a_value_is_filled_and_not_lost():
    before, after = (look({"t": table({"id": "1", "a": value})}) for value in (None, "x"))

    (change,) = changed_values(before, after)

    assert (change.lost, change.filled) == (0, 1)


def test_rows_are_told_apart_by_their_key_and_not_by_their_order():
    one, two = {"id": "1", "a": "x"}, {"id": "2", "a": "y"}

    changes = list(changed_values(look({"t": table(one, two)}), look({"t": table(two, one)})))

    assert changes == []


def test_rows_without_a_key_are_compared_as_a_whole():
    one, two = {"a": "x"}, {"a": "y"}
    before, same, other = (look({"t": table(*rows, key=())}) for rows in ((one, two), (two, one), (one, {"a": "z"})))

    assert list(changed_values(before, same)) == []
    assert [change.lost for change in changed_values(before, other)] == [1]


def test_rows_that_are_gone_and_rows_that_are_new_are_counted_apart():
    before, after = look({"t": table({"id": "1"}, {"id": "2"})}), look({"t": table({"id": "2"}, {"id": "3"})})

    assert list(changed_rows(before, after)) == [("t", 1, 1)]


@pytest.mark.parametrize(
    ("sql", "modes", "scanned"),
    [
        ("ALTER TABLE t ALTER COLUMN a SET NOT NULL", ("AccessExclusiveLock",), True),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", ("AccessExclusiveLock",), True),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", ("AccessExclusiveLock",), False),
        ("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX ix", ("AccessExclusiveLock",), False),
        ("CREATE UNIQUE INDEX ix ON t (a)", ("ShareLock",), True),
        ("ALTER TABLE t ADD COLUMN a TEXT", ("AccessExclusiveLock",), False),
        ("ALTER TABLE new ADD FOREIGN KEY (a) REFERENCES t (id)", ("ShareRowExclusiveLock",), False),
    ],
)
def test_a_statement_reads_a_table_by_its_kind_and_its_target(sql, modes, scanned):
    (fact,) = locked_tables([Lock("t", modes, False, sql)], frozenset({"t"}), {"revision": "a", "where": "a.py"}, ())

    assert fact.scanned is scanned


def test_null_that_a_check_rules_out_already_is_not_looked_for():
    lock = Lock("t", ("AccessExclusiveLock",), False, "ALTER TABLE t ALTER COLUMN a SET NOT NULL", checked=True)

    (fact,) = locked_tables([lock], frozenset({"t"}), {"revision": "a", "where": "a.py"}, ())

    assert not fact.scanned


def test_a_lock_that_lets_others_write_is_none_to_tell():
    lock = Lock("t", ("RowExclusiveLock", "ShareUpdateExclusiveLock"), False, "UPDATE t SET a = 1")

    assert list(locked_tables([lock], frozenset({"t"}), {"revision": "a", "where": "a.py"}, ())) == []


def test_a_trip_that_did_nothing_says_nothing():
    trip = Trip("sqlite", Look(), Ran("a", "a.py", "upgrade", ran=True))

    assert facts_of(trip) == []


def test_the_same_thing_on_two_databases_is_one_fact_in_the_words_of_postgresql():
    facts = [
        UpgradeFailed(revision="a", dialects=(dialect,), error=dialect, only_with_rows=True)
        for dialect in ("postgresql", "sqlite")
    ]

    (fact,) = merged(facts)

    assert (fact.dialects, fact.error) == (("postgresql", "sqlite"), "postgresql")


def test_what_works_on_one_database_only_is_not_called_reversible():
    bad = SecondUpgradeFailed(revision="a", dialects=("postgresql",), error="type exists")

    assert without_false_green([Reversible(revision="a", dialects=("sqlite",)), bad]) == [bad]


def test_an_error_seen_twice_is_told_once():
    up = Ran(
        "a", "a.py", "upgrade", statements=(Statement("x"),), errors=(Failure("E", "ALTER t"), Failure("E", "ALTER t"))
    )
    same = Look()
    down = Ran("a", "a.py", "downgrade", statements=(Statement("x"),))
    trip = Trip("sqlite", same, up, same, down, same, up, same)

    assert [type(fact) for fact in facts_of(trip)] == [ErrorSwallowed]


def test_verdicts_follow_from_what_can_be_undone():
    dropped = RowsNotRestored(revision="a", table="t", column="c", values=3, of=5, dropped=True)
    rewritten = RowsNotRestored(revision="a", table="t", column="c", values=3, of=5)

    assert verdicts(dropped) == {"rows-not-restored": Verdict.CAUTIOUS}
    assert verdicts(rewritten) == {"rows-not-restored": Verdict.DANGEROUS}
    assert verdicts(DowngradeMissing(revision="a", additive=True)) == {"schema-not-restored": Verdict.CAUTIOUS}
    assert verdicts(DowngradeMissing(revision="a", additive=False)) == {"schema-not-restored": Verdict.DANGEROUS}


def test_what_only_sqlite_cannot_restore_is_cautious_where_postgresql_can():
    left = (Difference("constraint t.unique (a)", "UNIQUE", None),)

    alone = SchemaNotRestored(revision="a", differences=left, dialects=("sqlite",))
    beside = SchemaNotRestored(revision="a", differences=left, dialects=("sqlite",), elsewhere=("postgresql",))

    assert verdicts(alone) == {"schema-not-restored": Verdict.DANGEROUS}
    assert verdicts(beside) == {"schema-not-restored": Verdict.CAUTIOUS}


@pytest.mark.parametrize(
    ("rewritten", "scanned", "big", "verdict"),
    [
        (True, True, True, Verdict.DANGEROUS),
        (True, True, False, Verdict.CAUTIOUS),
        (False, True, True, Verdict.CAUTIOUS),
        (False, False, True, Verdict.SAFE),
    ],
)
def test_a_lock_is_as_bad_as_what_is_done_under_it(rewritten, scanned, big, verdict):
    fact = TableLocked(
        revision="a", table="t", rewritten=rewritten, scanned=scanned, big=big, mode="AccessExclusiveLock"
    )

    assert verdicts(fact) == {"migration-locks-table": verdict}


def test_a_column_that_no_migration_makes_is_worse_than_one_that_nobody_uses_any_more():
    lacking = Drift(kind="add_column", table="t", name="c")
    unused = Drift(kind="remove_column", table="t", name="c", detail="INTEGER")
    asked_for = Drift(kind="remove_column", table="t", name="c", detail="INTEGER NOT NULL")

    assert verdicts(lacking) == {"models-and-migrations-differ": Verdict.DANGEROUS}
    assert verdicts(unused) == {"models-and-migrations-differ": Verdict.SAFE}
    assert verdicts(asked_for) == {"models-and-migrations-differ": Verdict.CAUTIOUS}


def test_two_tables_and_two_revisions_never_share_a_fingerprint():
    facts = [RowsNotRestored(revision=revision, table=name, column="c") for revision in "ab" for name in "tu"]

    findings = list(judge(RULES, facts))

    assert len({finding.fingerprint for finding in findings}) == 4
