"""What happens to requests when a file changes while `beast dev` serves a project."""

import threading

from served import page, served, until

APP = """
import time
from pathlib import Path

from flask import Flask

app = Flask(__name__)


@app.get("/slow")
def slow():
    Path("arrived.log").touch()
    time.sleep(1.5)
    return "whole"
"""


def test_a_request_that_is_being_answered_when_a_file_changes_is_answered(terminal, tmp_path):
    """The server starts again afterwards; the request is not cut off."""
    (tmp_path / "app.py").write_text(APP)
    answers = []
    with served(terminal, tmp_path, tmp_path / "output.log") as server:
        url = f"{server.url}/slow"
        client = threading.Thread(target=lambda: answers.append(page(url)))
        client.start()
        until((tmp_path / "arrived.log").exists)

        server.after_reload(lambda: (tmp_path / "app.py").write_text(APP.replace("whole", "new")))
        client.join(60)

        assert answers == ["whole"]
        assert page(url) == "new"
