"""Writes and reads posts of a project through its API until it is stopped, and writes out what went wrong.

Each post carries in its body what its columns should hold, so that whoever reads it, old code or new, sees whether they
do.

Arguments: a name for this process, a file that says how far it is, and a file whose existence stops it.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from shop import create_app

NAME, PROGRESS, STOP = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
URL = "/api/v1/posts"
FIELDS = (Path("shop") / "posts" / "schemas.py").read_text()
IS_OPTIONAL = "subtitle = fields.Str(allow_none=True" in FIELDS
"""Whether this version of the API lets clients send no subtitle."""
NOTE = {"note": NAME} if "note = " in FIELDS else {}


def main():
    client = create_app({"TESTING": True}).test_client()
    wrong, made, count = [], 0, 0
    account = {"email": f"{NAME}@example.com", "password": "analytical-engine-1843"}
    client.post("/api/auth/register", json=account)
    token = client.post("/api/auth/login", json=account).json["data"]["token"]
    headers = {"Authorization": f"Bearer {token}"}

    def ask(method, url, status, **given):
        answer = client.open(url, method=method, headers=headers, **given)
        if answer.status_code != status:
            wrong.append([method, url, answer.status_code, answer.text[:300]])
            return None
        return answer.json["data"]

    def look(post):
        if post and post["body"] != f"{post['title']}|{post['rating']}":
            wrong.append(["differs", post])

    while not STOP.exists():
        count += 1
        title = f"{NAME}-{count}"
        new = {"title": title, "rating": count, "views": 1, "body": f"{title}|{count}", **NOTE}
        if post := ask("POST", URL, 201, json=new):
            made += 1
            look(post)
            changed = {"title": f"{title}!", "rating": -count, "body": f"{title}!|{-count}"}
            look(ask("PATCH", f"{URL}/{post['id']}", 200, json=changed))
            look(ask("GET", f"{URL}/{post['id']}", 200))
        for other in (ask("GET", f"{URL}?sort=-id", 200) or {"items": ()})["items"]:
            look(other)
        ask("PATCH", f"{URL}/{count}", 200, json={"subtitle": None if IS_OPTIONAL and count % 2 else NAME})
        PROGRESS.write_text(str(count))
        time.sleep(0.05)  # leaves the processors to the migration
    sys.stdout.write(json.dumps({"wrong": wrong, "made": made}))


main()
