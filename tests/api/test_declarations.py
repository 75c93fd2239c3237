"""A declaration that cannot be right is refused where it is written, with what to write instead."""

import functools
import re
from http import HTTPStatus

import flask
import pytest
from api_shelf import Book
from flask import Flask
from marshmallow import fields

from beastmode import Api, Beastmode, Blueprint, Version
from beastmode.api import Listing
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import Identity, identify, set_authenticator


class Shelf:
    __tablename__ = "shelves"


@pytest.fixture
def books():
    return Blueprint("books", version="v1", url_prefix="/books")


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("returns", [Book], "many=True"),
        ("returns", {"id": fields.Int()}, "Schema.from_dict"),
        ("returns", Shelf, "declares what clients see of the model Shelf"),
        ("returns", dict, "the class dict; expected a Schema"),
        ("accepts", "Book", "'Book'; expected a Schema"),
        ("query", fields.Str(), "expected a Schema"),
        ("many", 1, "True or False"),
        ("many", "yes", "'yes'; expected True or False"),
        ("public", None, "None; expected True or False"),
        ("envelope", "no", "True or False"),
        ("body_required", 0, "True or False"),
        ("listing", True, "Listing()"),
        ("listing", Listing, "the class Listing; expected a Listing, such as Listing()"),
        ("deprecated", True, r"Deprecation\(since="),
        ("status", "201", "'201'; expected a status code"),
        ("status", 99, "99; expected a status code"),
        ("status", True, "expected a status code"),
        ("errors", 404, r"\(404,\)"),
        ("errors", ["404"], r"\(403, 404\)"),
        ("errors", (200,), r"\(403, 404\)"),
        ("errors", "404", r"\(403, 404\)"),
        ("methods", ["GET", "POST"], r"@books.get\(...\), @books.post\(...\)"),
        ("endpoint", "shelf", "rename the function"),
        ("strict_slashes", False, "leave it out"),
        ("status_code", 201, "status="),
        ("response_model", Book, "returns="),
        ("retuns", Book, "Did you mean returns="),
        ("colour", 1, "Known options: accepts=, "),
    ],
)
def test_an_option_of_the_wrong_kind_is_named_with_what_is_expected(books, option, value, told):
    with pytest.raises(ConfigurationError, match=f"(?s)@books.post.*{option}=.*{told}"):
        books.post("/<int:book_id>", **{option: value})


def test_statuses_may_be_any_collection_and_any_kind_of_number(books):
    books.post(errors=[HTTPStatus.FORBIDDEN], status=HTTPStatus.CREATED)(lambda: None)

    assert books.routes[0].errors == (403,)


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_brackets_that_are_missing_are_asked_for(books, method):
    with pytest.raises(ConfigurationError, match=rf"list_books; write @books.{method}\(\)"):

        @getattr(books, method)
        def list_books():
            pass


@pytest.mark.parametrize(
    ("declare", "told"),
    [
        (lambda books: books.route("/x", methods=["GET"]), r'@books.get\("/x"\)'),
        (lambda books: books.route("GET", 5), "as a string"),
        (lambda books: books.route("get", "/x"), "one of GET, POST"),
        (lambda books: books.route("HEAD", "/x"), "one of GET, POST"),
        (lambda books: books.get("x"), 'expected "/x"'),
        (lambda books: Blueprint("bare", version="v1").get(), "a path starts with"),
        (lambda books: Blueprint("books", version=1), 'such as "v1"'),
        (lambda books: Blueprint("books", version=Version("v1")), 'such as "v1"'),
        (lambda books: Blueprint(5, version="v1"), "letters, digits"),
        (lambda books: Blueprint("books", version="v1", url_prefix="books"), 'starts with "/"'),
        (lambda books: Blueprint("books", version="v1", url_prefix="/books/"), 'starts with "/"'),
        (lambda books: Api("Shelf", versions=["v1"]), r'\[Version\("v1"\)'),
        (lambda books: Api("Shelf", versions="v1"), r'\[Version\("v1"\)'),
        (lambda books: Api("Shelf", versions=Version("v1")), r'\[Version\("v1"\)'),
        (
            lambda books: Api("Shelf").register(flask.Blueprint("pages", __name__)),
            "a Flask Blueprint.*register_blueprint",
        ),
        (lambda books: Api("Shelf").register([books]), "arguments, not as a list"),
        (lambda books: Flask("shelf").register_blueprint(books), r"api.register\(books\)"),
    ],
)
def test_what_cannot_be_a_path_a_version_or_a_blueprint_is_refused(books, declare, told):
    with pytest.raises((ConfigurationError, TypeError), match=f"(?s){told}"):
        declare(books)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("before_request", "@app.before_request"),
        ("errorhandler", "@app.errorhandler"),
        ("add_url_rule", r"@posts.get\("),
        ("arguments", "accepts="),
        ("response", "returns="),
        ("nonsense", "no nonsense"),
    ],
)
def test_what_flasks_blueprint_has_is_told_where_it_is(books, name, told):
    with pytest.raises(AttributeError, match=told):
        getattr(books, name)
    assert not hasattr(books, name)


def ordinary():
    pass


def yields():
    yield 1


async def yields_later():
    yield 1


class Later:
    async def __call__(self):
        pass


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (yields, "is a generator.*return a list"),
        (yields_later, "is an async generator"),
        (functools.partial(yields), "is a generator"),
        (Later(), "async __call__"),
        (functools.partial(Later()), "async __call__"),
        (functools.partial(ordinary), "has no name"),
        (ordinary(), "is not a function"),
        (Later, "as_view"),
    ],
)
def test_a_view_that_could_not_answer_is_refused(books, view, told):
    with pytest.raises(ConfigurationError, match=f"(?s){told}"):
        books.get()(view)


def test_a_partial_with_a_name_is_a_view(books):
    books.get(public=True)(functools.update_wrapper(functools.partial(ordinary), ordinary))

    assert books.routes[0].name == "books.ordinary"


async def authenticate_later(request):
    return Identity("account", 7)


@pytest.mark.parametrize("authenticator", [authenticate_later, functools.partial(authenticate_later), None])
def test_an_authenticator_that_is_asked_in_vain_lets_nobody_in(authenticator):
    with pytest.raises(ConfigurationError, match="returns an Identity"):
        set_authenticator(Flask("shelf"), authenticator)


def test_a_coroutine_is_nobody(books):
    later = authenticate_later(None)

    with Flask("shelf").test_request_context(), pytest.raises(TypeError, match="found coroutine"):
        identify(later)
    later.close()


def shelf_with(public_change, public_get, method="patch"):
    books = Blueprint("books", version="v1", url_prefix="/books")

    @books.get("/<int:book_id>", public=public_get)
    def get_book(book_id):
        return {"secret": book_id}

    @getattr(books, method)("/<int:book_id>", public=public_change)
    def change_book(book_id):
        return None

    api = Api("Shelf")
    api.register(books)
    app = Flask("shelf")
    app.config["ENVIRONMENT"] = "testing"
    set_authenticator(app, lambda request: Identity("account", 7))
    Beastmode(app, api=api)
    return app


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_public_change_of_what_only_some_may_read_is_refused(method):
    told = "books.change_book .* is public, and with If-Match it would run books.get_book"

    with pytest.raises(ConfigurationError, match=told):
        shelf_with(public_change=True, public_get=False, method=method)


@pytest.mark.parametrize(("public_change", "public_get"), [(False, False), (False, True), (True, True)])
def test_any_other_pair_is_taken(public_change, public_get):
    client = shelf_with(public_change, public_get).test_client()
    tag = client.get("/api/v1/books/1").headers["ETag"]

    assert client.patch("/api/v1/books/1", headers={"If-Match": tag}).status_code == 200


def test_a_public_post_beside_a_private_get_compares_with_nothing():
    client = shelf_with(public_change=True, public_get=False, method="post").test_client()

    assert client.post("/api/v1/books/1").status_code == 200
    assert client.post("/api/v1/books/1", headers={"If-Match": "*"}).status_code == 412


def test_every_message_ends_as_a_sentence(books):
    with pytest.raises(ConfigurationError) as refused:
        books.get(returns=[Book])

    assert re.search(r"\.$", str(refused.value))
