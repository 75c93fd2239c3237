import logging

import pytest
from flask.signals import got_request_exception

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
def test_every_answer_has_an_id_and_the_security_headers(visitor, method, path):
    answer = visitor.open(path, method=method, buffered=True)

    assert len(answer.headers["X-Request-ID"]) == 32
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-XSS-Protection"] == "0"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Strict-Transport-Security" not in answer.headers


def test_only_over_https_are_browsers_told_to_stay_there(visitor):
    answer = visitor.get("/", base_url="https://library.example.com")

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


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


def test_a_page_gets_a_policy_that_is_strict_and_anything_else_gets_none(visitor):
    page, stock = visitor.get("/"), visitor.get("/api/stock")

    # Nothing but files of the site itself: the inline script of the site's pages does not run under it.
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "<script>" in page.text
    assert "Content-Security-Policy" not in stock.headers


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


def test_a_path_under_api_that_there_is_not_is_told_in_the_envelope(visitor):
    answer = visitor.get("/api/nowhere")

    assert answer.status_code == 404
    assert answer.json == {"success": False, "message": "Resource not found"}
    assert answer.headers["X-Library"] == "nobody"  # the site's own hook still runs


def test_a_page_that_there_is_not_is_told_in_the_sites_own_page(visitor):
    answer = visitor.get("/nowhere")

    assert answer.status_code == 404
    assert "<h1>There is no such page</h1>" in answer.text


@pytest.mark.parametrize("path", ["/apis", "/api-docs", "/Api/stock", "/my/api/"])
def test_only_what_is_under_api_is_answered_in_the_envelope(visitor, path):
    answer = visitor.get(path)

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_method_that_is_not_known_says_which_are(visitor):
    answer = visitor.put("/api/stock")

    assert answer.status_code == 405
    assert answer.json == {"success": False, "message": "Method Not Allowed"}
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_the_words_of_the_view_reach_the_client(visitor):
    refused, missing = visitor.get("/api/stock/secret"), visitor.get("/api/stock/999")

    assert (refused.status_code, refused.json["message"]) == (403, "Members only, please.")
    assert (missing.status_code, missing.json["message"]) == (404, "No such book.")


def test_a_body_that_is_no_json_is_told_in_the_envelope(visitor):
    malformed = visitor.post("/api/stock", data="{", content_type="application/json")
    other = visitor.post("/api/stock", data="title=Emma")

    assert (malformed.status_code, malformed.json["success"]) == (400, False)
    assert (other.status_code, other.json["success"]) == (415, False)


def test_an_error_that_the_blueprint_does_not_handle_is_told_in_the_envelope(visitor):
    answer = visitor.get("/api/loans/3")

    assert (answer.status_code, answer.json) == (410, {"success": False, "message": "That loan is over."})


@pytest.mark.parametrize("settings", [{}, {"DEBUG": True}, {"ENVIRONMENT": "production", "TESTING": False}])
def test_a_view_that_breaks_tells_the_client_nothing_and_the_log_everything(make_site, caplog, settings):
    visitor = make_site(**settings).test_client()

    answer = visitor.get("/api/stock/broken")

    assert answer.status_code == 500
    assert answer.json == {"success": False, "message": "Internal server error"}
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info[0] is RuntimeError
    assert "hunter2" in caplog.text


def test_the_line_of_an_error_has_the_id_that_the_client_got(visitor, capfd):
    answer = visitor.get("/api/stock/broken")

    told = capfd.readouterr().err

    assert f"request_id={answer.headers['X-Request-ID']} GET /api/stock/broken failed" in told
    assert "Traceback (most recent call last):" in told


def test_who_asks_for_problem_details_gets_them(visitor):
    answer = visitor.get("/api/stock/secret", headers={"Accept": PROBLEM_JSON})

    assert answer.mimetype == PROBLEM_JSON
    assert answer.json == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "Members only, please.",
    }


@pytest.mark.parametrize("accept", ["*/*", "application/json", f"application/json, {PROBLEM_JSON};q=0.5", "text/html"])
def test_who_does_not_ask_for_problem_details_gets_the_envelope(visitor, accept):
    answer = visitor.get("/api/nowhere", headers={"Accept": accept})

    assert answer.mimetype == "application/json"
    assert "Accept" in answer.headers["Vary"]


def test_a_view_that_breaks_is_signalled_once_for_whoever_collects_errors(make_site):
    site = make_site()
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
