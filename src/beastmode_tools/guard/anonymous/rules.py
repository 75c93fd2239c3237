"""What anonymous callers, browsers and foreign pages get otherwise than before; known by calling every route."""

from collections.abc import Iterator

from beastmode_tools.guard.anonymous.compare import AccessChange, CookieChange, HeaderChange, NewRoute, OriginChange
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]

RUNS = ("answered", "invalid", "failed")


def about(change: AccessChange, message: str = "", *, verdict: Verdict | None = None) -> Match:
    """What is found about one operation's response."""
    error = f", {change.new.error}" if change.new.error else ""
    return Match(
        where=change.new.operation,
        subject=f"{change.new.key} {change.old.kind} {change.new.kind}",
        fields={
            "operation": change.new.operation,
            "before": change.old.words,
            "now": change.new.words,
            "status_before": change.old.status,
            "status": change.new.status,
        },
        message=message,
        evidence=f"called without credentials: {change.old.words} before, {change.new.words} now{error}",
        proved=True,
        verdict=verdict,
    )


@rule("anonymous-may-call", AccessChange)
def anonymous_may_call(change: AccessChange) -> Iterator[Match]:
    """A route refused anonymous callers and now runs for them."""
    runs = change.new.kind in (*RUNS, "missing") and change.new.status not in (405, 410)
    if change.old.kind == "refused" and runs:
        yield about(change, verdict=Verdict.CAUTIOUS if change.new.kind == "missing" else None)


@rule("anonymous-may-no-longer-call", AccessChange)
def anonymous_may_no_longer_call(change: AccessChange) -> Iterator[Match]:
    """A route that was open now asks who calls."""
    if change.new.kind == "refused" and change.old.kind in (*RUNS, "missing"):
        yield about(change, verdict=None if change.old.kind == "answered" else Verdict.CAUTIOUS)


@rule("anonymous-call-fails", AccessChange)
def anonymous_call_fails(change: AccessChange) -> Iterator[Match]:
    """A route that answered now fails."""
    if change.new.kind != "failed" or change.old.kind not in ("answered", "invalid", "missing", "csrf"):
        return
    if change.new.refused:
        return  # it failed for what the guard refuses, which says nothing of production
    yield about(change, verdict=None if change.old.kind == "answered" else Verdict.CAUTIOUS)


@rule("anonymous-call-answered-otherwise", AccessChange)
def anonymous_call_answered_otherwise(change: AccessChange) -> Iterator[Match]:
    """A route gives the same call another status."""
    old, new = change.old, change.new
    plain = ("answered", "invalid", "missing", "limited", "slow")
    if old.kind in plain and new.kind in plain:
        yield about(change, "status")
    elif old.kind == "failed" and new.kind != "failed":
        yield about(change, "recovered", verdict=Verdict.SAFE)
    elif old.kind == new.kind == "refused":
        yield about(change, "refused")


@rule("csrf-check-lost", AccessChange)
def csrf_check_lost(change: AccessChange) -> Iterator[Match]:
    """A route refused calls without a CSRF token and now runs for them."""
    if change.old.kind == "csrf" and change.new.kind in RUNS:
        yield about(change)


@rule("new-route-open", NewRoute)
def new_route_open(change: NewRoute) -> Iterator[Match]:
    """A new route runs for anonymous callers."""
    if change.answer.kind in RUNS:
        yield Match(
            where=change.answer.operation,
            subject=f"{change.answer.key} new",
            fields={"operation": change.answer.operation},
            message="stands-out" if change.stands_out else "ordinary",
            evidence=f"called without credentials: {change.answer.words}",
            proved=True,
            verdict=Verdict.CAUTIOUS if change.stands_out else None,
        )


@rule("security-header-lost", HeaderChange)
def security_header_lost(change: HeaderChange) -> Iterator[Match]:
    """Responses lost a header that protects browsers, or have another one."""
    what = "removed" if change.new is None else "changed"
    yield Match(
        where=first_few(change.operations),
        subject=f"header {change.name} {'lost' if change.new is None else 'changed'}",
        fields={"new_text": repr(change.new)},
        message=what,
        evidence=f"{len(change.operations)} operations, called on both sides",
        proved=True,
    )


@rule("cookie-flag-lost", CookieChange)
def cookie_flag_lost(change: CookieChange) -> Iterator[Match]:
    """A cookie is set with less protection."""
    is_stricter = change.flag != "samesite=strict" and change.new == "samesite=strict"
    is_mild = change.flag.startswith("samesite") and change.new != "samesite=none"
    yield Match(
        where=change.operation,
        subject=f"cookie {change.name} {change.flag.split('=')[0]}",
        fields={"now": f"with {change.new}" if change.new else "without it"},
        evidence=f"Set-Cookie of {change.operation} on both sides",
        proved=True,
        verdict=Verdict.SAFE if is_stricter else Verdict.CAUTIOUS if is_mild else None,
    )


@rule("foreign-origin-allowed", OriginChange)
def foreign_origin_allowed(change: OriginChange) -> Iterator[Match]:
    """A page of anybody may now call from a browser and read the response."""
    if not change.new.origin or (change.old.origin and change.new.credentials <= change.old.credentials):
        return
    yield Match(
        where=first_few(change.paths),
        subject=f"cors {change.new.origin} {change.new.credentials} {' '.join(sorted(change.paths))}",
        fields={
            "routes": first_few(change.paths),
            "how": " with the cookies of the visitor" if change.new.credentials else "",
        },
        evidence=f"a preflight from a foreign origin: Access-Control-Allow-Origin {change.new.origin!r} now, "
        f"{change.old.origin!r} before",
        proved=True,
        verdict=None if change.new.credentials else Verdict.CAUTIOUS,
    )


@rule("foreign-origin-refused", OriginChange)
def foreign_origin_refused(change: OriginChange) -> Iterator[Match]:
    """Pages of other sites could call from a browser and no longer can."""
    if change.old.origin and not change.new.origin:
        yield Match(
            where=first_few(change.paths),
            subject=f"cors refused {' '.join(sorted(change.paths))}",
            fields={"routes": first_few(change.paths)},
            evidence="a preflight from a foreign origin: no Access-Control-Allow-Origin now, "
            f"{change.old.origin!r} before",
            proved=True,
        )


RULES = (
    anonymous_may_call,
    anonymous_may_no_longer_call,
    anonymous_call_fails,
    anonymous_call_answered_otherwise,
    csrf_check_lost,
    new_route_open,
    security_header_lost,
    cookie_flag_lost,
    foreign_origin_allowed,
    foreign_origin_refused,
)
