"""_Signed URLs of files: whoever has one can download the file until it expires, without logging in."""

import hashlib
from dataclasses import dataclass

from flask import Response, current_app, url_for
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select

from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.core.settings import settings_of
from beastmode.db.session import current_work
from beastmode.uploads.models import READY, Upload
from beastmode.uploads.sending import Sendable, sent_file
from beastmode.uploads.service import current_service
from beastmode.uploads.settings import UploadSettings
from beastmode.uploads.storage import key_of

ENDPOINT = "beastmode_files"
PATH = "/files/<token>"
_SALT = "beastmode.uploads.url"


@dataclass(frozen=True)
class _Signed:
    """What a signed URL is for.

    Attributes:
        upload_id: The upload.
        thumbnail: The size of its thumbnail; None for the file itself.
        expires: When it expires, in seconds since 1970.
    """

    upload_id: str
    thumbnail: int | None
    expires: int


def url_of(upload: Upload, thumbnail: int | None = None) -> str | None:
    """A URL from which anyone who has it can download the file, until it expires after UPLOAD_URL_SECONDS at most.

    The URL stays the same for half that time, so that browsers can cache what they have downloaded. With S3 it leads to
    the storage itself. Check that the caller may see the file before you return it.

    Args:
        upload: The upload.
        thumbnail: The size of one of its thumbnails, as in `receives_file(thumbnails=...)`; None for the file itself.

    Returns:
        The URL; None if the upload is not ready, or has no such thumbnail.
    """
    is_there = thumbnail is None or any(each["longest"] == thumbnail for each in upload.thumbnails)
    if upload.status != READY or not is_there:
        return None
    service = current_service()
    seconds = service.settings.upload_url_seconds
    direct = service.storage.url(key_of(upload.id, thumbnail), seconds)
    if direct is not None:
        return direct
    half = seconds // 2
    expires = (int(now().timestamp()) // half + 2) * half
    token = _signer().dumps([upload.id, thumbnail, expires])
    return url_for(ENDPOINT, token=token)


def send_signed(token: str) -> Response:
    """The file of a signed URL.

    Args:
        token: The signed part of the URL.

    Raises:
        Problem: 403 if it is not valid or has expired, 404 if the file has been deleted.
    """
    signed = _read(token)
    left = signed.expires - int(now().timestamp())
    if left <= 0:
        raise Problem(403, "The URL has expired; request a new one")
    statement = select(*Sendable.COLUMNS).where(Upload.id == signed.upload_id)
    found = current_work().execute(statement).mappings().first()
    if found is None:
        raise Problem(404)
    response = sent_file(Sendable(**found), signed.thumbnail)
    response.headers["Cache-Control"] = f"private, max-age={left}, immutable"
    return response


def _read(token: str) -> _Signed:
    try:
        return _Signed(*_signer().loads(token))
    except (BadData, TypeError, ValueError):
        raise Problem(403, "The URL is not valid") from None


def _signer() -> URLSafeSerializer:
    options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(settings_of(current_app, UploadSettings).secret_key, salt=_SALT, signer_kwargs=options)
