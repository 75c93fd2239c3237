"""A number that no row can have names nothing, however large it is; it is no mistake of the client's."""

import pytest
from answers import Ask, ask

ROUTES = [
    ("GET", "/api/v1/users/{}"),
    ("GET", "/api/v1/posts/{}"),
    ("PATCH", "/api/v1/posts/{}"),
    ("DELETE", "/api/v1/posts/{}"),
    ("GET", "/api/v1/posts/{}/comments"),
    ("POST", "/api/v1/posts/{}/comments"),
    ("PATCH", "/api/v1/posts/{}/comments/1"),
    ("PATCH", "/api/v1/posts/1/comments/{}"),
    ("DELETE", "/api/v1/posts/{}/comments/1"),
    ("DELETE", "/api/v1/posts/{}/comments/{}"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_number_beyond_every_column_is_not_found(app, ada, method, path):
    headers = {"Authorization": f"Bearer {ada.api.auth_token}", "Content-Type": "application/json"}
    body = b'{"body": "text"}' if method in {"POST", "PATCH"} else None

    statuses = {
        number: ask(app, Ask(method, path.replace("{}", str(number)).encode(), headers=headers, body=body)).status_code
        for number in (0, 2**31 - 1, 2**31, 2**40, 2**63 - 1, 2**63, 2**64, 10**30)
    }

    assert set(statuses.values()) == {404}, statuses
