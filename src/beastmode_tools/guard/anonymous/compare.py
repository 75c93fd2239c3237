"""What an anonymous caller got on both sides, compared: facts of `probes/call/anonymous.py`, and their changes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from beastmode_tools.probes.messages.anonymous import Preflight, Reply

__all__ = [
    "AccessChange",
    "Answer",
    "CookieChange",
    "HeaderChange",
    "NewRoute",
    "OriginChange",
    "compare",
]

Kind = Literal["refused", "csrf", "missing", "invalid", "limited", "answered", "failed", "slow"]
STATUSES: dict[int, Kind] = {
    0: "slow",
    401: "refused",
    403: "refused",
    407: "refused",
    404: "missing",
    405: "missing",
    410: "missing",
    429: "limited",
}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
ENOUGH = 3  # so many operations show a habit
MOSTLY = 0.8
"""Projects have a few public forms (log in, sign up) among their writes; one in five may be open without ending the
habit."""


@dataclass(frozen=True)
class Answer(Reply):
    """What one route answered to one method without credentials, and what that means."""

    @property
    def difference(self) -> tuple[str, int, str]:
        """What was asked, and what sort of answer there was."""
        return (self.key, self.status, self.kind)

    @property
    def operation(self) -> str:
        """Method and path, for a person."""
        return f"{self.method} {self.path}"

    @property
    def key(self) -> str:
        """Method and path without the names of arguments, which callers do not see."""
        return f"{self.method} {without_names(self.path)}"

    @property
    def kind(self) -> Kind:
        """What sort of answer it is."""
        if self.csrf and self.status in (400, 403):
            return "csrf"
        if 300 <= self.status < 400 and self.to == "login":
            return "refused"
        if self.status in STATUSES:
            return STATUSES[self.status]
        return "failed" if self.status >= 500 else "invalid" if self.status >= 400 else "answered"

    @property
    def words(self) -> str:
        """The answer in a few words."""
        if self.kind == "slow":
            return "no answer in time"
        to = f" to {'the login page' if self.to == 'login' else 'another page'}" if self.to else ""
        return f"{self.status}{to}{' (CSRF token missing)' if self.kind == 'csrf' else ''}"


@dataclass(frozen=True, slots=True)
class AccessChange:
    """A route that answers an anonymous caller in another way than before."""

    old: Answer
    new: Answer


@dataclass(frozen=True, slots=True)
class NewRoute:
    """A route that was not there before.

    Args:
        answer: What it answers.
        stands_out: Whether nearly all other routes of its kind refuse anonymous callers.
    """

    answer: Answer
    stands_out: bool


@dataclass(frozen=True, slots=True)
class HeaderChange:
    """A security header that answers had, and no longer have so.

    Args:
        name: The header.
        old: Its value before.
        new: Its value now; None where it is gone.
        operations: Where.
    """

    name: str
    old: str
    new: str | None
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CookieChange:
    """A cookie that lost a flag, or has a weaker one.

    Args:
        name: The cookie.
        flag: "secure", "httponly" or "samesite=lax".
        new: What stands instead; "" for nothing.
        operation: An operation that sets it.
    """

    name: str
    flag: str
    new: str
    operation: str


@dataclass(frozen=True, slots=True)
class OriginChange:
    """Paths on which a foreign page may do something else than before."""

    old: Preflight
    new: Preflight
    paths: tuple[str, ...]


Change = AccessChange | NewRoute | HeaderChange | CookieChange | OriginChange


def without_names(path: str) -> str:
    """A path in which arguments have a converter and no name."""
    return re.sub(r"<(?:([^<>:]*(?:\([^)]*\))?):)?[^<>]+>", lambda match: f"<{match.group(1) or ''}>", path)


def compare(
    old: Sequence[Answer],
    new: Sequence[Answer],
    old_preflights: Sequence[Preflight] = (),
    new_preflights: Sequence[Preflight] = (),
) -> Iterator[Change]:
    """The changes between what both sides answered; routes that are gone are other comparisons' work."""
    before = {answer.key: answer for answer in old}
    shared = [(before[answer.key], answer) for answer in new if answer.key in before]
    for was, now in shared:
        if (was.kind, was.status) != (now.kind, now.status):
            yield AccessChange(was, now)
    for answer in new:
        if answer.key not in before:
            yield NewRoute(answer, stands_out(answer, new))
    yield from header_changes(shared)
    yield from cookie_changes(shared)
    yield from origin_changes(old_preflights, new_preflights)


def stands_out(answer: Answer, every: Sequence[Answer]) -> bool:
    """Whether an open route that changes something is among others that nearly all refuse."""
    if answer.method not in UNSAFE or answer.kind in ("refused", "csrf", "missing", "slow", "limited"):
        return False
    others = [one for one in every if one.method in UNSAFE and one is not answer]
    closed = [one for one in others if one.kind in ("refused", "csrf")]
    return len(others) >= ENOUGH and len(closed) >= MOSTLY * len(others)


def header_changes(shared: Iterable[tuple[Answer, Answer]]) -> Iterator[HeaderChange]:
    """Headers that are gone or differ, each change once with all its operations."""
    where: dict[tuple[str, str, str | None], list[str]] = defaultdict(list)
    for was, now in shared:
        if "failed" in (was.kind, now.kind) or "slow" in (was.kind, now.kind):
            continue
        for name, value in was.headers.items():
            if steady(now.headers.get(name)) != steady(value):
                where[name, steady(value) or "", steady(now.headers.get(name))].append(now.operation)
    for (name, value, instead), operations in where.items():
        yield HeaderChange(name, value, instead, tuple(operations))


def steady(value: str | None) -> str | None:
    """A header's value without what is different in every answer."""
    return None if value is None else re.sub(r"nonce-[\w+/=-]+", "nonce-...", value)


def cookie_changes(shared: Iterable[tuple[Answer, Answer]]) -> Iterator[CookieChange]:
    """Flags that cookies lost, once a cookie."""
    seen: set[tuple[str, str]] = set()
    for was, now in shared:
        for name, flags in was.cookies.items():
            if name not in now.cookies:
                continue
            for flag in flags:
                word = flag.split("=")[0]
                instead = next((one for one in now.cookies[name] if one.split("=")[0] == word), "")
                if instead != flag and (name, word) not in seen:
                    seen.add((name, word))
                    yield CookieChange(name, flag, instead, now.operation)


def origin_changes(old: Sequence[Preflight], new: Sequence[Preflight]) -> Iterator[OriginChange]:
    """What foreign pages may do otherwise than before, the same change once with all its paths."""
    before = {without_names(one.path): one for one in old}
    groups: dict[tuple[object, ...], list[tuple[Preflight, Preflight]]] = defaultdict(list)
    for now in new:
        was = before.get(without_names(now.path))
        if was is not None and (was.origin, was.credentials) != (now.origin, now.credentials):
            groups[was.origin, was.credentials, now.origin, now.credentials].append((was, now))
    for pairs in groups.values():
        was, now = pairs[0]
        yield OriginChange(was, now, tuple(one.path for _, one in pairs))
