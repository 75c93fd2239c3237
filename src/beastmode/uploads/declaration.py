"""`receives_file`: which routes receive a file, and what it may be."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from beastmode.core.errors import ConfigurationError
from beastmode.core.streamed_bodies import StreamedBody

View = TypeVar("View", bound=Callable[..., Any])
_SMALLEST, _LARGEST = 16, 4096
"""The sizes that a thumbnail may have, in pixels."""


@dataclass(frozen=True)
class Receives(StreamedBody):
    """The declaration of a route that receives a file: a decorator for views.

    Attributes:
        types: The media types that it accepts.
        max_bytes: The maximum size of the file; None for UPLOAD_MAX_BYTES.
        thumbnails: The longest sides of the thumbnails of an image, in pixels.
    """

    types: tuple[str, ...]
    max_bytes: int | None
    thumbnails: tuple[int, ...]


def receives_file(
    types: Iterable[str], *, max_bytes: int | None = None, thumbnails: Iterable[int] = ()
) -> Callable[[View], View]:
    """Receive a file: the view's first argument is a `ReceivedFile`. Put it below the route's decorator.

    The client sends a form (`multipart/form-data`) whose field `file` is the file, or the file itself as the body. It
    is written to disk while it arrives. Its type is found out from its content; if the client declares another one, it
    gets 422, and if the route does not accept it, 415. A file that the view does not save with `save_upload` is
    deleted.

    Args:
        types: The media types that it accepts, such as `IMAGES`, ["application/pdf"], ["video/*"] or ["*/*"].
        max_bytes: The maximum size of the file, larger ones get 413; by default UPLOAD_MAX_BYTES. It may exceed
            MAX_CONTENT_LENGTH.
        thumbnails: The longest sides of the thumbnails that a job makes of an image, in pixels, such as (320, 1280).

    Raises:
        ConfigurationError: A type, the size or a thumbnail is not valid.
    """
    return receives("receives_file()", types, max_bytes, thumbnails)


def receives(where: str, types: Iterable[str], max_bytes: int | None, thumbnails: Iterable[int]) -> Receives:
    """The declaration, checked.

    Args:
        where: What declares it, for the message.
        types: The media types.
        max_bytes: The maximum size.
        thumbnails: The sizes of thumbnails.

    Raises:
        ConfigurationError: One of them is not valid.
    """
    if isinstance(types, str) or callable(types) or not all(isinstance(each, str) for each in types):
        raise ConfigurationError(f'{where}: types={types!r}; expected a list of media types, such as ["image/png"].')
    named = tuple(each.strip().lower() for each in types)
    if not named or any(each.count("/") != 1 for each in named):
        raise ConfigurationError(f'{where}: types={named!r}; expected media types, such as ["image/png"].')
    sizes = tuple(thumbnails)
    if any(type(each) is not int or not _SMALLEST <= each <= _LARGEST for each in sizes):
        raise ConfigurationError(
            f"{where}: thumbnails={sizes!r}; expected sizes in pixels from {_SMALLEST} to {_LARGEST}, such as (320,)."
        )
    if max_bytes is not None and (type(max_bytes) is not int or max_bytes < 1):
        raise ConfigurationError(f"{where}: max_bytes={max_bytes!r}; expected a number of bytes above 0.")
    return Receives(named, max_bytes, sizes)
