"""Each way that bench/layers.py measures answers as the end of the way does."""

import json
import os
import subprocess
import sys

import layers
import subject

ASKED = """
import json, sys
from layered import app
client = app.test_client()
answers = {}
for method, path in json.loads(sys.argv[1]):
    answer = client.open(path, method=method, json={"title": "A", "body": "B"} if method == "POST" else None)
    answers[method + " " + path] = [answer.status_code, "X-Request-ID" in answer.headers]
print(json.dumps(answers))
"""


def test_each_way_goes_one_layer_further(tmp_path):
    ways = [(method, path) for _, get, post in layers.WAYS for method, path in (("GET", get), ("POST", post))]
    paths = os.pathsep.join([str(subject.ROOT / "bench"), str(subject.BLOG)])
    given = os.environ | {"PYTHONPATH": paths, "ENVIRONMENT": "testing", "DATABASE_URL": "sqlite://"}

    done = subprocess.run(
        [sys.executable, "-c", ASKED, json.dumps(ways)],
        env=given, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert json.loads(done.stdout) == {
        "GET /server": [200, False],
        "POST /server": [200, False],
        "GET /flask": [200, False],
        "POST /flask": [200, False],
        "GET /plain": [200, True],
        "POST /plain": [200, True],
        "GET /api/v1/declared/open": [200, True],
        "POST /api/v1/declared/open": [201, True],
        "GET /api/v1/declared/signed": [401, True],
        "POST /api/v1/declared/signed": [401, True],
        "GET /api/v1/users/4321": [401, True],
        "POST /api/v1/posts": [401, True],
    }
