#!/usr/bin/env python3
"""Serves the blog for the bench on $PORT (8000): two granian workers, production mode, every safety on.

DATABASE_URL says which PostgreSQL server and role; the database there is always `beastmode_bench`, made, migrated and
filled on the first run and used as it is on the next. The request log is var/bench/requests.log.
"""

import os

import subject


def main() -> None:
    """Prepare the database, then become the server, so that signals reach it."""
    subject.prepare()
    os.chdir(subject.BLOG)
    command = subject.flask("beastmode", "serve", "--port", os.environ.get("PORT", "8000"))
    os.execve(command[0], command, subject.environment())


if __name__ == "__main__":
    main()
