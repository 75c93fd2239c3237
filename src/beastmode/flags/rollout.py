"""For whom a flag is on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from beastmode.core.caller import Identity

EVERYONE, NOBODY = 100, 0


@dataclass(frozen=True, slots=True)
class Rollout:
    """For whom a flag is on.

    Attributes:
        percentage: For how many of the accounts and services, in percent.
        people: Callers for whom it is on or off whatever the percentage, by `Identity.key`, such as "account:42".
    """

    percentage: int = NOBODY
    people: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_for_everyone(self) -> bool:
        """Whether it is on for all callers, except those that are listed."""
        return self.percentage == EVERYONE

    @property
    def is_for_nobody(self) -> bool:
        """Whether it is off for all callers."""
        return self.percentage == NOBODY and not any(self.people.values())

    def includes(self, name: str, caller: Identity) -> bool:
        """Whether the flag is on for a caller.

        Args:
            name: The flag's name: each flag has other callers among its first ones.
            caller: The caller. Someone who is not logged in has no key that lasts, so a part never includes them.
        """
        decided = self.people.get(caller.key)
        if decided is not None:
            return decided
        if self.percentage in (NOBODY, EVERYONE) or caller.kind == "address":
            return self.percentage == EVERYONE
        return _place_of(name, caller.key) < self.percentage


def _place_of(name: str, key: str) -> int:
    """Where a caller is among all, from 0 to 99: always the same, so that a larger part contains the smaller one."""
    digest = hashlib.blake2b(f"{name}\0{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 100
