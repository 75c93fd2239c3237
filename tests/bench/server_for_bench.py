"""Answers each request of the workload with what $ANSWERS says; null is 500, what is missing 404."""

import json
import os
import socketserver
from http.server import BaseHTTPRequestHandler

ANSWERS = json.loads(os.environ["ANSWERS"])
NAMES = {
    "/health": "health",
    "/api/v1/users/4321": "one",
    "/api/v2/users?page=37&per_page=20": "page",
    "/api/v1/posts/777": "nested",
    "/api/v1/posts": "create",
    "/api/auth/login": "login",
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = NAMES[self.path]
        answer = ANSWERS.get(name)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps(answer).encode()
        status = 404 if name not in ANSWERS else 500 if answer is None else 200
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
