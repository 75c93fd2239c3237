"""CHECK constraints, wherever a model says them."""

import pytest
from sqlalchemy.exc import DBAPIError

NO_ACCOUNT = """
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int] = mapped_column(default=0)
"""
ACCOUNT = NO_ACCOUNT.replace("(default=0)", '(CheckConstraint("balance >= 0", name="balance_not_negative"), default=0)')


def there_and_back(project, models, before=""):
    """Upgrades, finds nothing more to do, downgrades to the same schema as before, and upgrades to the same again."""
    first = project.schema()
    written = project.migrate(models)
    assert written
    project.upgrade()
    second = project.schema()
    assert project.migrate(models) == []
    for _ in written:
        project.downgrade()
    assert project.schema() == first
    project.upgrade()
    assert project.schema() == second
    return written


def test_of_a_column_come_along_with_its_table(project):
    (revision,) = there_and_back(project, ACCOUNT)

    assert "sa.CheckConstraint('balance >= 0', name=op.f('ck_accounts_balance_not_negative'))" in revision
    with pytest.raises(DBAPIError, match="balance_not_negative"):
        project.run("INSERT INTO accounts (balance) VALUES (-5)")


def test_are_added_to_a_table_that_is_there_and_dropped_again(project):
    project.migrate(NO_ACCOUNT)
    project.upgrade()

    there_and_back(project, ACCOUNT)
    with pytest.raises(DBAPIError, match="balance_not_negative"):
        project.run("INSERT INTO accounts (balance) VALUES (-5)")

    there_and_back(project, NO_ACCOUNT)
    project.run("INSERT INTO accounts (balance) VALUES (-5)")
