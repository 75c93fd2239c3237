import importlib
import logging
import re

import pytest
from flask import Flask, Response, abort, redirect
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

import beastmode.core.middleware as core_middleware
from beastmode.core.exchange import current_exchange
from beastmode.core.middleware import Middleware, install_middleware, middleware_of, request_id


class Server:
    """What a WSGI server does with one request, written down for the test to look at."""

    def __init__(self, app):
        self.app = app
        self.starts = []

    def ask(self, path="/", method="GET", **environ):
        body = self.app({**EnvironBuilder(path, method=method).get_environ(), **environ}, self.start)
        try:
            self.body = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        return self

    def start(self, status, headers, exc_info=None):
        self.starts.append((status, headers, exc_info))

    @property
    def status(self):
        return self.starts[-1][0]

    @property
    def headers(self):
        return self.starts[-1][1]

    def header(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hel", b"lo"]


@pytest.fixture
def middleware():
    return Middleware(hello)


@pytest.fixture
def server(middleware):
    return Server(middleware)


@pytest.fixture
def seen(middleware):
    exchanges = []
    middleware.observers.append(exchanges.append)
    return exchanges


@pytest.fixture
def project():
    app = Flask("shop")
    app.add_url_rule("/orders/<int:order_id>", view_func=lambda order_id: f"order {order_id}", endpoint="order")
    app.add_url_rule("/broken", view_func=lambda: 1 / 0, endpoint="broken")
    app.add_url_rule("/refused", view_func=lambda: abort(403), endpoint="refused")
    app.add_url_rule("/moved", view_func=lambda: redirect("/"), endpoint="moved")
    install_middleware(app)
    return app


# Request ids


@pytest.mark.parametrize("given_id", ["abcdefgh", "A.b_c-1234", "x" * 128])
def test_a_harmless_id_of_the_caller_is_kept(server, given_id):
    server.ask(HTTP_X_REQUEST_ID=given_id)

    assert server.header("X-Request-ID") == [given_id]


@pytest.mark.parametrize(
    "given_id",
    [
        "",
        "short",
        "x" * 129,
        "with space",
        "line\nbreak1",
        "line\r\nSet-Cookie: a=b",
        "abcdefgh\n",
        "é" * 8,
        "a\x1b[31mbcdef",
    ],
)
def test_any_other_id_is_replaced_by_a_new_one(server, given_id):
    server.ask(HTTP_X_REQUEST_ID=given_id)

    assert re.fullmatch("[0-9a-f]{32}", server.header("X-Request-ID")[0])


@given(st.text())
def test_no_id_of_a_caller_can_break_a_header_or_a_line(given_id):
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,128}", request_id(given_id))


def test_two_requests_have_different_ids(server):
    first = server.ask().header("X-Request-ID")
    second = server.ask().header("X-Request-ID")

    assert first != second


def test_an_id_that_the_application_sets_itself_is_not_doubled():
    def named(environ, start_response):
        start_response("200 OK", [("x-request-id", "of-the-application")])
        return []

    server = Server(Middleware(named)).ask()

    assert server.header("X-Request-ID") == ["of-the-application"]


# Headers


def test_header_functions_add_to_every_answer_in_their_order(middleware, server):
    middleware.header_functions += [
        lambda exchange, headers: headers.append(("X-First", exchange.path)),
        lambda exchange, headers: headers.append(("X-Second", str(len(headers)))),
    ]

    server.ask("/a")

    assert [name for name, _ in server.headers][-2:] == ["X-First", "X-Second"]
    assert server.header("X-First") == ["/a"]


def test_headers_that_a_view_left_on_its_exchange_are_sent(project):
    @project.get("/late")
    def late():
        current_exchange().headers.append(("Sunset", "soon"))
        abort(404)

    assert project.test_client().get("/late").headers["Sunset"] == "soon"


def test_a_list_of_headers_that_the_application_uses_again_stays_as_it_is():
    constant = [("Content-Type", "text/plain")]

    def frugal(environ, start_response):
        start_response("200 OK", constant)
        return []

    middleware = Middleware(frugal)
    middleware.header_functions.append(lambda exchange, headers: headers.append(("X-A", "a")))
    Server(middleware).ask()

    assert constant == [("Content-Type", "text/plain")]


@pytest.mark.parametrize(
    ("path", "status"), [("/orders/1", 200), ("/orders/x", 404), ("/refused", 403), ("/moved", 302), ("/broken", 500)]
)
def test_no_answer_of_flask_goes_out_undecorated(project, path, status):
    middleware_of(project).header_functions.append(
        lambda exchange, headers: headers.append(("X-Seen", str(exchange.status)))
    )

    answer = project.test_client().get(path)

    assert answer.status_code == status
    assert answer.headers["X-Seen"] == str(status)
    assert answer.headers["X-Request-ID"]


# Probes


def test_a_probe_answers_without_the_application(middleware, server, seen):
    middleware.probes["/health"] = lambda exchange: (200, [("Content-Type", "text/plain")], b"well")

    server.ask("/health")

    assert (server.status, server.body) == ("200 OK", b"well")
    assert server.header("Content-Length") == ["4"]
    assert (seen[0].route, seen[0].status, seen[0].sent) == ("/health", 200, 4)


def test_a_probe_asked_by_head_has_a_length_and_no_body(middleware, server, seen):
    middleware.probes["/health"] = lambda exchange: (200, [], b"well")

    server.ask("/health", method="HEAD")

    assert server.body == b""
    assert server.header("Content-Length") == ["4"]
    assert seen[0].sent == 0


@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS", "get", "X" * 500])
def test_a_probe_says_which_methods_it_knows(middleware, server, method):
    middleware.probes["/health"] = lambda exchange: (200, [], b"well")

    server.ask("/health", method=method)

    assert server.status == "405 METHOD NOT ALLOWED"
    assert server.header("Allow") == ["GET, HEAD"]


def test_a_path_that_only_resembles_a_probes_goes_to_the_application(middleware, server):
    middleware.probes["/health"] = lambda exchange: (200, [], b"well")

    assert server.ask("/health/").body == b"hello"
    assert server.ask("/Health").body == b"hello"


def test_a_route_of_the_project_by_the_same_path_goes_before_a_probe(project):
    middleware_of(project).probes["/health"] = lambda exchange: (200, [], b"ours")
    middleware_of(project).probes["/metrics"] = lambda exchange: (200, [], b"ours")
    project.add_url_rule("/health", view_func=lambda: "theirs", endpoint="health")

    client = project.test_client()

    assert client.get("/health").text == "theirs"
    assert client.get("/metrics").text == "ours"


# Rewrites


def test_rewrites_change_what_is_routed_and_not_what_was_asked(project):
    middleware = middleware_of(project)
    middleware.rewrites += [lambda path: path.replace("/old", "/x"), lambda path: path.replace("/x", "/orders")]
    seen = []
    middleware.observers.append(seen.append)

    answer = project.test_client().get("/old/7")

    assert answer.text == "order 7"
    assert (seen[0].path, seen[0].route) == ("/old/7", "/orders/<int:order_id>")


def test_a_probe_is_found_by_the_path_that_was_asked(middleware, server):
    middleware.probes["/health"] = lambda exchange: (200, [], b"well")
    middleware.rewrites.append(lambda path: "/elsewhere")

    assert server.ask("/health").body == b"well"


def test_an_environment_without_a_path_can_be_rewritten_too(middleware):
    middleware.rewrites.append(lambda path: path or "/")
    environ = EnvironBuilder().get_environ()
    del environ["PATH_INFO"]

    middleware(environ, lambda status, headers: None)

    assert environ["PATH_INFO"] == "/"


# Observers


def test_a_finished_exchange_tells_status_route_and_bytes(project):
    seen = []
    middleware_of(project).observers.append(seen.append)

    Server(project).ask("/orders/7")
    Server(project).ask("/nowhere")

    assert [(exchange.status, exchange.route, exchange.sent > 0) for exchange in seen] == [
        (200, "/orders/<int:order_id>", True),
        (404, "", True),
    ]


def test_a_stream_is_observed_once_with_all_its_bytes(project):
    project.add_url_rule("/stream", view_func=lambda: Response(iter([b"ab", b"cd"])), endpoint="stream")
    seen = []
    middleware_of(project).observers.append(lambda exchange: seen.append((exchange.status, exchange.sent)))

    body, _, _ = run_wsgi_app(project, EnvironBuilder("/stream").get_environ())
    assert seen == []
    assert b"".join(body) == b"abcd"
    body.close()
    body.close()

    assert seen == [(200, 4)]


def test_a_stream_that_the_client_leaves_is_observed_with_what_was_sent(project):
    project.add_url_rule("/stream", view_func=lambda: Response(iter([b"ab", b"cd"])), endpoint="stream")
    seen = []
    middleware_of(project).observers.append(lambda exchange: seen.append(exchange.sent))

    body = project(EnvironBuilder("/stream").get_environ(), lambda *started: None)
    next(iter(body))
    body.close()

    assert seen == [2]


def test_a_stream_that_breaks_off_is_logged_with_its_request_and_counts_as_failed(project, caplog):
    def broken():
        yield b"ab"
        raise RuntimeError("the disk is gone")

    project.add_url_rule("/stream", view_func=lambda: Response(broken()), endpoint="stream")
    seen = []
    middleware_of(project).observers.append(lambda exchange: seen.append((exchange.status, exchange.sent)))

    with pytest.raises(RuntimeError, match="the disk is gone"):
        Server(project).ask("/stream", HTTP_X_REQUEST_ID="request-of-mine")

    assert seen == [(500, 2)]
    assert "Request request-of-mine: the response was cut off" in caplog.text


def test_an_observer_that_fails_costs_neither_the_answer_nor_the_other_observers(middleware, server, caplog):
    seen = []
    middleware.observers += [lambda exchange: 1 / 0, seen.append]

    server.ask(HTTP_X_REQUEST_ID="request-of-mine")

    assert server.body == b"hello"
    assert len(seen) == 1
    assert "Request request-of-mine: an observer failed" in caplog.text


# Failures


class FailureError(Exception):
    pass


@pytest.fixture
def failing():
    """A project whose handler of errors fails, so that Flask itself has no answer left."""
    app = Flask("shop")

    @app.get("/")
    def view():
        raise FailureError("secret of the view")

    @app.errorhandler(Exception)
    def handler(error):
        raise FailureError("secret of the handler")

    install_middleware(app)
    return app


def test_where_flask_has_no_answer_left_the_edge_has_one_with_every_header(failing, caplog):
    seen = []
    middleware_of(failing).observers.append(seen.append)
    middleware_of(failing).header_functions.append(lambda exchange, headers: headers.append(("X-A", "a")))

    server = Server(failing).ask(HTTP_X_REQUEST_ID="request-of-mine")

    assert server.status == "500 INTERNAL SERVER ERROR"
    assert server.body == b'{"success":false,"message":"Internal Server Error","details":null}'
    assert server.header("X-A") == ["a"]
    assert server.starts[-1][2] is not None, "PEP 3333: a second start needs exc_info"
    assert seen[0].status == 500
    assert "Request request-of-mine" in caplog.text
    assert "secret of the handler" in caplog.text


@pytest.mark.parametrize("mode", ["TESTING", "DEBUG", "PROPAGATE_EXCEPTIONS"])
def test_a_failure_reaches_the_test_or_the_debugger_outside(failing, mode):
    failing.config[mode] = True
    seen = []
    middleware_of(failing).observers.append(seen.append)

    with pytest.raises(FailureError):
        Server(failing).ask()

    assert [exchange.status for exchange in seen] == [500]


def test_a_teardown_that_fails_after_the_answer_was_made_is_an_error_all_the_same(project):
    @project.teardown_request
    def fail(_):
        raise FailureError

    server = Server(project).ask("/orders/1")

    assert server.status == "500 INTERNAL SERVER ERROR"


def test_a_failing_application_that_is_no_flask_fails_for_the_server(caplog):
    def broken(environ, start_response):
        raise FailureError

    middleware = Middleware(broken)
    seen = []
    middleware.observers.append(seen.append)

    with pytest.raises(FailureError):
        Server(middleware).ask()

    assert [exchange.status for exchange in seen] == [500]


def test_an_interpreter_that_is_told_to_stop_stops(middleware, server, seen):
    def leaving(environ, start_response):
        raise SystemExit

    middleware.app = leaving

    with pytest.raises(SystemExit):
        server.ask()

    assert seen[0].status == 500


# Bad input


@pytest.mark.parametrize(
    "path", ["/\x00", "/\xff\xfe", "/a\nb", "/\x1b[31m", "/" + "x" * 100_000, "", "*", "//", "/../.."]
)
def test_no_path_makes_the_application_fail(project, path):
    project.config["PROPAGATE_EXCEPTIONS"] = True

    server = Server(project).ask(PATH_INFO=path)

    assert server.status[:3] in {"404", "308", "400"}


# Installation


def test_an_application_has_one_edge_however_often_it_is_installed(project):
    assert install_middleware(project) is middleware_of(project)
    assert install_middleware(project) is project.wsgi_app


def test_the_edge_takes_no_hook_of_flask(project):
    bare = Flask("bare")

    assert project.before_request_funcs == bare.before_request_funcs
    assert project.after_request_funcs == bare.after_request_funcs
    assert project.teardown_request_funcs == bare.teardown_request_funcs
    assert project.error_handler_spec == bare.error_handler_spec


@pytest.fixture(autouse=True)
def heard(caplog):
    caplog.set_level(logging.DEBUG)


@pytest.mark.parametrize(
    ("former", "name"),
    [
        ("Edge", "Middleware"),
        ("Probe", "Probe"),
        ("edge_of", "middleware_of"),
        ("install_edge", "install_middleware"),
    ],
)
def test_the_former_names_are_still_there_with_a_warning(former, name):
    """Code that imports from `beastmode.core.edge` goes on working, and says what to write."""
    message = rf"^beastmode\.core\.edge\.{former} is deprecated; import {name} from beastmode\.core\.middleware\.$"
    with pytest.warns(DeprecationWarning, match=message):
        assert getattr(importlib.import_module("beastmode.core.edge"), former) is getattr(core_middleware, name)


def test_other_names_of_the_former_module_are_missing_as_anywhere():
    """A typo gets Python's own message."""
    with pytest.raises(AttributeError, match=r"module 'beastmode\.core\.edge' has no attribute 'ledge'"):
        _ = importlib.import_module("beastmode.core.edge").ledge


def test_the_former_name_of_the_header_functions_is_the_same_list(middleware):
    """What a project appends to `decorators` still adds headers."""
    with pytest.warns(DeprecationWarning, match="decorators is now called header_functions"):
        assert middleware.decorators is middleware.header_functions
