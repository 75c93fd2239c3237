"""Who may read the documents."""

import pytest
from flask import Flask

from beastmode import Api, Beastmode, Blueprint

PATHS = ["/docs", "/docs/", "/api/v1/openapi.json", "/api/openapi.json"]
PRODUCTION = {"ENVIRONMENT": "production", "SECRET_KEY": "6dXz8-Qk2_wLr5TbNc0vYhJm3GpAs9Ue"}


def site(**settings):
    api, things = Api("Things"), Blueprint("things", version="v1", url_prefix="/things")
    things.get(public=True)(list_things)
    api.register(things)
    app = Flask("things")
    app.config.from_mapping(settings)
    Beastmode(app, api=api)
    return app


def list_things():
    return []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("settings", [PRODUCTION, {"ENVIRONMENT": "testing", "DOCS_PUBLIC": False}])
def test_closed_documents_are_not_found(path, settings):
    assert site(**settings).test_client().get(path).status_code == 404


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("settings", [{**PRODUCTION, "DOCS_PUBLIC": "true"}, {"ENVIRONMENT": "development"}])
def test_open_documents_are_read_by_anybody(path, settings):
    assert site(**settings).test_client().get(path, follow_redirects=True).status_code == 200


def test_the_routes_of_closed_documents_answer():
    assert site(**PRODUCTION).test_client().get("/api/v1/things").status_code == 200


def test_closed_documents_can_still_be_printed_by_a_command():
    document = site(**PRODUCTION).extensions["beastmode.documents"]["v1"].content()

    assert "/api/v1/things" in document["paths"]
