"""Uploads from the request to the download: stored, processed, listed, sent and deleted."""

import hashlib

from apps.gallery import PDF, picture
from apps.gallery.uploader import Uploader


def test_an_uploaded_file_can_be_downloaded_by_its_owner(ada):
    """The content, its type, its size and its SHA-256 are those of the file that was sent."""
    upload = ada.upload(PDF, "Report.pdf", "application/pdf")

    response = ada.download(upload["id"])

    assert response.data == PDF
    assert response.content_type == "application/pdf"
    expected = {"name": "Report.pdf", "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest(), "status": "ready"}
    assert upload.items() >= expected.items()


def test_an_image_is_ready_after_its_job_with_thumbnails(ada):
    """A job makes the thumbnails; until then the image is being processed, and cannot be downloaded."""
    sent = ada.send(picture(size=(400, 200)), path="/pictures").json["data"]
    early = ada.download(sent["id"])

    ada.work()

    upload = ada.get(sent["id"])
    assert (sent["status"], sent["url"], sent["thumbnails"]) == ("processing", None, [])
    assert (early.status_code, early.json["message"]) == (409, "The file is not ready; its status is processing")
    assert upload["status"] == "ready"
    assert [(each["width"], each["height"]) for each in upload["thumbnails"]] == [(16, 8), (64, 32)]
    small = ada.open(upload["thumbnails"][1]["url"])
    assert (small.status_code, small.content_type) == (200, "image/webp")


def test_a_file_can_be_sent_as_the_body(ada):
    """Its name comes from Content-Disposition."""
    response = ada.send_raw(PDF, "application/pdf", Content_Disposition='attachment; filename="a b.pdf"')

    assert response.status_code == 201
    assert response.json["data"]["name"] == "a b.pdf"


def test_a_file_larger_than_every_buffer_arrives_whole(ada):
    """Whatever the boundaries between what is read at a time."""
    content = hashlib.shake_256(b"large").digest(3_000_001)

    sent = ada.send(content, "a.bin", path="/pictures/any").json["data"]

    assert (sent["size"], sent["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert ada.download(sent["id"]).data == content


def test_nobody_else_sees_changes_or_deletes_an_upload(ada):
    """To others it does not exist."""
    upload = ada.upload(PDF, "Report.pdf")
    eve = Uploader(ada.app, "eve")

    responses = [
        eve.call("GET", f"/uploads/{upload['id']}"),
        eve.download(upload["id"]),
        eve.call("DELETE", f"/uploads/{upload['id']}"),
        eve.call("PATCH", f"/uploads/{upload['id']}", content_type="application/offset+octet-stream"),
    ]

    assert [response.status_code for response in responses] == [404] * 4
    assert ada.get(upload["id"])["status"] == "ready"


def test_a_deleted_upload_takes_its_files_along(ada, stored):
    """The row is deleted with the request, the file and its thumbnails by a job after the commit."""
    upload = ada.upload(picture(), path="/pictures")
    before = stored()

    response = ada.call("DELETE", f"/uploads/{upload['id']}")

    assert (response.status_code, len(before)) == (204, 3)
    assert ada.call("GET", f"/uploads/{upload['id']}").status_code == 404
    assert stored() == before
    ada.work()
    assert stored() == []


def test_a_file_that_the_view_does_not_save_is_deleted(ada, stored):
    """A view that refuses leaves nothing behind; the other fields of the form are strings."""
    response = ada.send(picture(), "me.png", path="/pictures/refused", title="Hello")

    assert response.json["message"] == "No me.png, with {'title': 'Hello'}"
    assert stored() == []


def test_a_rolled_back_upload_leaves_no_file(ada, stored):
    """If the transaction of the row is rolled back, the file is deleted."""
    response = ada.send(PDF, "a.pdf", path="/pictures/failing")

    assert response.status_code == 409
    assert stored() == []


def test_files_are_private_on_the_machine(ada, tmp_path):
    """Only the user of the process can open the folder and its files."""
    ada.upload(PDF, "a.pdf")

    modes = {path.stat().st_mode & 0o077 for path in [tmp_path / "uploads", *(tmp_path / "uploads").rglob("??/*")]}

    assert modes == {0}


def test_the_document_describes_the_form_and_the_binary_body(ada):
    """Clients are generated from it: a form with a file."""
    document = ada.call("GET", "/openapi.json").json

    body = document["paths"]["/api/v1/uploads"]["post"]["requestBody"]
    binary = {"type": "string", "format": "binary"}
    assert body == {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": {"type": "object", "properties": {"file": binary}, "required": ["file"]}},
        },
    }
    assert {"400", "401", "413", "415", "422", "503"} <= set(document["paths"]["/api/v1/uploads"]["post"]["responses"])
