"""Sending files: ranges, conditions, signed URLs, and what browsers may do with them."""

import pytest

from apps.gallery import PDF, picture

CONTENT = bytes(range(32, 127)) * 20


@pytest.fixture
def text(ada):
    """The ID of an uploaded text."""
    return ada.upload(CONTENT, "a.txt", "text/plain")["id"]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [("bytes=0-9", slice(0, 10)), ("bytes=1890-", slice(1890, None)), ("bytes=-5", slice(-5, None))],
)
def test_a_range_is_sent(ada, text, asked, sent):
    """206, with what was asked for, and where it is in the whole."""
    response = ada.download(text, Range=asked)

    first = range(len(CONTENT))[sent][0]
    last = range(len(CONTENT))[sent][-1]
    assert (response.status_code, response.data) == (206, CONTENT[sent])
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{len(CONTENT)}"


def test_a_range_beyond_the_end_is_refused(ada, text):
    """416 says how long the file is."""
    response = ada.download(text, Range="bytes=5000-")

    assert (response.status_code, response.headers["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")


def test_if_range_sends_all_of_another_version(ada, text):
    """A range of another version than the client has would not fit to what it has."""
    whole = ada.download(text)

    same = ada.download(text, Range="bytes=0-9", If_Range=whole.headers["ETag"])
    other = ada.download(text, Range="bytes=0-9", If_Range='"another"')

    assert (same.status_code, other.status_code, other.data) == (206, 200, CONTENT)


def test_a_known_etag_gets_304(ada, text):
    """The ETag is that of the content."""
    etag = ada.download(text).headers["ETag"]

    response = ada.download(text, If_None_Match=etag)

    assert (response.status_code, response.data) == (304, b"")


def test_a_signed_url_needs_no_caller_and_can_be_cached(ada, clock):
    """It is the same for half of its lifetime, so that browsers find what they have."""
    upload = ada.upload(PDF, "a.pdf")

    clock.advance(seconds=1)
    response = ada.open(upload["url"])

    assert (response.status_code, response.data) == (200, PDF)
    assert ada.get(upload["id"])["url"] == upload["url"]
    assert response.headers["Cache-Control"].startswith("private, max-age=")


def test_a_signed_url_expires(ada, clock):
    """Whoever kept it has to ask for a new one."""
    upload = ada.upload(PDF, "a.pdf")

    clock.advance(seconds=3601)
    response = ada.open(upload["url"])

    assert response.status_code == 403
    assert "The URL has expired; request a new one" in response.text
    assert ada.open(ada.get(upload["id"])["url"]).status_code == 200


def test_a_signed_url_of_a_deleted_file_gets_404(ada):
    """Also before the job has deleted the file."""
    upload = ada.upload(PDF, "a.pdf")
    ada.call("DELETE", f"/uploads/{upload['id']}")

    assert ada.open(upload["url"]).status_code == 404


def test_pictures_are_shown_and_everything_is_sandboxed(ada):
    """A browser may show an image, but runs nothing in it."""
    upload = ada.upload(picture(), "a.png")

    headers = ada.download(upload["id"]).headers

    assert headers["Content-Disposition"] == 'inline; filename="a.png"'
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_of_any_alphabet_is_kept(ada):
    """RFC 6266: an ASCII name for old clients, and the real one."""
    upload = ada.upload(PDF, "Übersicht 東京.pdf")

    disposition = ada.download(upload["id"]).headers["Content-Disposition"]

    assert upload["name"] == "Übersicht 東京.pdf"
    assert disposition == (
        "attachment; filename=\"Ubersicht .pdf\"; filename*=UTF-8''%C3%9Cbersicht%20%E6%9D%B1%E4%BA%AC.pdf"
    )
