"""Resumable uploads, as a client of tus sends them."""

import hashlib
from base64 import b64encode

import pytest

from apps.gallery import MOST, PDF, picture

TUS = {"Tus_Resumable": "1.0.0"}


@pytest.fixture
def tus(ada):
    return Tus(ada)


class Tus:
    """A client of tus.

    Args:
        caller: Who uploads.
    """

    def __init__(self, caller):
        self.caller = caller

    def create(self, size, name="a.pdf", media_type="application/pdf", **headers):
        """Create an upload; the response."""
        pairs = {"filename": name, "filetype": media_type}
        metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in pairs.items())
        sent = {**TUS, "Upload_Length": size, "Upload_Metadata": metadata, **headers}
        return self.caller.call("POST", "/uploads/resumable", headers=sent)

    def begin(self, content, **options):
        """Create an upload for some content; its ID."""
        response = self.create(len(content), **options)
        assert response.status_code == 201, response.json
        return response.headers["Location"].removeprefix("/api/v1/uploads/")

    def append(self, upload_id, offset, part, media_type="application/offset+octet-stream", **headers):
        """Send a part; the response."""
        sent = {**TUS, "Upload_Offset": offset, **headers}
        return self.caller.call("PATCH", f"/uploads/{upload_id}", headers=sent, data=part, content_type=media_type)

    def offset(self, upload_id):
        """The response to HEAD."""
        return self.caller.call("HEAD", f"/uploads/{upload_id}", headers=TUS)


def test_a_file_arrives_in_parts(tus, stored):
    """The parts are joined by a job, which leaves only the file."""
    content = PDF * 100
    upload_id = tus.begin(content)

    first = tus.append(upload_id, 0, content[:1000])
    where = tus.offset(upload_id)
    last = tus.append(upload_id, 1000, content[1000:])
    tus.caller.work()
    tus.caller.work()

    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "1000")
    assert (where.headers["Upload-Offset"], where.headers["Upload-Length"]) == ("1000", str(len(content)))
    assert (where.headers["Cache-Control"], where.headers["Tus-Resumable"]) == ("no-store", "1.0.0")
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(content)))
    upload = tus.caller.get(upload_id)
    assert (upload["status"], upload["sha256"]) == ("ready", hashlib.sha256(content).hexdigest())
    assert tus.caller.download(upload_id).data == content
    assert stored() == [f"files/{upload_id[:2]}/{upload_id}"]


def test_an_image_in_parts_gets_thumbnails(tus):
    """What arrives in parts is processed like any other file."""
    content = picture(size=(100, 50))
    upload_id = tus.begin(content, name="a.png", media_type="image/png")

    tus.append(upload_id, 0, content)
    tus.caller.work()

    upload = tus.caller.get(upload_id)
    assert (upload["status"], upload["name"], upload["width"]) == ("ready", "a.png", 100)
    assert [(each["width"], each["height"]) for each in upload["thumbnails"]] == [(32, 16)]


def test_a_part_at_another_offset_is_refused(tus):
    """Two clients cannot both continue at the same place, and nothing is left out."""
    upload_id = tus.begin(PDF)
    tus.append(upload_id, 0, PDF[:10])

    again, ahead = tus.append(upload_id, 0, PDF[:10]), tus.append(upload_id, 20, PDF[20:])

    message = "Upload-Offset is not 10, where the upload continues; HEAD returns it"
    assert [(each.status_code, each.json["message"]) for each in (again, ahead)] == [(409, message)] * 2


def test_more_than_was_announced_is_refused(tus):
    """A part that goes beyond Upload-Length gets 413, and the offset stays."""
    upload_id = tus.begin(PDF)

    response = tus.append(upload_id, 0, PDF + b"more")

    assert response.status_code == 413
    assert tus.offset(upload_id).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"Tus_Resumable": "0.2.2"}, 412, "Tus-Resumable is 0.2.2; expected 1.0.0."),
        ({"Upload_Length": "many"}, 400, "Upload-Length is 'many'; expected a number of bytes."),
        ({"Upload_Length": MOST + 1}, 413, f"The file has {MOST + 1} bytes; expected 1 to {MOST}."),
        ({"Upload_Metadata": "filename &"}, 400, "Upload-Metadata is not valid; expected names with base64 values."),
    ],
)
def test_a_creation_that_is_not_valid_is_refused(tus, headers, status, message):
    """The message says what was found and what was expected."""
    response = tus.create(10, **headers)

    assert (response.status_code, response.json["message"]) == (status, message)


def test_a_part_needs_its_content_type(tus):
    """Anything else might be a form of another site."""
    response = tus.append(tus.begin(PDF), 0, PDF, media_type="application/octet-stream")

    assert response.status_code == 415
    assert response.headers["Accept-Patch"] == "application/offset+octet-stream"


def test_an_upload_whose_content_is_not_what_it_claims_is_rejected(tus, stored):
    """The job rejects it, says why, and deletes what has arrived."""
    page = b"<!doctype html><script>alert(1)</script>"
    upload_id = tus.begin(page, name="a.png", media_type="image/png")

    tus.append(upload_id, 0, page)
    tus.caller.work()
    tus.caller.work()

    upload = tus.caller.get(upload_id)
    reason = "The content is text/html, but the declared type is image/png."
    assert (upload["status"], upload["reason"], upload["url"]) == ("rejected", reason, None)
    assert tus.caller.download(upload_id).status_code == 409
    assert stored() == []


def test_an_incomplete_upload_expires(clock, start, stored):
    """After UPLOAD_RESUMABLE_HOURS it gets 410, and the sweep deletes its parts."""
    tus = Tus(start(UPLOAD_RESUMABLE_HOURS=2))
    upload_id = tus.begin(PDF)
    tus.append(upload_id, 0, PDF[:10])

    clock.advance(hours=3)
    late = tus.append(upload_id, 10, PDF[10:])
    swept = tus.caller.sweep()
    tus.caller.work()

    assert (late.status_code, late.json["message"]) == (410, "The upload has expired; start again")
    assert swept["expired"] == 1
    assert tus.offset(upload_id).status_code == 404
    assert stored() == []


def test_an_incomplete_upload_can_be_ended(tus, stored):
    """DELETE deletes what has arrived."""
    upload_id = tus.begin(PDF)
    tus.append(upload_id, 0, PDF[:10])

    response = tus.caller.call("DELETE", f"/uploads/{upload_id}", headers=TUS)
    tus.caller.work()

    assert (response.status_code, stored()) == (204, [])


def test_an_announced_file_counts_towards_the_quota(start):
    """Its size is reserved when it is created."""
    tus = Tus(start(UPLOAD_QUOTA_BYTES=1000))
    tus.create(900)

    response = tus.create(200)

    message = "The file exceeds your quota: 900 of 1000 bytes are in use. Delete other files first."
    assert (response.status_code, response.json["message"]) == (413, message)
