"""The format of responses, and the value that a view may return to set more than its data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import Response

from beastmode.api.json import write_json
from beastmode.core.private_flask import has_close_functions

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_SUCCESS = b'{"success":true,"message":"Success"}'
_SUCCESS_WITH_DATA = b'{"success":true,"message":"Success","data":'
_BODILESS = {204, 304}


@dataclass(frozen=True, slots=True)
class Answer:
    """A view's response data with a message, a status or headers.

    Args:
        data: The response data.
        message: The message in the envelope.
        status: The status code; by default the route's.
        headers: Extra response headers.
    """

    data: Any = None
    message: str = "Success"
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class JsonResponse(Response):
    """A JSON response with a complete body, passed to the server with as little overhead as WSGI allows."""

    default_mimetype = "application/json"

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The WSGI interface; in werkzeug's usual way if a hook or the method needs more than headers and bytes."""
        body = self.response
        is_plain = type(body) is list and not has_close_functions(self) and not self.direct_passthrough
        if not is_plain or environ["REQUEST_METHOD"] == "HEAD" or self.status_code in _BODILESS:
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return cast("list[bytes]", body)


def envelope(data: Any, message: str = "Success") -> bytes:
    """The success envelope around data, as JSON text.

    Args:
        data: Plain values; None leaves `data` out.
        message: One sentence for the client.
    """
    if message == "Success":
        return _SUCCESS if data is None else _SUCCESS_WITH_DATA + write_json(data) + b"}"
    whole = {"success": True, "message": message}
    return write_json(whole if data is None else {**whole, "data": data})
