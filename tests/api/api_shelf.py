"""A small API without a database: a shelf of books kept in a dictionary."""

from datetime import UTC, datetime

from flask import Response
from marshmallow import fields, post_dump
from marshmallow.validate import Length, Range

from beastmode.api import Answer, Api, Blueprint, Deprecation, Problem, Schema, Version
from beastmode.core.identity import Identity

TOKEN = "open-sesame"


class Shelf(Schema):
    name = fields.Str(required=True)
    height = fields.Int(validate=Range(1, 300))


class Book(Schema):
    id = fields.Int(dump_only=True)
    title = fields.Str(required=True, validate=Length(1, 40))
    pages = fields.Int(load_default=None, allow_none=True)
    is_lent = fields.Bool(load_default=False)
    price = fields.Float(load_default=0.0)
    tags = fields.List(fields.Str(), load_default=list)
    shelf = fields.Nested(Shelf, load_default=None, allow_none=True)


class BookV2(Book):
    isbn = fields.Str(dump_default="unknown")

    @post_dump
    def shout(self, data, **_):
        data["title"] = data["title"].upper()
        return data


class Search(Schema):
    text = fields.Str(required=True)
    tag = fields.List(fields.Str())


class Nothing(Schema):
    pass


OLD = Deprecation(
    since=datetime(2026, 1, 1, tzinfo=UTC),
    sunset=datetime(2026, 12, 31, tzinfo=UTC),
    successor="/api/v2/books",
    policy="/docs/old",
    gone=True,
)


def shelf_api(store):  # noqa: C901 - one small API, declared in one place
    books = Blueprint("books", version="v1", url_prefix="/books", description="Books.")
    books_v2 = Blueprint("books", version="v2", url_prefix="/books", description="Books.")
    system = Blueprint("system", version="v1", url_prefix="/system")

    @books.get(returns=Book, many=True, deprecated=OLD)
    def list_books():
        """All books."""
        return list(store.values())

    @books_v2.get(returns=BookV2, many=True)
    def list_books_v2():
        """All books, louder."""
        return list(store.values())

    @books.get("/<int:book_id>", returns=Book)
    def get_book(book_id):
        """One book.

        Whoever reads
        it knows more.
        """
        if book_id not in store:
            raise Problem(404, "There is no such book.")
        return store[book_id]

    @books.post(accepts=Book, returns=Book, status=201)
    def add_book(new):
        book = new | {"id": len(store) + 1}
        store[book["id"]] = book
        return Answer(book, message="Added", headers={"Location": f"/api/v1/books/{book['id']}"})

    @books.patch("/<int:book_id>", accepts=Book(partial=True), returns=Book)
    def change_book(changes, book_id):
        store[book_id] |= changes
        return store[book_id]

    @books.delete("/<int:book_id>", status=204)
    def delete_book(book_id):
        del store[book_id]

    @system.get("/search", query=Search, returns=Search)
    def search(asked):
        return asked

    @system.get("/time", public=True)
    def tell_time():
        return {"now": "soon"}

    @system.get("/raw", public=True)
    def raw():
        return Response("as it is", mimetype="text/plain")

    @system.post("/ping", accepts=Nothing, body_required=False, public=True)
    def ping(_):
        return None

    @system.get("/broken", public=True)
    def broken():
        raise RuntimeError("the secret is 12345")

    @system.get("/bare", returns=Book, many=True, envelope=False, public=True)
    def bare():
        return list(store.values())

    api = Api("Shelf", versions=[Version("v1"), Version("v2")])
    api.register(books, books_v2, system)
    return api


def authenticate(request):
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        raise Problem(401, "Sign in first.", headers={"WWW-Authenticate": "Bearer"})
    return Identity("account", 7)
