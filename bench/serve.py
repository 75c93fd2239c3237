#!/usr/bin/env python3
"""Serves the blog for the bench on $PORT (8000): two granian workers, production mode, every safety on.

DATABASE_URL says which PostgreSQL server and role; the database there is always `beastmode_bench`, made, migrated and
filled on the first run and used as it is on the next. The request log is var/bench/requests.log. An argument names
another module to serve, such as `layered`.
"""

import os
import sys
from pathlib import Path

import subject


def main() -> None:
    """Prepare the database, then become the server, so that signals reach it."""
    subject.prepare()
    os.chdir(subject.BLOG)
    served = sys.argv[1] if len(sys.argv) > 1 else "blog"
    command = subject.flask("beastmode", "serve", "--port", os.environ.get("PORT", "8000"), served=served)
    paths = os.pathsep.join([str(Path(__file__).parent), str(subject.BLOG)])
    os.execve(command[0], command, subject.environment() | {"PYTHONPATH": paths})


if __name__ == "__main__":
    main()
