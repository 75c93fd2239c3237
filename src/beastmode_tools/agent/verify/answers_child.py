"""Runs in the project's interpreter, confined: answers of its routes on a scratch database.

`answers_child.py` as a module: the question is JSON in BEAST_QUESTION, a list of [method, path]; the answer is the last
line of the output, a list of statuses.
"""

import json
import os
import sys

__all__ = ["main"]


def main() -> None:
    """Migrates the scratch database, and asks."""
    from flask.cli import ScriptInfo

    app = ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app()
    if "migrate" in app.extensions and os.path.isdir(app.extensions["migrate"].directory):
        from flask_migrate import upgrade

        with app.app_context():
            upgrade()
    client = app.test_client()
    found = []
    for method, path in json.loads(os.environ["BEAST_QUESTION"]):
        with client.open(path, method=method) as response:
            found.append(response.status_code)
    sys.stdout.write("\n" + json.dumps(found) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
