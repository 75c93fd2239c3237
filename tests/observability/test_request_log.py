import json
import os
import re
import subprocess
import sys

import pytest
from flask import request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from beastmode.core.environment import read_settings
from beastmode.core.exchange import Exchange, current_exchange
from beastmode.observability.request_log import json_request, request_logger, text_request
from beastmode.observability.settings import LogSettings

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|ERROR) request( [a-z_]+=([!-~]+|'[ -~]*'|\"[ -~]*\"))+"
)


@pytest.fixture(params=["text", "json"])
def log_format(request):
    return request.param


def ask(app, path="/", **environ):
    """One request as a server passes it on, its answer taken to the end."""
    body, status, headers = run_wsgi_app(app, {**EnvironBuilder(path).get_environ(), **environ}, buffered=True)
    return b"".join(body), status, headers


def test_a_request_is_one_line_for_people(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path))

    ask(app, "/orders/7?secret=1", REMOTE_ADDR="203.0.113.7", HTTP_X_REQUEST_ID="request-of-mine")

    assert re.fullmatch(
        r"\S+Z INFO request method=GET path=/orders/7 route=/orders/<int:order_id> status=200 milliseconds=\d+\.\d\d"
        r" bytes=9 request_id=request-of-mine caller=account:7 address=203\.0\.113\.7",
        log_lines()[0],
    )


def test_a_request_is_one_object_for_machines(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path), log_format="json")

    ask(app, "/orders/7?secret=1", REMOTE_ADDR="203.0.113.7", HTTP_X_REQUEST_ID="request-of-mine")

    said = json.loads(log_lines()[0])
    assert said.pop("time").endswith("Z")
    assert said.pop("milliseconds") > 0
    assert said == {
        "level": "info",
        "event": "request",
        "method": "GET",
        "path": "/orders/7",
        "route": "/orders/<int:order_id>",
        "status": 200,
        "bytes": 9,
        "request_id": "request-of-mine",
        "caller": "account:7",
        "address": "203.0.113.7",
    }


def test_the_log_names_the_id_that_the_answer_carries(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path), log_format="json")

    _, _, headers = ask(app, "/orders/7")

    assert json.loads(log_lines()[0])["request_id"] == headers["X-Request-ID"]


def test_an_unknown_path_has_no_route_and_its_caller_is_an_address(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path), log_format="json")

    ask(app, "/nowhere", REMOTE_ADDR="203.0.113.7")

    said = json.loads(log_lines()[0])
    assert (said["route"], said["status"], said["caller"]) == (None, 404, "address:203.0.113.7")


def test_a_failed_request_is_an_error(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path), log_format="json")

    ask(app, "/broken")

    said = json.loads(log_lines()[-1])
    assert (said["level"], said["status"], said["route"]) == ("error", 500, "/broken")


def test_a_call_of_a_deprecated_route_says_so(make_app, log_path, log_lines, log_format):
    app = make_app(log_file=str(log_path), log_format=log_format)

    @app.get("/old")
    def old():
        current_exchange().deprecated = True
        return ""

    ask(app, "/old")
    ask(app, "/orders/1")

    assert "deprecated" in log_lines()[0]
    assert "deprecated" not in log_lines()[1]


def test_health_is_asked_too_often_to_be_logged(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path))

    ask(app, "/health")
    ask(app, "/health/ready")
    ask(app, "/healthcare")

    assert [re.search(r"path=(\S+)", line)[1] for line in log_lines()] == ["/healthcare"]


@pytest.mark.parametrize(
    ("level", "logged"),
    [("DEBUG", [200, 500]), ("INFO", [200, 500]), ("WARNING", [500]), ("ERROR", [500]), ("CRITICAL", [])],
)
def test_log_level_holds_for_requests_too(level, logged):
    lines = []

    class Lines:
        def write(self, line):
            lines.append(json.loads(line)["status"])

    settings = read_settings(
        {"ENVIRONMENT": "testing", "LOG_LEVEL": level, "LOG_FORMAT": "json"}, {}, kinds=[LogSettings]
    )
    observe = request_logger(settings, Lines())
    for status in (200, 500):
        exchange = Exchange({"PATH_INFO": "/a", "REQUEST_METHOD": "GET"}, "abcdefgh")
        exchange.status = status
        observe(exchange)

    assert lines == logged


def test_requests_are_logged_to_standard_error_where_no_file_is_named(make_app, capfd):
    ask(make_app(), "/orders/7")

    assert LINE.fullmatch(capfd.readouterr().err.rstrip("\n"))


def test_a_file_does_not_replace_standard_error(make_app, capfd, log_path, log_lines):
    ask(make_app(log_file=str(log_path)), "/orders/7")

    assert capfd.readouterr().err.splitlines() == log_lines()


def test_nothing_that_may_be_secret_is_logged(make_app, log_path, log_format):
    app = make_app(log_file=str(log_path), log_format=log_format)

    @app.post("/sign-in")
    def sign_in():
        request.get_json()
        return {"token": "hidden-token"}

    builder = EnvironBuilder(
        "/sign-in",
        method="POST",
        query_string="key=hidden-query",
        json={"password": "hidden-body"},
        headers={"Authorization": "Bearer hidden-header", "Cookie": "session=hidden-cookie"},
    )
    run_wsgi_app(app, builder.get_environ(), buffered=True)

    assert "path=/sign-in " in log_path.read_text() or '"path":"/sign-in"' in log_path.read_text()
    assert "hidden" not in log_path.read_text()


FORGED = "2026-01-01T00:00:00.000Z INFO request method=GET path=/ status=200 caller=account:1"
ATTACKS = [
    f"\n{FORGED}",
    f"\r\n{FORGED}\r\n",
    f"\r{FORGED}",
    f"\x0b{FORGED}",
    f"\x85{FORGED}",
    f"\u2028{FORGED}",
    f"\xe2\x80\xa8{FORGED}",
    " status=200 caller=account:1",
    '" caller=account:1 "',
    "' caller=account:1 '",
    '","status":200,"caller":"account:1',
    "\\",
    "\\n",
    "\x1b[2K\x1b[1A" + FORGED,
    "\x1b]0;title\x07",
    "\x9b31m",
    "\x08" * 40,
    "\x00",
    "\x7f",
    "\u202egnp.exe",
    "\ud800",
    "=" * 50,
    "x" * 100_000,
]


@pytest.mark.parametrize("field", ["PATH_INFO", "REQUEST_METHOD", "REMOTE_ADDR", "HTTP_X_REQUEST_ID"])
@pytest.mark.parametrize("attack", ATTACKS, ids=[ascii(attack[:20]) for attack in ATTACKS])
def test_no_value_of_a_client_forges_a_line_or_a_field(field, attack, log_format):
    given_id = "of-the-server"
    exchange = Exchange({"PATH_INFO": "/", "REQUEST_METHOD": "GET", field: f"/{attack}"}, given_id)
    exchange.status = 404

    line = (text_request if log_format == "text" else json_request)(exchange).decode()

    assert line.endswith("\n")
    assert line[:-1].isprintable()
    assert line.isascii()
    assert len(line) < 4096, "more is not written in one piece to a pipe"
    assert fields_of(line, log_format)["status"] == "404"
    assert fields_of(line, log_format)["request_id"] == given_id
    assert fields_of(line, log_format)["caller"] != "account:1"


@given(
    path=st.binary(max_size=60),
    method=st.text(st.characters(codec=None), max_size=20),
    address=st.text(st.characters(codec=None), max_size=20),
)
def test_whatever_is_asked_is_one_line_of_both_kinds(path, method, address):
    environ = {"PATH_INFO": path.decode("latin-1"), "REQUEST_METHOD": method, "REMOTE_ADDR": address}
    exchange = Exchange(environ, "abcdefgh")
    exchange.status = 404

    text, json_text = text_request(exchange).decode(), json_request(exchange).decode()

    assert LINE.fullmatch(text[:-1])
    assert set(json.loads(json_text)) >= {"time", "path", "status"}
    assert len(text.splitlines()) == len(json_text.splitlines()) == 1


def fields_of(line, log_format):
    if log_format == "json":
        return {name: str(value) for name, value in json.loads(line).items()}
    found = re.findall(r" ([a-z_]+)=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)", line)
    assert len({name for name, _ in found}) == len(found), "a field twice"
    return dict(found)


def test_a_forged_request_id_does_not_even_reach_the_log(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path))

    ask(app, "/orders/7", HTTP_X_REQUEST_ID=f"abcdefgh\n{FORGED}")

    assert len(log_lines()) == 1
    assert re.search(r"request_id=[0-9a-f]{32} ", log_lines()[0])


def test_a_request_is_answered_though_neither_console_nor_disk_takes_a_line():
    program = (
        "import os\n"
        "from beastmode.core.environment import read_settings\n"
        "from beastmode.observability.settings import LogSettings\n"
        "from beastmode.observability.destination import open_destination\n"
        "destination = open_destination(read_settings(kinds=[LogSettings]))\n"
        "os.close(2)\n"
        "destination.write(b'line')\n"
        "print('answered')\n"
    )
    environ = {**os.environ, "ENVIRONMENT": "testing", "LOG_FILE": "/dev/full"}

    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)

    assert done.stdout == "answered\n"
