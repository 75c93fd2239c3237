"""Beastmode(app) in a site that has pages, sessions, templates and a database of its own."""

import io
import logging

import pytest
from flask import flash, get_flashed_messages
from flask.signals import got_request_exception, message_flashed, request_finished, template_rendered
from site_answers import answer_of, without_what_is_added
from sqlalchemy import inspect

from apps.plain.models import db
from beastmode import Api, Beastmode

VISITS = {
    "a page": ("GET", "/", {}),
    "a page by HEAD": ("HEAD", "/", {}),
    "a page by its number": ("GET", "/books/1", {}),
    "the methods of a page": ("OPTIONS", "/login", {}),
    "a form": ("GET", "/login", {}),
    "a form that is filled in wrongly": ("POST", "/login", {"data": {"name": "Ada", "password": "wrong"}}),
    "a form with a field left out": ("POST", "/login", {"data": {"name": "Ada"}}),
    "a form that is filled in rightly": ("POST", "/login", {"data": {"name": "Ada", "password": "analytical"}}),
    "a page for members": ("GET", "/account", {}),
    "a page that there is not": ("GET", "/nowhere", {}),
    "a book that there is not": ("GET", "/books/999", {}),
    "a page that is refused": ("GET", "/restricted", {}),
    "a page that is a joke": ("GET", "/teapot", {}),
    "a page that breaks": ("GET", "/broken", {}),
    "a page that is closed by the site's own error": ("GET", "/hours", {}),
    "a method that a page does not know": ("POST", "/", {}),
    "a page without its slash": ("GET", "/shelf", {}),
    "a page with its slash": ("GET", "/shelf/", {}),
    "a page with a query": ("GET", "/?q=%C3%A9&q=2", {}),
    "a static file": ("GET", "/static/style.css", {}),
    "a part of a static file": ("GET", "/static/style.css", {"headers": {"Range": "bytes=0-3"}}),
    "a static file that there is not": ("GET", "/static/nothing.css", {}),
    "a file to download": ("GET", "/terms", {}),
    "a stream": ("GET", "/titles.csv", {}),
    "JSON": ("GET", "/api/stock", {}),
    "JSON by its number": ("GET", "/api/stock/2", {}),
    "JSON that is sent": ("POST", "/api/stock", {"json": {"title": "Persuasion"}}),
    "JSON that the view itself refuses": ("POST", "/api/stock", {"json": {}}),
    "JSON without its slash": ("GET", "/api/stock/shelves", {}),
    "a page under /api": ("GET", "/api/stock/page", {}),
    "an error that a blueprint under /api handles itself": ("GET", "/api/loans/1", {}),
    "an exception that a blueprint under /api handles itself": ("GET", "/api/loans/2", {}),
    "an exception under /api that the site handles itself": ("GET", "/api/hours", {}),
    "an error that a blueprint under /api does not handle": ("GET", "/api/loans/3", {}),
    "JSON that is refused": ("GET", "/api/stock/secret", {}),
    "JSON that there is not": ("GET", "/api/stock/999", {}),
    "JSON that breaks": ("GET", "/api/stock/broken", {}),
    "a body that is no JSON": ("POST", "/api/stock", {"data": "{", "content_type": "application/json"}),
    "a path under /api that there is not": ("GET", "/api/nowhere", {}),
    "a method that JSON does not know": ("PUT", "/api/stock", {}),
}


@pytest.mark.parametrize("visit", VISITS.values(), ids=VISITS.keys())
def test_an_answer_is_the_same_but_for_the_headers_that_are_added(plain, fitted, visit):
    method, path, options = visit

    without = plain.test_client().open(path, method=method, buffered=True, **options)
    with_it = fitted.test_client().open(path, method=method, buffered=True, **options)

    assert without_what_is_added(answer_of(with_it), path) == answer_of(without)


def test_a_visit_from_log_in_to_log_out_is_the_same(plain, fitted):
    def visit(app):
        client = app.test_client()
        form = {"name": "Ada", "password": "analytical"}
        steps = [
            client.post("/login", data={"name": "Ada", "password": "wrong"}),
            client.post("/login", data=form),
            client.get("/account"),
            client.post("/books/2/lend"),
            client.get("/account"),
            client.get("/books/2"),
            client.post("/logout"),
            client.get("/account"),
        ]
        return [answer_of(step) for step in steps]

    without, with_it = visit(plain), visit(fitted)

    assert [without_what_is_added(answer) for answer in with_it] == without
    assert b"<li>Emma</li>" in without[4][2]


def test_a_static_file_that_the_browser_has_is_not_sent_again(plain, fitted):
    def visit(app):
        client = app.test_client()
        etag = client.get("/static/style.css", buffered=True).headers["ETag"]
        return answer_of(client.get("/static/style.css", buffered=True, headers={"If-None-Match": etag}))

    without, with_it = visit(plain), visit(fitted)

    assert without_what_is_added(with_it) == without
    assert without[0] == "304 NOT MODIFIED"


def test_a_stream_that_breaks_off_breaks_off_in_the_same_way(plain, fitted):
    def visit(app):
        pieces = []
        response = app.test_client().get("/half", buffered=False)
        with pytest.raises(RuntimeError, match="the disk is gone"):
            pieces.extend(response.response)
        response.close()
        return pieces

    without, with_it = visit(plain), visit(fitted)

    assert with_it == without == [b"the first half"]


def test_an_exception_reaches_the_test_that_wants_it(make_site):
    site = make_site(PROPAGATE_EXCEPTIONS=None)

    with pytest.raises(RuntimeError, match="none of the visitor's business"):
        site.test_client().get("/broken")


def test_the_routes_are_the_same(plain, fitted):
    assert routes_of(fitted) == routes_of(plain)


def test_what_is_done_around_a_request_is_the_same(make_site):
    plain, fitted = make_site("never"), make_site(ENVIRONMENT="production")

    for registry in (
        "before_request_funcs",
        "after_request_funcs",
        "teardown_request_funcs",
        "url_value_preprocessors",
    ):
        assert names_of(getattr(fitted, registry)) == names_of(getattr(plain, registry))
    assert len(fitted.teardown_appcontext_funcs) == len(plain.teardown_appcontext_funcs)


def test_one_thing_is_done_more_where_other_origins_may_call(make_site):
    plain, fitted = make_site("never"), make_site(CORS_ORIGINS="https://shop.example.com")

    added = len(fitted.after_request_funcs[None]) - len(plain.after_request_funcs[None])

    assert added == 1


def test_templates_have_the_same_globals_filters_and_context(plain, fitted):
    for names in ("globals", "filters", "tests"):
        assert getattr(fitted.jinja_env, names).keys() == getattr(plain.jinja_env, names).keys()
    assert fitted.jinja_env.autoescape.__name__ == plain.jinja_env.autoescape.__name__
    assert names_of(fitted.template_context_processors) == names_of(plain.template_context_processors)


def test_error_handlers_are_the_same(plain, fitted):
    def handlers(app):
        return {
            (blueprint, code, kind)
            for blueprint, codes in app.error_handler_spec.items()
            for code, kinds in codes.items()
            for kind in kinds
        }

    assert handlers(fitted) == handlers(plain)


def test_the_database_is_left_alone(plain, fitted):
    def database(app):
        with app.app_context():
            engine = db.engine
            return sorted(inspect(engine).get_table_names()), type(engine.pool), engine.dialect.name, type(db.session())

    assert database(fitted) == database(plain)
    assert "beastmode.database" not in fitted.extensions


def test_settings_of_the_site_keep_their_values(make_site):
    plain, fitted = make_site("never"), make_site(ENVIRONMENT="production")
    ours = {"ENVIRONMENT", "SQLALCHEMY_DATABASE_URI"}

    changed = {name for name in plain.config if name not in ours and fitted.config[name] != plain.config[name]}

    assert changed == set()
    assert fitted.config.keys() - plain.config.keys() == {"ENVIRONMENT"}


def test_settings_of_other_extensions_may_have_the_names_of_those_of_features_that_it_does_not_use(make_site):
    site = make_site(DATABASE_URL=5, API_VERSION="two\nlines", PASSWORD_RULES="none", MAIL_PORT="smtp")

    assert site.test_client().get("/").status_code == 200


def test_a_limit_of_the_site_stands(make_site):
    site = make_site(MAX_CONTENT_LENGTH=10)

    answer = site.test_client().post("/login", data={"name": io.BytesIO(b"x" * 20).getvalue()})

    assert site.config["MAX_CONTENT_LENGTH"] == 10
    assert answer.status_code == 413


def test_signals_are_sent_as_often_as_before(plain, fitted):
    def signals(app):
        sent = []
        kinds = {
            "rendered": template_rendered,
            "flashed": message_flashed,
            "finished": request_finished,
            "failed": got_request_exception,
        }
        receivers = []
        for name, signal in kinds.items():
            receivers.append(lambda sender, name=name, **_: sent.append(name))
            signal.connect(receivers[-1], app)
        client = app.test_client()
        for method, path, options in VISITS.values():
            client.open(path, method=method, buffered=True, **options)
        return sent

    assert signals(fitted) == signals(plain)


def test_the_command_line_of_the_site_is_the_same(plain, fitted):
    assert fitted.cli.commands.keys() == plain.cli.commands.keys()


def test_sessions_and_flashed_messages_work_with_a_secret_from_the_environment(make_site, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a-secret-of-the-machine-that-is-long-enough")
    site = make_site(SECRET_KEY=None)
    site.add_url_rule("/say", "say", lambda: (flash("well said"), "")[1])
    site.add_url_rule("/said", "said", lambda: " ".join(get_flashed_messages()))
    client = site.test_client()

    client.get("/say")

    assert client.get("/said").text == "well said"


@pytest.mark.parametrize("secret", ["a-secret-of-the-site-that-is-long-enough", b"\xff" + bytes(range(40))])
def test_a_secret_of_the_site_stays_as_it_is(make_site, monkeypatch, secret):
    monkeypatch.setenv("SECRET_KEY", "a-secret-of-the-machine-that-is-long-enough")

    assert make_site(SECRET_KEY=secret).secret_key == secret


def test_a_site_without_a_secret_gets_none_that_everybody_knows(make_site):
    assert make_site(SECRET_KEY=None).secret_key is None


@pytest.mark.parametrize("api", [None, Api("Library")], ids=["alone", "with an API"])
@pytest.mark.parametrize("path", ["/broken", "/api/stock/broken"])
def test_whoever_is_mailed_the_errors_goes_on_hearing_of_them(make_site, path, api):
    site = make_site(api=api, ENVIRONMENT="production", TESTING=False, PROPAGATE_EXCEPTIONS=None)
    mails = []
    mailer = logging.Handler(logging.ERROR)
    mailer.emit = lambda record: mails.append(record.exc_info[0])
    site.logger.addHandler(mailer)
    try:
        site.test_client().get(path)
    finally:
        site.logger.removeHandler(mailer)

    assert mails == [RuntimeError]


def test_a_project_may_have_a_health_page_of_its_own(make_site):
    site = make_site("never", ENVIRONMENT="testing")
    site.add_url_rule("/health", "health", lambda: "feeling fine")
    Beastmode(site)

    answer = site.test_client().get("/health")

    assert answer.text == "feeling fine"


def routes_of(app):
    return sorted((rule.rule, rule.endpoint, sorted(rule.methods)) for rule in app.url_map.iter_rules())


def names_of(registry):
    return {key: [function.__qualname__ for function in functions] for key, functions in registry.items() if functions}
