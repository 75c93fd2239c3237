"""Up, down and up again with rows: what reading a migration cannot tell."""

import pytest
from histories import History, SqliteScratch, kinds, only, postgres_scratch

from beastmode_tools.guard.migrations.compare.proved.facts import (
    DowngradeFailed,
    DowngradeMissing,
    ErrorSwallowed,
    RowsChanged,
    RowsLeftBehind,
    RowsNotRestored,
    SchemaNotRestored,
    SecondUpgradeFailed,
    UpgradeFailed,
)

ADD_SKU = 'op.add_column("items", sa.Column("sku", sa.String(10){}))'

# Each leaves the database where the next one can begin.
PASSABLE = {
    "nullable": f"""
        def upgrade():
            {ADD_SKU.format("")}


        def downgrade():
            op.drop_column("items", "sku")
        """,
    "lossy": """
        def upgrade():
            op.execute("UPDATE items SET name = upper(name)")


        def downgrade():
            pass
        """,
    "filled": """
        def upgrade():
            op.execute("UPDATE items SET note = 'none' WHERE note IS NULL")


        def downgrade():
            op.execute("UPDATE items SET note = NULL WHERE note = 'none'")
        """,
    "dropped": """
        def upgrade():
            op.drop_column("items", "note")


        def downgrade():
            op.add_column("items", sa.Column("note", sa.Text()))
        """,
    "seeded": """
        def upgrade():
            op.execute("INSERT INTO items (name) VALUES ('seeded')")


        def downgrade():
            pass
        """,
    "deleted": """
        def upgrade():
            table = "ite" + "ms"
            op.get_bind().execute(sa.text(f"DELETE FROM {table} WHERE price IS NULL"))


        def downgrade():
            pass
        """,
    "idle": """
        def upgrade():
            op.create_index("ix_name", "items", ["name"])


        def downgrade():
            op.get_bind().execute(sa.text("SELECT 1"))
        """,
    "refusing": """
        def upgrade():
            op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True))


        def downgrade():
            raise NotImplementedError("there is no way back")
        """,
    "renamed": """
        def upgrade():
            op.alter_column("items", "name", new_column_name="title")


        def downgrade():
            op.alter_column("items", "title", new_column_name="name")
        """,
    "forgetful": """
        def upgrade():
            with op.batch_alter_table("items") as batch:
                batch.alter_column("title", nullable=True, existing_type=sa.String(40))
            op.add_column("items", sa.Column("rank", sa.Integer()))


        def downgrade():
            op.drop_column("items", "rank")
        """,
    "swallowed": """
        def upgrade():
            try:
                with op.get_bind().begin_nested():
                    op.add_column("items", sa.Column("size", sa.Integer(), nullable=False))
            except Exception as error:
                print("never mind", error)


        def downgrade():
            pass
        """,
}

# Each ends the walk, which goes on behind it with another database.
IMPASSABLE = {
    "required": f"""
        def upgrade():
            {ADD_SKU.format(", nullable=False")}


        def downgrade():
            op.drop_column("items", "sku")
        """,
    "unique": """
        def upgrade():
            op.create_index("uq_name", "items", ["name"], unique=True)


        def downgrade():
            op.drop_index("uq_name", "items")
        """,
    "nameless": """
        def upgrade():
            with op.batch_alter_table("items") as batch:
                batch.create_check_constraint("ck_name", "length(name) < 100")


        def downgrade():
            op.drop_constraint(None, "items", type_="check")
        """,
    "mood": """
        mood = sa.Enum("calm", "wild", name="mood")


        def upgrade():
            mood.create(op.get_bind())
            op.add_column("items", sa.Column("mood", mood))


        def downgrade():
            op.drop_column("items", "mood")
        """,
    "broken": """
        def upgrade():
            op.drop_column("items", "nobody_made_it")


        def downgrade():
            pass
        """,
    "behind": """
        def upgrade():
            op.create_table("behind", sa.Column("id", sa.Integer(), primary_key=True))


        def downgrade():
            op.drop_table("behind")
        """,
}


def walked(folder, revisions):
    project = History(folder)
    for name, body in revisions.items():
        project.add(name, body)
    with SqliteScratch() as sqlite, postgres_scratch() as postgres:
        return project.prove(sqlite, postgres)


@pytest.fixture(scope="module")
def passed(tmp_path_factory):
    return walked(tmp_path_factory.mktemp("passable"), PASSABLE)


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    return walked(tmp_path_factory.mktemp("impassable"), IMPASSABLE)


def of(proof, revision, kind):
    found = [fact for fact in proof.facts if fact.revision == revision and type(fact) is kind]
    assert len(found) == 1, [fact for fact in proof.facts if fact.revision == revision]
    return found[0]


def test_an_addition_that_is_taken_back_is_reversible_on_both_databases(passed):
    assert kinds(passed, "nullable") == {"Reversible", "TableLocked"}
    assert {"nullable", "renamed"} <= set(passed.proved["sqlite"]) & set(passed.proved["postgresql"])


def test_values_that_are_overwritten_for_good_are_counted_with_an_example(passed):
    fact = of(passed, "lossy", RowsNotRestored)

    assert (fact.table, fact.column, fact.dropped) == ("items", "name", False)
    assert (fact.values, fact.of) == (4, 5)
    assert "PLAIN" in fact.example
    assert set(fact.dialects) == {"sqlite", "postgresql"}


def test_nulls_that_are_filled_and_emptied_again_are_no_loss(passed):
    fact = of(passed, "filled", RowsChanged)

    assert (fact.table, fact.column, fact.from_null) == ("items", "note", True)
    assert "RowsNotRestored" not in kinds(passed, "filled")


def test_a_column_that_comes_back_empty_is_known_to_have_been_dropped(passed):
    fact = of(passed, "dropped", RowsNotRestored)

    assert (fact.column, fact.dropped) == ("note", True)
    assert "SchemaNotRestored" not in kinds(passed, "dropped")


def test_rows_that_the_upgrade_put_in_and_the_downgrade_leaves_are_told(passed):
    assert of(passed, "seeded", RowsLeftBehind).rows == 1
    assert "DowngradeMissing" not in kinds(passed, "seeded")


def test_a_delete_that_only_a_run_can_see_is_a_loss_of_rows(passed):
    fact = of(passed, "deleted", RowsNotRestored)

    assert (fact.table, fact.column, fact.dropped) == ("items", "", False)
    assert fact.values >= 1


def test_a_downgrade_that_runs_and_changes_nothing_is_a_missing_one(passed):
    fact = of(passed, "idle", DowngradeMissing)

    assert (fact.why, fact.additive) == ("idle", True)
    assert [one.part for one in fact.left] == ["index items.ix_name"]


def test_a_downgrade_that_raises_on_purpose_is_a_missing_one(passed):
    fact = of(passed, "refusing", DowngradeMissing)

    assert (fact.why, fact.additive) == ("raises", True)
    assert [str(one) for one in fact.left] == ["table notes is left behind"]
    assert "DowngradeFailed" not in kinds(passed, "refusing")


def test_a_constraint_that_does_not_come_back_is_told_part_by_part(passed):
    fact = of(passed, "forgetful", SchemaNotRestored)

    assert [one.part for one in fact.differences] == ["column items.title"]
    assert "NOT NULL" in fact.differences[0].before


def test_an_error_that_the_migration_goes_on_from_is_told_once_with_its_sql(passed):
    fact = of(passed, "swallowed", ErrorSwallowed)

    assert "ALTER TABLE items ADD COLUMN size" in fact.statement
    assert not fact.expected
    assert "Reversible" not in kinds(passed, "swallowed")


def test_a_column_that_rows_cannot_have_fails_only_with_rows(ended):
    fact = of(ended, "required", UpgradeFailed)

    assert fact.only_with_rows is True
    assert set(fact.dialects) == {"sqlite", "postgresql"}
    assert fact.where.startswith("migrations/versions/required.py:")


def test_equal_values_trip_a_new_unique_index(ended):
    assert of(ended, "unique", UpgradeFailed).only_with_rows is True


def test_a_downgrade_of_a_constraint_without_a_name_fails(ended):
    error = of(ended, "nameless", DowngradeFailed).error

    assert "has no name" in error
    assert " at 0x" not in error  # another one in each run


def test_an_enum_left_behind_is_seen_on_postgresql_and_is_no_false_green(ended):
    left = of(ended, "mood", SchemaNotRestored)

    assert left.dialects == ("postgresql",)
    assert [(one.part, one.before) for one in left.differences] == [("enum mood", None)]
    assert "already exists" in of(ended, "mood", SecondUpgradeFailed).error
    assert "Reversible" not in kinds(ended, "mood")


def test_an_upgrade_that_never_works_fails_without_rows_too_and_what_is_behind_it_is_not_proved(ended):
    assert of(ended, "broken", UpgradeFailed).only_with_rows is False
    assert kinds(ended, "behind") == set()
    assert sum("behind: not proved" in sentence for sentence in ended.not_proven) == 2


def test_a_revision_that_skips_a_database_is_not_proved_there(history, sqlite, postgres):
    project = history().add(
        "skipping",
        """
        import functools


        def not_on_sqlite(function):
            @functools.wraps(function)
            def decorated():
                if op.get_bind().dialect.name != "sqlite":
                    function()

            return decorated


        @not_on_sqlite
        def upgrade():
            op.alter_column("items", "price", type_=sa.Integer(), postgresql_using="trunc(price)::integer")


        @not_on_sqlite
        def downgrade():
            op.alter_column("items", "price", type_=sa.Numeric(10, 2))
        """,
    )

    proof = project.prove(sqlite, postgres)

    assert proof.not_proven == ["skipping does nothing on sqlite, so it is not proved there."]
    fact = only(proof, RowsNotRestored)
    assert (fact.column, fact.dialects) == ("price", ("postgresql",))
    assert "7.56" in fact.example


def test_a_check_that_is_validated_later_needs_no_way_back(history, postgres):
    project = history().add(
        "unchecked",
        """
        def upgrade():
            op.execute("ALTER TABLE items ADD CONSTRAINT ck CHECK (length(name) >= 0) NOT VALID")


        def downgrade():
            op.drop_constraint("ck", "items")
        """,
    )
    project.add(
        "validated",
        """
        def upgrade():
            op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck")


        def downgrade():
            pass
        """,
    )

    proof = project.prove(postgres)

    assert kinds(proof, "validated") <= {"TableLocked"}


def making(table):
    return f"""
        def upgrade():
            op.create_table("{table}", sa.Column("id", sa.Integer()))


        def downgrade():
            op.drop_table("{table}")
        """


def test_several_branches_and_their_merge_are_walked_in_order(history, sqlite):
    project = history().add("left", making("l"), down="first").add("right", making("r"), down="first")
    project.add("both", "def upgrade():\n    pass\n\n\ndef downgrade():\n    pass", down=("left", "right"))

    order = project.order(sqlite)
    proof = project.prove(sqlite, revisions=order)

    assert set(order[1:3]) == {"left", "right"}
    assert proof.proved["sqlite"] == list(order[:3])
    assert proof.not_proven == []
