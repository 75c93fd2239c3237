"""An application with routes behind flags, whose callers say who they are."""

from types import SimpleNamespace

from flask import Flask
from marshmallow import fields

from beastmode import Api, Beastmode, Blueprint, Database, Schema
from beastmode.core.identity import Identity, set_authenticator
from beastmode.db import Base
from beastmode.flags import Flags, behind


class Wish(Schema):
    name = fields.String(required=True)


class Review(Schema):
    wishes = fields.List(fields.Nested(Wish))


def shop(database_url, **config):
    flags, database = Flags(), Database()
    wishes_flag = flags.declare("wishes", "Wish lists.")
    reviews_flag = flags.declare("reviews", on=True)
    api = Api("Shop")
    api.register(_wishes(wishes_flag), _reviews(reviews_flag))
    app = Flask("shop")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=database_url, **config)
    set_authenticator(app, _who)

    @app.get("/page")
    @behind(wishes_flag)
    def page():
        return "wishes"

    @app.get("/unseen")
    @behind(wishes_flag)
    async def unseen():
        return "never called"

    Beastmode(app, database=database, api=api, flags=flags)
    with app.app_context():
        Base.metadata.tables["flag_changes"].create(database.engine, checkfirst=True)
    return SimpleNamespace(app=app, flags=flags, wishes=wishes_flag, database=database, client=app.test_client())


def by(account):
    return {"Authorization": str(account)}


def _who(request):
    given = request.headers.get("Authorization")
    return None if given is None else Identity("account", int(given))


def _wishes(flag):
    wishes = Blueprint("wishes", version="v1", url_prefix="/wishes", defaults=[behind(flag)])

    @wishes.get(returns=Wish, many=True)
    def list_wishes():
        """List wishes."""
        return [{"name": "a bicycle"}]

    @wishes.get("/public", public=True)
    def public_wishes():
        """List the wishes of everyone."""
        return []

    return wishes


def _reviews(flag):
    reviews = Blueprint("reviews", version="v1", url_prefix="/reviews")

    @reviews.get(returns=Review)
    @behind(flag)
    def get_review():
        """Get the review."""
        return {"wishes": []}

    @reviews.get("/count")
    def count_reviews():
        """Count reviews."""
        return 1

    return reviews
