"""Strong ETags: 304 if the client has the current representation, 412 if it does not (RFC 9110, section 13)."""

import hashlib

from flask import Request

from beastmode.core.errors import Problem


def etag_of(body: bytes) -> str:
    """The strong ETag of a representation, quoted.

    Args:
        body: The bytes of the response.
    """
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def has_it_already(request: Request, etag: str) -> bool:
    """Whether the client's `If-None-Match` matches this representation."""
    if "HTTP_IF_NONE_MATCH" not in request.environ:
        return False
    return request.if_none_match.contains_weak(etag.strip('"'))


def require_match(request: Request, etag: str | None) -> None:
    """Allow a change only if `If-Match` matches the current representation.

    Args:
        request: The request, which has an `If-Match`.
        etag: The ETag of the current representation; None if there is none to compare with.

    Raises:
        Problem: 412 if it does not match.
    """
    if etag is None or not request.if_match.contains(etag.strip('"')):
        raise Problem(412, "The resource does not match If-Match; it has changed. Fetch it again before retrying.")
