"""Ready-made routes for uploads that belong to whoever uploads them."""

from collections.abc import Iterable

from flask import Response, request, url_for
from sqlalchemy import select

from beastmode.api import Answer, Blueprint
from beastmode.core.identity import current_identity
from beastmode.core.streamed_bodies import StreamedBody
from beastmode.db.session import current_work
from beastmode.query.write.targets import not_found
from beastmode.uploads.declaration import Receives, receives
from beastmode.uploads.deleting import delete_upload
from beastmode.uploads.models import Upload
from beastmode.uploads.received import ReceivedFile
from beastmode.uploads.resumable import MEDIA_TYPE, VERSION, append, create, state_of
from beastmode.uploads.saving import save_upload
from beastmode.uploads.schemas import Uploaded
from beastmode.uploads.sending import send_upload


def upload_routes(  # noqa: PLR0913 - each is an option, given by name
    *,
    version: str,
    types: Iterable[str],
    max_bytes: int | None = None,
    thumbnails: Iterable[int] = (),
    url_prefix: str = "/uploads",
    name: str = "uploads",
) -> Blueprint:
    """Routes to upload files, whole or in parts (tus), and to see, download and delete one's own.

    Args:
        version: The API version in which they first appear.
        types: The media types that are accepted.
        max_bytes: The maximum size of a file; by default UPLOAD_MAX_BYTES.
        thumbnails: The sizes of the thumbnails of an image.
        url_prefix: Where they are.
        name: The name of the blueprint.

    Raises:
        ConfigurationError: An option is not valid.
    """
    declaration = receives("upload_routes()", types, max_bytes, thumbnails)
    routes = Blueprint(name, version=version, url_prefix=url_prefix, description="Uploaded files.")
    _add_creation(routes, declaration)
    _add_parts(routes, declaration)
    _add_single(routes)
    return routes


def _add_creation(routes: Blueprint, declaration: Receives) -> None:
    """POST: a whole file."""

    @routes.post(returns=Uploaded, status=201)
    @declaration
    def upload_file(file: ReceivedFile) -> Upload:
        """Upload a file.

        As the field `file` of a form, or as the body itself, with the type of the file as Content-Type.
        """
        return save_upload(file)


def _add_parts(routes: Blueprint, declaration: Receives) -> None:
    """POST and PATCH of tus."""

    @routes.post("/resumable", returns=Uploaded, status=201, errors=(412, 413, 415))
    def create_resumable_upload() -> Answer:
        """Create a resumable upload (tus 1.0).

        With the headers `Tus-Resumable`, `Upload-Length` and, for its name and type, `Upload-Metadata`. The Location of
        the response is where its parts are sent.
        """
        upload = create(request, declaration)
        location = url_for(f"{request.blueprint}.get_upload", upload_id=upload.id)
        return Answer(upload, headers={**state_of(upload), "Location": location})

    @routes.patch("/<upload_id>", status=204, consumes=MEDIA_TYPE, errors=(404, 410, 412, 415))
    @StreamedBody()
    def append_to_upload(upload_id: str) -> Answer:
        """Send the next part of a resumable upload (tus 1.0).

        With the headers `Tus-Resumable` and `Upload-Offset`. When all of it has arrived, its status is "processing".
        """
        return Answer(None, headers=append(request, _own(upload_id), declaration))


def _add_single(routes: Blueprint) -> None:
    """Routes of one upload."""

    @routes.get("/<upload_id>", returns=Uploaded, errors=(404,))
    def get_upload(upload_id: str) -> Answer:
        """Get one of your uploads.

        With HEAD, `Upload-Offset` tells how much of a resumable upload has arrived (tus 1.0).
        """
        upload = _own(upload_id)
        return Answer(upload, headers=state_of(upload))

    @routes.get("/<upload_id>/content", errors=(404, 409, 416))
    def download_upload(upload_id: str) -> Response:
        """Download one of your uploads, or a range of it."""
        return send_upload(_own(upload_id))

    @routes.delete("/<upload_id>", status=204, errors=(404,))
    def delete_own_upload(upload_id: str) -> Answer:
        """Delete one of your uploads, or end a resumable one (tus 1.0)."""
        delete_upload(_own(upload_id).id)
        return Answer(None, headers=VERSION)


def _own(upload_id: str) -> Upload:
    """An upload of the caller.

    Raises:
        Problem: 404, for those of others too.
    """
    statement = select(Upload).where(Upload.id == upload_id, Upload.owner == current_identity().key)
    upload: Upload | None = current_work().open_session().execute(statement).scalar_one_or_none()
    if upload is None:
        raise not_found()
    return upload
