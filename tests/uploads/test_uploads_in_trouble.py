"""Uploads when something fails: the disk, the process, the client, the machine; and what remains afterwards."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path

import pytest

from apps.gallery import PDF, picture
from beastmode.core.errors import ConfigurationError
from beastmode.core.inspections import inspect
from faults.survival import many

SIZE = many(32, 1024) * 1024 * 1024
"""The bytes of a large upload: 1 GB in the long form."""
KILLED = """
import sys
from apps.gallery import gallery
from apps.gallery.uploader import Uploader

class Slow:
    def read(self, size=-1):
        print("reading", flush=True)
        if hasattr(self, "begun"):
            sys.stdin.read()
        self.begun = True
        return b"x" * 1000
    readline = read

app = gallery(sys.argv[1], sys.argv[2])
body = {"wsgi.input": Slow(), "CONTENT_LENGTH": "5000"}
Uploader(app).call("POST", "/pictures/any", content_type="text/plain", environ_overrides=body)
"""


class Endless(RawIOBase):
    """A body that is made while it is read, and remembers the largest part that was asked for."""

    def __init__(self, size):
        super().__init__()
        self.left, self.largest, self.hash = size, 0, hashlib.sha256()

    def readable(self):
        return True

    def readinto(self, buffer):
        self.largest = max(self.largest, len(buffer))
        part = b"x" * min(len(buffer), self.left)
        self.left -= len(part)
        self.hash.update(part)
        buffer[: len(part)] = part
        return len(part)


def send(caller, body, length):
    """Send a body while it is made; the response."""
    given = {"wsgi.input": body, "CONTENT_LENGTH": str(length)}
    return caller.call("POST", "/pictures/any", content_type="text/plain", environ_overrides=given)


def test_a_large_file_is_never_in_memory(start):
    """It is read a quarter of a megabyte at a time; the memory of the process does not grow with its size."""
    ada = start(UPLOAD_MAX_BYTES=SIZE)
    body = Endless(SIZE)
    ada.send(PDF, "a.pdf")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    response = send(ada, body, SIZE)

    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert response.json["data"]["sha256"] == body.hash.hexdigest()
    assert body.largest <= 256 * 1024
    assert grown < 16 * 1024 * 1024


@contextmanager
def small_disk(most):
    """Files of this process can have so many bytes; the system call then fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_gets_503_and_leaves_nothing(ada, stored):
    """The client may try again; what was written is deleted."""
    content = b"x" * 3_000_000

    with small_disk(2_000_000):
        response = ada.send_raw(content, "text/plain", path="/pictures/any")

    message = "Files cannot be stored or read at the moment; try again"
    assert (response.status_code, response.json["message"]) == (503, message)
    assert stored() == []


def test_a_process_that_is_killed_while_it_receives_leaves_nothing_visible(start, stored, clock, tmp_path):
    """What has arrived belongs to no upload; the sweep deletes it when it is old enough."""
    ada = start()
    arguments = [f"sqlite:///{tmp_path / 'gallery.db'}", str(tmp_path / "uploads")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen([sys.executable, "-c", KILLED, *arguments], env=environment, **pipes) as process:
        assert [process.stdout.readline() for _ in range(2)] == ["reading\n"] * 2
        process.send_signal(signal.SIGKILL)

    left = stored()
    early = ada.sweep()
    clock.advance(hours=25)
    ada.sweep()

    assert [path.partition("/")[0] for path in left] == ["incoming"]
    assert early == {"expired": 0, "orphans": 0}
    assert stored() == []


def test_a_file_without_a_row_is_swept_and_others_stay(ada, stored, clock, tmp_path):
    """As after a crash between storing and committing; younger ones may still be committed."""
    upload = ada.upload(picture(), path="/pictures")
    orphan = tmp_path / "uploads" / "files" / "ab" / ("ab" * 16)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"orphan")
    before = len(stored())

    early = ada.sweep()
    clock.advance(hours=25)
    late = ada.sweep()

    assert (early["orphans"], late["orphans"], before, len(stored())) == (0, 1, 4, 3)
    assert ada.download(upload["id"]).status_code == 200


def test_a_client_that_disconnects_leaves_nothing(ada, stored):
    """A body that is shorter than its length gets 400."""
    response = send(ada, Endless(500), 1000)

    assert (response.status_code, stored()) == (400, [])


def test_the_doctor_reports_a_folder_of_another_machine(start, tmp_path):
    """The newest upload is not in this machine's folder, so there is another one."""
    start().upload(PDF, "a.pdf")
    other = tmp_path / "other"

    found = list(inspect(start(UPLOAD_FOLDER=str(other)).app))

    problem = (
        f"The newest upload is not in {other}. If the application runs on several machines, set STORAGE_URL, or let "
        "them share this folder."
    )
    assert problem in found


def test_a_folder_that_everybody_can_read_is_refused(start):
    """In the static folder, files would be sent without any check."""
    static = Path(start().app.static_folder) / "uploads"

    with pytest.raises(ConfigurationError, match="which is in the static folder"):
        start(UPLOAD_FOLDER=str(static))
