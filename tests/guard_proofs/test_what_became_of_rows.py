"""Rows that are deleted, corrected, or put into each other's place, told as what they are."""

from dataclasses import replace

import pytest
from histories import ITEMS, kinds, only

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.proved.facts import (
    RowsChanged,
    RowsNotRestored,
    TableLocked,
    UpgradeFailed,
)
from beastmode_tools.guard.migrations.proof.drift import new_drift
from beastmode_tools.guard.migrations.proof.reversible import Start, prove_revisions
from beastmode_tools.guard.migrations.proof.states import move, reach
from beastmode_tools.guard.migrations.read.named_values import values_named
from beastmode_tools.guard.migrations.rules.proved import RULES
from beastmode_tools.guard.rule import judge

CHILDREN = """
def upgrade():
    op.create_table("items", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(40)))
    op.create_table(
        "parts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("items.id", ondelete="CASCADE"), nullable=False),
    )


def downgrade():
    op.drop_table("parts")
    op.drop_table("items")
"""
FOREIGN_KEYS_ON = """
from alembic import context
from sqlalchemy import engine_from_config, event

connectable = engine_from_config(context.config.get_section("alembic", {}))


@event.listens_for(connectable, "connect")
def connected(connection, _record):
    connection.execute("PRAGMA foreign_keys = ON")


with connectable.connect() as connection:
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
"""


def revision(upgrade, downgrade="pass"):
    """A revision that runs some statements, and others on its way back."""
    return f"def upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    {downgrade}\n"


def said(proof, name):
    """Message and verdict of what a rule finds."""
    return [(one.message, one.verdict, one.problem) for one in judge(RULES, proof.facts) if one.rule == name]


def test_deleted_rows_are_told_as_deleted(history, sqlite):
    """Nothing is changed in a row that is gone."""
    project = history().add("gone", revision('op.execute("DELETE FROM items")'))

    proof = project.prove(sqlite)

    ((message, verdict, problem),) = said(proof, "rows-not-restored")
    assert (message, verdict) == ("deleted", Verdict.DANGEROUS)
    assert problem.startswith("gone deletes 5 rows of items on SQLite")


def test_a_correction_that_a_condition_limits_is_no_loss(history, sqlite):
    """What is written is told, but nobody wants the wrong values back."""
    fix = "UPDATE items SET note = 'new' WHERE name = 'plain 0'"
    project = history().add("fix", revision(f'op.execute("{fix}")'))

    proof = project.prove(sqlite)

    assert only(proof, RowsChanged).column == "note"
    assert "RowsNotRestored" not in kinds(proof, "fix")


def test_a_condition_that_limits_nothing_makes_no_correction(history, sqlite):
    """Every row is written all the same."""
    project = history().add("all", revision("op.execute(\"UPDATE items SET name = 'x' WHERE id > 0\")"))

    proof = project.prove(sqlite)

    assert only(proof, RowsNotRestored).column == "name"


def test_columns_whose_values_change_places_are_seen(history, sqlite):
    """No two columns of a row hold the same value, or a swap would show nothing."""
    wide = """
    def upgrade():
        op.create_table(
            "wide",
            sa.Column("id", sa.Integer(), primary_key=True),
            *(sa.Column(f"text_{n}", sa.String(12)) for n in (1, 2)),
            *(sa.Column(f"short_{n}", sa.String(3)) for n in (1, 2)),
            *(sa.Column(f"number_{n}", sa.Integer()) for n in (1, 2)),
            *(sa.Column(f"price_{n}", sa.Numeric(10, 2)) for n in (1, 2)),
            *(sa.Column(f"real_{n}", sa.Float()) for n in (1, 2)),
            *(sa.Column(f"flag_{n}", sa.Boolean()) for n in (1, 2)),
            *(sa.Column(f"day_{n}", sa.Date()) for n in (1, 2)),
            *(sa.Column(f"moment_{n}", sa.DateTime()) for n in (1, 2)),
            *(sa.Column(f"time_{n}", sa.Time()) for n in (1, 2)),
            *(sa.Column(f"json_{n}", sa.JSON()) for n in (1, 2)),
        )


    def downgrade():
        op.drop_table("wide")
    """
    names = ("text", "short", "number", "price", "real", "flag", "day", "moment", "time", "json")
    swaps = ", ".join(f"{name}_1 = {name}_2, {name}_2 = {name}_1" for name in names)
    project = history(base=wide).add("swap", revision(f'op.execute("UPDATE wide SET {swaps}")'))

    proof = project.prove(sqlite)

    lost = {fact.column for fact in proof.facts if isinstance(fact, RowsNotRestored)}
    assert lost == {f"{name}_{number}" for name in names for number in (1, 2)}


def test_a_batch_on_sqlite_that_takes_rows_of_other_tables_along_is_seen(history, sqlite):
    """The old table is dropped, and ON DELETE CASCADE deletes what points to it."""
    batch = 'with op.batch_alter_table("items") as batch:\n        '
    up = f'{batch}batch.alter_column("name", existing_type=sa.String(40), type_=sa.String(80))'
    down = f'{batch}batch.alter_column("name", existing_type=sa.String(80), type_=sa.String(40))'
    project = history(env=FOREIGN_KEYS_ON, base=CHILDREN).add("longer", revision(up, down))

    proof = project.prove(sqlite)

    ((message, verdict, problem),) = said(proof, "rows-not-restored")
    assert (message, verdict) == ("deleted", Verdict.DANGEROUS)
    assert problem.startswith("longer deletes 5 rows of parts")


@pytest.mark.postgres
def test_a_scan_is_measured_where_the_transaction_goes_on(history, postgres):
    """PostgreSQL counts the scans of a transaction, so that no statement has to be read for it."""
    project = history()
    project.add(
        "check",
        revision('op.create_check_constraint("ck", "items", "price > -1e9")', 'op.drop_constraint("ck", "items")'),
    )
    project.add(
        "default",
        revision(
            "op.alter_column('items', 'note', server_default='')",
            "op.alter_column('items', 'note', server_default=None)",
        ),
    )

    proof = project.prove(postgres)

    seen = {fact.revision: (fact.scanned, fact.measured) for fact in proof.facts if isinstance(fact, TableLocked)}
    assert seen == {"check": (True, True), "default": (False, True)}


@pytest.mark.postgres
def test_a_wider_column_whose_sequence_ends_where_it_did_is_told(history, postgres):
    """ALTER COLUMN leaves the sequence of a SERIAL as it was."""
    wider = "op.alter_column('items', 'id', type_={0}(), existing_type={1}())"
    integer, bigint = "sa.Integer", "sa.BigInteger"
    project = history()
    project.add("wider", revision(wider.format(bigint, integer), wider.format(integer, bigint)))

    proof = project.prove(postgres)

    ((_, verdict, problem),) = said(proof, "sequence-ends-early")
    assert verdict is Verdict.CAUTIOUS
    assert "items_id_seq still ends at 2147483647" in problem


@pytest.mark.postgres
def test_two_rows_with_null_refuse_a_uniqueness_that_takes_them_for_the_same(history, postgres):
    """One row with a NULL in the trial would let NULLS NOT DISTINCT pass."""
    plain = "op.create_unique_constraint('uq', 'items', ['note'])"
    gone = "op.drop_constraint('uq', 'items')"
    strict = plain.replace("['note']", "['note'], postgresql_nulls_not_distinct=True")
    project = history(base=ITEMS.replace("sa.Text()", "sa.Text()), sa.UniqueConstraint('note', name='uq'"))
    project.add("unique", revision(f"{gone}\n    {strict}", f"{gone}\n    {plain}"))
    source = (project.folder / "migrations" / "versions" / "unique.py").read_text()
    rows = replace(project.project, named=values_named([source]))

    proof = prove_revisions(project.side, rows, [Start(postgres)], ["first", "unique"], is_one_change=False)

    assert "(note)=(null) is duplicated" in only(proof, UpgradeFailed).error


MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
items = sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("price", sa.Numeric(10, 2)),
    sa.Column("note", sa.Text()),
    sa.Column("mood", sa.Enum("sad", VALUES name="mood", create_constraint=True)),
    sa.CheckConstraint("price > -1e9", name="low"),
    MORE
)
"""
MOODS = """
def upgrade():
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("price", sa.Numeric(10, 2)),
        sa.Column("note", sa.Text()),
        sa.Column("mood", sa.Enum("sad", name="mood", create_constraint=True)),
        sa.CheckConstraint("price > -1e9", name="ck_items_low"),
    )


def downgrade():
    op.drop_table("items")
"""


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_what_models_promise_and_no_migration_makes_is_told(history, request, kind):
    """Alembic compares neither checks nor the values of enums."""
    scratch = request.getfixturevalue(kind)
    same = MODELS.replace("VALUES", "").replace("MORE", "")
    more = MODELS.replace("VALUES", '"mad",').replace("MORE", 'sa.CheckConstraint("length(note) < 99", name="note"),')
    before = history(base=MOODS).write("models.py", same)
    old = reach(before.side, before.project, scratch.new())
    before.write("models.py", more)

    found = new_drift([(old, move(before.side, before.project, scratch.new(like=old.database)))])

    table = {"sqlite": ("items", "mood"), "postgres": ("mood", "mad")}[kind]
    assert [(each.kind, each.table, each.name) for each in found] == [
        ("add_check", "items", "ck_items_note"),
        ("add_enum_value", *table),
    ]
    verdicts = {one.subject.split()[0]: one.verdict for one in judge(RULES, found)}
    assert verdicts == {"add_check": Verdict.CAUTIOUS, "add_enum_value": Verdict.DANGEROUS}
