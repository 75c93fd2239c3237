"""What a file is, by its content: what a client says about it is only compared."""

import re
import zipfile
from collections.abc import Collection
from pathlib import Path

import puremagic

from beastmode.core.errors import Problem

IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
"""The images that are processed: their metadata is removed, and they can have thumbnails."""
TEXT, BYTES = "text/plain", "application/octet-stream"
_SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/x-ms-bmp": "image/bmp",
    "application/x-zip-compressed": "application/zip",
    "application/x-pdf": "application/pdf",
    "audio/x-wav": "audio/wav",
    "audio/mp3": "audio/mpeg",
    "text/xml": "application/xml",
    "application/javascript": "text/javascript",
}
"""Other names of media types."""
_MARKUP = re.compile(rb"\s*<(?:!doctype|!--|\?xml|[a-z])", re.IGNORECASE)
_PLAIN = ("text/", "application/json", "application/yaml", "application/toml", "application/x-ndjson")
"""Types whose files have no signature: any text may be one."""
_ZIP = b"PK\x03\x04"


def known_name(media_type: str) -> str:
    """A media type by its registered name, without parameters.

    Args:
        media_type: As a client or a declaration writes it.
    """
    name = media_type.partition(";")[0].strip().lower()
    return _SAME.get(name, name)


def kind_of(path: Path, head: bytes, declared: str) -> str:
    """The media type of a file.

    Args:
        path: The file.
        head: Its first bytes.
        declared: The type that the client gave; chosen if it is one of several that the content may be.

    Raises:
        Problem: 422 if it cannot be of the declared type.
    """
    possible = _possible(path, head)
    wanted = known_name(declared)
    if not wanted or wanted in possible:
        return wanted or possible[0]
    if possible[0] == TEXT and wanted.startswith(_PLAIN) and wanted not in ("text/html", "text/xml"):
        return wanted
    raise Problem(
        422,
        "Validation failed",
        details={"file": [f"The content is {possible[0]}, but the declared type is {wanted[:100]}."]},
    )


def refuse_other(media_type: str, allowed: Collection[str]) -> None:
    """Refuse a type that a route does not accept.

    Args:
        media_type: The type of the file.
        allowed: The types that the route accepts, such as "image/png", "image/*" or "*/*".

    Raises:
        Problem: 415.
    """
    if not {media_type, f"{media_type.partition('/')[0]}/*", "*/*"}.intersection(allowed):
        expected = ", ".join(sorted(allowed))
        raise Problem(415, f"The file is {media_type}; expected {expected}.", headers={"Accept": expected})


def _possible(path: Path, head: bytes) -> list[str]:
    """The types that a file may be, the likeliest first."""
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        return _markup(head)
    try:
        found = puremagic.magic_string(head, filename=None)
    except (puremagic.PureError, ValueError):
        found = []
    if head.startswith(_ZIP):
        return [*_zipped(path), "application/zip"]
    named = [known_name(each.mime_type) for each in found if each.mime_type]
    return list(dict.fromkeys(named)) or [TEXT if _is_text(head) else BYTES]


def _markup(head: bytes) -> list[str]:
    """The types of markup that a file may be: browsers run scripts in all of them."""
    lower = head.lower()
    kinds = ["image/svg+xml"] if b"<svg" in lower else []
    is_xml = lower.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml")
    return [*kinds, "application/xml"] if is_xml else kinds or ["text/html"]


def _zipped(path: Path) -> list[str]:
    """The types of documents that are ZIP archives, by the file that says which; an archive is not unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:1000])
            kinds = [kind for name, kind in _DOCUMENTS.items() if name in names]
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                kinds.append(archive.read("mimetype").decode("ascii", "replace").strip())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return []
    return kinds


_OFFICE = "application/vnd.openxmlformats-officedocument."
_DOCUMENTS = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}


def _is_text(head: bytes) -> bool:
    """Whether bytes are UTF-8 without control characters; a character may be cut off at the end."""
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode()
    return not re.search(r"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]", text)
