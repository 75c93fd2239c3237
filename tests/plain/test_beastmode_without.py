"""Each part can be left out, and then the site is as it was in that respect."""

import logging

import pytest

from beastmode import Api, Beastmode
from beastmode.core.errors import ConfigurationError
from beastmode.observability.logs import LogHandler

ORIGIN = {"Origin": "http://localhost:3000"}


def test_without_headers_only_the_id_is_added(make_site):
    answer = make_site(without={"headers"}).test_client().get("/")

    assert "X-Request-ID" in answer.headers
    for name in ("X-Frame-Options", "X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy"):
        assert name not in answer.headers


def test_without_cors_no_page_of_another_origin_may_call(make_site):
    with_it = make_site().test_client().get("/api/stock", headers=ORIGIN)
    without = make_site(without={"cors"}).test_client().get("/api/stock", headers=ORIGIN)

    assert with_it.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]
    assert "Access-Control-Allow-Origin" not in without.headers


def test_without_logs_no_line_is_written_and_no_logger_touched(make_site, capfd):
    logger = logging.getLogger("apps.plain")
    for handler in [handler for handler in logger.handlers if isinstance(handler, LogHandler)]:
        logger.removeHandler(handler)
    site = make_site(without={"logs"})

    site.test_client().get("/", buffered=True)

    assert " request " not in capfd.readouterr().err
    assert not any(isinstance(handler, LogHandler) for handler in site.logger.handlers)


@pytest.mark.parametrize(
    ("feature", "path"), [("metrics", "/metrics"), ("health", "/health"), ("health", "/health/ready")]
)
def test_without_a_probe_its_path_is_a_page_like_any_other(make_site, feature, path):
    answer = make_site(without={feature}).test_client().get(path)

    assert answer.status_code == 404
    assert "<h1>There is no such page</h1>" in answer.text


def test_without_errors_the_sites_own_pages_answer_under_api_too(make_site):
    visitor = make_site(without={"errors"}, api=Api("Library")).test_client()

    missing, broken = visitor.get("/api/nowhere"), visitor.get("/api/stock/broken")

    assert "<h1>There is no such page</h1>" in missing.text
    assert "<h1>We dropped a book</h1>" in broken.text


def test_without_everything_an_id_is_all_there_is(make_site):
    everything = {"headers", "cors", "logs", "metrics", "health", "errors"}

    plain = make_site("never").test_client().get("/", headers=ORIGIN)
    answer = make_site(without=everything).test_client().get("/", headers=ORIGIN)

    assert answer.data == plain.data
    assert set(answer.headers.keys()) - set(plain.headers.keys()) == {"X-Request-ID"}


def test_a_part_that_there_is_not_cannot_be_left_out():
    with pytest.raises(ConfigurationError, match="expected some of cors, errors, headers, health, logs, metrics"):
        Beastmode(without={"colours"})
