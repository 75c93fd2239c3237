"""Images: bounded before they are decoded, written again without metadata, and made smaller."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, ImageSequence

from beastmode.uploads.storage import unavailable

THUMBNAIL_TYPE = "image/webp"
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_KEPT = ("transparency", "icc_profile", "duration", "loop", "background", "disposal", "gamma")
"""What belongs to the picture. Everything else is about the camera, the place or the author, and is left out."""
_LOSSY = ("image/jpeg", "image/webp")
_QUALITY = 88
_THUMBNAIL_QUALITY = 80
_ORIENTATION = 0x0112
_INVALID = (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError)
"""What Pillow's decoders raise for content that is not valid."""


class ImageError(Exception):
    """An image that cannot be used; the message is for the client."""


@dataclass(frozen=True)
class Size:
    """The size of an image in pixels.

    Attributes:
        width: Its width.
        height: Its height.
    """

    width: int
    height: int


def size_of(path: Path, media_type: str, most_pixels: int) -> Size:
    """The size of an image, from its header: nothing is decoded.

    Args:
        path: The file.
        media_type: Its type.
        most_pixels: The maximum number of pixels.

    Raises:
        ImageError: It is too large, or not an image of this type.
    """
    with _opened(path, media_type, most_pixels) as image:
        return Size(*image.size)


def rewrite(path: Path, target: Path, media_type: str, most_pixels: int) -> Size:
    """Write an image again: upright, and without metadata, such as where it was taken.

    Args:
        path: The file.
        target: The file to write.
        media_type: The type of both.
        most_pixels: The maximum number of pixels of all frames together.

    Raises:
        ImageError: It is too large, or cannot be decoded.
    """
    with _opened(path, media_type, most_pixels) as image:
        frames = getattr(image, "n_frames", 1) if image.format != "MPO" else 1
        _refuse_beyond(image.width * image.height * frames, most_pixels)
        if frames > 1:
            return _rewrite_animation(image, target, media_type)
        is_kept = image.format == "JPEG" and image.getexif().get(_ORIENTATION, 1) == 1
        upright = image if is_kept else ImageOps.exif_transpose(image)
        upright.info = _picture_only(image)
        options: dict[str, Any] = {"quality": "keep" if is_kept else _QUALITY} if media_type in _LOSSY else {}
        if media_type == "image/jpeg" and upright.mode not in ("L", "RGB", "CMYK"):
            upright = upright.convert("RGB")
        upright.save(target, _FORMATS[media_type], icc_profile=upright.info.get("icc_profile"), exif=b"", **options)
        return Size(*upright.size)


def _rewrite_animation(image: Any, target: Path, media_type: str) -> Size:
    """Write every frame again."""
    durations = [frame.info.get("duration", 0) for frame in ImageSequence.Iterator(image)]
    image.seek(0)
    image.info = _picture_only(image)
    image.save(target, _FORMATS[media_type], save_all=True, exif=b"", comment=b"", duration=durations)
    return Size(*image.size)


def write_thumbnail(path: Path, target: Path, media_type: str, longest: int) -> Size:
    """Write a smaller copy of an image, as WebP; a small image keeps its size.

    Args:
        path: The file, as `rewrite` has written it.
        target: The file to write.
        media_type: The type of the image.
        longest: The maximum width and height.

    Raises:
        ImageError: It cannot be decoded.
    """
    with _opened(path, media_type, None) as image:
        image.draft("RGB", (longest, longest))
        has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
        small = image.convert("RGBA" if has_alpha else "RGB")
        small.thumbnail((longest, longest))
        small.info = {}
        small.save(target, "WEBP", quality=_THUMBNAIL_QUALITY)
        return Size(*small.size)


@contextmanager
def _opened(path: Path, media_type: str, most_pixels: int | None) -> Iterator[Any]:
    """An image whose header has been read, with only the decoder of its type.

    Raises:
        ImageError: It is too large, or its header or, inside the block, its content is not valid.
    """
    try:
        with Image.open(path, formats=[_FORMATS[media_type]]) as opened:
            if most_pixels is not None:
                _refuse_beyond(opened.width * opened.height, most_pixels)
            yield opened
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageError("The image has too many pixels.") from None
    except _INVALID as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise unavailable(error) from error  # the disk, not the image: Pillow's own errors have no number
        raise ImageError(f"The image is not valid {media_type}.") from error


def _refuse_beyond(pixels: int, most: int) -> None:
    if pixels > most:
        raise ImageError(f"The image has {pixels} pixels; the maximum is {most}.")


def _picture_only(image: Any) -> dict[str, Any]:
    return {name: image.info[name] for name in _KEPT if name in image.info}
