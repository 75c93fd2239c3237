"""Responses as they are stored, and sent again."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response as FlaskResponse
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from beastmode.core.errors import Problem

_LATER = {401, 408, 409, 412, 423, 425, 429}
"""Refusals that depend on the moment: nothing has happened, and the same request may succeed later."""
_WITHHELD = "This request has been processed; its response was not stored, and cannot be sent again"
# A cookie belongs to one response; the rest are those of one connection.
_LEFT_OUT = {"set-cookie", "connection", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True)
class StoredResponse:
    """A response as it is stored.

    Attributes:
        kind: "response"; "problem" for a refusal that is written anew in the format that the client accepts; "withheld"
            for a response that must not be, or cannot be stored.
        status: The status code.
        headers: The headers.
        body: The body; of a problem, its message and details as JSON.
    """

    kind: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes | None

    def again(self) -> Response:
        """The response, to be sent again.

        Raises:
            Problem: It is a refusal, or it was not stored.
        """
        if self.kind == "withheld":
            raise Problem(409, _WITHHELD)
        if self.kind == "problem":
            said = json.loads(self.body or b"{}")
            headers = {**dict(self.headers), **_REPLAYED}
            raise Problem(self.status, said["message"], details=said["details"], headers=headers)
        response = FlaskResponse([self.body or b""], self.status)
        response.headers.clear()
        response.headers.extend(self.headers)
        response.headers.update(_REPLAYED)
        return response


_REPLAYED = {"Idempotent-Replayed": "true"}


def is_final(status: int) -> bool:
    """Whether a returned response is stored: not if the server failed, or the client was asked to come again.

    Args:
        status: The status code.
    """
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS


def kept_response(response: Response, most: int) -> StoredResponse:
    """A response that a view has returned, as it is stored.

    Args:
        response: The response.
        most: The maximum size of its body.
    """
    is_secret = "no-store" in response.headers.get("Cache-Control", "").lower()
    is_stream = not response.is_sequence or response.direct_passthrough
    if is_secret or is_stream or len(body := response.get_data()) > most:
        return StoredResponse("withheld", response.status_code, [], None)
    headers = [(name, value) for name, value in response.headers.items() if name.lower() not in _LEFT_OUT]
    return StoredResponse("response", response.status_code, headers, body)


def kept_refusal(error: HTTPException, most: int) -> StoredResponse | None:
    """A refusal that a view has raised, as it is stored; None if the same request may succeed later.

    Args:
        error: The refusal.
        most: The maximum size of its body.
    """
    if error.response is not None:
        response: Any = error.response
        return kept_response(response, most) if _is_settled(response.status_code) else None
    status = error.code or 500
    if not _is_settled(status):
        return None
    said = {"message": error.description, "details": getattr(error, "details", None)}
    headers = dict(getattr(error, "headers", {}))
    try:
        body = json.dumps(said).encode()
    except TypeError:  # details of the project that only its own encoder knows
        return None
    return StoredResponse("problem", status, list(headers.items()), body) if len(body) <= most else None


def _is_settled(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _LATER
