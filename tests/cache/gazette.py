"""A newspaper whose articles are cached; its views note each of their runs."""

from flask import Flask, Response, current_app, request, session
from marshmallow import fields
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Database, Problem, Schema, Version, loading
from beastmode.api import Answer
from beastmode.cache import Cache, cached_response
from beastmode.core.identity import Identity, current_identity, set_authenticator
from beastmode.db import Base


class Press(Base):
    __abstract__ = True
    metadata = MetaData()


class Article(Press):
    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class ArticleShown(Schema):
    id = fields.Integer()
    title = fields.String()


class Search(Schema):
    word = fields.String()
    page = fields.Integer()


press = Database(Press.metadata)
articles = loading(ArticleShown, Article)


def authenticate(asked):
    """Whoever sends a name is that person."""
    scheme, _, name = asked.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not name:
        raise Problem(401, "Log in first.", headers={"WWW-Authenticate": "Bearer"})
    return Identity("account", name, session_id=asked.headers.get("X-Login"))


def gazette(url="sqlite://", *, around=None, **config):
    """The application, its views' runs in `app.runs`."""
    app = Flask("gazette")
    app.runs = []
    app.after_reading = lambda: None
    app.config.from_mapping({"ENVIRONMENT": "testing", "DATABASE_URL": url, "SECRET_KEY": "k" * 40} | config)
    if around is not None:
        app.wsgi_app = around(app.wsgi_app)
    set_authenticator(app, authenticate)
    api = Api("Gazette", versions=[Version("v1"), Version("v2")])
    api.register(*blueprints(app.runs))
    Beastmode(app, database=press, api=api, cache=Cache())
    with app.app_context():
        Press.metadata.create_all(press.engine)
    return app


def blueprints(runs):  # noqa: C901 - one small API, declared in one place
    open_ = Blueprint("open", version="v1", url_prefix="/open")
    own = Blueprint("own", version="v1", url_prefix="/own")
    newer = Blueprint("open", version="v2", url_prefix="/open")

    @open_.get("/front", public=True, query=Search)
    @cached_response(60, public=True)
    def front(query):
        runs.append("front")
        return {"run": len(runs), "asked": query}

    @newer.get("/front", public=True, query=Search)
    @cached_response(60, public=True)
    def front_v2(query):
        runs.append("front_v2")
        return {"run": len(runs)}

    @open_.get("/undeclared", public=True)
    @cached_response(60)
    def undeclared():
        runs.append("undeclared")
        return {"for": request.headers.get("Authorization", "nobody"), "basket": request.cookies.get("basket")}

    @open_.get("/spoken", public=True)
    @cached_response(60, public=True, vary=["Accept-Language"])
    def spoken():
        runs.append("spoken")
        return {"language": request.headers.get("Accept-Language")}

    @open_.get("/patient", public=True)
    @cached_response(60, public=True, stale=30)
    def patient():
        runs.append("patient")
        return {"run": len(runs)}

    @open_.get("/as/<kind>", public=True)
    @cached_response(60, public=True)
    def as_kind(kind):
        runs.append(kind)
        return KINDS[kind]()

    @open_.get("/articles", public=True, returns=ArticleShown, many=True)
    @cached_response(60, public=True, tags=[Article])
    def list_articles():
        runs.append("articles")
        found = articles.all()
        current_app.after_reading()
        return found

    @open_.get("/articles/<int:article_id>", public=True, returns=ArticleShown)
    @cached_response(60, public=True, tags=["article:{article_id}"])
    def get_article(article_id):
        runs.append(article_id)
        return articles.get(article_id)

    @open_.get("/plain", public=True)
    def plain():
        return {}

    @own.get("/page", query=Search)
    @cached_response(60)
    def own_page(query):
        runs.append("page")
        return {"of": current_identity().id}

    @own.get("/same")
    @cached_response(60, public=True)
    def same_for_all():
        runs.append("same")
        return {"run": len(runs)}

    return open_, newer, own


def using_the_session():
    session["seen"] = True
    return {}


def refusing():
    raise Problem(404, "There is no such thing.")


KINDS = {
    "error": refusing,
    "failure": lambda: 1 / 0,
    "redirect": lambda: Response(status=303, headers={"Location": "/"}),
    "part": lambda: Response("ab", 206, headers={"Content-Range": "bytes 0-1/5"}),
    "cookie": lambda: Answer({}, headers={"Set-Cookie": "basket=7"}),
    "stream": lambda: Response(iter(["a", "b"])),
    "no-store": lambda: Answer({}, headers={"Cache-Control": "no-store"}),
    "private": lambda: Answer({}, headers={"Cache-Control": "private"}),
    "varying": lambda: Answer({}, headers={"Vary": "X-Country"}),
    "session": using_the_session,
    "text": lambda: Response("plain", mimetype="text/plain"),
    "none": lambda: None,
    "own-rule": lambda: Answer({}, headers={"Cache-Control": "public, max-age=5"}),
}
