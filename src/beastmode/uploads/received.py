from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(eq=False)
class ReceivedFile:
    """A file that a request contained: it has arrived, its type is known, and it is stored.

    Attributes:
        id: The ID that its upload will have.
        name: Its name as people see it, made from the name that the client gave.
        media_type: Its media type, found out from its content.
        size: Its size in bytes.
        sha256: The SHA-256 of its content, as hexadecimal digits.
        width: The width of an image in pixels; None for other files.
        height: The height of an image.
        thumbnails: The sizes of the thumbnails that a job will make.
        fields: The other fields of the form, as strings.
        is_saved: Whether its upload has been committed.
    """

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None
    thumbnails: tuple[int, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    is_saved: bool = False
