"""Pages of other origins, caches on the way, and hosts that are none of ours."""

import pytest
from answers import Ask, ask
from serving import PASSWORD

EVIL = [
    "https://evil.example", "null", "http://localhost:3000.evil.example", "http://localhost:30000", "http://localhost",
    "https://localhost:3000", "http://evil.example/http://localhost:3000", "http://localhost:3000@evil.example", "file://",
    "http://127.0.0.1:3000", "http://localhost:3000\tx", "http://xlocalhost:3000", "*",
]  # fmt: skip
FRIEND = "http://localhost:3000"
PREFLIGHT = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "authorization"}


def test_a_page_of_a_strange_origin_may_not_read_or_write(ada):
    for origin in EVIL:
        asked = ada.api.get("/api/v1/posts", headers={"Origin": origin})
        preflight = ada.api.client.options("/api/v1/posts/1", headers={"Origin": origin, **PREFLIGHT})

        for answer in (asked, preflight):
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")], origin
            assert "Origin" in answer.headers["Vary"]


def test_a_page_of_a_friend_may_and_gets_no_cookies_along(ada):
    preflight = ada.api.client.options("/api/v1/posts/1", headers={"Origin": FRIEND, **PREFLIGHT})
    asked = ada.api.get("/api/v1/posts", headers={"Origin": FRIEND})

    assert preflight.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "DELETE" in preflight.headers["Access-Control-Allow-Methods"]
    assert asked.headers["Access-Control-Allow-Origin"] == FRIEND
    assert not [name for name, _ in asked.headers if name.endswith("Allow-Credentials")]


@pytest.mark.parametrize(
    "app_config", [{"ENVIRONMENT": "production", "SECRET_KEY": "a secret of more than thirty-two bytes"}]
)
def test_in_production_nobody_is_a_friend_by_default(client):
    answer = client.get("/api/v1/posts", headers={"Origin": FRIEND})

    assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


def test_no_answer_names_the_host_that_the_client_made_up(app, ada):
    token = {"Authorization": f"Bearer {ada.api.auth_token}"}
    for host in ("evil.example", "evil.example:80", 'a"b', "127.0.0.1@evil.example", "evil.example/x?"):
        for path in (
            "/docs",
            "/docs/",
            "/api/v1/openapi.json",
            "/api/v1/posts",
            "/api//v1/posts",
            "/api/v1/posts/",
            "//docs",
        ):
            headers = {**token, "Host": host, "X-Forwarded-Host": host, "Forwarded": f"host={host}"}

            answer = ask(app, Ask("GET", path.encode(), headers=headers))

            assert host not in answer.text, (host, path)
            assert host not in str(answer.headers), (host, path)


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "/%5cevil.example", "//evil.example/%2e%2e", "/docs//evil.example"]
)
def test_no_path_leads_to_another_site(app, path):
    answer = ask(app, Ask("GET", path.encode(), headers={"Host": "blog.example"}))

    location = answer.headers.get("Location", "/")
    assert location.startswith(("/", "http://blog.example/"))
    assert not location.startswith(("//", "/\\"))


def test_nothing_that_needs_signing_in_may_be_kept_by_a_shared_cache(ada, eve):
    answers = [
        person.api.get(path)
        for path in ("/api/v1/users", "/api/v2/users", "/api/v1/users/1", "/api/v1/posts")
        for person in (ada, eve)
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, no-cache"}


def test_tokens_are_kept_nowhere(ada, client):
    grant = client.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    next_one = client.post("/api/auth/refresh", json={"refresh_token": grant.json["data"]["refresh_token"]})

    assert grant.headers["Cache-Control"] == next_one.headers["Cache-Control"] == "no-store"


def test_an_account_is_kept_nowhere(ada):
    answer = ada.api.get("/api/auth/me")
    again = ada.api.get("/api/auth/me", headers={"If-None-Match": answer.headers["ETag"]})

    assert (answer.status_code, again.status_code) == (200, 304)
    assert answer.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-store"


def test_what_a_write_answers_and_what_is_refused_is_kept_nowhere(ada, client):
    post = ada.api.post("/api/v1/posts", {"title": "t", "body": "b"})
    path = f"/api/v1/posts/{post.json['data']['id']}"
    answers = [
        post,
        ada.api.patch(path, {"title": "u"}),
        ada.api.delete(path),
        ada.api.get(path),
        ada.api.post("/api/v1/posts", {}),
        client.get("/api/v1/posts"),
        client.get("/api/v1/nowhere"),
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 200, 404, 422, 401, 404]
    assert {answer.headers.get("Cache-Control") for answer in answers} == {"no-store"}


def test_a_tag_tells_nothing_about_what_somebody_else_sees(ada, eve):
    adas = ada.api.get("/api/auth/me").headers["ETag"]

    eves = eve.api.get("/api/auth/me", headers={"If-None-Match": adas})

    assert eves.status_code == 200
    assert eves.headers["ETag"] != adas
    assert eves.json["data"]["email"] == eve.email


def test_a_tag_does_not_stand_for_signing_in(ada, client):
    for path in ("/api/auth/me", "/api/v1/posts"):
        tag = ada.api.get(path).headers["ETag"]

        for named in (tag, "*"):
            assert client.get(path, headers={"If-None-Match": named}).status_code == 401


def test_what_is_not_changed_is_still_private(ada):
    tag = ada.api.get("/api/v1/users/1").headers["ETag"]

    answer = ada.api.get("/api/v1/users/1", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.headers["Cache-Control"]) == (304, "private, no-cache")
    assert answer.data == b""


def test_no_answer_can_be_taken_for_a_page(ada, client):
    script = "<script>alert(1)</script>"
    answers = [
        ada.api.post("/api/v1/posts", {"title": script, "body": script}),
        ada.api.get("/api/v1/posts"),
        ada.api.get(f"/api/v1/{script}"),
        ada.api.get(f"/api/v1/posts?{script}={script}"),
        client.post("/api/auth/login", json={script: script}),
        client.post("/api/auth/login", data=script, content_type=f"text/html; x={script}"),
        client.get("/api/v1/posts", headers={"Accept": "text/html"}),
    ]

    assert {answer.mimetype for answer in answers} == {"application/json"}
    assert {answer.headers["X-Content-Type-Options"] for answer in answers} == {"nosniff"}


def test_no_method_passes_for_another(ada):
    made = ada.api.post("/api/v1/posts", {"title": "Kept", "body": "..."}).json["data"]["id"]
    path = f"/api/v1/posts/{made}"

    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        ada.api.get(path, headers={header: "DELETE"})
        ada.api.post(path, {}, headers={header: "DELETE"})
    ada.api.get(f"{path}?_method=DELETE")
    ada.api.post(path, {"_method": "DELETE"})

    assert ada.api.get(path).status_code == 200
