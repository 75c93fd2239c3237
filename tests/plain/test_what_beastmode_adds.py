import logging

import pytest
from flask import Blueprint as FlaskBlueprint
from flask import abort
from flask.signals import got_request_exception
from werkzeug.exceptions import HTTPException

from beastmode import Api, Beastmode, Blueprint, Problem

PROBLEM_JSON = "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("GET", "/broken"),
        ("POST", "/"),
        ("GET", "/shelf"),
        ("GET", "/static/style.css"),
        ("GET", "/terms"),
        ("GET", "/titles.csv"),
        ("GET", "/api/stock"),
        ("GET", "/api/nowhere"),
        ("GET", "/health"),
        ("GET", "/metrics"),
    ],
)
def test_every_answer_has_an_id_and_the_headers_that_break_nothing(visitor, method, path):
    answer = visitor.open(path, method=method, buffered=True)

    assert len(answer.headers["X-Request-ID"]) == 32
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("path", ["/", "/nowhere", "/broken", "/static/style.css", "/docs", "/api/stock/page"])
def test_the_sites_own_pages_get_nothing_that_could_break_them(visitor, path, scheme):
    answer = visitor.get(path, buffered=True, base_url=f"{scheme}://library.example.com")

    assert "Content-Security-Policy" not in answer.headers
    if not path.startswith("/api/"):
        assert not {"X-Frame-Options", "X-XSS-Protection", "Strict-Transport-Security"} & set(answer.headers.keys())


@pytest.mark.parametrize("path", ["/api/stock", "/api/nowhere", "/api", "/health", "/health/ready", "/metrics"])
def test_what_is_under_api_and_our_own_pages_get_the_rest(visitor, path):
    answer = visitor.get(path, base_url="https://library.example.com")

    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-XSS-Protection"] == "0"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/docs", "/api/stock/page"])
def test_with_an_api_pages_under_it_and_its_documentation_have_a_policy(api_visitor, path):
    answer = api_visitor.get(path)

    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/style.css", "/health", "/api/stock"])
def test_a_site_that_asks_for_strict_headers_has_them_everywhere(make_site, path):
    visitor = make_site(SECURITY_HEADERS="strict").test_client()

    answer = visitor.get(path, buffered=True, base_url="https://library.example.com")

    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert ("Content-Security-Policy" in answer.headers) == (answer.mimetype == "text/html")


def test_a_site_that_sets_a_promise_has_it_everywhere(make_site):
    answer = make_site(HSTS_SECONDS=300).test_client().get("/", base_url="https://library.example.com")

    assert answer.headers["Strict-Transport-Security"] == "max-age=300; includeSubDomains"


def test_a_caller_may_name_the_request_if_the_name_is_harmless(visitor):
    harmless = visitor.get("/", headers={"X-Request-ID": "order-4711.retry"})
    harmful = visitor.get("/", headers={"X-Request-ID": "<script>"})

    assert harmless.headers["X-Request-ID"] == "order-4711.retry"
    assert harmful.headers["X-Request-ID"] != "<script>"


def test_a_load_balancer_learns_that_the_site_lives_and_is_ready(visitor):
    alive, ready = visitor.get("/health"), visitor.get("/health/ready")

    assert (alive.status_code, alive.json) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json["status"]) == (200, "ok")
    assert "X-Library" not in alive.headers  # the site's own hooks are not asked


def test_requests_are_counted_by_the_rule_that_answered(visitor):
    for path in ("/books/1", "/books/2", "/nowhere"):
        visitor.get(path, buffered=True)

    metrics = visitor.get("/metrics").text

    assert 'http_requests_total{method="GET",route="/books/<int:book_id>",status="200"} 2.0' in metrics
    assert 'http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in metrics


def test_a_request_has_one_line_in_the_log_and_health_has_none(visitor, capfd):
    visitor.get("/books/1", headers={"X-Request-ID": "a-request-of-mine"}, buffered=True)
    visitor.get("/health", buffered=True)

    lines = [line for line in capfd.readouterr().err.splitlines() if " request " in line]

    assert len(lines) == 1
    assert "method=GET path=/books/1 route=/books/<int:book_id> status=200" in lines[0].replace('"', "")
    assert "request_id=a-request-of-mine" in lines[0]


def test_a_site_with_inline_scripts_sets_a_policy_of_its_own(make_site):
    policy = "default-src 'self'; script-src 'self' 'unsafe-inline'"

    answer = make_site(CONTENT_SECURITY_POLICY=policy).test_client().get("/")

    assert answer.headers["Content-Security-Policy"] == policy


def test_a_site_can_have_no_policy_at_all(make_site):
    answer = make_site(CONTENT_SECURITY_POLICY="off").test_client().get("/")

    assert "Content-Security-Policy" not in answer.headers


def test_a_page_that_sets_a_header_itself_keeps_it(visitor):
    answer = visitor.get("/own-policy")

    assert answer.headers.getlist("Content-Security-Policy") == ["script-src 'unsafe-inline'"]
    assert answer.headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]


def test_a_path_under_api_that_there_is_not_is_told_in_the_envelope(api_visitor):
    answer = api_visitor.get("/api/nowhere")

    assert answer.status_code == 404
    assert answer.json == {"success": False, "message": "Resource not found"}
    assert answer.headers["X-Library"] == "nobody"  # the site's own hook still runs


def test_a_page_that_there_is_not_is_told_in_the_sites_own_page(visitor):
    answer = visitor.get("/nowhere")

    assert answer.status_code == 404
    assert "<h1>There is no such page</h1>" in answer.text


@pytest.mark.parametrize("path", ["/apis", "/api-docs", "/Api/stock", "/my/api/"])
def test_only_what_is_under_api_is_answered_in_the_envelope(api_visitor, path):
    answer = api_visitor.get(path)

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


@pytest.mark.parametrize("kind", [404, 500, HTTPException, "blueprint"])
@pytest.mark.parametrize(
    "path", ["/api/ours/missing", "/api/ours/refused", "/api/ours/broken", "/api/theirs", "/api/no"]
)
def test_the_projects_own_error_handlers_win_under_api(make_site, kind, path):
    site = make_site("never", ENVIRONMENT="testing", TESTING=False, PROPAGATE_EXCEPTIONS=False)
    theirs = FlaskBlueprint("theirs", __name__, url_prefix="/api/theirs")
    theirs.add_url_rule("", "list", lambda: abort(404))
    site.error_handler_spec[None].clear()
    (theirs if kind == "blueprint" else site).register_error_handler(404 if kind == "blueprint" else kind, own_words)
    site.register_blueprint(theirs)
    Beastmode(site, api=failing_api())

    answer = site.test_client().get(path)

    handled = {404: answer.status_code == 404, 500: answer.status_code == 500, HTTPException: True}
    expected = handled.get(kind, path == "/api/theirs")
    assert (answer.json.get("theirs") is True) == expected
    assert ("success" in answer.json) == (not expected)


def own_words(error):
    return {"theirs": True}, error.code


def failing_api():
    ours = Blueprint("ours", version="v1", url_prefix="/ours")

    @ours.get("/missing", public=True)
    def missing():
        abort(404)

    @ours.get("/refused", public=True)
    def refused():
        raise Problem(404, "Not for you")

    @ours.get("/broken", public=True)
    def broken():
        raise RuntimeError

    api = Api("Library")
    api.register(ours)
    return api


def test_an_html_page_of_the_site_does_not_answer_for_the_api(api_visitor):
    missing, broken = api_visitor.get("/api/v1/nowhere"), api_visitor.get("/api/stock/broken")

    assert missing.json == {"success": False, "message": "Resource not found"}
    assert broken.json == {"success": False, "message": "Internal server error"}


def test_a_method_that_is_not_known_says_which_are(api_visitor):
    answer = api_visitor.put("/api/stock")

    assert answer.status_code == 405
    assert answer.json == {"success": False, "message": "Method Not Allowed"}
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_the_words_of_the_view_reach_the_client(api_visitor):
    refused, missing = api_visitor.get("/api/stock/secret"), api_visitor.get("/api/stock/999")

    assert (refused.status_code, refused.json["message"]) == (403, "Members only, please.")
    assert (missing.status_code, missing.json["message"]) == (404, "No such book.")


def test_a_body_that_is_no_json_is_told_in_the_envelope(api_visitor):
    malformed = api_visitor.post("/api/stock", data="{", content_type="application/json")
    other = api_visitor.post("/api/stock", data="title=Emma")

    assert (malformed.status_code, malformed.json["success"]) == (400, False)
    assert (other.status_code, other.json["success"]) == (415, False)


def test_an_error_that_the_blueprint_does_not_handle_is_told_in_the_envelope(api_visitor):
    answer = api_visitor.get("/api/loans/3")

    assert (answer.status_code, answer.json) == (410, {"success": False, "message": "That loan is over."})


@pytest.mark.parametrize("settings", [{}, {"DEBUG": True}, {"ENVIRONMENT": "production", "TESTING": False}])
def test_a_view_that_breaks_tells_the_client_nothing_and_the_log_everything(make_site, caplog, settings):
    visitor = make_site(api=Api("Library"), **settings).test_client()

    answer = visitor.get("/api/stock/broken")

    assert answer.status_code == 500
    assert answer.json == {"success": False, "message": "Internal server error"}
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info[0] is RuntimeError
    assert "hunter2" in caplog.text


def test_the_line_of_an_error_has_the_id_that_the_client_got(api_visitor, capfd):
    answer = api_visitor.get("/api/stock/broken")

    told = capfd.readouterr().err

    assert f"request_id={answer.headers['X-Request-ID']} Exception on /api/stock/broken [GET]" in told
    assert "Traceback (most recent call last):" in told


def test_who_asks_for_problem_details_gets_them(api_visitor):
    answer = api_visitor.get("/api/stock/secret", headers={"Accept": PROBLEM_JSON})

    assert answer.mimetype == PROBLEM_JSON
    assert answer.json == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "Members only, please.",
    }


@pytest.mark.parametrize("accept", ["*/*", "application/json", f"application/json, {PROBLEM_JSON};q=0.5", "text/html"])
def test_who_does_not_ask_for_problem_details_gets_the_envelope(api_visitor, accept):
    answer = api_visitor.get("/api/nowhere", headers={"Accept": accept})

    assert answer.mimetype == "application/json"
    assert "Accept" in answer.headers["Vary"]


def test_a_view_that_breaks_is_signalled_once_for_whoever_collects_errors(make_site):
    site = make_site(api=Api("Library"))
    signalled = []

    def collect(_, exception):
        signalled.append(exception)

    with got_request_exception.connected_to(collect, site):
        site.test_client().get("/api/stock/broken")

    assert [str(exception) for exception in signalled] == ["password=hunter2"]


def test_what_the_site_logs_itself_has_the_id_of_the_request(make_site, capfd):
    site = make_site()

    @site.before_request
    def say():
        site.logger.warning("somebody is here")

    answer = site.test_client().get("/")

    assert f"request_id={answer.headers['X-Request-ID']} somebody is here" in capfd.readouterr().err
