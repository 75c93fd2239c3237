"""A response that is the same for everyone is returned before Flask is asked, if Flask could not change it."""

import pytest
from flask import Flask, request_started
from gazette import articles, blueprints, gazette

from beastmode import Api, Beastmode
from beastmode.cache import Cache, shortcuts
from beastmode.core.steps import Stage, Step, add_step

FRONT = "/api/v1/open/front"
ARTICLES = "/api/v1/open/articles"


def counted(app):
    """The application, which counts the requests that Flask dispatches."""
    app.dispatched = 0
    dispatch = app.full_dispatch_request

    def count(*args):
        app.dispatched += 1
        return dispatch(*args)

    app.full_dispatch_request = count
    return app


@pytest.fixture
def app(app):
    return counted(app)


def get_twice(app, path=FRONT, **options):
    client = app.test_client(use_cookies=False)
    return [client.get(path, **options) for _ in range(2)]


@pytest.mark.parametrize("path", [FRONT, f"{FRONT}?word=a", ARTICLES, "/api/open/front", "/api/v2/open/front"])
def test_a_hit_needs_no_flask(app, path):
    """And is the same response."""
    first, second = get_twice(app, path)

    assert app.dispatched == 1
    assert second.data == first.data
    assert second.headers["Cache-Status"] == "beastmode; hit"
    volatile = {"X-Request-ID", "Cache-Status"}
    assert {each for each in second.headers if each[0] not in volatile} == {
        each for each in first.headers if each[0] not in volatile
    }


def test_a_dropped_or_old_response_is_made_again(app, clock):
    get_twice(app, ARTICLES)
    with app.app_context():
        articles.insert(title="New")

    assert [len(answer.json["data"]) for answer in get_twice(app, ARTICLES)] == [1, 1]
    clock.advance(seconds=60)
    get_twice(app, ARTICLES)
    assert app.dispatched == len(app.runs) == 3


def test_a_client_that_has_it_gets_304(app):
    etag = get_twice(app)[1].headers["ETag"]

    answers = [get_twice(app, headers={"If-None-Match": given})[1] for given in (etag, f'W/{etag}, "other"', '"other"')]

    assert [answer.status_code for answer in answers] == [304, 304, 200]
    assert (answers[0].data, answers[0].headers["ETag"]) == (b"", etag)
    assert app.dispatched == 1


def test_other_parameters_are_another_response(app):
    """A path that is known does not make its parameters known."""
    get_twice(app)

    assert get_twice(app, f"{FRONT}?page=x")[1].status_code == 422
    assert get_twice(app, f"{FRONT}?page=2")[1].json["data"]["asked"] == {"page": 2}


def test_metrics_name_the_route(app):
    """As if Flask had matched it."""
    get_twice(app)

    metrics = app.test_client().get("/metrics").text
    assert f'http_requests_total{{method="GET",route="{FRONT}",status="200"}} 2.0' in metrics


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": "Bearer ada"}, {"Cookie": "a=b"}, {"Origin": "https://a.example"}, {"Range": "bytes=0-1"}],
    ids=lambda headers: next(iter(headers)),
)
def test_what_flask_may_look_at_goes_through_flask(app, headers):
    """Credentials, and what hooks of CORS look at."""
    get_twice(app)
    get_twice(app, headers=headers)

    assert app.dispatched == 3


@pytest.mark.parametrize("path", ["/api/v1/open/undeclared", "/api/v1/open/plain"])
def test_what_was_not_declared_the_same_for_all_goes_through_flask(app, path):
    get_twice(app, path)

    assert app.dispatched == 2


def test_what_requires_authentication_goes_through_flask(app):
    """Nobody gets it without a token because somebody got it with one."""
    get_twice(app, "/api/v1/own/same", headers={"Authorization": "Bearer ada"})

    assert get_twice(app, "/api/v1/own/same")[1].status_code == 401


def test_head_goes_through_flask(app):
    get_twice(app)

    assert app.test_client().head(FRONT).status_code == 200
    assert app.dispatched == 2


@pytest.mark.parametrize("hook", ["before_request", "after_request", "teardown_request", "url_value_preprocessor"])
def test_hooks_see_every_request(app, hook):
    """A project may count, refuse or change requests there."""
    seen = []
    getattr(app, hook)(lambda *args: seen.append(1) or (args[0] if hook == "after_request" else None))

    get_twice(app)

    assert len(seen) == app.dispatched == 2


def test_signals_are_sent_for_every_request(app):
    """Also to those who connect later."""
    seen = []
    get_twice(app)

    with request_started.connected_to(lambda *_, **__: seen.append(1), app):
        get_twice(app)

    assert len(seen) == 2


def test_a_step_in_front_of_the_cache_sees_every_request():
    """One that limits, or refuses."""
    seen = []

    class Counting(Step):
        def __call__(self, call, proceed):
            seen.append(1)
            return proceed(call)

    app = Flask("steps")
    app.config.from_mapping(ENVIRONMENT="testing")
    add_step(app, Stage.LIMIT, lambda *_: Counting())
    api = Api("Steps")
    api.register(blueprints([])[0])
    Beastmode(app, api=api, cache=Cache())

    get_twice(app)

    assert len(seen) == 2


def test_a_wsgi_layer_of_the_project_sees_every_request():
    """One that was put around Flask before beastmode."""
    seen = []

    def around(application):
        def layer(environ, start_response):
            seen.append(1)
            return application(environ, start_response)

        return layer

    app = gazette(around=around)

    get_twice(app)

    assert len(seen) == 2


def test_only_so_many_paths_are_kept(app, monkeypatch):
    """Anyone can ask for different ones."""
    monkeypatch.setattr(shortcuts, "_PATHS", 2)
    known = app.extensions[shortcuts.EXTENSION]._paths

    for kind in ("text", "none", "own-rule"):
        get_twice(app, f"/api/v1/open/as/{kind}")

    assert len(known) == 1
