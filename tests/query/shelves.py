"""A small public library to test loadings with, apart from every other model."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, func, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    attribute_keyed_dict,
    column_property,
    mapped_column,
    relationship,
    validates,
)

from beastmode.db import Database, UtcDateTime


class Shelf(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy wants a plain class attribute


class Publisher(Shelf):
    __tablename__ = "publishers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    city: Mapped[str | None]


class Author(Shelf):
    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    biography: Mapped[str | None] = mapped_column(deferred=True)
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey("publishers.id"))
    publisher: Mapped[Publisher | None] = relationship()
    passport: Mapped["Passport | None"] = relationship(back_populates="author")
    books: Mapped[list["Book"]] = relationship(back_populates="author", order_by="Book.title.desc()")

    @hybrid_property
    def name(self) -> str:
        return self.first_name + " " + self.last_name

    @property
    def initials(self) -> str:
        return self.first_name[:1] + self.last_name[:1]

    @property
    def publisher_city(self) -> str | None:
        return self.publisher and self.publisher.city


class Passport(Shelf):
    __tablename__ = "passports"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"), unique=True)
    author: Mapped[Author] = relationship(back_populates="passport")


labels = Table(
    "labels",
    Shelf.metadata,
    Column("book_id", ForeignKey("books.id"), primary_key=True),
    Column("genre_id", ForeignKey("genres.id"), primary_key=True),
)


class Genre(Shelf):
    __tablename__ = "genres"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Review(Shelf):
    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"))
    stars: Mapped[int]
    text: Mapped[str | None]
    critic_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    critic: Mapped[Author | None] = relationship()
    book: Mapped["Book"] = relationship(back_populates="reviews")
    replies: Mapped[list["Reply"]] = relationship()


class Reply(Shelf):
    __tablename__ = "replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    text: Mapped[str]


class Book(Shelf):
    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime | None] = mapped_column(onupdate=func.now())
    shelf_mark: Mapped[str] = mapped_column(default=lambda: "unsorted")
    author: Mapped[Author | None] = relationship(back_populates="books")
    reviews: Mapped[list[Review]] = relationship(back_populates="book", order_by="Review.id")
    poster: Mapped["Poster | None"] = relationship()
    good_reviews: Mapped[list[Review]] = relationship(
        primaryjoin="and_(Review.book_id == Book.id, Review.stars > 3)", viewonly=True
    )
    reviews_by_stars: Mapped[dict[int, Review]] = relationship(
        collection_class=attribute_keyed_dict("stars"), viewonly=True
    )
    genres: Mapped[list[Genre]] = relationship(secondary=labels, order_by=Genre.id)
    genre_names: AssociationProxy[list[str]] = association_proxy("genres", "name")
    stars: Mapped[int] = column_property(
        select(func.coalesce(func.sum(Review.stars), 0))
        .where(Review.book_id == id)  # noqa: A003 - the column, as everywhere in a class body
        .scalar_subquery()
    )


class Poster(Shelf):
    """Nothing keeps two posters from being of one book."""

    __tablename__ = "posters"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"))


class Folder(Shelf):
    __tablename__ = "folders"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    owner: Mapped[Author | None] = relationship()
    parent: Mapped["Folder | None"] = relationship(remote_side="Folder.id", back_populates="folders")
    folders: Mapped[list["Folder"]] = relationship(back_populates="parent", order_by="Folder.id")


class Medium(Shelf):
    __tablename__ = "media"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    owner: Mapped[Author | None] = relationship()
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "medium"}  # noqa: RUF012 - SQLAlchemy wants a plain class attribute


class Film(Medium):
    __tablename__ = "films"

    id: Mapped[int] = mapped_column(ForeignKey("media.id"), primary_key=True)
    minutes: Mapped[int]
    studio_id: Mapped[int | None] = mapped_column(ForeignKey("publishers.id"))
    studio: Mapped[Publisher | None] = relationship()
    __mapper_args__ = {"polymorphic_identity": "film"}  # noqa: RUF012 - SQLAlchemy wants a plain class attribute


class Record(Medium):
    __tablename__ = "records"

    id: Mapped[int] = mapped_column(ForeignKey("media.id"), primary_key=True)
    tracks: Mapped[int]
    __mapper_args__ = {"polymorphic_identity": "record"}  # noqa: RUF012 - SQLAlchemy wants a plain class attribute


class Place(Shelf):
    __tablename__ = "places"

    room: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str | None]


class Member(Shelf):
    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int] = mapped_column()
    loans: Mapped[list["Loan"]] = relationship(cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy wants a plain class attribute

    @validates("name")
    def tidy(self, _key: str, name: str) -> str:
        return name.strip().title()


class Loan(Shelf):
    __tablename__ = "loans"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    title: Mapped[str]


class Entry(Shelf):
    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[int]
    mark: Mapped[str | None]
    score: Mapped[float | None]
    day: Mapped[date]
    seen_at: Mapped[datetime | None]
    flag: Mapped[bool | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id"))
    author: Mapped[Author | None] = relationship()
    __table_args__ = (Index("ix_entries_day_id", "day", "id"),)


class Ticket(Shelf):
    __tablename__ = "tickets"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    seat: Mapped[int] = mapped_column("seat_number")


def counted(context) -> str:
    return f"counted {len(context.get_current_parameters()) and 1}"


class Stamp(Shelf):
    __tablename__ = "stamps"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    word: Mapped[str] = mapped_column(default=counted)
    number: Mapped[int] = mapped_column(server_default="7")
    made_at: Mapped[datetime] = mapped_column(default=func.now())
    note: Mapped[dict | None] = mapped_column(JSON)


library = Database(Shelf.metadata)
