from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


class ApiClient:
    """A test client for an API: sends JSON, and an access token after `login`.

    Args:
        client: Flask's own test client.

    Attributes:
        auth_token: What is sent as `Authorization: Bearer ...`; None sends nothing. `login` sets it.
    """

    def __init__(self, client: "FlaskClient") -> None:
        self.client = client
        self.auth_token: str | None = None

    def login(self, email: str, password: str) -> "TestResponse":
        """Log in, and keep the access token if the login succeeds.

        Args:
            email: The email address.
            password: The password.
        """
        response = self.post("/api/auth/login", {"email": email, "password": password})
        if response.status_code == 200:
            self.auth_token = response.json["data"]["token"]  # type: ignore[index]  # an answer of 200 has a body
        return response

    def get(self, url: str, data: Any = None, **options: Any) -> "TestResponse":
        """Send GET.

        Args:
            url: The path, with its query string if it has one.
            data: What to send as JSON; None sends no body.
            options: Other arguments of werkzeug's test client, such as `headers` or `query_string`.
        """
        return self._send("GET", url, data, options)

    def post(self, url: str, data: Any = None, **options: Any) -> "TestResponse":
        """Send POST; arguments as for `get`."""
        return self._send("POST", url, data, options)

    def put(self, url: str, data: Any = None, **options: Any) -> "TestResponse":
        """Send PUT; arguments as for `get`."""
        return self._send("PUT", url, data, options)

    def patch(self, url: str, data: Any = None, **options: Any) -> "TestResponse":
        """Send PATCH; arguments as for `get`."""
        return self._send("PATCH", url, data, options)

    def delete(self, url: str, data: Any = None, **options: Any) -> "TestResponse":
        """Send DELETE; arguments as for `get`."""
        return self._send("DELETE", url, data, options)

    def _send(self, method: str, url: str, data: Any, options: dict[str, Any]) -> "TestResponse":
        headers = dict(options.pop("headers", None) or {})
        # A header that the test sends itself takes precedence.
        if self.auth_token is not None and "authorization" not in map(str.lower, headers):
            headers["Authorization"] = f"Bearer {self.auth_token}"
        if data is not None:
            options["json"] = data
        return self.client.open(url, method=method, headers=headers, **options)
