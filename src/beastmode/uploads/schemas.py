from typing import Any

from marshmallow import fields, pre_dump

from beastmode.api import Schema
from beastmode.uploads.links import url_of
from beastmode.uploads.models import Upload

_STATES = ["incomplete", "processing", "ready", "rejected"]


class Thumbnail(Schema):
    """A smaller copy of an image."""

    width = fields.Integer()
    height = fields.Integer()
    url = fields.String(allow_none=True)


class Uploaded(Schema):
    """An upload, as clients see it: an `Upload`, with URLs that expire. Nest it where a model refers to one."""

    id = fields.String()
    status = fields.String(metadata={"enum": _STATES})
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    received = fields.Integer()
    sha256 = fields.String(allow_none=True)
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    created_at = fields.DateTime()
    url = fields.String(allow_none=True)
    thumbnails = fields.List(fields.Nested(Thumbnail))

    @pre_dump
    def describe(self, upload: Any, **_: Any) -> Any:
        """Add the URLs to an upload.

        Args:
            upload: The upload, or what it is shown as.
        """
        return _described(upload) if isinstance(upload, Upload) else upload


_COLUMNS = tuple(name for name in Uploaded().fields if name not in ("url", "thumbnails"))


def _described(upload: Upload) -> dict[str, Any]:
    """An upload as `Uploaded` shows it.

    Args:
        upload: The upload.
    """
    thumbnails = [
        {"width": each["width"], "height": each["height"], "url": url_of(upload, each["longest"])}
        for each in upload.thumbnails
    ]
    return {**{name: getattr(upload, name) for name in _COLUMNS}, "url": url_of(upload), "thumbnails": thumbnails}
