"""The document that is made of routes without one."""

from datetime import date

import pytest

from beastmode_tools.guard.contract.compare.documents import compare_versions
from beastmode_tools.guard.contract.read.openapi import document_of

BASE = """
from functools import wraps
from flask import Blueprint, Flask, abort, jsonify, make_response, redirect, request
from marshmallow import Schema, fields, validate
app = Flask(__name__)
"""


@pytest.fixture
def contract(boot):
    return lambda source: boot(BASE + source).contract


def at(contract, path, method="get"):
    return contract["paths"][path][method]


def test_converters_say_what_an_argument_of_the_path_may_be(contract):
    made = contract("""
@app.get("/a/<int(min=1,max=9):n>/<uuid:u>/<any(x,y):k>/<string(length=2):s>/<path:p>")
def a(n, u, k, s, p):
    return ""
""")

    schemas = {one["name"]: one["schema"] for one in at(made, "/a/{n}/{u}/{k}/{s}/{p}")["parameters"]}
    assert schemas == {
        "n": {"type": "integer", "minimum": 1, "maximum": 9},
        "u": {"type": "string", "format": "uuid"},
        "k": {"type": "string", "enum": ["x", "y"]},
        "s": {"type": "string", "minLength": 2, "maxLength": 2},
        "p": {"type": "string"},
    }


def test_keys_of_a_returned_dict_are_what_is_promised(contract):
    made = contract("""
@app.post("/a")
def a():
    out = {"id": 1, "name": f"x"}
    if request.args.get("more", type=int):
        out["more"] = True
    if not out:
        abort(404)
    return jsonify(data=out, items=[{"x": 1.5} for _ in range(3)]), 201
""")

    operation = at(made, "/a", "post")
    assert set(operation["responses"]) == {"201", "404"}
    schema = operation["responses"]["201"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["data", "items"]
    assert schema["properties"]["data"]["required"] == ["id", "name"]
    assert schema["properties"]["data"]["properties"] == {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "more": {"type": "boolean"},
    }
    assert schema["properties"]["items"]["items"]["properties"] == {"x": {"type": "number"}}
    assert operation["parameters"] == [
        {"name": "more", "in": "query", "required": False, "schema": {"type": "integer"}}
    ]


def test_keys_that_are_read_of_the_body_are_required_where_there_is_no_answer_without(contract):
    made = contract("""
@app.post("/a")
def a():
    data = request.get_json() or {}
    if "email" not in data:
        return {"error": "email"}, 400
    name = data["name"]
    nick = data["nick"] if "nick" in data else None
    age = data.get("age", 3)
    return "", 204
""")

    body = at(made, "/a", "post")["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["email", "name"]
    assert set(body["properties"]) == {"email", "name", "nick", "age"}


def test_a_marshmallow_schema_that_loads_and_dumps_is_the_body_and_the_answer(contract):
    made = contract("""
class Address(Schema):
    street = fields.String(required=True)

class User(Schema):
    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(1, 5))
    kind = fields.String(load_default="a", validate=validate.OneOf(["a", "b"]))
    password = fields.String(load_only=True)
    address = fields.Nested(Address, allow_none=True)

users = User(many=True)

@app.post("/users")
def add():
    schema = User()
    user = schema.load(request.get_json())
    return schema.dump(user), 201

@app.get("/users")
def every():
    return jsonify(users.dump([]))
""")

    schemas = made["components"]["schemas"]
    assert at(made, "/users", "post")["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/User.load"
    }
    assert schemas["User.load"]["properties"]["name"] == {"type": "string", "minLength": 1, "maxLength": 5}
    assert schemas["User.load"]["properties"]["kind"] == {"type": "string", "enum": ["a", "b"], "default": "a"}
    assert set(schemas["User.load"]["properties"]) == {"name", "kind", "password", "address"}
    assert schemas["User.load"]["additionalProperties"] is False
    assert set(schemas["User.dump"]["properties"]) == {"id", "name", "kind", "address"}
    answer = at(made, "/users")["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"type": "array", "items": {"$ref": "#/components/schemas/User.dump"}}


def test_a_schema_that_nests_itself_refers_to_itself(contract):
    made = contract("""
class Node(Schema):
    children = fields.List(fields.Nested(lambda: Node()))

@app.get("/tree")
def tree():
    return Node().dump({})
""")

    node = made["components"]["schemas"]["Node.dump"]
    assert node["properties"]["children"]["items"] == {"$ref": "#/components/schemas/Node.dump"}


def test_webargs_and_pydantic_say_what_is_read(contract):
    made = contract("""
from pydantic import BaseModel
from webargs.flaskparser import use_args, use_kwargs

class Item(BaseModel):
    price: float
    tags: list[str] = []

@app.get("/search")
@use_kwargs({"q": fields.Str(required=True), "page": fields.Int(load_default=1)}, location="query")
def search(q, page):
    return {"q": q}

@app.post("/items")
def add():
    item = Item.model_validate(request.get_json())
    return item.model_dump(), 201
""")

    assert at(made, "/search")["parameters"] == [
        {"name": "page", "in": "query", "required": False, "schema": {"type": "integer", "default": 1}},
        {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}},
    ]
    body = at(made, "/items", "post")["requestBody"]["content"]["application/json"]["schema"]
    assert made["components"]["schemas"][body["$ref"].rsplit("/", 1)[-1]]["required"] == ["price"]


def test_a_models_own_method_says_what_is_answered(contract):
    made = contract("""
class User:
    def to_dict(self):
        return {"id": self.id, "email": str(self.email)}

class Post:
    def to_dict(self):
        return {"title": 1}

def serialize(post):
    return {"post": post.to_dict()}

@app.get("/users/<int:n>")
def one(n):
    user = find(n)
    return jsonify(user.to_dict())

@app.get("/posts")
def posts():
    return jsonify([serialize(post) for post in every()])
""")

    one = at(made, "/users/{n}")["responses"]["200"]["content"]["application/json"]["schema"]
    assert one["properties"] == {"id": {}, "email": {"type": "string"}}
    posts = at(made, "/posts")["responses"]["200"]["content"]["application/json"]["schema"]
    assert posts["items"]["properties"]["post"]["properties"] == {"title": {"type": "integer"}}


def test_decorators_that_ask_who_calls_are_the_security(contract):
    made = contract("""
def login_required(view):
    @wraps(view)
    def inner(*args, **kwargs):
        return view(*args, **kwargs)
    return inner

def validate_json(*names):
    return lambda view: view

def logged(view):
    def inner(*args, **kwargs):
        return view(*args, **kwargs)
    return inner

@app.post("/a")
@login_required
@validate_json("name", "age")
def a():
    return {}

@app.get("/b", endpoint="b")
@logged
def b():
    return {}
""")

    operation = at(made, "/a", "post")
    assert operation["security"] == [{"sign-in": ["login_required"]}]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["required"] == ["age", "name"]
    assert "security" not in at(made, "/b")


def test_forms_files_headers_and_redirects_are_read(contract):
    made = contract("""
@app.post("/upload")
def upload():
    request.files["picture"].save("x")
    title = request.form.get("title")
    key = request.headers["X-Key"]
    return redirect("/done", code=303)

@app.get("/text")
def text():
    return make_response({"a": 1}, 202)
""")

    operation = at(made, "/upload", "post")
    content = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert content["required"] == ["picture"]
    assert set(content["properties"]) == {"picture", "title"}
    assert [(one["name"], one["required"]) for one in operation["parameters"]] == [("X-Key", True)]
    assert list(operation["responses"]) == ["303"]
    assert list(at(made, "/text")["responses"]) == ["202"]


def test_an_answer_that_another_function_makes_is_open_and_nothing_of_it_is_said_to_be_gone(contract):
    page = """
from flask import render_template
def page():
    return render_template("a.html")
@app.get("/a")
def a():
    return {}
"""

    old, new, other = (contract(page.format(made)) for made in ("render_template('a.html')", "page()", "{'a': 1}"))

    assert at(new, "/a")["responses"] == {"200": {"description": "", "x-open": True}}
    assert changes(old, new) == changes(new, old) == set()
    assert changes(old, other) == {"MediaTypeRemoved", "MediaTypeAdded"}


def changes(old, new):
    """What the comparison of two contracts says."""
    sides = ({"default": document_of(each, "default")} for each in (old, new))
    return {type(each).__name__ for each in compare_versions(*sides, today=date(2026, 1, 1))}


def test_each_media_type_of_a_body_holds_what_is_read_of_it(contract):
    """A route that reads forms and begins to read JSON as well takes every form that it took."""
    page = """
@app.post("/a")
def a():
    {}
    return {{"a": request.form["a"], "n": request.form.get("n")}}
"""
    old, new = contract(page.format("pass")), contract(page.format('if request.is_json: return request.json["b"]'))

    content = at(new, "/a", "post")["requestBody"]["content"]
    assert {media: sorted(each["schema"]["properties"]) for media, each in content.items()} == {
        "application/json": ["b"],
        "application/x-www-form-urlencoded": ["a", "n"],
    }
    documents = [{"routes": document_of(each, "routes")} for each in (old, new)]
    found = {type(each).__name__ for each in compare_versions(*documents, today=date(2026, 11, 1))}
    assert "MediaTypeAdded" in found
    assert not found & {"MediaTypeRemoved", "FieldRemoved", "FieldAdded", "BodyRequirednessChanged"}
