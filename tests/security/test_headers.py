import pytest
from flask import Response, make_response, stream_with_context
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from beastmode.core.middleware import middleware_of

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "0",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
POLICY = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"


@pytest.fixture
def app(make_app, tmp_path):
    app = make_app(security_headers="strict")
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "logo.svg").write_text("<svg/>", encoding="utf-8")
    middleware_of(app).probes["/probe"] = lambda exchange: (200, [], b"well")
    app.add_url_rule(
        "/streamed", view_func=lambda: Response(stream_with_context(iter(["a", "b"]))), endpoint="streamed"
    )
    app.add_url_rule("/slash/", view_func=lambda: "", endpoint="slash")

    @app.errorhandler(NotFound)
    def own_page(error):
        return "<h1>Our own page</h1>", 404

    return app


def ask(app, path, method="GET", **more):
    with app.test_client().open(path, method=method, **more) as answer:
        answer.get_data()
    return answer


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/orders", 200),
        ("HEAD", "/api/v1/orders", 200),
        ("OPTIONS", "/api/v1/orders", 200),
        ("GET", "/page", 200),
        ("GET", "/streamed", 200),
        ("GET", "/static/logo.svg", 200),
        ("GET", "/static/none.svg", 404),
        ("GET", "/slash", 308),
        ("GET", "/nowhere", 404),
        ("DELETE", "/api/v1/orders", 405),
        ("GET", "/broken", 500),
        ("GET", "/probe", 200),
        ("POST", "/probe", 405),
    ],
)
def test_every_answer_tells_browsers_what_not_to_do(app, method, path, status):
    answer = ask(app, path, method)

    assert answer.status_code == status
    assert {name: answer.headers.getlist(name) for name in EVERYWHERE} == {
        name: [value] for name, value in EVERYWHERE.items()
    }


def test_a_file_that_the_browser_has_already_is_answered_so(app):
    first = ask(app, "/static/logo.svg")

    again = ask(app, "/static/logo.svg", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["X-Frame-Options", "x-frame-options", "X-FRAME-OPTIONS"])
def test_a_header_that_the_project_sets_itself_wins(app, name):
    app.add_url_rule("/framed", view_func=lambda: ("", 200, [(name, "SAMEORIGIN")]), endpoint="framed")

    answer = ask(app, "/framed")

    assert answer.headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]
    assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]


# Content-Security-Policy


@pytest.mark.parametrize("path", ["/page", "/nowhere", "/broken", "/slash"])
def test_pages_get_a_policy_those_of_errors_too(app, path):
    assert ask(app, path).headers.getlist("Content-Security-Policy") == [POLICY]


@pytest.mark.parametrize("path", ["/api/v1/orders", "/static/logo.svg", "/probe"])
def test_what_is_no_page_gets_none(app, path):
    assert "Content-Security-Policy" not in ask(app, path).headers


@pytest.mark.parametrize("content_type", ["text/html", "Text/HTML; charset=utf-8", "application/xhtml+xml"])
def test_a_page_is_known_by_its_type(app, content_type):
    app.add_url_rule("/typed", view_func=lambda: Response("", content_type=content_type), endpoint="typed")

    assert "Content-Security-Policy" in ask(app, "/typed").headers


@pytest.mark.parametrize("name", ["Content-Security-Policy", "content-security-policy"])
def test_a_page_may_have_a_policy_of_its_own(app, name):
    app.add_url_rule("/own", view_func=lambda: ("", 200, {name: "default-src *"}), endpoint="own")

    assert ask(app, "/own").headers.getlist("Content-Security-Policy") == ["default-src *"]


def test_the_policy_is_a_setting(make_app):
    app = make_app(content_security_policy="default-src https:")

    assert ask(app, "/page").headers["Content-Security-Policy"] == "default-src https:"


def test_the_policy_can_be_switched_off(make_app):
    app = make_app(content_security_policy="off")

    assert "Content-Security-Policy" not in ask(app, "/page").headers


# Strict-Transport-Security


def test_over_https_browsers_are_told_to_stay_there(make_app):
    app = make_app(hsts_seconds=600)

    answer = ask(app, "/api/v1/orders", base_url="https://shop.example")

    assert answer.headers.getlist("Strict-Transport-Security") == ["max-age=600; includeSubDomains"]


def test_over_http_they_are_not(make_app):
    assert "Strict-Transport-Security" not in ask(make_app(), "/api/v1/orders").headers


def test_zero_seconds_say_nothing(make_app):
    app = make_app(hsts_seconds=0)

    assert "Strict-Transport-Security" not in ask(app, "/page", base_url="https://shop.example").headers


def test_the_project_may_promise_something_else(make_app):
    app = make_app(security_headers="strict")

    @app.get("/preloaded")
    def preloaded():
        answer = make_response("")
        answer.headers["strict-transport-security"] = "max-age=63072000; includeSubDomains; preload"
        return answer

    answer = ask(app, "/preloaded", base_url="https://shop.example")

    assert len(answer.headers.getlist("Strict-Transport-Security")) == 1


def test_a_client_cannot_claim_https_and_a_proxy_that_is_believed_can(make_app):
    app = make_app(security_headers="strict")
    claim = {"headers": {"X-Forwarded-Proto": "https"}}

    claimed = ask(app, "/page", **claim)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)
    forwarded = ask(app, "/page", **claim)

    assert "Strict-Transport-Security" not in claimed.headers
    assert "Strict-Transport-Security" in forwarded.headers


def test_without_headers_there_are_none(make_app):
    answer = ask(make_app(without={"headers"}), "/page")

    assert not set(EVERYWHERE) & {name for name, _ in answer.headers}
    assert "Content-Security-Policy" not in answer.headers
