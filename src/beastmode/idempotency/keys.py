"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07), and what identifies a request."""

import hashlib
import re

from flask import Request

from beastmode.core.errors import Problem

HEADER = "Idempotency-Key"
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\]){1,255})"')
_PLAIN = re.compile(r"[!#-+\--~]{1,255}")
"""Visible ASCII without quotes and commas: what clients send that do not write structured fields (RFC 9651)."""


def key_of(request: Request) -> str | None:
    """The key that a client sent, without the quotes of a structured field; None for none.

    Args:
        request: The request.

    Raises:
        Problem: 400 if it is not valid.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return None
    text = given.strip()
    if quoted := _QUOTED.fullmatch(text):
        return re.sub(r"\\(.)", r"\1", quoted[1])
    if not _PLAIN.fullmatch(text):
        raise Problem(400, f"The {HEADER} is not valid; expected one string of 1 to 255 characters, such as a UUID.")
    return text


def identity_of(route: str, caller: str, key: str) -> str:
    """What identifies a request: the same key of another caller, or for another route, is another request.

    Args:
        route: The name of the route.
        caller: The caller.
        key: The key.
    """
    return _hash(route.encode(), caller.encode(), key.encode())


def fingerprint_of(request: Request) -> str:
    """A hash of what a client asks for: the method, the path, the query string and the body.

    Args:
        request: The request.
    """
    environ = request.environ
    parts = (request.method, environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""), request.mimetype)
    # StoredResponse, so that the view can still read it.
    return _hash(*(part.encode("utf-8", "surrogateescape") for part in parts), request.get_data())


def _hash(*parts: bytes) -> str:
    """A hash of several strings, each with its length: ("ab", "c") is not ("a", "bc")."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()
