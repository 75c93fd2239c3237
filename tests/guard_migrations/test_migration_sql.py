"""SQL in a migration is taken apart as far as it can be, and what cannot stays opaque."""

import pytest

from beastmode_tools.guard.migrations.compare.operations import ExecuteSql, Place
from beastmode_tools.guard.migrations.compare.sql import operations_of_sql

HERE = Place("b2", "b2.py", 1)


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("ALTER TABLE a ADD COLUMN x int, DROP COLUMN y", ["add_column a.x", "drop_column a.y"]),
        ("alter table only public.a add x int", ["add_column a.x"]),
        ('ALTER TABLE shop."Order" RENAME COLUMN a TO b', ["alter_column shop.Order.a rename to b"]),
        ("ALTER TABLE a ALTER COLUMN x SET NOT NULL", ["alter_column a.x not null"]),
        ("ALTER TABLE a ALTER x DROP DEFAULT", ["alter_column a.x default dropped"]),
        ("ALTER TABLE a VALIDATE CONSTRAINT c", ["validate_constraint a.c"]),
        ("ALTER TABLE a RENAME CONSTRAINT c TO d", ["rename_constraint c to d"]),
        ("ALTER TABLE a DROP CONSTRAINT c", ["drop_constraint a.c"]),
        ("ALTER INDEX i RENAME TO j", ["rename_index i to j"]),
        ("ALTER TABLE a RENAME TO b", ["rename_table a to b"]),
        ("DROP TABLE IF EXISTS a, b CASCADE", ["drop_table a", "drop_table b"]),
        ("CREATE TYPE s AS ENUM ('a', 'b')", ["create_enum s"]),
        ("ALTER TYPE s ADD VALUE IF NOT EXISTS 'it''s' AFTER 'a'", ["add_enum_value s.it's"]),
        ("DROP TYPE s", ["drop_enum s"]),
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON a (x)", ["create_index i"]),
        ("TRUNCATE a, b", ["truncate a,b"]),
        ("DELETE FROM a USING b WHERE a.id = b.id", ["delete a where a.id = b.id"]),
        ("WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone", ["delete a"]),
        ("UPDATE a SET x = :x WHERE id = %(id)s", ["update a (x) where id = %(id)s"]),
        ("UPDATE `a` SET `x` = 1", ["update a (x)"]),
        ("UPDATE a SET d = d || '{}' WHERE d ? 'key'", ["update a (d) where d ? 'key'"]),
        ("INSERT INTO a (x) VALUES (1) ON CONFLICT DO NOTHING", ["insert a (x)"]),
        ("COMMENT ON TABLE a IS 'x'", ["comment a"]),
        ("LOCK TABLE a IN SHARE MODE", ["lock_table a"]),
        ("VACUUM (FULL, ANALYZE) a", ["vacuum full a"]),
        ("REINDEX INDEX CONCURRENTLY i", ["reindex i"]),
        ("SET LOCAL lock_timeout TO '5s'", ["set lock_timeout = 5s"]),
        ("PRAGMA foreign_keys=OFF", ["set foreign_keys = OFF"]),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", ["replace_view v"]),
        ("DROP MATERIALIZED VIEW v", ["drop_materialized view v"]),
        ("DROP FUNCTION f(int) CASCADE", ["drop_function f"]),
        ("CREATE POLICY p ON a USING (true)", ["create_policy p"]),
        ("ALTER TABLE a DISABLE ROW LEVEL SECURITY", ["alter_table a disable row level security"]),
        ("SELECT 1; -- two\n/* three */ DROP TABLE a;", ["execute SELECT 1", "drop_table a"]),
    ],
)
def test_a_statement_is_named_by_what_it_does(sql, names):
    assert [str(op) for op in operations_of_sql(sql, HERE)] == names


@pytest.mark.parametrize("sql", ["garbage ( here", "CALL do_it()", "DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$", "("])
def test_what_is_not_understood_is_opaque(sql):
    found = operations_of_sql(sql, HERE)

    assert [op.kind for op in found if isinstance(op, ExecuteSql)] == ["opaque"]


@pytest.mark.parametrize("sql", ["", "  ;  ", "-- only a comment", "/* nothing */"])
def test_a_text_without_a_statement_does_nothing(sql):
    assert operations_of_sql(sql, HERE) == []


def test_a_block_with_an_exception_part_may_fail_without_a_word():
    sql = "DO $$ BEGIN CREATE TYPE s AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;"

    found = operations_of_sql(sql, HERE)

    assert [str(op) for op in found] == ["create_enum s"]
    assert found[0].place.guarded


def test_a_semicolon_in_a_function_ends_no_statement():
    sql = "CREATE FUNCTION f() RETURNS int AS $$ DELETE FROM a; SELECT 1; $$ LANGUAGE sql; DROP TABLE b"

    assert [str(op) for op in operations_of_sql(sql, HERE)] == ["create_function f", "drop_table b"]


def test_the_statements_of_a_trigger_run_later():
    """SQLite writes them between BEGIN and END; neither is a transaction, and no row is changed now."""
    when = "CASE WHEN NEW.y THEN 1 ELSE 2 END"
    body = f"BEGIN UPDATE a SET x = {when} WHERE id = NEW.id; DELETE FROM b; END"
    sql = f"CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW {body}; DROP TABLE c"

    assert [str(op) for op in operations_of_sql(sql, HERE)] == ["create_trigger t", "drop_table c"]


def test_columns_of_a_table_in_sql_are_read_whole():
    sql = "CREATE TABLE a (id serial PRIMARY KEY, b_id int NOT NULL DEFAULT 4 REFERENCES b(id), CHECK (b_id > 0))"

    table = operations_of_sql(sql, HERE)[0]

    assert table.columns[0].autoincrement
    assert (table.columns[1].references, table.columns[1].server_default) == ("b.id", "4")
    assert not table.columns[1].nullable
    assert table.constraints[0].kind == "check"


def test_rows_by_the_megabyte_are_rows_and_nothing_else_is_guessed():
    rows = "INSERT INTO shop.places (name) VALUES " + ", ".join(["('somewhere')"] * 40_000)
    other = "SELECT f(" + ", ".join(["1"] * 100_000) + ")"

    assert [str(op) for op in operations_of_sql(rows, HERE)] == ["insert shop.places"]
    assert [op.kind for op in operations_of_sql(other, HERE)] == ["opaque"]


@pytest.mark.parametrize(
    "sql",
    [
        "LOCK TABLE t " + "IN " * 20_000,
        "GRANT " + "a " * 5_000,
        "SELECT " + "(" * 1_000 + "1" + ")" * 1_000,
        "DO $$ " + "BEGIN " * 5_000 + " $$",
        "'" * 9_999,
        "/*" * 20_000,
    ],
    ids=["lock", "grant", "parentheses", "block", "quotes", "comments"],
)
def test_a_text_that_was_made_to_keep_a_parser_busy_ends(sql):
    assert len(operations_of_sql(sql, HERE)) <= 1
