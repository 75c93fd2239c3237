"""Routes behind a flag: who reaches them, and when documents show them."""

import pytest
from flag_shop import by
from flask import Flask

from beastmode import Api, Beastmode, Blueprint
from beastmode.core.errors import ConfigurationError
from beastmode.flags import Flags, behind

ABSENT = {"success": False, "message": "Resource not found"}


def document(shop):
    return shop.client.get("/api/v1/openapi.json")


def test_a_route_whose_flag_is_off_answers_as_if_it_did_not_exist(shop_app):
    """Nobody is asked to log in for a route that is there for nobody."""
    answers = [shop_app.client.get(path) for path in ("/api/wishes", "/api/wishes/public", "/api/nothing")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert [answer.json for answer in answers] == [ABSENT] * 3
    assert shop_app.client.get("/api/wishes", headers=by(1)).json == ABSENT
    assert [shop_app.client.get(path).status_code for path in ("/page", "/unseen")] == [404, 404]


def test_a_route_is_there_for_those_who_are_included(shop_app):
    """Others get 404, and those who are not logged in 401, or their expired token would look like a missing route."""
    with shop_app.app.app_context():
        shop_app.flags.set_for("account:7", "wishes", on=True)

    answers = [shop_app.client.get("/api/wishes", headers=headers) for headers in (by(7), by(8), {})]

    assert [answer.status_code for answer in answers] == [200, 404, 401]
    assert answers[1].json == ABSENT


def test_a_document_shows_a_route_once_its_flag_is_on_for_everyone(shop_app):
    """Neither its path nor a schema or a tag that only it uses is visible before."""
    hidden = document(shop_app)
    with shop_app.app.app_context():
        shop_app.flags.set("wishes", 99)
    part = document(shop_app)
    with shop_app.app.app_context():
        shop_app.flags.set("wishes", 100)
    shown = document(shop_app)

    assert "/api/v1/wishes" not in hidden.json["paths"]
    assert [tag["name"] for tag in hidden.json["tags"]] == ["reviews"]
    assert part.data == hidden.data
    assert {"/api/v1/wishes", "/api/v1/wishes/public"} <= set(shown.json["paths"])
    assert [tag["name"] for tag in shown.json["tags"]] == ["wishes", "reviews"]
    assert hidden.headers["ETag"] != shown.headers["ETag"]


def test_a_document_keeps_the_schemas_that_other_routes_use(shop_app):
    """The schema of wishes is part of reviews, and is left out with the last route that refers to it."""
    with_reviews = document(shop_app).json["components"]["schemas"]
    with shop_app.app.app_context():
        shop_app.flags.set("reviews", 0)
    without = document(shop_app).json["components"]["schemas"]

    assert {"Review", "Wish"} <= set(with_reviews)
    assert not {"Review", "Wish"} & set(without)


def test_a_route_without_a_flag_is_as_before(shop_app):
    """Its path is another one, and it is always there."""
    assert shop_app.client.get("/api/reviews/count", headers=by(1)).json["data"] == 1


def test_a_route_behind_a_flag_of_another_application_is_refused_at_startup():
    """Otherwise the first request would find it."""
    things = Blueprint("things", version="v1", url_prefix="/things")

    @things.get(public=True)
    @behind(Flags().declare("new"))
    def list_things():
        """List things."""

    api = Api("Things")
    api.register(things)
    app = Flask("things")
    app.config["ENVIRONMENT"] = "testing"

    with pytest.raises(ConfigurationError) as caught:
        Beastmode(app, api=api, flags=Flags())

    assert str(caught.value) == (
        "things.list_things (GET /things) is behind the flag 'new', which is not one of this application; pass the "
        "Flags that declare it: Beastmode(app, flags=flags)."
    )


def test_flags_need_no_database():
    """Without one, the setting says what is on, and nothing can be changed."""
    flags = Flags()
    new = flags.declare("new")
    app = Flask("things")
    app.config.from_mapping(ENVIRONMENT="testing", FLAGS="new=on")
    Beastmode(app, flags=flags)

    with app.app_context():
        assert new.is_on()
        with pytest.raises(ConfigurationError) as caught:
            flags.set("new", 0)

    assert str(caught.value) == "Flags are changed in a database, and this application has none; set FLAGS."
