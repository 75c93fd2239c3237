"""A request that a server sends away before the application sees it."""

import json
from dataclasses import dataclass

__all__ = ["ARRIVED", "REFUSAL", "Refusal"]

ARRIVED = "beastmode.arrived"
"""Where in the WSGI environment a server says when a request came in, by `time.perf_counter()`."""
REFUSAL = "beastmode.refusal"
"""Where in the WSGI environment a server puts the `Refusal` that the edge shall answer with."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What somebody is sent away with.

    Attributes:
        status: Status code.
        message: What the client reads.
        cause: What the log reads besides; empty where the request line says it all.
        retry: After how many seconds to come back; 0 says nothing.
    """

    status: int
    message: str
    cause: str = ""
    retry: int = 0

    def headers(self) -> list[tuple[str, str]]:
        """The headers of the answer, but for its length."""
        again = [("Retry-After", str(self.retry))] if self.retry else []
        return [("Content-Type", "application/json"), ("Cache-Control", "no-store"), *again]

    def body(self) -> bytes:
        """The envelope."""
        return json.dumps({"success": False, "message": self.message}, separators=(",", ":")).encode()
