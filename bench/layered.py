"""The blog with the same answers at shorter ways to them, so that what lies between two of them can be measured.

Each path goes through all that the one before goes through, and one layer more: the server alone, Flask, the middleware
around it, a declared route, a declared route with sign-in. The way to the end is the blog's own.
"""

from typing import TYPE_CHECKING, Any

from flask import Flask, Response

from beastmode.api import Answer, Blueprint
from beastmode.cache import cached_response
from beastmode.query import Dumped
from blog import create_app, schemas
from blog.api import api
from blog.front_page import LATEST, latest_posts
from blog.models import Post

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["app"]

SHOWN = {
    "GET": {
        "id": 4321,
        "email": "user4321@example.com",
        "name": "User 4321",
        "is_active": True,
        "created_at": "2026-01-31T12:00:00+00:00",
    },
    "POST": {
        "id": 100_001,
        "user_id": 1,
        "title": "A new post",
        "body": "Lorem ipsum dolor sit amet. " * 8,
        "created_at": "2026-01-31T12:00:00+00:00",
    },
}
BODY = b'{"success":true,"message":"Success","data":{"id":4321,"email":"user4321@example.com","name":"User 4321"}}'
declared = Blueprint("declared", version="v1", url_prefix="/declared")


@declared.get("/open", public=True)
def open_get() -> dict[str, Any]:
    """The answer of a route that anybody may call."""
    return SHOWN["GET"]


@declared.get("/signed")
def signed_get() -> dict[str, Any]:
    """The answer of a route that needs sign-in."""
    return SHOWN["GET"]


@declared.post("/open", public=True, accepts=schemas.Post)
def open_post(new: dict[str, Any]) -> Answer:
    """What comes after a body was read and validated, for anybody."""
    return Answer({**SHOWN["POST"], **new}, status=201)


@declared.post("/signed", accepts=schemas.Post)
def signed_post(new: dict[str, Any]) -> Answer:
    """The same with sign-in."""
    return Answer({**SHOWN["POST"], **new}, status=201)


@declared.get("/latest", public=True, returns=schemas.Post, many=True)
def uncached_latest() -> Dumped:
    """The blog's latest posts, read each time."""
    return latest_posts.all(limit=LATEST)


@declared.get("/own-latest", returns=schemas.Post, many=True)
@cached_response(60, tags=[Post])
def own_latest() -> Dumped:
    """The same, cached for each caller."""
    return latest_posts.all(limit=LATEST)


def layered() -> Flask:
    """The application."""
    api.register(declared)
    app = create_app()

    def plain() -> Response:
        return Response(BODY, mimetype="application/json")

    app.add_url_rule("/plain", "plain", plain, methods=["GET", "POST"])
    app.wsgi_app = dispatcher(app.wsgi_app, Flask.wsgi_app.__get__(app))  # type: ignore[method-assign]  # Flask's documented way
    return app


def dispatcher(whole: "WSGIApplication", flask: "WSGIApplication") -> "WSGIApplication":
    """What answers two paths before the middleware does: /server by itself, /flask by Flask without the middleware."""

    def answer(environ: "WSGIEnvironment", begin: "StartResponse") -> Any:
        path = environ["PATH_INFO"]
        if path == "/server":
            environ["wsgi.input"].read()
            begin("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))])
            return [BODY]
        if path == "/flask":
            environ["PATH_INFO"] = "/plain"
            return flask(environ, begin)
        return whole(environ, begin)

    return answer


app = layered()
