"""What does not fit together is found at startup; routes of Flask itself can be cached too."""

import pytest
from flask import Flask, request, session

from beastmode import Api, Beastmode, Blueprint
from beastmode.cache import Cache, cached_response, init_cache, quick_cache
from beastmode.core.errors import ConfigurationError, SettingsError
from beastmode.core.inspections import inspect

CONFIG = {"ENVIRONMENT": "testing", "SECRET_KEY": "k" * 40}


def api_with(method="get", rule="/posts", **options):
    posts = Blueprint("posts", version="v1")

    @getattr(posts, method)(rule, public=True)
    @cached_response(60, **options)
    def view(**_):
        return {}

    api = Api("Blog")
    api.register(posts)
    return api


def application(**config):
    app = Flask("blog")
    app.config.from_mapping(CONFIG | config)
    return app


def test_a_cached_route_without_a_cache_is_refused():
    """Otherwise it would silently be slow."""
    with pytest.raises(ConfigurationError) as refused:
        Beastmode(application(), api=api_with())

    assert str(refused.value) == (
        "posts.view (GET /posts) declares cached_response, but the application has no cache; pass cache=Cache() to "
        "Beastmode."
    )


def test_a_route_that_changes_something_is_refused():
    with pytest.raises(ConfigurationError) as refused:
        Beastmode(application(), api=api_with("post"), cache=Cache())

    assert str(refused.value) == (
        "posts.view (POST /posts): cached_response is for GET; a POST changes something each time."
    )


def test_a_tag_that_names_no_argument_of_the_path_is_refused():
    with pytest.raises(ConfigurationError) as refused:
        Beastmode(application(), api=api_with(rule="/posts/<int:id>", tags=["post:{post_id}"]), cache=Cache())

    assert str(refused.value) == (
        "posts.view (GET /posts/<int:id>): the tag 'post:{post_id}' names 'post_id'; known arguments: id."
    )


def test_redis_needs_its_url():
    with pytest.raises(SettingsError) as refused:
        Beastmode(application(CACHE_TYPE="redis"), cache=Cache())

    assert refused.value.problems == [
        "CACHE_TYPE is redis, but REDIS_URL is not set; set it, such as redis://localhost:6379/0."
    ]


def test_the_names_of_flask_caching_are_accepted():
    """A project that comes from there keeps its settings, and is told the current name."""
    app = application(CACHE_TYPE="NullCache")

    with pytest.warns(FutureWarning, match="CACHE_TYPE=NullCache is now called null"):
        init_cache(app)


def test_settings_of_another_cache_are_left_alone():
    """An application that does not use this cache may have a CACHE_TYPE that it does not know."""
    Beastmode(application(CACHE_TYPE="FileSystemCache"))


def test_init_cache_before_beastmode_is_enough():
    """For applications that are set up in that order."""
    app = application()
    init_cache(app)
    Beastmode(app, api=api_with())
    client = app.test_client()

    answers = [client.get("/api/v1/posts").headers["Cache-Status"] for _ in range(2)]

    assert answers == ["beastmode; fwd=miss; stored", "beastmode; hit"]


def test_doctor_tells_that_redis_does_not_respond():
    """And the application works without it."""
    app = application(CACHE_TYPE="redis", REDIS_URL="redis://127.0.0.1:1/0")
    Beastmode(app, api=api_with(), cache=Cache())

    told = list(inspect(app))

    assert told == ["CACHE_TYPE is redis, but Redis does not respond at REDIS_URL, so nothing is cached."]
    assert app.test_client().get("/api/v1/posts").status_code == 200


class TestRoutesOfFlask:
    """Pages of a site that has no blueprint of beastmode."""

    @pytest.fixture
    def site(self):
        app = application()
        app.runs = []
        init_cache(app)
        Beastmode(app)

        @app.get("/hello/<name>")
        @cached_response(timeout=300)
        def hello(name):
            app.runs.append(name)
            if request.args.get("login"):
                session["name"] = name
            return f"Hello {name}, {session.get('name')}", 404 if name == "nobody" else 200

        @app.post("/hello/<name>")
        @cached_response(timeout=300)
        def change(name):
            app.runs.append(name)
            return hello(name)

        return app

    def test_they_are_cached(self, site):
        client = site.test_client()

        answers = [client.get("/hello/ada") for _ in range(2)]

        assert [answer.text for answer in answers] == ["Hello ada, None"] * 2
        assert answers[1].headers["Content-Type"] == "text/html; charset=utf-8"
        assert site.runs == ["ada"]

    def test_each_browser_has_its_own_page(self, site):
        """A page that depends on a session is nobody else's."""
        ada, bob = site.test_client(), site.test_client()

        ada.get("/hello/ada?login=1")
        pages = [browser.get("/hello/ada").text for browser in (ada, bob, ada)]

        assert pages == ["Hello ada, ada", "Hello ada, None", "Hello ada, ada"]

    def test_errors_and_posts_are_not(self, site):
        """A view that calls another one gets what it returns, not a response."""
        client = site.test_client()

        for _ in range(2):
            assert client.get("/hello/nobody").status_code == 404
            assert client.post("/hello/eve").status_code == 200

        assert site.runs == ["nobody", "eve", "eve", "nobody", "eve", "eve"]

    def test_a_view_can_be_called_like_a_function(self, site):
        """As a test of a view does."""
        view = site.view_functions["hello"]

        with site.test_request_context("/"):
            assert view("ada") == ("Hello ada, None", 200)


@pytest.mark.parametrize(("declare", "name"), [(cached_response, "cached_response"), (quick_cache, "quick_cache")])
@pytest.mark.parametrize("stale", [-1, float("nan"), "60", True])
def test_a_time_for_old_entries_that_is_none_is_refused(declare, name, stale):
    """A negative one would make every entry useless, without a word."""
    with pytest.raises(ConfigurationError) as caught:
        declare(stale=stale)

    assert str(caught.value) == f"{name}(stale={stale!r}): expected a number of seconds, or 0 for none."
