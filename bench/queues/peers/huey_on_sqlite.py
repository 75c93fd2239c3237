import os

from huey import SqliteHuey
from started import main, started

huey = SqliteHuey(filename=os.environ["SQLITE_FILE"], results=False)


@huey.task()
def touch(number):
    started(number)


def work():
    huey.create_consumer(workers=4, periodic=False).run()


if __name__ == "__main__":
    main(touch, work)
