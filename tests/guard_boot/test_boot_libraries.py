"""Each API library's own document is read, and the project's function behind each route is named."""

import pytest

SMOREST = """
from flask import Flask
from flask.views import MethodView
from flask_smorest import Api, Blueprint
import marshmallow as ma

class UserSchema(ma.Schema):
    name = ma.fields.String(required=True)

blp = Blueprint("users", "users", url_prefix="/users")

@blp.route("/")
class Users(MethodView):
    @blp.arguments(UserSchema)
    @blp.response(201, UserSchema)
    def post(self, data):
        return data

def create_app():
    app = Flask(__name__)
    for version in ("v1", "v2"):
        app.config.update({f"{version.upper()}_API_TITLE": "A", f"{version.upper()}_API_VERSION": version,
                           f"{version.upper()}_OPENAPI_VERSION": "3.1.0"})
        api = Api(app, config_prefix=version.upper())
        api.register_blueprint(blp, url_prefix=f"/{version}/users", name=f"{version}_users")
    return app
"""

APIFLASK = """
from apiflask import APIFlask, Schema
from apiflask.fields import String

class User(Schema):
    name = String(required=True)

app = APIFlask(__name__, spec_path="/openapi.yaml")
app.config["SPEC_FORMAT"] = "yaml"

@app.post("/users")
@app.input(User)
@app.output(User, status_code=201)
def add_user(json_data):
    return json_data
"""

APIFAIRY = """
from apifairy import APIFairy, body, response
from flask import Flask
from marshmallow import Schema, fields

class UserSchema(Schema):
    name = fields.String(required=True)

app = Flask(__name__)
APIFairy(app)

@app.post("/users")
@body(UserSchema)
@response(UserSchema, 201)
def add_user(data):
    return data
"""

RESTX = """
from flask import Blueprint, Flask
from flask_restx import Api, Resource, fields

blueprint = Blueprint("api", __name__, url_prefix="/api")
api = Api(blueprint, title="A")
user = api.model("User", {"name": fields.String(required=True)})

@api.route("/users")
class Users(Resource):
    @api.expect(user)
    @api.marshal_with(user, code=201)
    def post(self):
        return api.payload, 201

def create_app():
    app = Flask(__name__)
    app.register_blueprint(blueprint)
    return app
"""

OPENAPI3 = """
from flask_openapi3 import Info, OpenAPI
from pydantic import BaseModel

class User(BaseModel):
    name: str

app = OpenAPI(__name__, info=Info(title="A", version="1"))

@app.post("/users", responses={201: User})
def add_user(body: User):
    return body.model_dump(), 201
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (SMOREST, ("flask-smorest", {"v1", "v2"}, "/v1/users/", "Users.post")),
        (APIFLASK, ("apiflask", {"default"}, "/users", "add_user")),
        (APIFAIRY, ("apifairy", {"default"}, "/users", "add_user")),
        (RESTX, ("flask-restx", {"default"}, "/users", "Users.post")),
        (OPENAPI3, ("flask-openapi3", {"default"}, "/users", "add_user")),
    ],
    ids=["flask-smorest", "apiflask", "apifairy", "flask-restx", "flask-openapi3"],
)
def test_a_librarys_own_document_is_the_contract(boot, source, expected):
    library, names, path, function = expected

    application = boot(source)

    assert (application.library, set(application.documents)) == (library, names), application.notes
    document = application.documents[min(names)]
    assert "post" in document["paths"][path]
    assert "name" in str(document.get("components", document.get("definitions")))
    behind = {one.name: one.path for route in application.routes for one in (route.view, *route.handlers.values())}
    assert behind[function] == "app.py"
    assert application.contract is None, application.contract["paths"]


def test_a_document_that_is_a_file_is_the_contract_where_no_library_makes_one(boot):
    application = boot(
        {
            "app.py": 'from flask import Flask\napp = Flask(__name__)\n@app.get("/a")\ndef a(): return {"x": 1}\n',
            "docs/openapi.yaml": "openapi: 3.1.0\ninfo: {title: A}\npaths: {/a: {get: {responses: {}}}}\n",
        }
    )

    assert list(application.documents["default"]["paths"]) == ["/a"]
    assert application.contract is None


def test_a_document_that_cannot_be_made_is_told_and_the_rest_is_read(boot):
    application = boot(APIFLASK.replace("name = String(required=True)", "name = String(metadata={'x-y': object})"))

    assert application.routes
    assert application.documents or application.notes


def test_routes_that_no_document_holds_have_one_made_of_them(boot):
    application = boot(APIFLASK + '\n\n@app.get("/plain")\n@app.doc(hide=True)\ndef plain():\n    return {"a": 1}\n')

    assert list(application.contract["paths"]) == ["/plain"]
