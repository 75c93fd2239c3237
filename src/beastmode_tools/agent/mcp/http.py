"""The server over HTTP, for the programs of this machine that have the token."""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer

__all__ = ["HOST", "serve_http", "with_token"]

HOST = "127.0.0.1"
"""Only this machine: who can reach the server can change the project."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def serve_http(server: MCPServer, port: int, token: str) -> None:
    """Serves until it is interrupted.

    Args:
        server: What answers.
        port: Where to listen, on the loopback address.
        token: What each request has to bring as `Authorization: Bearer`.
    """
    application = with_token(server.streamable_http_app(host=HOST), token)
    uvicorn.run(application, host=HOST, port=port, log_level="warning")


def with_token(application: Application, token: str) -> Application:
    """The application, which answers 401 to a request without the token.

    Args:
        application: What answers the others.
        token: The token.
    """
    expected = f"Bearer {token}".encode()

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, expected):
                headers = [(b"www-authenticate", b"Bearer"), (b"content-length", b"0")]
                await send({"type": "http.response.start", "status": 401, "headers": headers})
                await send({"type": "http.response.body", "body": b""})
                return
        await application(scope, receive, send)

    return guarded
