import pytest
from api_shelf import TOKEN, authenticate, shelf_api
from flask import Flask

from beastmode import Beastmode
from beastmode.core.identity import set_authenticator


@pytest.fixture
def store():
    return {
        1: {"id": 1, "title": "Dune", "pages": 412, "is_lent": False, "price": 9.5, "tags": ["sand"], "shelf": None}
    }


@pytest.fixture
def app(store):
    app = Flask("shelf")
    app.config.from_mapping(ENVIRONMENT="testing", MAX_JSON_LENGTH=20_000, PROPAGATE_EXCEPTIONS=False)
    set_authenticator(app, authenticate)
    Beastmode(app, api=shelf_api(store))
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def signed_in():
    return {"Authorization": f"Bearer {TOKEN}"}
