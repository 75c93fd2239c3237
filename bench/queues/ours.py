"""The same in beastmode, on the database that DATABASE_URL names."""

from flask import Flask
from started import main, started

from beastmode import Beastmode, Database
from beastmode.db import Base
from beastmode.jobs import Jobs, Worker, job

db = Database()


@job(name="touch")
def touch(number: int) -> None:
    started(number)


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["ENVIRONMENT"] = "testing"
    Beastmode(app, database=db, jobs=Jobs())
    with app.app_context():
        Base.metadata.create_all(db.engine)
    return app


if __name__ == "__main__":
    app = create_app()
    with app.app_context():
        main(lambda number: touch.enqueue(number=number), lambda: Worker(app, 4).run())
