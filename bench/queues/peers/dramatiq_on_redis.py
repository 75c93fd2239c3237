import os
import time

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from started import main, started

broker = RedisBroker(url=os.environ["REDIS_URL"])
dramatiq.set_broker(broker)


@dramatiq.actor(queue_name=os.environ["QUEUE"])
def touch(number):
    started(number)


def work():
    dramatiq.Worker(broker, worker_threads=4).start()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(touch.send, work)
