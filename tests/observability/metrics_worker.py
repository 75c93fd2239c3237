"""A worker of a small shop: `ask N` sends it that many requests, `metrics` prints its /metrics."""

import sys

from flask import Flask
from werkzeug.test import Client

from beastmode.core.environment import read_settings
from beastmode.core.middleware import install_middleware
from beastmode.observability.install import install
from beastmode.observability.settings import MetricsSettings


def make_shop():
    app = Flask("shop")
    install(app, read_settings(kinds=[MetricsSettings]), install_middleware(app), without={"logs"})
    app.add_url_rule("/orders", view_func=lambda: "")
    return Client(app), Client(app)


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


# Two applications in the process, as in a process that mounts one beside the other.
client, _ = make_shop()
other, _ = make_shop()
for line in sys.stdin:
    command, _, count = line.strip().partition(" ")
    if command == "ask":
        for number in range(int(count)):
            with (client if number % 2 else other).get("/orders") as answer:
                assert answer.status_code == 200
        say("asked")
    else:
        with client.get("/metrics") as answer:
            say(f"{len(answer.data)}\n{answer.text}")
