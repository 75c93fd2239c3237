"""Enum types, which PostgreSQL keeps by themselves."""

import pytest

ONE = """
class Kind(enum.Enum):
    small = 1
    large = 2

class Box(Base):
    __tablename__ = "boxes"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind]
"""
TWO = (
    ONE
    + """
    wished: Mapped[Kind | None]

class Bag(Base):
    __tablename__ = "bags"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind]
"""
)


def walk(project, *steps):
    """Migrates to each of the models, then all the way back, and there again."""
    schemas = [project.schema()]
    for models in steps:
        project.migrate(models)
        project.upgrade()
        schemas.append(project.schema())
        assert project.migrate(models) == []
    project.downgrade(revision="base")
    assert project.schema() == schemas[0]
    project.upgrade()
    assert project.schema() == schemas[-1]


def test_are_created_once_and_dropped_with_their_last_column(project):
    walk(project, ONE, TWO, ONE, "")


def test_are_created_once_for_two_tables(project):
    walk(project, TWO)


def test_of_a_column_that_is_added_to_a_table(project):
    walk(project, ONE.replace("    kind: Mapped[Kind]\n", ""), ONE)


@pytest.mark.postgres
def test_are_written_as_sql(project, capsys):
    project.migrate(TWO)
    with project.app(TWO):
        import flask_migrate

        flask_migrate.upgrade(sql=True)
    said = capsys.readouterr().out
    assert said.count("CREATE TYPE kind") == (project.url.startswith("postgresql"))
