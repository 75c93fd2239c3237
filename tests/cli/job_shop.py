"""A project with jobs, for `flask beastmode worker` and `flask beastmode jobs`."""

JOB_SHOP = """
    import os
    import time

    from flask import Flask
    from sqlalchemy import insert
    from sqlalchemy.orm import Mapped, mapped_column

    from beastmode import Beastmode, Database
    from beastmode.db import Base
    from beastmode.jobs import Jobs, job

    db = Database()

    class Effect(Base):
        __tablename__ = "effects"
        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str]

    @job
    def greet(name):
        db.execute(insert(Effect).values(text=f"hello {name}"))

    @job(attempts=1)
    def fails():
        raise RuntimeError("the printer is on fire")

    @job(timeout=3, process=True, attempts=1)
    def hangs():
        time.sleep(600)

    @job(timeout=60, process=True)
    def elsewhere():
        print("what a job prints is no result")
        os.system("echo nor what its programs print")
        return os.getpid()

    def create_app():
        app = Flask(__name__)
        Beastmode(app, database=db, jobs=Jobs())
        with app.app_context():
            Base.metadata.create_all(db.engine)
        return app
"""
