"""What was read beside what ran."""

from dataclasses import replace

from both_ways import differences, run_of

from beastmode_tools.guard.migrations.compare.captured import combined
from beastmode_tools.guard.migrations.compare.changes import SeenOnlyInSource, SeenOnlyWhenRun
from beastmode_tools.guard.migrations.compare.operations import (
    AddColumn,
    AlterColumn,
    BulkInsert,
    Column,
    DropTable,
    ExecuteSql,
    NoOperations,
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


SQL = Unreadable(place=READ, source="op.execute(sql)", reason="what it executes is not written", last_line=11)
DELETE = ExecuteSql(place=RAN, sql="DELETE FROM users", kind="delete", tables=("users",), calls=(("b2.py", 10),))


def together(read, *runs):
    return combined(read, [run_of(ran, dialect) for dialect, ran in runs]).operations


def test_what_was_read_and_ran_is_told_as_it_was_read_and_where_it_ran():
    """Once, with what reading alone knows: its line here."""
    seen = together([ADD], ("postgresql", [replace(ADD, place=RAN)]), ("sqlite", [replace(ADD, place=RAN)]))

    assert [(op, op.ran_on) for op in seen] == [(ADD, ("postgresql", "sqlite"))]


def test_what_could_not_be_read_is_told_as_it_ran():
    """Its lines were seen at work."""
    seen = together([ADD, SQL, DROP], ("sqlite", [replace(ADD, place=RAN), DELETE, replace(DROP, place=RAN)]))

    assert seen == [ADD, DELETE, DROP]
    assert all(op.ran_on == ("sqlite",) for op in seen)


def test_what_could_not_be_read_and_was_not_seen_stays():
    """Another line was seen at work, or none."""
    elsewhere = replace(DELETE, calls=(("b2.py", 12),))

    assert together([SQL], ("sqlite", [elsewhere])) == [elsewhere, SQL]
    assert together([SQL, DROP], ("sqlite", [replace(DROP, place=RAN)])) == [SQL, DROP]


def test_a_statement_of_a_line_that_is_not_readable_is_not_taken_for_another_one_that_is():
    """A DELETE of some rows that was read does not hide one of all rows that was not."""
    some = replace(DELETE, sql="DELETE FROM users WHERE old", has_where=True, where="old", place=replace(READ, line=20))

    assert together([SQL, some], ("sqlite", [DELETE, replace(some, calls=(("b2.py", 20),))])) == [DELETE, some]


def test_what_two_databases_ran_is_one_operation_and_what_one_of_them_ran_is_told_to_be_for_it():
    """The words of PostgreSQL are kept."""
    other = replace(DELETE, sql="DELETE FROM users -- sqlite")
    vacuum = replace(DELETE, sql="TRUNCATE users", kind="truncate")

    seen = together([SQL], ("postgresql", [DELETE, vacuum]), ("sqlite", [other]))

    assert [(op.sql, op.ran_on, op.place.dialects) for op in seen] == [
        ("DELETE FROM users", ("postgresql", "sqlite"), ()),
        ("TRUNCATE users", ("postgresql",), ("postgresql",)),
    ]


def test_a_helper_in_another_file_is_seen_at_work_there():
    """The lines of all functions that were being run count."""
    hidden = replace(SQL, place=replace(READ, path="steps.py", line=3), last_line=3)
    called = replace(DELETE, calls=(("steps.py", 3), ("b2.py", 9)))

    assert together([hidden], ("sqlite", [called])) == [called]


def test_an_empty_function_that_ran_something_is_not_empty():
    """As where something else runs when it is called."""
    empty = NoOperations(place=READ, why="empty")

    assert together([empty], ("sqlite", [DELETE])) == [DELETE]
