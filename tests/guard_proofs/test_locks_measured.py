"""Locks and rewrites on PostgreSQL, measured while the migration runs."""

import pytest
from histories import History, postgres_scratch

from beastmode_tools.guard.migrations.compare.proved.facts import TableLocked
from beastmode_tools.guard.migrations.proof.reversible import Start, prove_revisions
from beastmode_tools.project import GuardSettings

STEPS = {
    "nullable": ('op.add_column("items", sa.Column("a", sa.Text()))', 'op.drop_column("items", "a")'),
    "constant": (
        'op.add_column("items", sa.Column("b", sa.Text(), nullable=False, server_default="x"))',
        'op.drop_column("items", "b")',
    ),
    "volatile": (
        'op.add_column("items", sa.Column("c", sa.Float(), server_default=sa.text("random()")))',
        'op.drop_column("items", "c")',
    ),
    "wider_text": (
        'op.alter_column("items", "name", type_=sa.String(80))',
        'op.alter_column("items", "name", type_=sa.String(40))',
    ),
    "wider_number": (
        'op.alter_column("items", "id", type_=sa.BigInteger())',
        'op.alter_column("items", "id", type_=sa.Integer())',
    ),
    "not_null": (
        """op.execute("UPDATE items SET price = 0 WHERE price IS NULL")
    op.alter_column("items", "price", nullable=False)""",
        'op.alter_column("items", "price", nullable=True)',
    ),
    "not_null_behind_a_check": (
        """op.execute("ALTER TABLE items ADD CONSTRAINT ck_sum CHECK (price IS NOT NULL) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_sum")
    op.alter_column("items", "price", nullable=False)
    op.execute("ALTER TABLE items DROP CONSTRAINT ck_sum")""",
        'op.alter_column("items", "price", nullable=True)',
    ),
    "index": ('op.create_index("ix_price", "items", ["price"])', 'op.drop_index("ix_price", "items")'),
    "concurrent": (
        """with op.get_context().autocommit_block():
        op.create_index("ix_name", "items", ["name"], postgresql_concurrently=True)""",
        """with op.get_context().autocommit_block():
        op.drop_index("ix_name", "items", postgresql_concurrently=True)""",
    ),
    "unchecked": (
        'op.execute("ALTER TABLE items ADD CONSTRAINT ck_id CHECK (id > 0) NOT VALID")',
        'op.drop_constraint("ck_id", "items")',
    ),
    "pointing": (
        """op.create_table("parts", sa.Column("id", sa.Integer(), primary_key=True),
                    sa.Column("item_id", sa.Integer(), sa.ForeignKey("items.id")))""",
        'op.drop_table("parts")',
    ),
    "pointing_from_rows": (
        """op.add_column("parts", sa.Column("other_id", sa.Integer()))
    op.create_foreign_key("fk_other", "parts", "items", ["other_id"], ["id"])""",
        """op.drop_constraint("fk_other", "parts")
    op.drop_column("parts", "other_id")""",
    ),
    "emptied": ('op.execute("TRUNCATE parts")', "pass"),
}


def body(up, down):
    return f"\n\ndef upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n"


@pytest.fixture(scope="module")
def proof(tmp_path_factory):
    project = History(tmp_path_factory.mktemp("locks"))
    for name, step in STEPS.items():
        project.add(name, body(*step))
    with postgres_scratch() as postgres:
        yield project.prove(postgres)


def lock(proof, revision, table="items"):
    found = [
        fact for fact in proof.facts if type(fact) is TableLocked and (fact.revision, fact.table) == (revision, table)
    ]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("revision", ["nullable", "constant", "wider_text", "unchecked", "not_null_behind_a_check"])
def test_a_change_of_the_catalogue_alone_locks_for_a_moment(proof, revision):
    fact = lock(proof, revision)

    assert (fact.mode, fact.rewritten, fact.scanned) == ("AccessExclusiveLock", False, False)


@pytest.mark.parametrize("revision", ["volatile", "wider_number"])
def test_a_table_that_is_written_anew_has_another_file(proof, revision):
    fact = lock(proof, revision)

    assert fact.rewritten
    assert "ALTER TABLE items" in fact.statement
    assert ":" in fact.where


@pytest.mark.parametrize("revision", ["not_null", "index", "pointing_from_rows"])
def test_reading_every_row_while_others_wait_is_told(proof, revision):
    fact = lock(proof, revision)

    assert (fact.rewritten, fact.scanned) == (False, True)


def test_an_index_built_concurrently_keeps_nobody_waiting(proof):
    assert lock(proof, "concurrent") is None
    assert "concurrent" in proof.proved["postgresql"]


def test_a_foreign_key_of_a_new_table_reads_nothing(proof):
    fact = lock(proof, "pointing")

    assert (fact.rewritten, fact.scanned) == (False, False)


def test_emptying_a_table_is_no_rewrite(proof):
    assert not lock(proof, "emptied", "parts").rewritten


def test_tables_that_the_same_change_makes_are_nobodys_to_wait_for(tmp_path):
    project = History(tmp_path).add("index", body(*STEPS["index"]))

    with postgres_scratch() as postgres:
        proof = prove_revisions(project.side, project.project, [Start(postgres)], project.names)

    assert lock(proof, "index") is None


def test_a_table_that_is_not_big_in_production_is_known_as_small(tmp_path):
    project = History(tmp_path, settings=GuardSettings(big_tables=("orders",))).add("index", body(*STEPS["index"]))

    with postgres_scratch() as postgres:
        proof = project.prove(postgres)

    assert lock(proof, "index").big is False
