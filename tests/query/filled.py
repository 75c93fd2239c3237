"""Fills the shelves with a few of everything, and compares what a loading gives with what a schema dumps."""

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Flask
from kinds import Specimens
from marshmallow import Schema
from shelves import (
    Author,
    Book,
    Film,
    Folder,
    Genre,
    Loan,
    Medium,
    Member,
    Passport,
    Place,
    Publisher,
    Record,
    Reply,
    Review,
    Shelf,
    library,
)
from sqlalchemy import select, text

from beastmode.api.json import write_json
from beastmode.db import transaction
from beastmode.db.settings import DatabaseSettings


def opened(url: str) -> Iterator[Flask]:
    """An application with the library's tables in its database."""
    app = Flask("library")
    library.install(app, DatabaseSettings(environment="testing", database_url=url))
    with app.app_context():
        Shelf.metadata.create_all(library.engine)
        Specimens.metadata.create_all(library.engine)
    yield app
    app.extensions["beastmode.database"].engines.dispose()


def empty() -> None:
    """Delete every row."""
    for metadata in (Shelf.metadata, Specimens.metadata):
        for table in reversed(metadata.sorted_tables):
            library.execute(table.delete())


def fill_shelves() -> None:
    """Three authors, one without books or a publisher; a book without author or reviews; everything else in between."""
    old, new = Publisher(id=1, name="Old House", city="Ghent"), Publisher(id=2, name="New House", city=None)
    ada = Author(id=1, first_name="Ada", last_name="Moore", biography="Counts.", publisher=old)
    ben = Author(id=2, first_name="Ben", last_name="Stone", publisher=new)
    cat = Author(id=3, first_name="Cat", last_name="Nobody")
    added = datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC)
    drama, verse = Genre(id=1, name="Drama"), Genre(id=2, name="Verse")
    books = [
        Book(id=1, title="Sums", author=ada, added_at=added, genres=[drama, verse]),
        Book(id=2, title="Stones", author=ben, added_at=added, genres=[verse]),
        Book(id=3, title="Gears", author=ada, added_at=added),
        Book(id=4, title="Beowulf", added_at=added, genres=[drama]),
    ]
    reviews = [
        Review(id=1, book=books[0], stars=5, text="Clear.", critic=ben),
        Review(id=2, book=books[0], stars=3, critic=cat),
        Review(id=3, book=books[1], stars=1, text="Heavy."),
    ]
    folders = [Folder(id=1, name="root")]
    for number, above in enumerate([1, 1, 2, 4, 5], 2):
        folders.append(
            Folder(id=number, name=f"folder {number}", parent=folders[above - 1], owner=cat if number > 4 else ada)
        )
    media = [
        Film(id=1, title="Rain", minutes=90, owner=ada, studio=old),
        Film(id=2, title="Snow", minutes=80),
        Record(id=3, title="Songs", tracks=12, owner=ben),
        Medium(id=4, title="Postcard"),
    ]
    with transaction() as session:
        session.add_all([old, new, ada, ben, cat, Passport(id=1, number="X1", author=ada), *books, *reviews, *folders])
        session.add_all([*media, Place(room="east", number=1, note="dry"), Place(room="east", number=2)])
        session.add(Member(id=1, name="dora", loans=[Loan(id=1, title="Sums"), Loan(id=2, title="Gears")]))
        session.flush()
        session.add_all([Reply(id=1, review_id=1, text="Thanks."), Reply(id=2, review_id=1, text="Again.")])
    if library.engine.dialect.name == "postgresql":
        # Its sequences have not seen the ids above.
        for table in (table for table in Shelf.metadata.sorted_tables if "id" in table.c):
            library.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 100)"))


def dumped(schema: Schema, model: type) -> bytes:
    """The JSON of every entity of a model by primary key, as the schema's own dump over entities gives it."""
    library.session.expunge_all()
    entities = library.session.scalars(select(model).order_by(*model.__mapper__.primary_key)).all()
    written = write_json([schema.dump(entity, many=False) for entity in entities])
    library.session.expunge_all()
    return written


def written(found) -> bytes:
    """The JSON of what a loading gave."""
    return write_json(found.data)
