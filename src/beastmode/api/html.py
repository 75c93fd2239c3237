"""A field for text that is HTML, such as what an editor in a browser sends."""

from collections.abc import Collection, Mapping
from functools import cached_property
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError, fields

from beastmode.core.errors import ConfigurationError

if TYPE_CHECKING:
    from nh3 import Cleaner

_TAGS = frozenset(
    {"a", "b", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre", "s", "strong"}
    | {"sub", "sup", "u", "ul"}
)
"""Text and links. No images: whoever reads the page would request them from a server that the author chose."""
_ATTRIBUTES: Mapping[str, Collection[str]] = MappingProxyType({"a": ("href", "title")})
_SCHEMES = frozenset({"http", "https", "mailto"})
_MOST_TAGS = 2000
"""Parsing takes quadratic time in nested tags: 0.1 s for 2,000 of them, minutes for the 100,000 that fit in 500 kB."""
_REL = "noopener noreferrer nofollow"


class Html(fields.String):
    """A string of HTML, of which only harmless tags and attributes are kept.

    What is not allowed is removed, not refused: editors send more than anyone has written. Scripts and styles are
    removed with their content, and of other tags the text stays. The result is well-formed, so it can be put into a
    page without escaping. Needs `beastmode[html]`.

    Args:
        tags: The tags that are kept; by default those of text, lists, headings and links.
        attributes: The attributes that are kept, by tag; by default `href` and `title` of links.
        schemes: The schemes that URLs may have.
        longest: The maximum number of characters that are accepted; there may be 2,000 tags.
        options: Those of marshmallow's `String`.

    Raises:
        ConfigurationError: `beastmode[html]` is not installed, or what should be kept can never be.
    """

    def __init__(
        self,
        *,
        tags: Collection[str] = _TAGS,
        attributes: Mapping[str, Collection[str]] = _ATTRIBUTES,
        schemes: Collection[str] = _SCHEMES,
        longest: int = 50_000,
        **options: Any,
    ) -> None:
        if find_spec("nh3") is None:
            raise ConfigurationError("The field Html needs the library nh3: pip install 'beastmode[html]'.")
        # The parser would stop at the first request with an exception that is none of Python's.
        if never := sorted({"script", "style"} & set(tags)):
            raise ConfigurationError(f"Html(tags=...): {', '.join(never)} cannot be kept; leave it out.")
        if any("rel" in names for names in attributes.values()):
            raise ConfigurationError(f'Html(attributes=...): rel cannot be kept, as links get rel="{_REL}".')
        self._tags = set(tags)
        self._attributes = {tag: set(names) for tag, names in attributes.items()}
        self._schemes = set(schemes)
        self._longest = longest
        super().__init__(**options)

    @cached_property
    def _cleaner(self) -> "Cleaner":
        from nh3 import Cleaner  # noqa: PLC0415 - an extra

        return Cleaner(
            tags=self._tags, attributes=self._attributes, url_schemes=self._schemes, link_rel=_REL, strip_comments=True
        )

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if len(text) > self._longest:
            raise ValidationError(f"Must be at most {self._longest:,} characters of HTML.")
        if text.count("<") > _MOST_TAGS:
            raise ValidationError(f"Must contain at most {_MOST_TAGS:,} tags.")
        if "\0" in text:  # the parser drops it, and the field must not differ from other strings
            raise ValidationError("Must not contain the NUL character.")
        return self._cleaner.clean(text)
