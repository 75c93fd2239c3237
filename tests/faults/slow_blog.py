"""The blog with routes that take their time, send piece by piece, or break off."""

import os
import time

from flask import Response, request, stream_with_context
from sqlalchemy import select, text

from beastmode import transaction
from blog import create_app as blog
from blog.models import Post, db


def create_app():
    time.sleep(float(os.environ.get("SLOW_START", "0")))
    app = blog()
    app.get("/slow")(slow)
    app.get("/process")(process)
    app.post("/length")(length)
    app.get("/stream")(stream)
    app.get("/snapshot")(snapshot)
    app.get("/breaks")(breaks)
    return app


def slow():
    seconds = float(request.args["seconds"])
    if db.engine.dialect.name == "postgresql":
        db.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
    else:
        time.sleep(seconds)
    return {"slept": seconds}


def process():
    return str(os.getpid())


def length():
    return str(len(request.get_data()))


def stream():
    def pieces():
        for number in range(int(request.args["pieces"])):
            time.sleep(float(request.args.get("pause", "0")))
            found = db.session.scalar(select(Post.id).limit(1))
            yield f"{number} {found}\n".encode() * int(request.args.get("times", "1"))

    return Response(stream_with_context(pieces()), mimetype="text/csv")


def snapshot():
    def pieces():
        with transaction(read_only=True) as session:
            for _ in range(int(request.args["pieces"])):
                yield f"{session.scalar(select(Post.id).limit(1))}\n".encode() * 100_000

    return Response(stream_with_context(pieces()), mimetype="text/csv")


def breaks():
    def pieces():
        for _ in range(int(request.args["after"])):
            yield b"one piece,"
        raise RuntimeError("in the middle of the answer")

    return Response(pieces(), mimetype="text/csv")
