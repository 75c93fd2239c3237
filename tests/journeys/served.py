"""A project that `beast dev` serves, and those who use it meanwhile."""

import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60


@dataclass(frozen=True)
class Served:
    """The project while it is served.

    Args:
        process: Of `beast dev`.
        output: The file with what it prints.
    """

    process: "subprocess.Popen[bytes]"
    output: Path

    @property
    def said(self):
        """What it has printed."""
        return self.output.read_text()

    @property
    def url(self):
        """Where it is."""
        return re.search(r"http://127\.0\.0\.1:\d+", self.said)[0]

    def log_in(self):
        """A token of the account that it prints."""
        email, password = re.search(r"account  (\S+), password (\S+)", self.said).groups()
        _, _, body = ask(f"{self.url}/api/auth/login", {"email": email, "password": password})
        return body["data"]["token"]

    def after_reload(self, act):
        """What an action returns, once the server has started again because of it."""
        before = self.said.count("Reloaded.")
        result = act()
        until(lambda: self.said.count("Reloaded.") > before)
        return result

    def stop(self):
        """Ctrl-C; the exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(SECONDS)


@contextmanager
def served(terminal, folder, output):
    """Serves a project with `beast dev` on a free port, once it has said what there is to open."""
    with output.open("w") as stream:
        process = subprocess.Popen(
            ["beast", "dev", "--port", "0"],
            cwd=folder,
            env=terminal.environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until(lambda: "Press Ctrl-C to stop.\n" in output.read_text() or process.poll() is not None)
        yield Served(process, output)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Load:
    """Somebody who creates, changes and reads products until it is stopped, and notes whatever is wrong.

    Args:
        url: Of the project.
        token: Of an account.
    """

    def __init__(self, url, token):
        self.wrong, self.stocks = [], {}
        self._url, self._token = f"{url}/api/v1/products", token
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join(SECONDS)

    def goes_on(self):
        """Waits until two more products have been created, changed and read."""
        goal = len(self.stocks) + 2
        until(lambda: len(self.stocks) >= goal or self.wrong)

    def _work(self):
        number = 0
        while not self._stopped.is_set() and not self.wrong:
            number += 1
            try:
                self._use_one(number)
            except OSError as problem:
                self.wrong.append(repr(problem))
            time.sleep(0.05)  # leaves the processors to the migration

    def _use_one(self, number):
        """One product: created, changed, and read again."""
        status, _, made = ask(self._url, {"name": f"Tea {number}", "price": "3.50", "stock": number}, self._token)
        if status != 201:
            self.wrong.append(made)
            return
        place = f"{self._url}/{made['data']['id']}"
        answers = [ask(place, {"stock": -number}, self._token, "PATCH"), ask(place, token=self._token)]
        self.wrong += [answer for answer in answers if answer[0] != 200 or answer[2]["data"]["stock"] != -number]
        self.stocks[made["data"]["id"]] = -number


def ask(url, body=None, token=None, method=None):
    """The status, the headers and the JSON of an answer, whatever the status is."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, json.load(refused)


def page(url):
    """The text of a page."""
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return answer.read().decode()


def until(holds):
    """Waits for something to hold."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.1)
