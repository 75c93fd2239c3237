"""Sends one request to the journal in a process that is killed (kill -9) on the way.

python killed_journal.py URL inside|after
"""

import os
import signal
import sys

from journal import journal


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


url, where = sys.argv[1:]
app = journal(url)
if where == "inside":
    app.hooks.inside = kill
else:
    app.hooks.after = kill
app.test_client().post("/api/v1/notes/transaction", json={"text": "first"}, headers={"Idempotency-Key": "key-1"})
