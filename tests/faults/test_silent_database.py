"""A database that takes the call and then says nothing."""

import socket

from beastmode.testing.databases import close_database


def test_a_database_that_never_answers_gives_503_after_the_timeout(app_factory):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://postgres@127.0.0.1:{silent.getsockname()[1]}/blog"
        app = app_factory({"ENVIRONMENT": "testing", "DATABASE_URL": address, "DATABASE_TIMEOUT_SECONDS": 0.1})

        answer = app.test_client().post("/api/auth/login", json={"email": "ada@example.com", "password": "whatever"})

        close_database(app)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
