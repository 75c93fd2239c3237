"""What bench/rate_limits.py measures has a limit on each of the five requests but the health check."""

import json
import os
import subprocess
import sys

import subject

ASKED = """
import json
from limited import LIMIT, app
from run import WORK
from beastmode.limits.steps import RateLimits
endpoints = {view.route.rule: view for view in app.view_functions.values() if hasattr(view, "route")}
limited = [view.step(RateLimits) is not None for view in endpoints.values()]
print(json.dumps([len(limited) > 10, all(limited), len(WORK)]))
"""


def test_every_route_of_the_limited_blog_has_a_limit(tmp_path):
    """The difference between the two servers is the limit, on all routes."""
    bench = subject.ROOT / "bench"
    paths = os.pathsep.join([str(bench), str(bench / "http"), str(subject.BLOG)])
    given = os.environ | {"PYTHONPATH": paths, "ENVIRONMENT": "testing", "DATABASE_URL": "sqlite://"}

    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        env=given, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert json.loads(done.stdout) == [True, True, 5]
