"""What granian tells of a request: enough of it for the gate."""

from types import SimpleNamespace


def scope(path="/", method="GET", client="203.0.113.1:1"):
    """A request without a body."""
    return SimpleNamespace(
        client=client,
        server="127.0.0.1:8000",
        method=method,
        path=path,
        query_string="",
        http_version="1.1",
        headers={"host": "shop"},
        authority=None,
    )
