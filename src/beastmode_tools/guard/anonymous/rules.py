"""What anonymous callers, browsers and foreign pages get otherwise than before; known by calling every route."""

from collections.abc import Iterator

from beastmode_tools.guard.anonymous.compare import AccessChange, CookieChange, HeaderChange, NewRoute, OriginChange
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]

RUNS = ("answered", "invalid", "failed")


def about(change: AccessChange, problem: str, instead: str, *, verdict: Verdict | None = None) -> Found:
    """A finding about one operation's answer."""
    error = f", {change.new.error}" if change.new.error else ""
    return Found(
        where=change.new.operation,
        problem=problem,
        instead=instead,
        subject=f"{change.new.key} {change.old.kind} {change.new.kind}",
        evidence=f"called without credentials: {change.old.words} before, {change.new.words} now{error}",
        proved=True,
        verdict=verdict,
    )


@rule("anonymous-may-call", Verdict.DANGEROUS, AccessChange)
def anonymous_may_call(change: AccessChange) -> Iterator[Found]:
    """A route refused anonymous callers and now runs for them."""
    if change.old.kind != "refused" or change.new.kind not in (*RUNS, "missing"):
        return
    if change.new.status in (405, 410):
        return
    yield about(
        change,
        f"{change.new.operation} refused anonymous callers, and now runs for them",
        "Put the check back that was taken away (a decorator, a before_request hook, the blueprint it was on). If the "
        "route is meant to be open, accept the finding with the reason.",
        verdict=Verdict.CAUTIOUS if change.new.kind == "missing" else None,
    )


@rule("anonymous-may-no-longer-call", Verdict.DANGEROUS, AccessChange)
def anonymous_may_no_longer_call(change: AccessChange) -> Iterator[Found]:
    """A route that was open now asks who calls."""
    if change.new.kind != "refused" or change.old.kind not in (*RUNS, "missing"):
        return
    yield about(
        change,
        f"{change.new.operation} answered callers without credentials, and now refuses them",
        "Clients that send none stop working at once. Offer the protected route beside the open one, announce the day, "
        "and close the open one then.",
        verdict=None if change.old.kind == "answered" else Verdict.CAUTIOUS,
    )


@rule("anonymous-call-fails", Verdict.DANGEROUS, AccessChange)
def anonymous_call_fails(change: AccessChange) -> Iterator[Found]:
    """A route that answered now fails."""
    if change.new.kind != "failed" or change.old.kind not in ("answered", "invalid", "missing", "csrf"):
        return
    if change.new.refused:
        return  # it failed for what the guard refuses, which says nothing of production
    yield about(
        change,
        f"{change.new.operation} answered {change.old.status}, and now fails with {change.new.status}",
        "Mend the error in the evidence; a call with nothing in it must never be a server error.",
        verdict=None if change.old.kind == "answered" else Verdict.CAUTIOUS,
    )


@rule("anonymous-call-answered-otherwise", Verdict.CAUTIOUS, AccessChange)
def anonymous_call_answered_otherwise(change: AccessChange) -> Iterator[Found]:
    """A route gives the same call another status."""
    old, new = change.old, change.new
    plain = ("answered", "invalid", "missing", "limited", "slow")
    if old.kind in plain and new.kind in plain:
        yield about(
            change,
            f"{new.operation} answers the same call with {new.words} instead of {old.words}",
            "Clients compare statuses: keep the old one, or give the new one in the next version of the API only.",
        )
    elif old.kind == "failed" and new.kind != "failed":
        yield about(change, f"{new.operation} failed, and now answers {new.words}", "", verdict=Verdict.SAFE)
    elif old.kind == new.kind == "refused":
        yield about(
            change,
            f"{new.operation} still refuses anonymous callers, but with {new.words} instead of {old.words}",
            "Clients sign in again on a 401, follow a redirect, and give up on a 403: keep the status they know.",
        )


@rule("csrf-check-lost", Verdict.DANGEROUS, AccessChange)
def csrf_check_lost(change: AccessChange) -> Iterator[Found]:
    """A route refused calls without a CSRF token and now runs for them."""
    if change.old.kind == "csrf" and change.new.kind in RUNS:
        yield about(
            change,
            f"{change.new.operation} refused calls without a CSRF token, and no longer does",
            "Any page that a signed-in person visits can now send this request in their name. Take the exemption "
            "back, or show that the route reads no cookie (a bearer token only).",
        )


@rule("new-route-open", Verdict.SAFE, NewRoute)
def new_route_open(change: NewRoute) -> Iterator[Found]:
    """A new route runs for anonymous callers."""
    if change.answer.kind not in RUNS:
        return
    unlike = ", though nearly all others that change something refuse them" if change.stands_out else ""
    yield Found(
        where=change.answer.operation,
        problem=f"The new {change.answer.operation} runs for anonymous callers{unlike}",
        instead="Put the check on it that its neighbours have." if change.stands_out else "",
        subject=f"{change.answer.key} new",
        evidence=f"called without credentials: {change.answer.words}",
        proved=True,
        verdict=Verdict.CAUTIOUS if change.stands_out else None,
    )


@rule("security-header-lost", Verdict.CAUTIOUS, HeaderChange)
def security_header_lost(change: HeaderChange) -> Iterator[Found]:
    """Answers lost a header that protects browsers, or have another one."""
    now = "no longer have it" if change.new is None else f"now say {change.new!r}"
    yield Found(
        where=first_few(change.operations),
        problem=f"Answers said {change.name}: {change.old}, and {now}",
        instead=f"Send {change.name}: {change.old} on every answer again, in an after_request hook or at the proxy.",
        subject=f"header {change.name} {'lost' if change.new is None else 'changed'}",
        evidence=f"{len(change.operations)} operations, called on both sides",
        proved=True,
    )


@rule("cookie-flag-lost", Verdict.DANGEROUS, CookieChange)
def cookie_flag_lost(change: CookieChange) -> Iterator[Found]:
    """A cookie is set with less protection."""
    is_stricter = change.flag != "samesite=strict" and change.new == "samesite=strict"
    is_site = change.flag.startswith("samesite")
    verdict = Verdict.SAFE if is_stricter else Verdict.CAUTIOUS if is_site and change.new != "samesite=none" else None
    yield Found(
        where=change.operation,
        problem=f"The cookie {change.name} was set with {change.flag}, and now {change.new or 'without'}",
        instead=f"Set it with {change.flag} again: without it, other pages or scripts may use or read the cookie.",
        subject=f"cookie {change.name} {change.flag.split('=')[0]}",
        evidence=f"Set-Cookie of {change.operation} on both sides",
        proved=True,
        verdict=verdict,
    )


@rule("foreign-origin-allowed", Verdict.DANGEROUS, OriginChange)
def foreign_origin_allowed(change: OriginChange) -> Iterator[Found]:
    """A page of anybody may now call from a browser and read the answer."""
    if not change.new.origin or (change.old.origin and change.new.credentials <= change.old.credentials):
        return
    with_credentials = " with the visitor's cookies" if change.new.credentials else ""
    yield Found(
        where=first_few(change.paths),
        problem=f"Any web page may now call {first_few(change.paths)} from a browser{with_credentials}",
        instead="Name the origins that need it instead of answering every one.",
        subject=f"cors {change.new.origin} {change.new.credentials} {' '.join(sorted(change.paths))}",
        evidence=f"a preflight from a foreign origin: Access-Control-Allow-Origin {change.new.origin!r} now, "
        f"{change.old.origin!r} before",
        proved=True,
        verdict=None if change.new.credentials else Verdict.CAUTIOUS,
    )


@rule("foreign-origin-refused", Verdict.CAUTIOUS, OriginChange)
def foreign_origin_refused(change: OriginChange) -> Iterator[Found]:
    """Pages of other sites could call from a browser and no longer can."""
    if not change.old.origin or change.new.origin:
        return
    yield Found(
        where=first_few(change.paths),
        problem=f"Web pages of other sites could call {first_few(change.paths)} from a browser, and no longer can",
        instead="Make sure that every site that uses the API is among the origins that are still allowed.",
        subject=f"cors refused {' '.join(sorted(change.paths))}",
        evidence=f"a preflight from a foreign origin: no Access-Control-Allow-Origin now, {change.old.origin!r} before",
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
