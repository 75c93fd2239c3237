"""The step of a route that receives a file."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import Any

from flask import Flask
from werkzeug.wrappers import Response

from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.steps import Call, Declared, Proceed, Step, declarations_for
from beastmode.db.streams import let_go
from beastmode.uploads.bodies import FIELD, FORM, Body, received_body
from beastmode.uploads.declaration import Receives
from beastmode.uploads.images import ImageError, size_of
from beastmode.uploads.kinds import IMAGES, kind_of, refuse_other
from beastmode.uploads.names import display_name, disposition_of
from beastmode.uploads.received import ReceivedFile
from beastmode.uploads.saving import refuse_beyond_quota
from beastmode.uploads.service import Service, service_of
from beastmode.uploads.storage import Sent, key_of

_BINARY = {"type": "string", "format": "binary"}


class ReceiveFile(Step):
    """Receives the file of a request, checks and stores it, and deletes it if the view does not save it.

    Args:
        service: The uploads of the application.
        declaration: What the route accepts.
    """

    statuses = frozenset({400, 413, 415, 422, 503})

    def __init__(self, service: Service, declaration: Receives) -> None:
        self._service = service
        self._declaration = declaration
        self._most = declaration.max_bytes or service.settings.upload_max_bytes
        self.note = (
            f"Accepts {', '.join(declaration.types)}, up to {self._most} bytes; the body may also be the file itself."
        )
        form = {"type": "object", "properties": {FIELD: _BINARY}, "required": [FIELD]}
        # The form alone: generators of clients write code that fails where a body has several media types.
        self.content: dict[str, Any] = {FORM: {"schema": form}}

    def __call__(self, call: Call, proceed: Proceed) -> Response:
        """Pass the file to the view.

        Raises:
            Problem: 400, 413, 415, 422 or 503.
        """
        refuse_beyond_quota(self._service, call.request.content_length or 0)
        let_go()  # or a slow client would keep a connection of the database while it sends
        with self._stored(call) as file:
            call.arguments.append(file)
            return proceed(call)

    @contextmanager
    def _stored(self, call: Call) -> Iterator[ReceivedFile]:
        storage = self._service.storage
        with received_body(call.request, storage.workspace, self._most) as body:
            file = self._checked(body)
            sent = Sent(file.media_type, disposition_of(file.name, file.media_type))
            storage.put(key_of(file.id), body.file.path, sent)
        try:
            yield file
        finally:
            if not file.is_saved:
                with suppress(Problem):  # otherwise it is deleted with other files that belong to nothing
                    storage.delete([key_of(file.id)])

    def _checked(self, body: Body) -> ReceivedFile:
        """The file, if it is what the route accepts.

        Raises:
            Problem: 415 or 422.
        """
        path = body.file.path
        media_type = kind_of(path, body.file.head, body.media_type)
        refuse_other(media_type, self._declaration.types)
        file = ReceivedFile(
            id=token_hex(16),
            name=display_name(body.name, media_type),
            media_type=media_type,
            size=body.file.size,
            sha256=body.file.sha256,
            fields=body.fields,
        )
        if media_type in IMAGES:
            try:
                size = size_of(path, media_type, self._service.settings.upload_max_pixels)
            except ImageError as error:
                raise Problem(422, "Validation failed", details={FIELD: [str(error)]}) from error
            file.width, file.height, file.thumbnails = size.width, size.height, self._declaration.thumbnails
        return file

    @classmethod
    def of(cls, app: Flask, route: Declared) -> "ReceiveFile | None":
        """The step of a route; None if it receives no file.

        Raises:
            ConfigurationError: It declares another body as well, or cannot have one.
        """
        found = declarations_for(route, Receives)
        if not found:
            return None
        if route.method in {"GET", "DELETE"} or getattr(route, "accepts", None) is not None:
            raise ConfigurationError(
                f"{route}: @receives_file is for POST, PUT and PATCH, without accepts=; the other fields of the form "
                "are file.fields."
            )
        return cls(service_of(app), found[-1][1])
