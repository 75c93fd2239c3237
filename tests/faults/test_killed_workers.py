"""Workers that are killed while they work: others answer, and a new one takes their place."""

import contextlib
import http.client
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from running import until

POST = {"title": "Written", "body": "While workers died."}


def test_a_worker_that_is_killed_under_load_is_replaced_and_nothing_that_was_answered_is_lost(serve, sqlite_file):
    with serve(sqlite_file, workers=2) as server:
        has_ended, written, strange = Event(), [], []

        def load():
            while not has_ended.is_set():
                # The requests that the dead worker had are lost with it.
                with contextlib.suppress(OSError, http.client.HTTPException):
                    answer = server.ask("POST", "/api/v1/posts", POST)
                    (written if answer.status == 201 else strange).append(answer)

        with ThreadPoolExecutor(4) as pool:
            for _ in range(4):
                pool.submit(load)
            until(lambda: len(written) > 20)
            before = server.workers()
            os.kill(before[0], signal.SIGKILL)
            until(lambda: len(server.workers()) == 2 and before[0] not in server.workers())
            seen = len(written)
            until(lambda: len(written) > seen + 20)
            has_ended.set()

        ids = [answer.json["data"]["id"] for answer in written]
        kept = [server.ask("GET", f"/api/v1/posts/{number}").status for number in ids[:50]]
        assert not [answer for answer in strange if answer.status != 503]
        assert len(set(ids)) == len(ids)
        assert set(kept) == {200}
        assert server.process.poll() is None
