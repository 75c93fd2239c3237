"""Rows for every table: awkward ones, in every type, along every foreign key, and the same each time."""

import pytest

from beastmode_tools.guard.migrations.proof.migrating import run_migrations
from beastmode_tools.guard.migrations.proof.states import reach

EVERY_TYPE = """
def upgrade():
    op.execute("CREATE TYPE mood AS ENUM ('calm', 'it''s wild')")
    op.execute("CREATE DOMAIN grade AS integer CHECK (VALUE BETWEEN 1 AND 10)")
    op.execute('''
        CREATE TABLE every_type (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            a smallint, b integer NOT NULL, c bigint, d numeric(6, 3), e numeric, f real, g double precision,
            h char(2) NOT NULL, i varchar(5), j text, k boolean NOT NULL, l date, m time, n timestamp,
            o timestamptz NOT NULL, p interval, q uuid NOT NULL, r bytea, s json, t jsonb NOT NULL, u integer[],
            v text[] NOT NULL, w mood NOT NULL, x mood[], y grade NOT NULL, z inet, aa cidr, ab macaddr, ac int4range,
            ad tstzrange, ae tsvector, af xml, ag point, ah bit(3), ai bit varying(5), aj money,
            ak text GENERATED ALWAYS AS (h || 'x') STORED, al varchar NOT NULL DEFAULT 'given', am "char", an name
        )
    ''')


def downgrade():
    op.drop_table("every_type")
    op.execute("DROP DOMAIN grade")
    op.execute("DROP TYPE mood")
"""

ENTANGLED = """
def upgrade():
    op.create_table(
        "teams",
        sa.Column("region", sa.String(2), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("parent_region", sa.String(2)),
        sa.Column("parent_number", sa.Integer()),
        sa.ForeignKeyConstraint(["parent_region", "parent_number"], ["teams.region", "teams.number"]),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.String(12), nullable=False, unique=True),
        sa.Column("code", sa.String(1), nullable=False, unique=True),
        sa.Column("region", sa.String(2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("age", sa.Integer(), sa.CheckConstraint("age >= 18 AND age < 150", name="ck_age")),
        sa.Column("state", sa.String(10), sa.CheckConstraint("state IN ('new', 'it''s old')", name="ck_state")),
        sa.ForeignKeyConstraint(["region", "number"], ["teams.region", "teams.number"]),
    )
    op.create_table("desks", sa.Column("person_id", sa.ForeignKey("people.id"), sa.Integer(), primary_key=True))
    op.create_table(
        "friends",
        sa.Column("one_id", sa.Integer(), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("other_id", sa.Integer(), sa.ForeignKey("people.id"), primary_key=True),
    )
    op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("bill_id", sa.Integer()))
    op.create_table(
        "bills",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id"), nullable=False),
    )
    with op.batch_alter_table("orders") as batch:
        batch.create_foreign_key("fk_bill", "bills", ["bill_id"], ["id"])
    op.create_table("empty", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    pass
""".replace(
    'sa.Column("person_id", sa.ForeignKey("people.id"), sa.Integer()',
    'sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id")',
)


def look(history, database):
    return run_migrations(history.side, history.project, database, [{"do": "rows"}]).results[0]["rows"]


def values(rows, table, column):
    return [row[column] for row in rows[table]["rows"]]


def test_every_type_of_postgresql_gets_ordinary_extreme_and_empty_values(history, postgres):
    project = history(base=EVERY_TYPE)
    database = postgres.new()

    state = reach(project.side, project.project, database)

    rows = look(project, database)
    assert state.refused == {}
    assert len(rows["every_type"]["rows"]) == 5
    assert None in values(rows, "every_type", "d")
    assert any("-999.999" in (value or "") for value in values(rows, "every_type", "d"))
    assert "given" in values(rows, "every_type", "al")
    assert all(
        any(row[column] is not None for row in rows["every_type"]["rows"]) for column in rows["every_type"]["columns"]
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_rows_follow_every_foreign_key_even_in_circles(history, request, kind):
    scratch = request.getfixturevalue(kind)
    project = history(base=ENTANGLED)
    database = scratch.new()

    state = reach(project.side, project.project, database)

    rows = look(project, database)
    assert state.refused == {}
    assert {len(found["rows"]) for found in rows.values()} == {5}
    assert len(set(values(rows, "people", "email"))) == 5
    assert any(value is not None for value in values(rows, "orders", "bill_id"))
    assert any(value is not None for value in values(rows, "teams", "parent_number"))
    assert set(values(rows, "people", "state")) == {"new", "it's old", None}
    assert any(value is not None for value in values(rows, "people", "age"))


def test_texts_are_as_long_as_they_may_be_and_two_of_them_equal(history, sqlite):
    project = history()
    database = sqlite.new()

    reach(project.side, project.project, database)

    names = values(look(project, database), "items", "name")
    assert len(set(names)) < len(names)
    assert "" in names
    assert any(not name.isascii() for name in names)


def test_the_same_schema_gets_the_same_rows_each_time(history, sqlite):
    project = history()
    one, other = sqlite.new(), sqlite.new()

    for database in (one, other):
        reach(project.side, project.project, database)

    assert look(project, one) == look(project, other)


def test_as_many_rows_are_made_as_are_asked_for(history, sqlite):
    project = history()
    database = sqlite.new()

    state = reach(project.side, project.project, database, rows=20)

    assert state.filled == {"items": 20}


def test_a_table_that_refuses_every_row_is_told_with_the_reason(history, postgres):
    project = history().add(
        "guarded",
        """
        def upgrade():
            op.create_table("guarded", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("x", sa.Integer()))
            op.execute('''
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'nobody writes here'; END $$
            ''')
            op.execute("CREATE TRIGGER t BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION refuse()")
        """,
    )

    state = reach(project.side, project.project, postgres.new())

    assert "nobody writes here" in state.refused["guarded"]
    assert any("guarded has no rows on postgresql" in sentence for sentence in state.not_proven)


def test_values_that_only_the_models_know_are_taken_from_them(history, sqlite):
    project = history(
        base="""
        def upgrade():
            op.create_table(
                "pets",
                sa.Column("id", sa.Integer(), primary_key=True),
                sa.Column("kind", sa.String(10), nullable=False),
                sa.Column("tags", sa.Text(), nullable=False),
            )
        """
    ).write(
        "models.py",
        """
        import json

        import sqlalchemy as sa


        class Listed(sa.TypeDecorator):
            impl = sa.Text
            cache_ok = True
            python_type = list

            def process_bind_param(self, value, dialect):
                return json.dumps(value)


        metadata = sa.MetaData()
        pets = sa.Table(
            "pets",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("kind", sa.Enum("owl", "cat", native_enum=False, create_constraint=False), nullable=False),
            sa.Column("tags", Listed, nullable=False),
        )
        """,
    )
    database = sqlite.new()

    reach(project.side, project.project, database)

    rows = look(project, database)
    assert set(values(rows, "pets", "kind")) == {"owl", "cat"}
    assert all(value[0] in "{[" for value in values(rows, "pets", "tags"))


def test_rows_of_the_project_itself_are_put_in_first(tmp_path, sqlite):
    from histories import History

    from beastmode_tools.project import GuardSettings

    project = History(tmp_path, settings=GuardSettings(seed="seeds:put_in")).write(
        "seeds.py",
        """
        import sqlalchemy as sa


        def put_in(connection):
            connection.execute(sa.text("INSERT INTO items (name) VALUES ('of the project')"))
        """,
    )
    database = sqlite.new()

    state = reach(project.side, project.project, database)

    assert state.seed_error == ""
    assert values(look(project, database), "items", "name")[0] == "of the project"
