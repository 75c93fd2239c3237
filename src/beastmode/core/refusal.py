"""A request that the server refuses before the application sees it."""

import json
from dataclasses import dataclass

ARRIVED = "beastmode.arrived"
"""The key in the WSGI environment of the time at which a request arrived, by `time.perf_counter()`."""
REFUSAL = "beastmode.refusal"
"""The key in the WSGI environment of the `Refusal` that the middleware should send."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The response to a refused request.

    Attributes:
        status: Status code.
        message: The message for the client.
        cause: The reason for the log; empty if the request line is sufficient.
        retry: The value of `Retry-After` in seconds; 0 for none.
    """

    status: int
    message: str
    cause: str = ""
    retry: int = 0

    def headers(self) -> list[tuple[str, str]]:
        """The headers of the response, except its length."""
        again = [("Retry-After", str(self.retry))] if self.retry else []
        return [("Content-Type", "application/json"), ("Cache-Control", "no-store"), *again]

    def body(self) -> bytes:
        """The envelope."""
        return json.dumps({"success": False, "message": self.message}, separators=(",", ":")).encode()
