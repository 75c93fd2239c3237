#!/usr/bin/env python3
"""How many statements does each request of the workload send to the database?

Counted by SQLAlchemy's events in this process, over the blog as `serve.py` runs it. Each request is asked once before,
since the first one may find out what the later ones know.
"""

import os
import sys
from pathlib import Path

import subject
from flask import Flask

from beastmode.testing.queries import Queries

sys.path.append(str(Path(__file__).with_name("http")))
import run

__all__ = ["statements"]


def statements(app: Flask) -> dict[str, list[str]]:
    """The statements that each request of the workload sends.

    Args:
        app: The blog, with the workload's rows.
    """
    queries = Queries(app)
    client = app.test_client()
    token = client.post("/api/auth/login", json=run.LOGIN).get_json()["data"]["token"]
    sent = {}
    for name, (method, path) in run.WORK.items():
        body = run.BODY if method == "POST" else None
        for _ in range(2):
            with queries() as sent[name]:
                answer = client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"})
        if answer.status_code >= 400:
            raise SystemExit(f"{name}: {answer.status}")
    return sent


def main() -> None:
    """Ask each request and print how much it sent."""
    subject.prepare()
    os.environ.update(subject.environment())
    sys.path.append(str(subject.BLOG))
    from blog import create_app  # noqa: PLC0415 - found by the path above

    print("| request | statements |\n| --- | --- |")
    for name, sent in statements(create_app()).items():
        print(f"| {name} | {len(sent)} |")


if __name__ == "__main__":
    main()
