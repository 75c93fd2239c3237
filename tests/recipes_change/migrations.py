"""Runs commands of Flask-Migrate in one process: a command and its argument a line, answered by "done"."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import flask_migrate
from shop import create_app


def main():
    with create_app().app_context():
        for line in sys.stdin:
            command, *arguments = line.split()
            getattr(flask_migrate, command)(**({"revision": arguments[0]} if arguments else {}))
            sys.stdout.write("done\n")
            sys.stdout.flush()


main()
