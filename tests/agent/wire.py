"""A provider on the wire: a server on this machine that speaks both protocols, and fails in every way that one does.

It answers one turn of a script (src/beastmode_tools/agent/models/script.py) after the other, the last one for ever. A
turn may have a fault instead: `status` with `headers` and `body`; `fault`, a key of FAULTS; `raw`, a changed answer.
"""

import json
import socket
import struct
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW = 30
"""Seconds; a client whose limit is shorter has given up long before."""


def anthropic(turn):
    """A turn as a message of Anthropic's protocol."""
    content = [{"type": "text", "text": turn["say"]}] if "say" in turn else []
    for number, (name, given) in enumerate(turn.get("calls", ())):
        content.append({"type": "tool_use", "id": turn.get("id", f"toolu_{number}"), "name": name, "input": given})
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": content,
        "stop_reason": turn.get("stop", "tool_use" if "calls" in turn else "end_turn"),
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 20},
    }


def openai(turn):
    """A turn as a completion of OpenAI's protocol."""
    calls = [
        {
            "id": turn.get("id", f"call_{number}"),
            "type": "function",
            "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
        }
        for number, (name, given) in enumerate(turn.get("calls", ()))
    ]
    message = {"role": "assistant", "content": turn.get("say")} | ({"tool_calls": calls} if calls else {})
    reason = turn.get("stop", "tool_calls" if calls else "stop")
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "gpt-test",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


PATHS = {"/v1/messages": anthropic, "/v1/chat/completions": openai}


def reset(handler, body):
    """Closes without an answer, so that the client gets a reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def cut_framed(handler, body):
    """Says how long the answer is, and closes in the middle of it."""
    handler.head(200, {"Content-Length": str(len(body))})
    handler.wfile.write(body[: len(body) // 2])


def cut_chunked(handler, body):
    """Sends a chunk with half of the answer, and closes before the last one."""
    half = body[: len(body) // 2]
    handler.head(200, {"Transfer-Encoding": "chunked"})
    handler.wfile.write(f"{len(half):x}\r\n".encode() + half + b"\r\n")


def cut_unframed(handler, body):
    """Sends half of an answer whose end is the end of the connection: nothing on the wire says that it is cut."""
    handler.head(200, {"Connection": "close"})
    handler.wfile.write(body[: len(body) // 2])


def slow(handler, body):
    """Sends a byte now and then, and never comes to the end."""
    handler.head(200, {"Content-Length": str(len(body))})
    until = time.monotonic() + SLOW
    for byte in body:
        if time.monotonic() > until:
            return
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        handler.server.ended.wait(0.2)
        if handler.server.ended.is_set():
            return


def silent(handler, body):
    """Takes the request, and says nothing."""
    handler.server.ended.wait(SLOW)


FAULTS = {
    each.__name__.replace("_", " "): each for each in (reset, cut_framed, cut_chunked, cut_unframed, slow, silent)
}


def unanswered(path, messages):
    """What a provider says of a history in which a call has no answer, or an answer no call; "" for a valid one."""
    waiting = []
    for each in messages:
        parts = each["content"] if isinstance(each["content"], list) else []
        given = [part["tool_use_id"] for part in parts if part["type"] == "tool_result"]
        if each["role"] == "tool":
            given = [each["tool_call_id"]]
        elif path == "/v1/chat/completions" and waiting:
            return f"{waiting} have no answer"
        if each["role"] in ("user", "tool"):
            if unknown := set(given) - set(waiting):
                return f"{unknown} answer nothing"
            waiting = [one for one in waiting if one not in given]
            if waiting and each["role"] == "user":
                return f"{waiting} have no answer"
        if each["role"] == "assistant":
            waiting = [part["id"] for part in parts if part["type"] == "tool_use"]
            waiting += [call["id"] for call in each.get("tool_calls") or ()]
            if len(set(waiting)) < len(waiting):
                return f"{waiting} are not unique"
    return f"{waiting} have no answer" if waiting else ""


class Handler(BaseHTTPRequestHandler):
    """Answers one request after the other, on connections that stay open as a provider's do."""

    protocol_version = "HTTP/1.1"

    def head(self, status, headers):
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if "Content-Length" not in headers or headers.get("Connection") == "close":
            self.close_connection = True

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        turn = self.server.next(self.path, json.loads(asked))
        if wrong := unanswered(self.path, json.loads(asked)["messages"]):
            turn = {"status": 400, "body": json.dumps({"error": {"type": "invalid_request_error", "message": wrong}})}
        if "status" in turn:
            body = turn.get("body", json.dumps({"error": {"type": "error", "message": "no"}}))
            body = body if isinstance(body, bytes) else body.encode()
            self.head(turn["status"], {"Content-Length": str(len(body))} | turn.get("headers", {}))
            self.wfile.write(body)
            return
        made = PATHS[self.path](turn)
        turn.get("raw", lambda _: None)(made)
        body = json.dumps(made).encode()
        if "fault" in turn:
            self.close_connection = True
            FAULTS[turn["fault"]](self, body)
            return
        self.head(200, {"Content-Length": str(len(body))})
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """A provider that has a script."""

    daemon_threads = True

    def __init__(self, turns):
        super().__init__(("127.0.0.1", 0), Handler)
        self.turns, self.requests, self.ended = list(turns), [], threading.Event()
        self.lock = threading.Lock()

    def next(self, path, asked):
        with self.lock:
            self.requests.append((path, asked))
            return self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]

    def handle_error(self, *_):
        """A client that went away is no error of the server."""


@contextmanager
def provider(*turns):
    """A server with a script; its `url`, and the `requests` that it got."""
    server = Server(turns)
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
