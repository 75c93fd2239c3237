import pytest
from flask_cors import CORS

from beastmode.core.middleware import middleware_of

ORIGIN = "https://app.example.com"


@pytest.fixture
def app(make_app):
    return make_app(cors_origins=f"{ORIGIN}, http://[::1]:3000")


def ask(app, path="/api/v1/orders", method="GET", origin=ORIGIN, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if origin is not None:
        named["Origin"] = origin
    with app.test_client().open(path, method=method, headers=named) as answer:
        answer.get_data()
    return answer


def preflight(app, path="/api/v1/orders", method="POST", wanted="authorization, content-type", origin=ORIGIN):
    return ask(
        app,
        path,
        "OPTIONS",
        origin,
        Access_Control_Request_Method=method,
        Access_Control_Request_Headers=wanted,
    )


def allowed(answer):
    return answer.headers.getlist("Access-Control-Allow-Origin")


def words(answer, name):
    return {word.strip().lower() for word in answer.headers.get(name, "").split(",") if word.strip()}


def test_a_named_origin_may_read_answers(app):
    answer = ask(app)

    assert allowed(answer) == [ORIGIN]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://app.example.com.evil.example",
        "https://app.example.com:8443",
        "http://app.example.com",
        "https://appXexample.com",
        "https://evil.example/https://app.example.com",
        "https://app.example.com\nhttps://evil.example",
        "null",
        "http://1:3000",
        "http://:::3000",
    ],
)
def test_no_other_origin_may(app, origin):
    environ = {"HTTP_ORIGIN": origin}

    with app.test_client().get("/api/v1/orders", environ_overrides=environ) as answer:
        assert allowed(answer) == []


def test_an_address_in_brackets_is_an_origin_like_any_other(app):
    assert allowed(ask(app, origin="http://[::1]:3000")) == ["http://[::1]:3000"]


@pytest.mark.parametrize("path", ["/nowhere", "/broken", "/page"])
def test_errors_can_be_read_too(app, path):
    assert allowed(ask(app, path)) == [ORIGIN]


def test_the_headers_that_clients_need_can_be_read(app):
    exposed = words(ask(app), "Access-Control-Expose-Headers")

    assert exposed >= {"x-request-id", "etag", "deprecation", "sunset", "link", "retry-after", "location"}


def test_a_preflight_allows_what_the_api_understands(app):
    answer = preflight(app, wanted="authorization, content-type, if-match, if-none-match, x-request-id")

    assert answer.status_code == 200
    assert allowed(answer) == [ORIGIN]
    assert words(answer, "Access-Control-Allow-Methods") >= {"get", "post", "put", "patch", "delete"}
    assert words(answer, "Access-Control-Allow-Headers") == {
        "authorization",
        "content-type",
        "if-match",
        "if-none-match",
        "x-request-id",
    }
    assert answer.headers["Access-Control-Max-Age"] == "7200"


def test_a_preflight_allows_no_header_beyond(app):
    assert words(preflight(app, wanted="x-secret, authorization"), "Access-Control-Allow-Headers") == {"authorization"}


def test_a_preflight_of_another_origin_allows_nothing(app):
    answer = preflight(app, origin="https://evil.example")

    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_preflight_needs_no_version_in_its_path(app):
    middleware_of(app).rewrites.append(lambda path: path.replace("/api/orders", "/api/v1/orders"))

    answer = preflight(app, "/api/orders")

    assert answer.status_code == 200
    assert allowed(answer) == [ORIGIN]


@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example", None])
def test_caches_are_told_that_the_answer_depends_on_the_origin(app, origin):
    assert ask(app, origin=origin).headers.getlist("Vary") == ["Origin"]


def test_nobody_who_names_no_origin_is_told_the_origins(app):
    assert allowed(ask(app, origin=None)) == []


@pytest.mark.parametrize("origin", ["https://anybody.example", None])
def test_everybody_may_be_let_in_without_credentials_and_caches_need_not_ask_who(make_app, origin):
    app = make_app(cors_origins="*")

    answer = ask(app, origin=origin)

    assert allowed(answer) == ["*"]
    assert "Vary" not in answer.headers
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_credentials_are_allowed_to_named_origins(make_app):
    app = make_app(cors_origins=ORIGIN, cors_credentials=True)

    answer = ask(app)

    assert allowed(answer) == [ORIGIN]
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


def test_at_the_desk_even_everybody_with_credentials_works(make_app):
    app = make_app(environment="development", cors_origins="*", cors_credentials=True)

    answer = ask(app, origin="http://anything:1")

    assert allowed(answer) == ["http://anything:1"]
    assert answer.headers.getlist("Vary") == ["Origin"]


def test_at_the_desk_the_usual_ports_may_call(make_app):
    app = make_app(environment="development")

    assert allowed(ask(app, origin="http://localhost:3000")) == ["http://localhost:3000"]
    assert allowed(ask(app, origin="http://localhost:5173")) == ["http://localhost:5173"]
    assert allowed(ask(app, origin="http://localhost:9999")) == []


@pytest.mark.parametrize("make", [{}, {"cors_origins": ORIGIN, "without": {"cors"}}])
def test_where_no_origin_may_call_nothing_is_installed(make_app, make):
    app = make_app(**make)

    assert not app.after_request_funcs
    assert "Vary" not in ask(app).headers


def test_only_flask_cors_takes_a_hook_of_flask(app):
    assert len(app.after_request_funcs[None]) == 1
    assert not app.before_request_funcs
    assert not app.teardown_request_funcs


def test_the_lists_are_the_projects_to_change(make_app):
    app = make_app(without={"cors"})
    app.config["CORS_ALLOW_HEADERS"] = ["X-Of-The-Project"]
    app.config["CORS_MAX_AGE"] = 5
    from beastmode.core.environment import read_settings
    from beastmode.security.cors import install_cors
    from beastmode.security.settings import CorsSettings

    install_cors(
        app,
        read_settings({"ENVIRONMENT": "testing", "CORS_ORIGINS": ORIGIN}, {}, kinds=[CorsSettings]),
        middleware_of(app),
    )

    answer = preflight(app, wanted="x-of-the-project, authorization")
    assert words(answer, "Access-Control-Allow-Headers") == {"x-of-the-project"}
    assert answer.headers["Access-Control-Max-Age"] == "5"


def test_a_project_that_uses_flask_cors_itself_goes_on_doing_so(make_app):
    app = make_app(environment="development")
    CORS(app, origins=["https://partner.example"])

    assert allowed(ask(app, origin="https://partner.example")) == ["https://partner.example"]
    assert allowed(ask(app, origin="http://localhost:3000")) == ["http://localhost:3000"]
