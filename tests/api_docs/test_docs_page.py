import gzip
import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from beastmode.api import docs
from beastmode.api.docs import docs_blueprint
from beastmode.core.errors import ConfigurationError

ASSETS = Path(docs.__file__).parent / "assets"
# SHA-256 of the files as published in swagger-ui-dist 5.35.0.
PUBLISHED = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
    "favicon-32x32.png": "3ed612f41e050ca5e7000cad6f1cbe7e7da39f65fca99c02e99e6591056e5837",
    "LICENSE": "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
    "NOTICE": "0d20d1adef18aee3f40dd258172155521ce702ac445cb5f7b7d60ed32dad2fb2",
    "swagger-ui-bundle.js.LICENSE.txt": "37eb6e7e59aed57b2c1acf076574b818ea07b74265717e0bd67b59e0baf9abbb",
}


def links(html):
    return re.findall(r'(?:src|href)="([^"]*)"', html)


def asset_url(visitor, name):
    return next(link for link in links(visitor.get("/docs").text) if link.endswith(f"/{name}"))


def policy_of(response):
    directives = response.headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, _, sources in (directive.partition(" ") for directive in directives)}


def test_the_page_names_the_api_and_links_every_version(visitor):
    page = visitor.get("/docs")

    assert page.status_code == 200
    assert page.content_type == "text/html; charset=utf-8"
    assert "<title>Blog v1 - API documentation</title>" in page.text
    assert '<a href="?version=v1" aria-current="page">v1</a><a href="?version=v2">v2</a>' in page.text


def test_the_first_version_is_shown_until_another_is_asked_for(visitor):
    assert 'data-document="/api/v1/openapi.json"' in visitor.get("/docs").text
    assert 'data-document="/api/v2/openapi.json"' in visitor.get("/docs?version=v2").text


def test_a_version_that_does_not_exist_is_not_found(visitor):
    assert visitor.get("/docs?version=v9").status_code == 404


def test_the_page_answers_with_a_trailing_slash_too(visitor):
    assert visitor.get("/docs/").status_code == 200


def test_titles_and_versions_are_escaped():
    app = Flask("blog")
    app.register_blueprint(docs_blueprint("<script>alert(1)</script>", {'v"1': '/api/"><script>/openapi.json'}))

    html = app.test_client().get("/docs").text

    assert html.count("<script") == 2  # the page's own
    assert 'v"1' not in html


def test_a_page_without_documents_is_refused_at_start():
    with pytest.raises(ConfigurationError, match="at least one version"):
        docs_blueprint("Blog", {})


def test_behind_a_prefix_of_a_proxy_every_link_carries_the_prefix():
    app = Flask("blog")
    app.register_blueprint(docs_blueprint("Blog", {"v1": "/api/v1/openapi.json"}))
    app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)

    html = app.test_client().get("/docs", headers={"X-Forwarded-Prefix": "/shop"}).text

    assert 'data-document="/shop/api/v1/openapi.json"' in html
    assert 'src="/shop/docs/assets/' in html


def test_the_policy_allows_the_pages_own_files_and_inline_images_alone(visitor):
    policy = policy_of(visitor.get("/docs"))

    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_the_page_holds_no_inline_script_or_style(visitor):
    html = visitor.get("/docs").text

    assert re.findall(r"<script(?![^>]* src=)", html) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", html) == []


def test_no_link_of_the_page_leaves_the_host(visitor):
    html = visitor.get("/docs").text

    assert [link for link in links(html) if not re.match(r"/(?!/)|\?", link)] == []


@pytest.mark.parametrize("sheet", ["swagger-ui.css", "page.css"])
def test_no_style_sheet_reaches_for_another_file(sheet):
    css = (ASSETS / sheet).read_text()

    targets = re.findall(r"url\(\s*[\"']?([^\s\"')]*)", css)

    assert [target for target in targets if not target.startswith("data:")] == []
    assert "@import" not in css


def test_our_own_script_knows_no_address():
    assert re.findall(r"https?:|//[a-z]+\.", (ASSETS / "page.js").read_text()) == []


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_files_of_swagger_ui_are_those_that_were_published(name):
    assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == PUBLISHED[name]


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
        ("page.css", "text/css; charset=utf-8"),
        ("favicon-32x32.png", "image/png"),
    ],
)
def test_every_file_that_the_page_links_is_served_as_what_it_is(visitor, name, content_type):
    response = visitor.get(asset_url(visitor, name))

    assert response.status_code == 200
    assert response.content_type == content_type
    assert response.data == (ASSETS / name).read_bytes()


@pytest.mark.parametrize("name", ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"])
def test_the_licences_are_served_beside_the_files_they_belong_to(visitor, name):
    response = visitor.get(asset_url(visitor, "page.js").replace("page.js", name))

    assert response.status_code == 200
    assert response.content_type == "text/plain; charset=utf-8"


def test_files_are_kept_for_a_year_under_a_path_that_changes_with_them(visitor):
    response = visitor.get(asset_url(visitor, "swagger-ui-bundle.js"))

    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_file_asked_for_by_a_page_of_another_release_is_served_but_not_kept(visitor):
    response = visitor.get("/docs/assets/0123456789abcdef/page.js")

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


def test_the_page_itself_is_asked_for_again_each_time(visitor):
    assert visitor.get("/docs").headers["Cache-Control"] == "no-cache"


def test_a_browser_that_takes_gzip_gets_a_quarter_of_the_bytes(visitor):
    url = asset_url(visitor, "swagger-ui-bundle.js")

    packed = visitor.get(url, headers={"Accept-Encoding": "gzip, br"})
    plain = visitor.get(url, headers={"Accept-Encoding": "gzip;q=0"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) * 3 < len(plain.data)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_file_that_the_browser_has_is_not_sent_again(visitor, encoding):
    url = asset_url(visitor, "swagger-ui.css")
    etag = visitor.get(url, headers={"Accept-Encoding": encoding}).headers["ETag"]

    again = visitor.get(url, headers={"Accept-Encoding": encoding, "If-None-Match": etag})

    assert again.status_code == 304
    assert again.data == b""


def test_a_page_that_the_browser_has_is_not_sent_again(visitor):
    etag = visitor.get("/docs").headers["ETag"]

    assert visitor.get("/docs", headers={"If-None-Match": etag}).status_code == 304
    assert visitor.get("/docs?version=v2", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("name", ["page.css", None])
def test_head_says_what_get_would_send(visitor, name):
    url = asset_url(visitor, name) if name else "/docs"

    head, get = visitor.head(url), visitor.get(url)

    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(get.data))
    assert head.headers["ETag"] == get.headers["ETag"]


@pytest.mark.parametrize(
    "path",
    ["../page.py", "..%2fpage.py", "%2e%2e/page.py", "x/../../page.py", "..\\page.py", "/etc/passwd", "missing.js", ""],
)
def test_nothing_but_the_files_of_the_page_is_served(visitor, path):
    response = visitor.get(f"/docs/assets/0123456789abcdef/{path}", follow_redirects=True)

    assert response.status_code == 404


def test_the_page_only_reads(visitor):
    assert visitor.post("/docs").status_code == 405
