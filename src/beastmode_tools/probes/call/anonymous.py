"""What an anonymous caller gets on every route, each of its methods called once without credentials.

The calls run in a scratch database with the network refused; each is ended after a few seconds. Reads come before
writes, and an SQLite database is put back after each write, so that one call's traces are not another one's answer.
"""

from __future__ import annotations

import os
import re
import sqlite3
from dataclasses import replace
from typing import Any

from ..confine import confinement, migrating
from ..messages.anonymous import AnonymousCalls, Preflight, Reply
from ..start import loading, models, routes
from .arguments import value_for
from .limit import TooLong, within

__all__ = ["answer"]

FOREIGN = "https://foreign.invalid"
SECONDS = 5.0
"""A call on an empty database takes milliseconds; one that takes longer waits for what is refused here."""
READS = ("GET", "HEAD")
METHODS = ("GET", "DELETE", "PATCH", "POST", "PUT")
HEADERS = (
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Cross-Origin-Embedder-Policy",
)
LOGIN = re.compile(r"log-?_?in|sign-?_?in|auth|sso|session/new", re.IGNORECASE)
CSRF = re.compile(rb"csrf", re.IGNORECASE)
TEXT = "1"  # what takes any text may want a number
MOST_BODY = 20_000
"""Bytes in which an error page names the CSRF token."""


class Caller:
    """Calls the application, each time as somebody new.

    Args:
        application: The Flask application.
        request: "database_url": where the calls leave their traces; "seconds_a_call".
    """

    def __init__(self, application: Any, request: dict[str, Any]) -> None:
        self.application = application
        self.seconds = float(request.get("seconds_a_call", SECONDS))
        self.path = sqlite_path(str(request.get("database_url", "")))
        self.kept = sqlite3.connect(":memory:") if self.path else None
        self.count = 0
        self.errors: list[BaseException] = []
        if self.kept is not None:
            copy(self.path, self.kept)

    def call(self, rule: Any, method: str, **more: Any) -> Reply:
        """What one call got."""
        self.count += 1
        self.errors.clear()
        before = len(confinement.current().attempts)
        try:
            with within(self.seconds):
                reply = self.answered(rule, method, more)
        except TooLong:
            reply = Reply(rule.rule, method, 0, error=f"no answer within {self.seconds:g} s")
        except Exception as error:  # a server would answer 500
            reply = Reply(rule.rule, method, 500, error=told(error))
        if self.errors and reply.status >= 500:
            reply = replace(reply, error=told(self.errors[-1]))
        refused = tuple(confinement.current().attempts[before:])
        if method not in READS and self.kept is not None:
            put_back(self.kept, self.path)
        return replace(reply, refused=refused)

    def answered(self, rule: Any, method: str, more: dict[str, Any]) -> Reply:
        """One call."""
        response = self.application.test_client().open(
            filled(rule),
            method=method,
            base_url=base_url(self.application, rule),
            environ_base={"REMOTE_ADDR": f"10.{self.count >> 16 & 255}.{self.count >> 8 & 255}.{self.count & 255}"},
            buffered=False,
            **more,
        )
        try:
            body = b""
            if response.status_code in (400, 403):
                body = next(iter(response.response), b"")[:MOST_BODY]
            return reply_of(rule, method, response, body)
        finally:
            response.close()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Every route's answers.

    Args:
        request: As for `loading.load_application`; "seconds_a_call", "seconds_in_all".
    """
    application = loading.required_application(request)
    settle(application)
    if request.get("own_database"):
        make_tables(application)
    caller = Caller(application, request)
    watch_errors(application, caller)
    answers = tuple(called(caller, rule, method) for rule, method in calls(application))
    return dict(vars(AnonymousCalls(answers, preflights(caller, application), tuple(confinement.current().attempts))))


def make_tables(application: Any) -> None:
    """Makes the models' tables in a scratch database that nobody brought to a schema, so that views find them.

    Tables with types that SQLite has not are left out; views that need one fail on both sides.
    """
    with application.app_context():
        try:
            migrating.tables_of(application)
        except Exception:
            make_each(application)


def make_each(application: Any) -> None:
    """Makes the tables that can be made, one by one."""
    database = application.extensions.get("sqlalchemy")
    engine = getattr(getattr(database, "db", database), "engine", None)
    for metadata in models.metadatas() if engine is not None else ():
        for table in metadata.tables.values():
            try:
                table.create(engine, checkfirst=True)
            except Exception:  # noqa: PERF203 - the next one may be possible
                continue


def settle(application: Any) -> None:
    """Makes errors answers, as they are in production."""
    application.config.update(PROPAGATE_EXCEPTIONS=False, TESTING=False, DEBUG=False, TRAP_HTTP_EXCEPTIONS=False)


def watch_errors(application: Any, caller: Caller) -> None:
    """Remembers the exceptions behind answers of 500."""
    from flask import got_request_exception  # the project's own, imported by now

    def hear(_: Any, exception: BaseException, **__: Any) -> None:
        caller.errors.append(exception)

    try:
        got_request_exception.connect(hear, application, weak=False)
    except RuntimeError:
        return  # Flask before 2.3 without blinker


def calls(application: Any) -> list[tuple[Any, str]]:
    """Every route with each of its methods, reads first."""
    rules = [rule for rule in routes.own_rules(application) if not getattr(rule, "websocket", False)]
    found = [(rule, method) for method in METHODS for rule in rules if method in (rule.methods or ())]
    return sorted(found, key=lambda one: METHODS.index(one[1]))


def called(caller: Caller, rule: Any, method: str) -> Reply:
    """A route's answer; to a body of `{}` too where it wants one."""
    found = caller.call(rule, method)
    if method not in READS and found.status in (400, 411, 415, 422) and not found.csrf:
        again = caller.call(rule, method, json={})
        if again.status not in (400, 415):
            return again
    return found


def preflights(caller: Caller, application: Any) -> tuple[Preflight, ...]:
    """What a browser on a foreign page is told it may do, for each path."""
    found = []
    for rule in {rule.rule: rule for rule in routes.own_rules(application)}.values():
        methods = sorted(set(rule.methods or ()) & set(METHODS))
        asks = {"Origin": FOREIGN, "Access-Control-Request-Method": methods[-1] if methods else "GET"}
        one = caller.call(rule, "OPTIONS", headers=asks)
        found.append(Preflight(rule.rule, one.status, one.origin, one.credentials))
    return tuple(found)


def reply_of(rule: Any, method: str, response: Any, body: bytes) -> Reply:
    """What is compared of an answer."""
    location = response.headers.get("Location", "")
    return Reply(
        path=rule.rule,
        method=method,
        status=response.status_code,
        to=("login" if LOGIN.search(location) else "elsewhere") if location else "",
        csrf=bool(CSRF.search(body)),
        headers={name: response.headers[name] for name in HEADERS if name in response.headers},
        cookies=dict(cookie(line) for line in response.headers.getlist("Set-Cookie")),
        origin=response.headers.get("Access-Control-Allow-Origin", ""),
        credentials=response.headers.get("Access-Control-Allow-Credentials", "").lower() == "true",
    )


def cookie(line: str) -> tuple[str, tuple[str, ...]]:
    """A cookie's name and its flags, without its value."""
    parts = [part.strip() for part in line.split(";")]
    flags = [
        part.lower()
        for part in parts[1:]
        if part.lower() in ("secure", "httponly") or part.lower().startswith("samesite=")
    ]
    return parts[0].split("=", 1)[0], tuple(sorted(flags))


def told(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def base_url(application: Any, rule: Any) -> str:
    """Where the application thinks it is."""
    host = application.config.get("SERVER_NAME") or "localhost"
    return f"https://{rule.subdomain + '.' if rule.subdomain else ''}{host}"


def filled(rule: Any) -> str:
    """A rule's path with its arguments filled in."""
    path = rule.rule
    for name, converter in rule._converters.items():
        argument = r"<(?:[^<>:]*(?:\([^)]*\))?:)?" + re.escape(name) + ">"
        path = re.sub(argument, written(converter).replace("\\", "/"), path, count=1)
    return str(path)


def written(converter: Any) -> str:
    """A value that a converter takes, as it stands in a path; the project's own may take other things than text."""
    value = value_for(converter, TEXT)
    try:
        return str(converter.to_url(value))
    except Exception:
        return str(value)


def sqlite_path(url: str) -> str:
    """The file of an SQLite URL; "" for any other."""
    return url.split(":///", 1)[1].split("?", 1)[0] if url.startswith("sqlite") and ":///" in url else ""


def copy(path: str, into: Any) -> None:
    """Copies an SQLite database as it is."""
    if os.path.exists(path):
        source = sqlite3.connect(path)
        source.backup(into)
        source.close()


def put_back(kept: Any, path: str) -> None:
    """Puts an SQLite database back; one that a call still holds locked stays as it is."""
    target = sqlite3.connect(path, timeout=0.5)
    try:
        kept.backup(target)
    except sqlite3.Error:
        return
    finally:
        target.close()
