"""The ID of a deleted account is nobody else's, on SQLite too."""

import pytest
from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, create_engine, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beastmode.accounts import AccountMixin
from beastmode.accounts.accounts import Accounts
from beastmode.accounts.ids import refuse_reused_ids, reuses_ids
from beastmode.core.errors import BeastmodeError

OWN_ARGUMENTS = [
    lambda: None,
    lambda: {"comment": "people"},
    lambda: {"sqlite_autoincrement": False},
    lambda: (Index("ix_name", "name"),),
    lambda: (Index("ix_name", "name"), {"comment": "people"}),
]


def person(arguments=None, *, mixin_first=True, mixin=AccountMixin, kind=Integer):
    class OtherBase(DeclarativeBase):
        pass

    parts = {
        "__tablename__": "users",
        "__annotations__": {"id": Mapped[int], "name": Mapped[str | None]},
        "id": mapped_column(kind, primary_key=True),
        "name": mapped_column(String(80)),
    }
    if arguments is not None:
        parts["__table_args__"] = arguments
    return type("Person", (mixin, OtherBase) if mixin_first else (OtherBase, mixin), parts)


class Columns:
    """What AccountMixin gives, written by hand."""

    email: Mapped[str] = mapped_column(String(120))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[str | None]


@pytest.fixture
def engine(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'people.db'}")
    yield engine
    engine.dispose()


def next_id(engine, table):
    with engine.begin() as connection:
        return connection.execute(table.insert().values(email="somebody@example.com")).inserted_primary_key[0]


def delete_all(engine, table):
    with engine.begin() as connection:
        connection.execute(table.delete())


@pytest.mark.parametrize("mixin_first", [True, False])
@pytest.mark.parametrize("arguments", OWN_ARGUMENTS)
def test_a_model_with_the_mixin_never_gives_an_id_twice(engine, arguments, mixin_first):
    table = person(arguments(), mixin_first=mixin_first).__table__
    table.create(engine)
    first = next_id(engine, table)
    delete_all(engine, table)

    assert next_id(engine, table) > first
    assert not reuses_ids(engine, table)


def test_a_model_with_the_columns_alone_does_so_too_once_it_signs_in(engine):
    model = person(mixin=Columns)
    Accounts(model)
    model.__table__.create(engine)
    first = next_id(engine, model.__table__)
    delete_all(engine, model.__table__)

    assert next_id(engine, model.__table__) > first


@pytest.mark.parametrize("kind", [BigInteger, String(22)])
def test_ids_that_the_project_makes_are_left_to_it(engine, kind):
    table = person(kind=kind).__table__

    table.create(engine)

    assert not reuses_ids(engine, table)


def test_a_number_that_is_wide_elsewhere_and_sqlites_own_here_is_kept_apart(engine):
    table = person(kind=BigInteger().with_variant(Integer, "sqlite")).__table__
    table.create(engine)
    first = next_id(engine, table)
    delete_all(engine, table)

    assert next_id(engine, table) > first


def test_a_table_from_before_is_found_and_one_that_is_not_there_yet_is_not(engine):
    table = person().__table__
    assert not reuses_ids(engine, table)
    old = Table("users", MetaData(), Column("id", Integer, primary_key=True), Column("email", String))
    old.create(engine)

    with pytest.raises(BeastmodeError, match="would give the ID of a deleted account to the next new account"):
        refuse_reused_ids(engine, table)

    assert inspect(engine).has_table("users")


def test_the_first_registration_of_a_process_tells_the_log(tmp_path, make_people, accounts, user, caplog):
    app = make_people(database_url=f"sqlite:///{tmp_path / 'old.db'}", log_level="WARNING")
    table = user.__table__
    with app.app_context():
        engine = app.extensions["beastmode.database"].engines.writer
        table.dialect_kwargs["sqlite_autoincrement"] = False
        table.metadata.create_all(engine)
        table.dialect_kwargs["sqlite_autoincrement"] = True
        with caplog.at_level("WARNING", "beastmode.accounts"):
            for number in range(2):
                accounts.create_user(f"{number}@example.com", "correct horse battery")
    app.extensions["beastmode.database"].engines.dispose()

    told = [record for record in caplog.records if "would give the ID of a deleted account" in record.getMessage()]
    assert len(told) == 1
