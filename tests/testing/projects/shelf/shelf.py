"""A project without migrations, whose tables are made from its models; and one without a database."""

from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Beastmode, Database
from beastmode.db import Base

db = Database()


class Book(Base):
    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(config or {})
    Beastmode(app, database=db)
    return app


def create_app_without_database(config=None):
    app = Flask(__name__)
    app.config.from_mapping(config or {})
    Beastmode(app)
    return app
