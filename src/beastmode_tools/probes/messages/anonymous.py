"""What an anonymous caller gets on every route of one side: the answer of `probes/call/anonymous.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["AnonymousCalls", "Preflight", "Reply"]


@dataclass(frozen=True)
class Reply:
    """What one route answered to one method without credentials.

    Args:
        path: As Flask writes it.
        method: Of HTTP.
        status: Of the answer; 0 where there was none in time.
        to: Where it redirects: "login", "elsewhere", or "".
        csrf: Whether it refuses for want of a CSRF token.
        error: What went wrong behind a 5xx, or that there was no answer.
        headers: Security headers of it.
        cookies: Name of each cookie that it sets -> its flags.
        refused: What the guard refused while it ran: the answer is no proof then.
        origin: Whose pages may read it.
        credentials: Whether they may send cookies along.
    """

    path: str
    method: str
    status: int
    to: str = ""
    csrf: bool = False
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    origin: str = ""
    credentials: bool = False


@dataclass(frozen=True)
class Preflight:
    """What a browser on a foreign page is told it may do with a path."""

    path: str
    status: int
    origin: str
    credentials: bool


@dataclass(frozen=True)
class AnonymousCalls:
    """One side's answers.

    Args:
        answers: One for each route and method.
        preflights: One for each path.
        attempts: What the code tried and was refused, while it started and while it answered.
        invent: Names of settings that the environment lacked, as a probe asks for them.
    """

    answers: tuple[Reply, ...] = ()
    preflights: tuple[Preflight, ...] = ()
    attempts: tuple[str, ...] = ()
    invent: tuple[str, ...] = ()
