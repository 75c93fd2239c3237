import shutil
import signal
import socket
import subprocess
import time

import pytest
import redis
from gazette import gazette

from servers import do_without

PATIENCE = 10
"""Seconds until a server that was started responds, on a busy machine."""


class OwnRedis:
    """A Redis server of the test's own, which it may stop, freeze and start again."""

    def __init__(self, folder):
        self._folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self):
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--dir", str(self._folder), "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                self.client().ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("redis-server does not respond")

    def client(self):
        return redis.Redis(port=self.port)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def freeze(self):
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._process.send_signal(signal.SIGCONT)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@pytest.fixture(scope="session")
def redis_for_all(tmp_path_factory):
    if shutil.which("redis-server") is None:
        do_without("redis-server is not installed")
    server = OwnRedis(tmp_path_factory.mktemp("redis"))
    yield server
    server.thaw()
    server.kill()


@pytest.fixture
def own_redis(redis_for_all):
    """The suite's own Redis, empty; a test that stops it starts it again."""
    redis_for_all.client().flushall()
    return redis_for_all


@pytest.fixture
def app():
    return gazette()


@pytest.fixture
def client(app):
    return app.test_client(use_cookies=False)  # a test sends those that it wants itself


@pytest.fixture
def redis_app(own_redis):
    return gazette(CACHE_TYPE="redis", REDIS_URL=own_redis.url)
