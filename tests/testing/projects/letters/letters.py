"""A project whose views enqueue jobs and send email."""

from flask import Flask, Response

from beastmode import Beastmode, Database
from beastmode.jobs import Jobs, job
from beastmode.mail import Mails, Message, send_mail

db = Database()
ran = []


@job
def follow(step):
    ran.append(step)
    if step < 3:
        follow.enqueue(step=step + 1)


@job(attempts=1)
def fail():
    raise RuntimeError("as told")


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(config or {})
    Beastmode(app, database=db, jobs=Jobs(), mail=Mails())

    @app.post("/follow")
    def enqueue():
        follow.enqueue(step=1)
        return {"ran": list(ran)}

    @app.post("/later")
    def later():
        follow.enqueue(step=3, _delay=60)
        return "", 204

    @app.post("/stream")
    def stream():
        follow.enqueue(step=3)
        return Response(iter(["a", "b"]))

    @app.post("/fail")
    def failing():
        fail.enqueue()
        return "", 204

    @app.post("/mail")
    def mail():
        for name in ("ada", "bob"):
            send_mail(Message(to=f"{name}@example.com", subject=f"Hello {name}", text="Hi", html="<p>Hi</p>"))
        return "", 204

    return app
