"""Names of Flask-SQLAlchemy, and what to use instead."""

from typing import Any, NoReturn

_SQLALCHEMY = "import it from SQLAlchemy: from sqlalchemy import {name}"
_ORM = "import it from SQLAlchemy: from sqlalchemy.orm import {name}"
_INSTEAD = {
    "Model": "models inherit from beastmode.db.Base",
    "init_app": "pass the database to Beastmode(app, database=db)",
    "create_all": "create the tables with flask db upgrade, or in a test with db.metadata.create_all(db.engine)",
    "drop_all": "in a test, db.metadata.drop_all(db.engine)",
    "get_or_404": "use loading(...).get(key), which returns 404, or for an entity db.session.get(Model, key)",
    "first_or_404": "loading(...).first(), or db.session.scalar(select(Model))",
    "paginate": "declare listing=Listing(...) on the route, and return a loading",
    "engines": "use db.engine, which writes, or db.reader",
    **dict.fromkeys(("Column", "ForeignKey", "Integer", "String", "Text", "Boolean", "DateTime", "Table"), _SQLALCHEMY),
    **dict.fromkeys(("Float", "Numeric", "Enum", "Index", "UniqueConstraint", "select", "func"), _SQLALCHEMY),
    **dict.fromkeys(("relationship", "backref", "joinedload", "mapped_column", "Mapped"), _ORM),
}
"""By the name of an attribute of Flask-SQLAlchemy's `db`."""


def missing_name(name: str) -> AttributeError:
    """The error for an attribute that a `Database` does not have.

    Args:
        name: The attribute's name.
    """
    instead = _INSTEAD.get(name)
    hint = f"; {instead.format(name=name)}. See docs/how-to/move-from-flask-sqlalchemy.md." if instead else ""
    return AttributeError(f"Database has no attribute {name!r}{hint}", name=name)


class NoQuery:
    """In place of Flask-SQLAlchemy's `Model.query`, unless a model has a column or property with that name."""

    def __get__(self, instance: Any, owner: type[Any]) -> NoReturn:
        """Raise an error that says what to write.

        Raises:
            AttributeError: Always, so that `hasattr` and `getattr` with a default still work.
        """
        raise AttributeError(
            f"{owner.__name__} has no attribute 'query'; write db.session.scalars(select({owner.__name__})), "
            "or return loading(Schema, Model) from the view. See docs/how-to/move-from-flask-sqlalchemy.md.",
            name="query",
        )
