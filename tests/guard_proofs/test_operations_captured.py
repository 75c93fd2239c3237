"""Operations that ran, in the same words as those that are read."""

import pytest
from histories import History, SqliteScratch, postgres_scratch

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.proof.captured import operations_that_ran

BODY = """
def upgrade():
    op.add_column("items", sa.Column("size", sa.String(10), nullable=False, server_default="x"))
    with op.batch_alter_table("items") as batch:
        batch.alter_column("name", type_=sa.String(80), existing_type=sa.String(40))
        batch.create_unique_constraint("uq_size", ["size", "id"])
    op.create_index("ix_name", "items", ["name"], unique=False)
    for name in ("a" + "b", "c"):
        op.create_table(name, sa.Column("id", sa.Integer(), primary_key=True))
    table = "ite" + "ms"
    op.get_bind().execute(sa.text(f"UPDATE {table} SET price = 1"))
    op.execute("DELETE FROM items WHERE price > 5")
    op.bulk_insert(sa.table("c", sa.column("id")), [{"id": 1}, {"id": 2}])


def downgrade():
    op.drop_table("c")
    op.drop_table("ab")
    op.drop_index("ix_name", "items")
    with op.batch_alter_table("items") as batch:
        batch.drop_constraint("uq_size", type_="unique")
        batch.alter_column("name", type_=sa.String(40), existing_type=sa.String(80))
    op.drop_column("items", "size")
"""


@pytest.fixture(scope="module", params=[SqliteScratch, postgres_scratch], ids=["sqlite", "postgresql"])
def ran(request, tmp_path_factory):
    project = History(tmp_path_factory.mktemp("captured")).add("much", BODY)
    with request.param() as scratch:
        proof = project.prove(scratch)
        return [op for op in operations_that_ran(proof.trips[scratch.dialect]) if op.place.revision == "much"]


def up(ran, kind):
    return [op for op in ran if type(op) is kind and op.place.direction == "upgrade"]


def test_columns_keep_their_type_and_default(ran):
    (added,) = up(ran, ops.AddColumn)

    assert (added.table, added.column.name, added.column.type) == ("items", "size", "VARCHAR(10)")
    assert (added.column.nullable, added.column.server_default) == (False, "'x'")


def test_a_batch_is_told_by_its_operations_and_not_by_the_table_that_it_copies(ran):
    (altered,) = up(ran, ops.AlterColumn)
    (unique,) = up(ran, ops.AddConstraint)

    assert (altered.column, altered.type_to, altered.type_from) == ("name", "VARCHAR(80)", "VARCHAR(40)")
    assert (unique.constraint.kind, unique.constraint.name, unique.constraint.columns) == (
        "unique",
        "uq_size",
        ("size", "id"),
    )
    assert {op.table for op in up(ran, ops.CreateTable)} == {"ab", "c"}


def test_sql_that_nobody_can_read_from_the_source_is_parsed_as_it_reached_the_driver(ran):
    updates = [op for op in up(ran, ops.ExecuteSql) if op.kind == "update"]
    deletes = [op for op in up(ran, ops.ExecuteSql) if op.kind == "delete"]

    assert [(op.tables, op.columns, op.has_where) for op in updates] == [(("items",), ("price",), False)]
    assert [op.has_where for op in deletes] == [True]


def test_a_bulk_insert_is_told_once_with_its_rows(ran):
    (inserted,) = up(ran, ops.BulkInsert)

    assert (inserted.table, inserted.rows) == ("c", 2)


def test_every_operation_knows_its_line(ran):
    assert all(op.place.line for op in ran)
    assert len({op.place.line for op in ran}) > 8


def test_the_way_back_is_captured_too(ran):
    back = {type(op) for op in ran if op.place.direction == "downgrade"}

    assert {ops.DropTable, ops.DropIndex, ops.DropColumn, ops.DropConstraint, ops.AlterColumn} <= back
