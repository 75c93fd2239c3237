"""Connections are cheap: who keeps one open, or sends slowly, must not shut others out."""

import contextlib
import json

HEALTH = b"GET /health HTTP/1.1\r\nHost: blog\r\n\r\n"
# Anybody may send this: log-in needs no token.
SLOWLY = b"POST /api/auth/login HTTP/1.1\r\nHost: blog\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
POST = {"title": "Patience", "body": "A virtue."}


def test_clients_that_keep_their_connections_open_shut_nobody_out(serve, sqlite_file):
    with serve(sqlite_file, workers=1, threads=2) as server, contextlib.ExitStack() as stack:
        connections = [stack.enter_context(server.connect()) for _ in range(20)]

        answers = []
        for connection in connections:
            connection.settimeout(5)
            connection.sendall(HEALTH)
            answers.append(connection.recv(12))

        assert answers == [b"HTTP/1.1 200"] * 20


def test_clients_that_send_slowly_shut_nobody_out(serve, sqlite_file):
    with serve(sqlite_file, workers=1, threads=2) as server, contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(server.connect()).sendall(SLOWLY)

        answers = [
            server.ask("GET", "/api/v1/posts"),
            server.ask("POST", "/api/v1/posts", POST),
            server.ask("GET", "/health"),
        ]

        assert [answer.status for answer in answers] == [200, 201, 200]


def test_a_slow_client_is_answered_once_its_body_is_there(serve, sqlite_file):
    body = json.dumps(POST).encode()
    about = f"Host: blog\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with serve(sqlite_file, workers=1, threads=1) as server, server.connect() as connection:
        token = f"Authorization: Bearer {server.token}"
        connection.sendall(f"POST /api/v1/posts HTTP/1.1\r\n{about}\r\n{token}\r\n\r\n".encode())
        for byte in body:
            connection.sendall(bytes([byte]))

        assert connection.recv(12) == b"HTTP/1.1 201"
