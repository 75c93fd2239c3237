"""JSON under /api, with the error pages of whoever runs the site."""

from flask import Blueprint, abort, jsonify, request

from apps.plain.models import Book, db

__all__ = ["stock"]

stock = Blueprint("stock", __name__, url_prefix="/api/stock")


@stock.get("")
def list_books():
    return jsonify([{"id": book.id, "title": book.title} for book in Book.query.order_by(Book.id)])


@stock.get("/<int:book_id>")
def get_book(book_id):
    book = db.get_or_404(Book, book_id, description="No such book.")
    return jsonify(id=book.id, title=book.title)


@stock.post("")
def add_book():
    data = request.get_json()
    if not data.get("title"):
        return jsonify(error="title is missing"), 400
    book = Book(title=data["title"])
    db.session.add(book)
    db.session.commit()
    return jsonify(id=book.id, title=book.title), 201


@stock.get("/shelves/")
def shelves():
    return jsonify(["A", "B"])


@stock.get("/secret")
def secret():
    abort(403, "Members only, please.")


@stock.get("/page")
def page_among_the_json():
    return "<p>a page</p>"


@stock.get("/broken")
def broken():
    raise RuntimeError("password=hunter2")
