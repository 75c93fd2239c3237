"""The first screen of README.md: the code, and the response that it shows."""

import json
import os
import subprocess
import sys

import pytest
from pages import ROOT, blocks

README = ROOT / "README.md"
REQUESTS = """
import json, sys

titles, paths = json.load(sys.stdin)
with app.app_context():
    db.metadata.create_all(db.engine)
    for title in titles:
        shelf.insert(title=title)
client = app.test_client()
print(json.dumps([[answer.status_code, answer.json] for answer in map(client.get, paths)]))
"""


@pytest.fixture
def shown():
    """The JSON of the README."""
    (block,) = blocks(README, "json")
    return json.loads(block.code)


@pytest.fixture
def request_in_a_new_process(tmp_path, shown):
    """Sends a request to the code of the README; a process of its own keeps its table out of other tests."""

    def send(path):
        titles = [book["title"] for book in sorted(shown["data"]["items"], key=lambda item: item["id"])]
        code = "".join(block.code for block in blocks(README, "python")) + REQUESTS
        (tmp_path / "library.py").write_text(code, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "library.py"],
            input=json.dumps([titles, [path]]),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "ENVIRONMENT": "testing", "DATABASE_URL": "sqlite:///library.db"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)[0]

    return send


def test_the_response_on_the_first_screen_is_what_the_code_returns(request_in_a_new_process, shown):
    """The request of the README, sent to the code of the README, returns the JSON of the README."""
    (command,) = (block.code for block in blocks(README, "text") if block.code.startswith("$ curl"))
    path = command.split("'")[1].removeprefix("http://127.0.0.1:8000")

    status, body = request_in_a_new_process(path)

    assert (status, body) == (200, shown)


def test_a_misspelled_parameter_returns_422(request_in_a_new_process):
    """The README says so of `?tilte=`."""
    status, _ = request_in_a_new_process("/api/v1/books?tilte=x")

    assert status == 422
