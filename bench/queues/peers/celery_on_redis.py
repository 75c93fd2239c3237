import os

from celery import Celery
from started import main, started

app = Celery("bench", broker=os.environ["REDIS_URL"])
app.conf.update(task_ignore_result=True, task_default_queue=os.environ["QUEUE"])


@app.task(name="touch")
def touch(number):
    started(number)


def work():
    app.worker_main(["worker", "-c", "4", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"])


if __name__ == "__main__":
    main(touch.delay, work)
