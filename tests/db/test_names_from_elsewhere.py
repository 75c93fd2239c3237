import pytest
from sqlalchemy import MetaData, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beastmode.db import Base, Database


@pytest.fixture
def models():
    """A base of its own, so that no other test sees these tables."""

    class Own(Base):
        __abstract__ = True
        metadata = MetaData()

    return Own


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Model", "Database has no attribute 'Model'; models inherit from beastmode.db.Base."),
        ("Column", "Database has no attribute 'Column'; import it from SQLAlchemy: from sqlalchemy import Column."),
        ("init_app", "Database has no attribute 'init_app'; pass the database to Beastmode(app, database=db)."),
    ],
)
def test_a_name_of_flask_sqlalchemy_is_answered_with_what_to_write(name, message):
    with pytest.raises(AttributeError) as refused:
        getattr(Database(), name)

    assert str(refused.value) == f"{message} See docs/how-to/move-from-flask-sqlalchemy.md."


def test_any_other_name_is_an_ordinary_attribute_error():
    with pytest.raises(AttributeError, match=r"^Database has no attribute 'sesion'$"):
        Database().sesion  # noqa: B018 - reading it is the test

    assert not hasattr(Database(), "_sa_instance_state")


def test_model_query_is_answered_with_what_to_write(models):
    class Book(models):
        __tablename__ = "books"
        id: Mapped[int] = mapped_column(primary_key=True)

    with pytest.raises(AttributeError) as refused:
        Book.query  # noqa: B018 - reading it is the test

    assert str(refused.value) == (
        "Book has no attribute 'query'; write db.session.scalars(select(Book)), or return loading(Schema, Model) "
        "from the view. See docs/how-to/move-from-flask-sqlalchemy.md."
    )
    assert not hasattr(Book(), "query")


def test_a_model_may_have_a_column_called_query(models):
    class Search(models):
        __tablename__ = "searches"
        id: Mapped[int] = mapped_column(primary_key=True)
        query: Mapped[str]

    assert Search(query="tea").query == "tea"
    assert set(inspect(Search).columns.keys()) == {"id", "query"}
    assert issubclass(Search, DeclarativeBase)
