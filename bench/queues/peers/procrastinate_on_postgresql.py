import os
import sys

import procrastinate
from started import main, started

URL = os.environ["POSTGRES_URL"]
is_worker = sys.argv[1] == "work"
connector = procrastinate.PsycopgConnector if is_worker else procrastinate.SyncPsycopgConnector
app = procrastinate.App(connector=connector(conninfo=URL))


@app.task(name="touch", queue="default")
def touch(number):
    started(number)


def enqueue(number):
    touch.defer(number=number)


def prepare():
    with app.open():
        if not app.check_connection():
            app.schema_manager.apply_schema()
        main(enqueue, None)


if __name__ == "__main__":
    if is_worker:
        main(None, lambda: app.run_worker(concurrency=4))
    else:
        prepare()
