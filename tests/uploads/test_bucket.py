"""Uploads in a bucket, of moto's server, which runs as a process of its own and speaks the protocol of S3."""

import hashlib
import re
import subprocess
import sys
import urllib.request
from contextlib import closing

import pytest
from test_resumable import Tus

from apps.gallery import picture

LARGE = hashlib.shake_256(b"large").digest(9 * 1024 * 1024)
"""More than one part of a multipart upload."""


@pytest.fixture(scope="module")
def bucket_server():
    """The address of a server with an empty bucket."""
    command = [sys.executable, "-c", "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        found = None
        while found is None:
            line = server.stderr.readline()
            assert line, "moto's server has not started"
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
        address = found[0]
        urllib.request.urlopen(urllib.request.Request(f"{address}/files", method="PUT")).close()
        yield address
        server.kill()
        with closing(server.stderr):
            server.wait()


@pytest.fixture
def on_bucket(start, bucket_server):
    """Ada, who calls a gallery whose files are in the bucket."""
    return start(
        STORAGE_URL="s3://files/shop",
        STORAGE_ENDPOINT=bucket_server,
        STORAGE_REGION="us-east-1",
        STORAGE_ACCESS_KEY="key",
        STORAGE_SECRET_KEY="secret",
        UPLOAD_MAX_BYTES=20_000_000,
    )


def keys_of(app):
    """What is in the bucket."""
    storage = app.extensions["beastmode.uploads"].storage
    return sorted(each["path"] for found in storage._store.list() for each in found)


def test_a_file_is_stored_in_the_bucket_and_downloaded_from_it(on_bucket, stored):
    """Whole, in ranges, and by a URL of the bucket itself; nothing stays on the machine."""
    upload = on_bucket.upload(picture(size=(100, 50)), "a.png")

    whole, part = on_bucket.download(upload["id"]), on_bucket.download(upload["id"], Range="bytes=1-8")
    with urllib.request.urlopen(upload["url"]) as direct:
        assert direct.read() == whole.data
        assert direct.headers["Content-Type"] == "image/png"
        assert direct.headers["Content-Disposition"] == 'inline; filename="a.png"'

    assert (part.status_code, part.data) == (206, whole.data[1:9])
    assert hashlib.sha256(whole.data).hexdigest() == upload["sha256"]
    assert keys_of(on_bucket.app) == [f"files/{upload['id']}", f"files/{upload['id']}.32"]
    assert stored() == []
    on_bucket.call("DELETE", f"/uploads/{upload['id']}")
    on_bucket.work()
    assert keys_of(on_bucket.app) == []


def test_a_large_file_is_sent_to_the_bucket_in_parts(on_bucket):
    """More than 8 MB are a multipart upload, of which a few megabytes are in memory."""
    response = on_bucket.send(LARGE, "a.bin", path="/pictures/any")
    assert response.status_code == 201, response.json
    sent = response.json["data"]

    assert hashlib.sha256(on_bucket.download(sent["id"]).data).hexdigest() == sent["sha256"]
    on_bucket.call("DELETE", f"/uploads/{sent['id']}")
    on_bucket.work()


def test_a_resumable_upload_is_joined_in_the_bucket(on_bucket):
    """Its parts are files of the bucket, so that any machine can receive the next one."""
    tus, content = Tus(on_bucket), b"Hello, " * 1000
    upload_id = tus.begin(content, name="a.txt", media_type="text/plain")

    tus.append(upload_id, 0, content[:3000])
    between = keys_of(on_bucket.app)
    tus.append(upload_id, 3000, content[3000:])
    on_bucket.work()
    on_bucket.work()

    assert [key.partition("/")[0] for key in between] == ["parts"]
    assert on_bucket.download(upload_id).data == content
    assert keys_of(on_bucket.app) == [f"files/{upload_id}"]


def test_the_sweep_leaves_what_is_not_ours(on_bucket, clock):
    """A bucket may have other things in it; of ours, files without an upload are deleted."""
    store = on_bucket.app.extensions["beastmode.uploads"].storage._store
    store.put("files/report.pdf", b"not ours")
    store.put(f"files/{'ab' * 16}", b"an orphan")

    clock.advance(hours=25)
    swept = on_bucket.sweep()

    assert swept["orphans"] >= 1
    assert "files/report.pdf" in keys_of(on_bucket.app)
    assert f"files/{'ab' * 16}" not in keys_of(on_bucket.app)


def test_a_bucket_that_is_away_gets_503(start, stored):
    """Uploads are refused with a time to try again, and leave nothing behind; readiness is degraded."""
    ada = start(
        STORAGE_URL="s3://files",
        STORAGE_ENDPOINT="http://127.0.0.1:9",
        STORAGE_REGION="us-east-1",
        STORAGE_ACCESS_KEY="key",
        STORAGE_SECRET_KEY="secret",
    )

    response = ada.send(picture(), "a.png")

    message = "Files cannot be stored or read at the moment; try again"
    assert (response.status_code, response.json["message"]) == (503, message)
    assert response.headers["Retry-After"] == "5"
    assert stored() == []
    ready = ada.open("/health/ready")
    assert (ready.status_code, ready.json["checks"]["storage"]) == (200, "degraded")
