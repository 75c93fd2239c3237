"""Columns that may be empty no more, in tables with rows."""

import pytest
from sqlalchemy.exc import DBAPIError

OPTIONAL = """
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[int | None]
"""
REQUIRED = OPTIONAL.replace("Mapped[int | None]", "Mapped[int]")
PRICED = OPTIONAL.replace("Mapped[int | None]", "Mapped[int] = mapped_column(default=7)")
NEW = OPTIONAL.replace("    price: Mapped[int | None]\n", "")


@pytest.fixture
def filled(project):
    """A project with a row whose column is empty."""
    project.migrate(OPTIONAL)
    project.upgrade()
    project.run("INSERT INTO items (id) VALUES (1)")
    return project


def test_empty_rows_are_filled_before_null_is_forbidden(filled):
    filled.migrate(PRICED)

    filled.upgrade()

    filled.run("INSERT INTO items (id, price) SELECT price, id FROM items")
    with pytest.raises(DBAPIError, match=r"(?i)null"):
        filled.run("INSERT INTO items (id, price) VALUES (8, NULL)")


@pytest.mark.parametrize("models", [PRICED, REQUIRED])
def test_null_is_forbidden_behind_a_check_that_everybody_can_work_beside(filled, models):
    (revision,) = filled.migrate(models)

    before, after = revision.split("nullable=False")
    assert "VALIDATE CONSTRAINT items_price_required" in before
    assert "DROP CONSTRAINT items_price_required" in after


def test_what_failed_over_an_empty_row_is_run_again_behind_its_repair(filled):
    written = filled.migrate(REQUIRED)
    with pytest.raises(DBAPIError):
        filled.upgrade()
    filled.run("UPDATE items SET price = 1")

    filled.upgrade()

    assert filled.migrate(REQUIRED) == []
    for _ in written:
        filled.downgrade()
    filled.run("INSERT INTO items (id) VALUES (2)")


def test_a_new_column_is_required_in_the_revision_behind_the_one_that_adds_it(project):
    project.migrate(NEW)
    project.upgrade()
    project.run("INSERT INTO items (id) VALUES (1)")

    adding, requiring = project.migrate(REQUIRED)

    assert "nullable=True" in adding
    assert "nullable=False" in requiring
    project.upgrade(revision="+1")
    project.run("UPDATE items SET price = 1")
    project.upgrade()
    assert project.migrate(REQUIRED) == []
