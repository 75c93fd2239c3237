"""Opaque, encrypted positions in a list."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from beastmode.core.errors import Problem

_TAG_BYTES = 16
_BLOCK = 32
"""Payloads are padded to a multiple of this, so that a cursor does not reveal the length of a hidden value."""
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a list.

    Args:
        sort: The sort order of the list, in the syntax of the `sort` parameter.
        direction: Whether to return the rows after or before the position.
        values: The values of the sorted columns at the position, as JSON has them.
    """

    sort: str
    direction: Literal["after", "before"]
    values: tuple[Any, ...]


def unknown_cursor() -> Problem:
    """The response to a cursor that does not belong to the list, or no longer does."""
    return Problem(404, "The cursor does not belong to this list; start again without it.")


class CursorSigner:
    """Writes and reads the cursors of one list; those of another list, and forged ones, are refused.

    A list may be sorted by columns that its schema does not show, so cursors are encrypted, with SIV (RFC 5297): the
    tag of the plain text is also the initialization vector, with HMAC-SHA-256 for the tag and SHAKE-256 for the key
    stream. Equal positions have equal cursors, as the ETags of pages require, and no nonce can be used twice.

    Args:
        secret: The application's secret.
        name: The list's name.
    """

    def __init__(self, secret: str, name: str) -> None:
        self._tag_key, self._stream_key = (
            hmac.digest(secret.encode(), f"beastmode cursor {purpose} {name}".encode(), "sha256")
            for purpose in ("tag", "stream")
        )

    def write(self, cursor: Cursor) -> str:
        """The string that a client sends back.

        Raises:
            Problem: 422 if the values are too long for a URL.
        """
        payload = orjson.dumps([cursor.sort, cursor.direction[0], cursor.values], default=str)
        payload = payload.ljust(-(-len(payload) // _BLOCK) * _BLOCK)
        tag = self._tag(payload)
        text = _as_text(tag + self._masked(tag, payload))
        if len(text) > _LONGEST:
            raise Problem(
                422, "Validation failed", details={"sort": ["Sorts by strings that are too long for a cursor."]}
            )
        return text

    def read(self, text: str) -> Cursor:
        """The position in a cursor.

        Raises:
            Problem: 404 if the cursor does not belong to this list.
        """
        if len(text) <= _LONGEST and text.isascii():
            try:
                raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            except (NotBase64, ValueError):
                raw = b""
            tag = raw[:_TAG_BYTES]
            payload = self._masked(tag, raw[_TAG_BYTES:])
            # Base64 is lenient: without the first comparison, many strings would be valid for one cursor.
            if payload and _as_text(raw) == text and hmac.compare_digest(tag, self._tag(payload)):
                sort, direction, values = orjson.loads(payload)
                return Cursor(sort, "after" if direction == "a" else "before", tuple(values))
        raise unknown_cursor()

    def _tag(self, payload: bytes) -> bytes:
        return hmac.digest(self._tag_key, payload, "sha256")[:_TAG_BYTES]

    def _masked(self, tag: bytes, text: bytes) -> bytes:
        """Encrypts or decrypts: both combine the data with the key stream of its tag."""
        stream = hashlib.shake_256(self._stream_key + tag).digest(len(text))
        return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))


def _as_text(raw: bytes) -> str:
    """Bytes encoded for a URL."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
