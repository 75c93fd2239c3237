"""What was read beside what ran."""

from dataclasses import replace

from beastmode_tools.guard.migrations.compare.captured import differences
from beastmode_tools.guard.migrations.compare.changes import SeenOnlyInSource, SeenOnlyWhenRun
from beastmode_tools.guard.migrations.compare.operations import (
    AddColumn,
    AlterColumn,
    BulkInsert,
    Column,
    DropTable,
    ExecuteSql,
    Place,
    SetSetting,
    Unreadable,
)

READ = Place("b2", "b2.py", 9)
RAN = Place("b2", "b2.py")
ADD = AddColumn(place=READ, table="users", column=Column("nick", "VARCHAR(50)"))
DROP = DropTable(place=READ, table="old")


def test_what_both_saw_is_no_difference():
    ran = [replace(ADD, place=RAN, column=Column("nick", "VARCHAR(50) COLLATE x")), replace(DROP, place=RAN)]

    assert list(differences([ADD, DROP], ran, "postgresql")) == []


def test_what_did_not_run_is_told():
    found = list(differences([ADD, DROP], [replace(ADD, place=RAN)], "postgresql"))

    assert found == [SeenOnlyInSource(DROP, "drop_table old", "postgresql", expected=False)]


def test_a_branch_for_another_dialect_explains_it():
    mysql = replace(DROP, place=replace(READ, dialects=("mysql",)))

    found = list(differences([ADD, mysql], [replace(ADD, place=RAN)], "postgresql"))

    assert [change.expected for change in found] == [True]


def test_what_was_not_read_is_told():
    found = list(differences([ADD], [replace(ADD, place=RAN), replace(DROP, place=RAN)], "sqlite"))

    assert [(type(change), change.what) for change in found] == [(SeenOnlyWhenRun, "drop_table old")]


def test_an_alteration_may_run_in_parts():
    whole = AlterColumn(place=READ, table="users", column="nick", type_to="TEXT", nullable=False)
    parts = [
        AlterColumn(place=RAN, table="users", column="nick", type_to="TEXT"),
        AlterColumn(place=RAN, table="users", column="nick", nullable=False),
    ]

    assert list(differences([whole], parts, "postgresql")) == []


def test_rows_that_are_inserted_are_the_same_in_both_ways():
    insert = ExecuteSql(place=RAN, sql="INSERT INTO roles ...", kind="insert", tables=("roles",), rows=2)

    assert list(differences([BulkInsert(place=READ, table="roles", rows=2)], [insert], "sqlite")) == []


def test_what_leaves_no_trace_is_not_compared():
    setting = SetSetting(place=READ, name="lock_timeout", value="5s")
    query = ExecuteSql(place=RAN, sql="SELECT 1", kind="select")
    hidden = Unreadable(place=READ, source="x()", reason="y")

    assert list(differences([ADD, setting, hidden], [replace(ADD, place=RAN), query], "sqlite")) == []


def test_a_direction_that_was_not_run_says_nothing():
    assert list(differences([ADD, DROP], [], "sqlite")) == []
