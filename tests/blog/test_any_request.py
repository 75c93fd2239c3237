"""Whatever is sent, the answer is one that the document promises: never a 5xx, no word about the server's inside."""

import json
from dataclasses import replace

import pytest
from answers import Ask, ask
from contracts import FUZZ
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import ENDLESS, blog_on, sign_in

from beastmode.testing import Factory
from blog.models import Comment, Post

SETTINGS = settings(
    max_examples=FUZZ or 100,
    derandomize=not FUZZ,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PATHS = (
    *("/api/auth/register", "/api/auth/login", "/api/auth/refresh", "/api/auth/logout", "/api/auth/me"),
    *("/api/v1/users", "/api/v1/users/{}", "/api/v2/users", "/api/v2/users/{}"),
    *("/api/v1/posts", "/api/v1/posts/{}", "/api/v2/posts/{}/comments", "/api/v1/posts/{}/comments/{}"),
    *("/api/v1/openapi.json", "/api/v3/users", "/api/{}", "/api", "/{}", "/docs", "/health", "/metrics"),
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 300)
TYPES = (
    *(
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=utf-16",
        "application/vnd.x+json",
    ),
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json;;;=", ""),
    'application/json; charset="',
)
NUMBERS = st.one_of(
    st.integers(-5, 5),
    st.sampled_from([2**31 - 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, 10**400]),
)
BYTES = st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b"").replace(b"\r", b""))
SEGMENTS = st.one_of(
    NUMBERS.map(lambda number: str(number).encode()),
    BYTES,
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
LINES = st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=80)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie", "Origin", "Host", "Range"),
            *("If-Match", "If-None-Match", "If-Modified-Since", "Content-Length", "Content-Encoding", "User-Agent"),
            *("X-Request-ID", "X-Forwarded-For", "X-Forwarded-Host", "X-HTTP-Method-Override", "Referer", "Expect"),
            *("Access-Control-Request-Method", "Access-Control-Request-Headers", "Traceparent", "Forwarded"),
        ]
    ),
    LINES,
    max_size=4,
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.floats(), st.text(max_size=40)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.dictionaries(
    st.sampled_from(
        [
            *("email", "password", "name", "title", "body", "refresh_token", "id", "user_id", "post_id", "is_active"),
            *("created_at", "profile", "comments", "author", "__class__", ""),
        ]
    ),
    JSON,
    max_size=5,
)
PARAMETERS = (
    *("page", "per_page", "cursor", "sort", "user_id", "title", "title__contains", "is_active", "name"),
    *("name__startswith", "id", "user_id__in", "page[]", "debug"),
)
QUERIES = st.one_of(
    st.just(""),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=60),
    st.lists(st.tuples(st.sampled_from(PARAMETERS), SEGMENTS), max_size=4).map(
        lambda pairs: "&".join(f"{name}={''.join(f'%{byte:02x}' for byte in value)}" for name, value in pairs)
    ),
)


@pytest.fixture(scope="module")
def blog(app_databases, app_factory):
    """A blog with a post and a comment of Ada's, and her headers."""
    with blog_on(app_databases, app_factory, **ENDLESS) as app:
        factory = Factory(app)
        ada = sign_in(app, "ada@example.com", factory)
        post = factory(Post, user_id=ada.id)
        factory(Comment, post_id=post.id, user_id=ada.id)
        yield app, {"Authorization": f"Bearer {ada.api.auth_token}"}


NOTHING, NO_QUERY, NO_HEADERS, ONE = st.none(), st.just(""), st.just({}), st.just(b"1")


@st.composite
def requests(draw, bodies=NOTHING, queries=NO_QUERY, headers=NO_HEADERS, segments=ONE):
    path = draw(st.sampled_from(PATHS)).encode()
    while b"{}" in path:
        path = path.replace(b"{}", draw(segments), 1)
    return Ask(draw(st.sampled_from(METHODS)), path, draw(queries), draw(headers), draw(bodies), draw(st.booleans()))


def written(value) -> bytes:
    return json.dumps(value).encode()


def send(blog, asked, *, is_signed=True, kind=None):
    """Ask with Ada's token and a content type, unless the request has its own."""
    app, token = blog
    headers = {**(token if is_signed else {}), **({} if kind is None else {"Content-Type": kind}), **asked.headers}
    ask(app, replace(asked, headers=headers))


@SETTINGS
@given(requests(bodies=(JSON | FIELDS).map(written)), st.booleans())
def test_any_json_is_answered_as_promised(blog, asked, is_signed):
    send(blog, asked, is_signed=is_signed, kind="application/json")


@SETTINGS
@given(requests(bodies=st.binary(max_size=300)), st.booleans(), st.sampled_from(TYPES) | LINES)
def test_any_bytes_of_any_type_are_answered_as_promised(blog, asked, is_signed, kind):
    send(blog, asked, is_signed=is_signed, kind=kind)


@SETTINGS
@given(requests(queries=QUERIES))
def test_any_query_string_is_answered_as_promised(blog, asked):
    send(blog, asked)


@SETTINGS
@given(requests(headers=HEADERS, bodies=FIELDS.map(written)), st.booleans())
def test_any_headers_are_answered_as_promised(blog, asked, is_signed):
    send(blog, asked, is_signed=is_signed, kind="application/json")


@SETTINGS
@given(requests(segments=SEGMENTS), st.booleans())
def test_any_path_is_answered_as_promised(blog, asked, is_signed):
    send(blog, asked, is_signed=is_signed)


@SETTINGS
@given(requests(FIELDS.map(written), QUERIES, HEADERS, SEGMENTS), st.booleans(), st.sampled_from(TYPES))
def test_anything_at_once_is_answered_as_promised(blog, asked, is_signed, kind):
    send(blog, asked, is_signed=is_signed, kind=kind)
