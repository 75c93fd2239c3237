"""A server whose secret everybody knows answers this machine alone, whichever server it is and wherever it listens."""

import http.client
import socket
from contextlib import closing

import pytest

SIGNING = """
    from flask import Flask
    from beastmode import Api, Beastmode

    def create_app():
        app = Flask(__name__)
        Beastmode(app, api=Api("Shop"))
        app.get("/page")(lambda: "for everybody")
        return app
"""
SERVERS = {
    "gunicorn": "gunicorn --workers 1 --threads 2 --no-control-socket --bind 0.0.0.0:{port} shop:create_app()",
    "granian": "granian --interface wsgi --no-ws --factory --host 0.0.0.0 --port {port} shop:create_app",
    "flask beastmode serve": "flask beastmode serve --workers 1 --port {port}",
}
OWN = "a-secret-of-more-than-thirty-two-bytes"
MESSAGE = b"This server is configured for development, and accepts requests only from its own machine"
REFUSED = b'{"success":false,"message":"%b"}' % MESSAGE
WHY = "returned 503: a secret has its development value, which anyone can use to sign; set SECRET_KEY to"


@pytest.fixture(params=SERVERS)
def serve(request, project, free_port):
    """Starts a server; gives its name."""
    project.write(SIGNING)

    def start(**environment):
        words = SERVERS[request.param].format(port=free_port).split()
        return project.serving(*words, port=free_port, **environment)

    start.name = request.param
    return start


def ask(host, port, path, **headers):
    with closing(http.client.HTTPConnection(host, port, timeout=30)) as connection:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()


def own_address():
    """An address by which others reach this machine; skips the test where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.77", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but its loopback")
        return probe.getsockname()[0]


@pytest.mark.parametrize("environment", ["development", "testing"])
def test_requests_from_elsewhere_are_refused_and_the_log_says_what_to_set(serve, project, free_port, environment):
    with serve(ENVIRONMENT=environment):
        own = ask("127.0.0.1", free_port, "/page")
        through_a_proxy = ask("127.0.0.1", free_port, "/page", X_Forwarded_For="203.0.113.7")
        if serve.name != "flask beastmode serve":  # which does not listen there
            through_a_proxy = ask(own_address(), free_port, "/page")
            assert ask(own_address(), free_port, "/health") == (503, REFUSED)

    assert own == (200, b"for everybody")
    assert through_a_proxy == (503, REFUSED)
    assert f"GET /page {WHY}" in project.output()


def test_with_a_secret_of_ones_own_everybody_is_answered(serve, free_port):
    with serve(ENVIRONMENT="development", SECRET_KEY=OWN):
        assert ask("127.0.0.1", free_port, "/page", X_Forwarded_For="203.0.113.7")[0] == 200
        if serve.name != "flask beastmode serve":
            assert ask(own_address(), free_port, "/page")[0] == 200
