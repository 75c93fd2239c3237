"""The body of an upload: one file in a form, or the file itself, written to disk while it arrives."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_input_stream

from beastmode.core.errors import Problem
from beastmode.uploads.incoming import FileOnArrival, too_large

FIELD = "file"
"""The name of the file's field in a form."""
FORM, RAW = "multipart/form-data", "application/octet-stream"
_CHUNK = 256 * 1024
_MOST_FIELDS = 20
_MOST_FIELD_BYTES = 256 * 1024
"""The other fields of a form. Werkzeug compares it with its buffer too, which takes 64 kB of the file at a time."""
_FRAME = 64 * 1024
"""What a form may have in addition to the file and its fields: boundaries, and the headers of parts."""
_NOT_A_FILE = ("application/x-www-form-urlencoded", "multipart/")


@dataclass(frozen=True)
class Body:
    """What a request contained.

    Attributes:
        file: The file.
        name: The name that the client gave it; "" for none.
        media_type: The media type that the client gave it; "" for none.
        fields: The other fields of the form.
    """

    file: FileOnArrival
    name: str
    media_type: str
    fields: Mapping[str, str]


@contextmanager
def received_body(request: Request, folder: Path, most: int) -> Iterator[Body]:
    """The body of a request, received; at the end, the file is deleted unless it has been moved.

    Args:
        request: The request.
        folder: Where the file is written.
        most: The maximum size of the file in bytes.

    Raises:
        Problem: 400 if the body is not complete, 413 if it is too large, 415 for another type, 422 if it is not one
            file, 503 if the disk is full.
    """
    files: list[FileOnArrival] = []

    def begin(**_: Any) -> FileOnArrival:
        if files:
            raise Problem(422, "Validation failed", details={FIELD: ["Only one file can be sent in a request."]})
        files.append(FileOnArrival(folder, most))
        return files[-1]

    try:
        is_form = request.mimetype == FORM
        body = _form(request, begin, most) if is_form else _raw(request, begin(), most)
        if not body.file.size:
            raise Problem(422, "Validation failed", details={FIELD: ["The file is empty."]})
        body.file.close()
        yield body
    finally:
        for file in files:
            file.discard()


def write_all(source: IO[bytes], file: FileOnArrival) -> None:
    """Write a stream to a file, a quarter of a megabyte at a time.

    Args:
        source: What is read.
        file: What is written.
    """
    while chunk := source.read(_CHUNK):
        file.write(chunk)


def stream_of(request: Request, most: int) -> IO[bytes]:
    """The bytes of a body, which may be larger than MAX_CONTENT_LENGTH.

    Args:
        request: The request.
        most: The maximum number of bytes.

    Raises:
        Problem: 413 if its length says that it is too large.
    """
    length = request.content_length
    if length is not None and length > most:
        raise Problem(413, f"The body has {length} bytes; the maximum is {most}.")
    return get_input_stream(request.environ, max_content_length=most)


def _raw(request: Request, file: FileOnArrival, most: int) -> Body:
    """A body that is the file."""
    media_type = request.mimetype
    if media_type.startswith(_NOT_A_FILE):
        raise Problem(
            415,
            f"The Content-Type is {media_type[:100]}; expected {FORM} with a field named {FIELD}, or the type of the "
            "file with the file as the body.",
            headers={"Accept": f"{FORM}, {RAW}"},
        )
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem(415, "The Content-Encoding is not supported; send the file as it is.")
    try:
        write_all(stream_of(request, most), file)
    except RequestEntityTooLarge:
        raise too_large(most) from None
    options = parse_options_header(request.headers.get("Content-Disposition", ""))[1]
    return Body(file, options.get("filename", ""), "" if media_type == RAW else media_type, {})


def _form(request: Request, begin: Any, most: int) -> Body:
    """The one file of a form, and its other fields."""
    parser = FormDataParser(begin, max_form_memory_size=_MOST_FIELD_BYTES, max_form_parts=_MOST_FIELDS, silent=False)
    stream = stream_of(request, most + _MOST_FIELD_BYTES + _FRAME)
    try:
        _, form, files = parser.parse(stream, FORM, request.content_length, request.mimetype_params)
    except RequestEntityTooLarge:
        raise Problem(413, f"The form is too large: the file may have {most} bytes.") from None
    except (ValueError, EOFError):
        raise Problem(400, f"The body is not valid {FORM}.") from None
    if list(files) != [FIELD]:
        raise Problem(422, "Validation failed", details={FIELD: ["Missing data for required field."]})
    file = files[FIELD]
    media_type = (file.mimetype or "").lower()
    incoming: Any = file.stream
    return Body(incoming, file.filename or "", "" if media_type == RAW else media_type, form.to_dict())
