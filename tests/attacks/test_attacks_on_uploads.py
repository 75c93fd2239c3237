"""Attacks by files: their names, their types, their sizes, and what is in them."""

import struct
import zlib
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from threading import Barrier

import pytest
from PIL import Image

from apps.gallery import PDF, picture
from apps.gallery.starting import files_in, make_tables, started
from apps.gallery.uploader import Uploader
from servers import scratch_postgres

PAGE = b"<!doctype html><html><script>alert(document.cookie)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
XML = b'<?xml version="1.0"?><a xmlns:x="http://www.w3.org/1999/xhtml"><x:script>alert(1)</x:script></a>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("gallery")


@pytest.fixture(scope="module")
def ada(folder):
    """Ada, who calls a gallery that these tests share."""
    url = f"sqlite:///{folder / 'gallery.db'}"
    make_tables(url)
    starting = started(url, folder / "uploads")
    yield next(starting)(UPLOAD_MAX_PIXELS=1_000_000, UPLOAD_QUOTA_BYTES=0)
    next(starting, None)


@pytest.fixture
def stored(folder):
    return partial(files_in, folder / "uploads")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\boot.pdf", "boot.pdf"),
        ("/etc/cron.d/x.pdf", "x.pdf"),
        ("..", "file.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("a\0.pdf", "a.pdf"),
        ("CON:stream.pdf", "CON_stream.pdf"),
        ("a" * 5000 + ".pdf", "a" * 200 + ".pdf"),
    ],
)
def test_a_name_with_a_path_leads_nowhere(ada, stored, name, shown):
    """Path traversal: files are stored under random IDs, and the name is only shown."""
    response = ada.send(PDF, name, "application/pdf")

    upload = response.json["data"]
    assert upload["name"] == shown
    assert f"files/{upload['id'][:2]}/{upload['id']}" in stored()
    assert all(path.startswith(("files/", "incoming/")) for path in stored())


@pytest.mark.parametrize(
    ("name", "shown"),
    [("photo.png.html", "photo.png.html.png"), ("shell.php.png", "shell.php.png"), ("a.exe", "a.exe.png")],
)
def test_a_double_extension_does_not_change_the_type(ada, name, shown):
    """The last extension is that of the content, whatever the name claims."""
    upload = ada.upload(picture(), name, "image/png")

    response = ada.download(upload["id"])

    assert (upload["name"], response.content_type) == (shown, "image/png")


def test_a_name_with_the_direction_turned_shows_its_real_end(ada):
    """Right-to-left override: "invoice" + U+202E + "fdp.exe" would look like "invoiceexe.pdf"."""
    upload = ada.upload(PDF, "invoice\u202efdp.exe", "application/pdf")

    assert upload["name"] == "invoicefdp.exe.pdf"


def test_a_name_cannot_add_headers(ada):
    """Header injection in Content-Disposition: quotes and line ends do not get out of the value."""
    name = 'a"\r\nSet-Cookie: x=1; filename="b.pdf'
    response = ada.call(
        "POST",
        "/uploads/resumable",
        headers={
            "Tus_Resumable": "1.0.0",
            "Upload_Length": len(PDF),
            "Upload_Metadata": f"filename {_base64(name)},filetype {_base64('application/pdf')}",
        },
    )
    upload_id = response.json["data"]["id"]
    patch = {"Tus_Resumable": "1.0.0", "Upload_Offset": 0}
    ada.call("PATCH", f"/uploads/{upload_id}", headers=patch, data=PDF, content_type="application/offset+octet-stream")
    ada.work()

    headers = ada.download(upload_id).headers

    assert "Set-Cookie" not in headers
    assert headers["Content-Disposition"] == (
        'attachment; filename="a_Set-Cookie_ x=1_ filename=_b.pdf"; '
        "filename*=UTF-8''a_Set-Cookie_%20x%3D1%3B%20filename%3D_b.pdf"
    )


def _base64(text):
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PAGE, "a.html", "text/html"),
        (SVG, "a.svg", "image/svg+xml"),
        (XML, "a.xml", "application/xml"),
        (PDF, "a.pdf", "application/pdf"),
    ],
)
def test_a_page_with_a_script_is_never_shown(ada, content, name, media_type):
    """Stored XSS: what can run in a browser is only saved, and sandboxed in any case."""
    upload = ada.upload(content, name, media_type)

    for response in (ada.download(upload["id"]), ada.open(upload["url"])):
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("content", [PAGE, SVG, XML, b"  \n\t<ScRiPt>alert(1)</script>", b"\xef\xbb\xbf<html>"])
def test_a_page_that_claims_to_be_an_image_is_refused(ada, content):
    """A lying Content-Type: the content decides."""
    response = ada.send(content, "a.png", "image/png", path="/pictures")

    assert response.status_code == 422
    assert response.json["details"]["file"][0].endswith("but the declared type is image/png.")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_polyglot_loses_what_is_hidden_behind_the_image(ada, kind):
    """An image that is a page or an archive at the same time: only its pixels are stored."""
    upload = ada.upload(picture(kind) + PAGE + b"PK\x03\x04", f"a.{kind.lower()}")

    stored = ada.download(upload["id"]).data

    assert b"script" not in stored
    assert b"PK\x03\x04" not in stored


def test_a_signature_alone_is_no_image(ada):
    """GIF89a and a script: the header of an image is not enough."""
    response = ada.send(b"GIF89a/*" + b"\0" * 30 + b"*/=1;alert(1)", "a.gif", path="/pictures")
    ada.work()

    upload = response.json.get("data")
    assert response.status_code == 422 or ada.get(upload["id"])["status"] == "rejected"


def bomb(width, height):
    """A PNG of some hundred bytes that says it is this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((1001, 1000), "The image has 1001000 pixels; the maximum is 1000000."),
        ((60_000, 60_000), "The image has too many pixels."),
    ],
)
def test_a_decompression_bomb_is_refused_before_it_is_decoded(ada, size, message):
    """Its pixels are counted in its header."""
    response = ada.send(bomb(*size), "a.png", path="/pictures")

    assert (response.status_code, response.json["details"]) == (422, {"file": [message]})


def test_a_bomb_of_many_frames_is_rejected_by_the_job(ada):
    """The pixels of all frames count."""
    frames = [Image.new("L", (600, 600), number) for number in range(5)]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])

    upload = ada.upload(file.getvalue(), "a.gif")

    assert (upload["status"], upload["reason"]) == ("rejected", "The image has 1800000 pixels; the maximum is 1000000.")


def test_a_file_that_is_larger_than_it_says_is_refused(ada, stored):
    """A body without a length, and a form whose file has no end: both stop at the limit."""
    before = stored()
    endless = BytesIO(b"\xff\xd8\xff" + b"0" * 30_000)

    unknown = ada.call(
        "POST",
        "/pictures",
        input_stream=endless,
        content_type="image/jpeg",
        headers={"Transfer_Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    form = ada.send(b"\xff\xd8\xff" + b"0" * 30_000, "a.jpg", path="/pictures")

    message = "The file has more than 20000 bytes."
    assert [(each.status_code, each.json["message"]) for each in (unknown, form)] == [(413, message)] * 2
    assert stored() == before


def test_a_body_that_announces_too_much_is_not_received(ada):
    """Its length is enough to refuse it: not one byte is read."""
    body = BytesIO(b"\xff\xd8\xff")

    response = ada.call(
        "POST",
        "/pictures",
        input_stream=body,
        content_type="image/jpeg",
        environ_overrides={"CONTENT_LENGTH": "20001"},
    )

    assert (response.status_code, response.json["message"]) == (413, "The body has 20001 bytes; the maximum is 20000.")
    assert body.tell() == 0


def test_an_empty_file_is_refused(ada, stored):
    """As the body, and in a form."""
    before = stored()

    body = ada.call("POST", "/uploads", data=b"", content_type="application/pdf")
    form = ada.send(b"", "a.pdf")

    assert [(each.status_code, each.json["details"]) for each in (body, form)] == [
        (422, {"file": ["The file is empty."]})
    ] * 2
    assert stored() == before


def test_a_type_that_the_route_does_not_accept_is_refused(ada, stored):
    """A document is no picture, whatever it is called."""
    before = stored()

    response = ada.send(PDF, "a.pdf", "application/pdf", path="/pictures")

    assert (response.status_code, response.json["message"]) == (
        415,
        "The file is application/pdf; expected image/gif, image/jpeg, image/png, image/webp.",
    )
    assert stored() == before


def test_a_form_of_many_parts_is_refused(ada, stored):
    """Neither many files nor many fields nor a huge field get through."""
    before = stored()
    many = {f"field{number}": "x" for number in range(100)}

    fields = ada.send(PDF, "a.pdf", **many)
    huge = ada.send(PDF, "a.pdf", text="x" * 1_000_000)
    files = ada.call("POST", "/uploads", data={"file": [(BytesIO(PDF), "a.pdf"), (BytesIO(PDF), "b.pdf")]})

    assert [each.status_code for each in (fields, huge, files)] == [413, 413, 422]
    assert files.json["details"] == {"file": ["Only one file can be sent in a request."]}
    assert stored() == before


def test_a_forged_or_foreign_signature_is_refused(ada):
    """A token that is changed, cut, or made with another secret."""
    url = ada.upload(PDF, "a.pdf")["url"]
    token = url.rpartition("/")[2]

    for forged in (token[:-1], token + "x", "x" + token[1:], token.partition(".")[0] + ".", "W10.x"):
        response = ada.open(f"/files/{forged}")
        assert (response.status_code, forged) == (403, forged)


def test_the_id_of_a_file_of_others_gives_nothing(ada):
    """IDOR: whoever knows the ID of a file is still not its owner."""
    upload = ada.upload(PDF, "a.pdf")
    eve = Uploader(ada.app, "eve")

    seen = [eve.call(method, f"/uploads/{upload['id']}").status_code for method in ("GET", "HEAD", "DELETE")]

    assert (seen, eve.download(upload["id"]).status_code) == ([404, 404, 404], 404)


@pytest.mark.postgres
def test_two_uploads_at_once_cannot_exceed_the_quota(tmp_path):
    """A race: both see the same free bytes, but one waits for the other's transaction."""
    with scratch_postgres() as url:
        make_tables(url)
        starting = started(url, tmp_path / "uploads")
        ada = next(starting)(UPLOAD_QUOTA_BYTES=10_000)
        together = Barrier(6)

        def send(number):
            caller = Uploader(ada.app)
            together.wait()
            return caller.send_raw(PDF + b"%" * 4000, "application/pdf").status_code

        with ThreadPoolExecutor(6) as threads:
            statuses = sorted(threads.map(send, range(6)))
        next(starting, None)

    assert statuses == [201, 201, 413, 413, 413, 413]
