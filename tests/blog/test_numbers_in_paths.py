"""A number that no row can have names nothing, however large it is; it is no mistake of the client's."""

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


NUMBERS = [0, 2**31 - 1, 2**31, 2**40, 2**63 - 1, 2**63, 2**64, 10**30]


def test_a_number_beyond_every_column_is_not_found(app, ada):
    headers = {"Authorization": f"Bearer {ada.api.auth_token}", "Content-Type": "application/json"}
    statuses = {}

    for method, path in ROUTES:
        body = b'{"body": "text"}' if method in {"POST", "PATCH"} else None
        for number in NUMBERS:
            asked = Ask(method, path.replace("{}", str(number)).encode(), headers=headers, body=body)
            statuses[method, path, number] = ask(app, asked).status_code

    assert not {asked: status for asked, status in statuses.items() if status != 404}
