from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from beastmode.core.setting import Words, number, setting
from beastmode.core.settings import Settings
from beastmode.flags.rollout import EVERYONE, NOBODY

_WORDS = {"on": EVERYONE, "off": NOBODY}


class _Percentages(Words):
    """Comma-separated `name=percentage`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        words = super()._deserialize(value)
        for word in words:
            name, percentage = word.partition("=")[::2]
            if not name.strip() or percentage_of(percentage) is None:
                raise ValidationError("no percentages")
        return words


@dataclass(frozen=True, kw_only=True)
class FlagSettings(Settings):
    """Settings of feature flags."""

    flags: tuple[str, ...] = setting(
        _Percentages(),
        (),
        "Feature flags and for how many callers they are on, as long as nobody has set them with "
        "`flask beastmode flag set`: `new-editor=on,search=25%`.",
        expects="comma-separated name=on, name=off or name=25%",
    )
    flags_seconds: float = setting(
        number(0.1, 3600),
        10,
        "For how many seconds a process uses what it knows about flags; then it reads them beside the requests.",
        expects="a number of seconds from 0.1 to 3600",
    )

    def percentages(self) -> Iterator[tuple[str, int]]:
        """The names in FLAGS, with their percentages."""
        for word in self.flags:
            name, _, percentage = word.partition("=")
            yield name.strip(), percentage_of(percentage) or NOBODY


def percentage_of(text: str) -> int | None:
    """A percentage that someone wrote: "on", "off", "25%" or "25"; None if it is none.

    Args:
        text: What was written.
    """
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    digits = word.removesuffix("%").strip()
    # Not isdigit(): it accepts digits such as "²".
    return int(digits) if digits.isdecimal() and len(digits) <= 3 and int(digits) <= EVERYONE else None
