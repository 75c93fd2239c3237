"""What whoever knows Flask writes first: it works, or the whole message says what to write instead."""

from io import BytesIO

import flask
import pytest
from flask import Flask, Response, jsonify, make_response, redirect, send_file
from marshmallow import fields

from beastmode import Api, Beastmode, Blueprint, Schema
from beastmode.core.errors import ConfigurationError


class Note(Schema):
    id = fields.Int()


def client_of(view, **options):
    notes = Blueprint("notes", version="v1", url_prefix="/notes")
    notes.get(public=True, **options)(view)
    api = Api("Notes")
    api.register(notes)
    app = Flask("notes")
    app.config.from_mapping(ENVIRONMENT="testing")
    Beastmode(app, api=api)
    return app.test_client()


TUPLE = (
    "notes.view (GET /notes) returned a tuple; to set a status or headers, return Answer(data, status=...). Declare a "
    "status that never changes on the route: status=201. For several items, return a list."
)


@pytest.mark.parametrize("options", [{}, {"returns": Note}], ids=["bare", "returns"])
@pytest.mark.parametrize(
    "result",
    [
        lambda: ({"id": 1}, 201),
        lambda: ({"id": 1}, 201, {"Location": "/notes/1"}),
        lambda: ({"id": 1}, {"X-Tag": "a"}),
        lambda: ("", 204),
        lambda: (jsonify(id=1), 201),
    ],
    ids=["status", "status and headers", "headers", "no content", "jsonify and status"],
)
def test_a_status_beside_the_data_is_told_where_it_belongs(options, result):
    def view():
        return result()

    with pytest.raises(TypeError) as refusal:
        client_of(view, **options).get("/api/v1/notes")

    assert str(refusal.value) == TUPLE


@pytest.mark.parametrize(
    ("result", "status", "body"),
    [
        (lambda: jsonify(id=1), 200, {"id": 1}),
        (lambda: make_response({"id": 1}, 202), 202, {"id": 1}),
        (lambda: Response('{"id":1}', mimetype="application/json"), 200, {"id": 1}),
        (lambda: redirect("/elsewhere"), 302, None),
    ],
    ids=["jsonify", "make_response", "Response", "redirect"],
)
def test_a_response_is_sent_as_it_is(result, status, body):
    def view():
        return result()

    response = client_of(view).get("/api/v1/notes")

    assert (response.status_code, response.get_json(silent=True)) == (status, body)


def refused(declare):
    with pytest.raises(ConfigurationError) as refusal:
        declare(Blueprint("notes", version="v1", url_prefix="/notes"))
    return str(refusal.value)


def view():
    return {}


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (
            lambda notes: notes.get("", methods=["GET", "POST"]),
            (
                '@notes.get(""): there is no option methods=. A route handles one method; declare each method '
                "separately: @notes.get(...), @notes.post(...)."
            ),
        ),
        (
            lambda notes: notes.route("/<int:id>", methods=["GET"])(view),
            (
                "notes.route('/<int:id>', ...): expected one of GET, POST, PUT, PATCH, DELETE and then the rule; or "
                'use @notes.get("/<int:id>").'
            ),
        ),
        (
            lambda notes: notes.get(view),
            "@notes.get is used without parentheses on view; write @notes.get() above it.",
        ),
        (
            lambda notes: Flask("notes").register_blueprint(notes),
            (
                "Blueprint 'notes' belongs to an API: api.register(notes), then Beastmode(app, api=api); "
                "app.register_blueprint is for Flask blueprints."
            ),
        ),
        (
            lambda _: Api("Notes").register(flask.Blueprint("pages", __name__)),
            (
                "api.register('pages'): this is a Flask Blueprint, which app.register_blueprint(...) adds to the "
                "application; declare API routes on a beastmode.Blueprint."
            ),
        ),
        (
            lambda notes: Api("Notes").register([notes]),
            (
                "api.register([Blueprint('notes', version='v1')]): expected a beastmode.Blueprint; pass several as "
                "arguments, not as a list: api.register(posts, comments)."
            ),
        ),
        (
            lambda notes: notes.get(returns=[Note]),
            f'@notes.get(""): returns= is [{Note!r}]; expected a Schema, class or instance; for a list, add many=True.',
        ),
        (
            lambda notes: notes.get(returns=dict),
            '@notes.get(""): returns= is the class dict; expected a Schema, class or instance.',
        ),
        (
            lambda notes: notes.post(accepts="Note"),
            "@notes.post(\"\"): accepts= is 'Note'; expected a Schema, class or instance.",
        ),
        (
            lambda notes: notes.post(status="201"),
            "@notes.post(\"\"): status= is '201'; expected a status code, such as 201.",
        ),
        (
            lambda notes: notes.post(errors=404),
            '@notes.post(""): errors= is 404; expected (404,), with parentheses and a comma.',
        ),
        (lambda notes: notes.get(public="yes"), "@notes.get(\"\"): public= is 'yes'; expected True or False."),
        (lambda notes: notes.get(many=1), '@notes.get(""): many= is 1; expected True or False.'),
        (
            lambda notes: notes.get(listing=True),
            '@notes.get(""): listing= is True; expected a Listing, such as Listing().',
        ),
        (lambda notes: notes.get("notes"), '@notes.get(\'notes\'): a path starts with "/"; expected "/notes".'),
        (
            lambda notes: notes.get(5),
            '@notes.get(5): expected the path after the prefix as a string, such as "/<int:id>".',
        ),
    ],
)
def test_a_declaration_in_flasks_way_is_told_what_to_write(declare, message):
    assert refused(declare) == message


def send_bytes():
    return send_file(BytesIO(b"a,b"), mimetype="text/csv")


def test_a_file_that_the_route_declares_is_sent_and_documented():
    client = client_of(send_bytes, produces="text/csv")

    assert client.get("/api/v1/notes").mimetype == "text/csv"
    content = responses(client)["200"]["content"]
    assert content == {"text/csv": {"schema": {"type": "string"}}}


def responses(client):
    return client.get("/api/v1/openapi.json").json["paths"]["/api/v1/notes"]["get"]["responses"]


def annotated() -> Response:
    return Response("a,b", mimetype="text/csv")


def annotated_by_name() -> "flask.Response":
    return Response("a,b", mimetype="text/csv")


def annotated_as_one_of_two() -> Response | None:
    return Response("a,b", mimetype="text/csv")


@pytest.mark.parametrize("view", [annotated, annotated_by_name, annotated_as_one_of_two])
def test_a_response_of_a_type_that_is_not_declared_is_documented_as_any(view):
    client = client_of(view)

    assert responses(client)["200"] == {
        "description": "OK",
        "content": {"*/*": {"schema": {}}},
    }
    assert client.get("/api/v1/notes").mimetype == "text/csv"
