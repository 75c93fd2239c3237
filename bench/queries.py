#!/usr/bin/env python3
"""How many statements does each request of the workload send to the database?

Counted by SQLAlchemy's events in this process, over the blog as `serve.py` runs it, each request asked once before.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import subject
from sqlalchemy import event
from sqlalchemy.engine import Engine

sys.path.append(str(Path(__file__).with_name("http")))
import run


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent meanwhile, BEGIN, COMMIT and ROLLBACK included where the driver sends them."""
    sent: list[str] = []

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", executed)


def main() -> None:
    """Ask each request twice and print what the second one sent."""
    subject.prepare()
    os.environ.update(subject.environment())
    sys.path.append(str(subject.BLOG))
    from blog import create_app  # noqa: PLC0415 - it reads the environment that is set above

    client = create_app().test_client()
    token = client.post("/api/auth/login", json=run.LOGIN).json["data"]["token"]
    print("| request | statements | what |\n| --- | --- | --- |")
    for name, (method, path) in run.WORK.items():
        for _ in range(2):
            with statements() as sent:
                answer = client.open(
                    path,
                    method=method,
                    json=run.BODY if method == "POST" else None,
                    headers={"Authorization": f"Bearer {token}"},
                )
        if answer.status_code >= 400:
            raise SystemExit(f"{name}: {answer.status}")
        print(f"| {name} | {len(sent)} | {'; '.join(f'`{statement[:100]}`' for statement in sent)} |")


if __name__ == "__main__":
    main()
