"""Names of files as they are shown, and the headers that tell browsers what to do with them."""

import mimetypes
import re
import unicodedata
from urllib.parse import quote

_LONGEST = 200
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of characters that a name does not need, such as those that turn the direction of what follows."""
_FORBIDDEN = re.compile(r'[<>:"|?*\\/]+')
_INLINE = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif",
        "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm", "audio/flac", "audio/mp4",
        "video/mp4", "video/webm", "video/ogg",
        "text/plain",
    }
)  # fmt: skip
"""What a browser may show. Anything else is only saved: HTML, SVG, XML and PDF can contain scripts."""
POLICY = "default-src 'none'; sandbox"
"""Even a file that a browser shows runs nothing and loads nothing (Content Security Policy, level 3)."""


def display_name(given: str, media_type: str) -> str:
    """The name of a file as people see it: without a path, and with an extension of its type.

    It is never used as a path. A name that claims another type, such as "invoice.html" for an image, gets the right
    extension in addition.

    Args:
        given: The name that the client gave.
        media_type: The type of its content.
    """
    plain = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2])
    plain = "".join(each for each in plain if unicodedata.category(each) not in _HIDDEN)
    plain = _FORBIDDEN.sub("_", plain).strip(" .")[:_LONGEST].strip(" .") or "file"
    if mimetypes.guess_type(plain)[0] == media_type:
        return plain
    extension = mimetypes.guess_extension(media_type) or ".bin"
    return f"{plain}{extension}"


def disposition_of(name: str, media_type: str) -> str:
    """The `Content-Disposition` of a file (RFC 6266): only types that cannot contain scripts are shown.

    Args:
        name: Its name.
        media_type: Its type.
    """
    kind = "inline" if media_type in _INLINE else "attachment"
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    simple = re.sub(r'[^ -~]|["\\%;]', "_", ascii_name) or "file"
    extended = "" if simple == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{kind}; filename="{simple}"{extended}'
