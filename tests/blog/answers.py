"""Asks the blog whatever bytes there are, and holds each answer to what the document promises."""

import io
import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema_rs
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse, run_wsgi_app
from werkzeug.wrappers import Request

OUR_PATHS = ("/api/v1/", "/api/v2/")
# What no client may ever see: how the server is made, what it asks the database, and what it keeps to itself.
LEAKS = re.compile(
    rb"Traceback|File \"|sqlalchemy|sqlite3|psycopg|site-packages|werkzeug|marshmallow"
    rb"|SELECT |INSERT |UPDATE |DELETE FROM|\$argon2|development-only-secret|token_hash|password_hash"
)


@dataclass(frozen=True)
class Ask:
    """A request, as a WSGI server hands it over.

    Args:
        method: Any token.
        path: Bytes after percent-decoding.
        query: Bytes as they came.
        headers: By name; each character is one byte.
        body: What follows the headers; None is no body at all.
        is_chunked: Whether the body comes without its length.
    """

    method: str
    path: bytes
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_chunked: bool = False

    def environ(self) -> dict[str, Any]:
        """The WSGI environment (PEP 3333) that granian makes of it."""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path.decode("latin-1"),
            "QUERY_STRING": self.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.body or b""),
            "wsgi.input_terminated": True,
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        if self.is_chunked:
            environ["HTTP_TRANSFER_ENCODING"] = "chunked"
        elif self.body is not None:
            environ["CONTENT_LENGTH"] = str(len(self.body))
        return environ


def ask(app, asked: Ask) -> TestResponse:
    """The answer, if it is one that a client was promised."""
    environ = asked.environ()
    body, status, headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    answer = TestResponse(body, status, headers, request=Request(environ))
    hold(app, asked, answer)
    return answer


def hold(app, asked: Ask, answer: TestResponse) -> None:
    """Raise AssertionError for an answer that breaks a promise."""
    shown = f"{asked} was answered {answer.status_code} {answer.data[:500]!r}"
    assert 200 <= answer.status_code < 500, shown
    assert not LEAKS.search(answer.data), shown
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,128}", answer.headers["X-Request-ID"]), shown
    assert answer.headers["X-Content-Type-Options"] == "nosniff", shown
    assert not any(set("\r\n\0") & set(value) for _, value in answer.headers), shown
    if asked.method == "HEAD" or answer.status_code in {204, 304}:
        assert answer.data == b"", shown
        return
    operation = operation_of(app, asked)
    if operation is None:
        is_document = asked.path.endswith(b"/openapi.json") and answer.status_code == 200
        if asked.path.startswith(b"/api/") and asked.method != "OPTIONS" and not is_document:
            hold_refusal(answer, shown)
        return
    version, described = operation
    promised = described["responses"]
    assert str(answer.status_code) in promised, f"{shown}, which is not documented"
    kind = answer.mimetype
    content = promised[str(answer.status_code)].get("content", {})
    assert kind in content, f"{shown}: {kind} is not documented"
    errors = list(validator(app, version, json.dumps(content[kind]["schema"])).iter_errors(answer.json))
    assert not errors, f"{shown}: {errors[0]}"


def hold_refusal(answer: TestResponse, shown: str) -> None:
    """What is no route of the document is refused with the envelope, or as RFC 9457 has it."""
    assert answer.status_code >= 400, shown
    if answer.mimetype == "application/problem+json":
        assert answer.json["status"] == answer.status_code, shown
    else:
        assert answer.mimetype == "application/json", shown
        assert answer.json["success"] is False, shown
        assert isinstance(answer.json["message"], str), shown


def operation_of(app, asked: Ask) -> tuple[str, dict[str, Any]] | None:
    """The version and the operation that the document has for a request; None where it has none."""
    method = asked.method.upper()  # as werkzeug reads it
    method = "GET" if method == "HEAD" else method
    path = asked.path.decode("utf-8", "replace")
    for rewrite in app.extensions["beastmode.middleware"].rewrites:
        path = rewrite(path)
    if not path.startswith(OUR_PATHS):
        return None
    try:
        rule, _ = app.url_map.bind("127.0.0.1").match(path, method, return_rule=True)
    except HTTPException:
        return None
    version = path.split("/")[2]
    template = re.sub(r"<(?:[^:>]*:)?([^>]+)>", r"{\1}", rule.rule)
    described = document(app, version)["paths"].get(template, {}).get(method.lower())
    return None if described is None else (version, described)


@cache
def document(app, version: str) -> dict[str, Any]:
    return json.loads(json.dumps(app.extensions["beastmode.documents"][version].content()))


@cache
def validator(app, version: str, schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": document(app, version)["components"]}
    return jsonschema_rs.Draft202012Validator(whole)
