"""Routes, hooks and error handlers."""

from collections.abc import Iterator

from beastmode_tools.guard.code.compare.hooks import HandlerChanged, HookChanged
from beastmode_tools.guard.code.compare.route_forms import RoutesRedeclared
from beastmode_tools.guard.code.compare.served_routes import EndpointRenamed, PrefixChanged, RouteChanged
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]

WIDTH = {"any": 0, "uuid": 1, "int": 1, "float": 2, "string": 3, "default": 3, "path": 4}


def place(change: RouteChanged | EndpointRenamed) -> str:
    """File and line, or the route where only the started application shows it."""
    return where(change) if change.path else change.route


@rule("route-added", Verdict.SAFE, RouteChanged)
def route_added(change: RouteChanged) -> Iterator[Found]:
    """A new route, or another method on one."""
    new = set(change.new) - set(change.old)
    if new:
        problem = f"{'|'.join(sorted(new))} {change.route} is new"
        yield Found(place(change), problem, "", f"{'|'.join(sorted(new))} {change.route}")


@rule("route-removed", Verdict.DANGEROUS, RouteChanged)
def route_removed(change: RouteChanged) -> Iterator[Found]:
    """A route that is gone: clients get 404."""
    if change.new:
        return
    problem = f"{'|'.join(change.old)} {change.route} is gone: clients that call it get 404"
    instead = (
        "Keep it and mark it as deprecated with a date (Deprecation and Sunset headers); remove it after that date."
    )
    if change.renamed_to:
        problem = (
            f"{'|'.join(change.old)} {change.route} became {change.renamed_to}: clients that call the old path get 404"
        )
        instead = f"Register the view under both paths, or redirect {change.route} with 308."
    yield Found(place(change), problem, instead, f"{change.route}")


@rule("route-method-removed", Verdict.DANGEROUS, RouteChanged)
def route_method_removed(change: RouteChanged) -> Iterator[Found]:
    """A route that takes fewer methods: clients get 405."""
    gone = sorted(set(change.old) - set(change.new))
    if change.new and gone:
        problem = f"{change.route} no longer takes {', '.join(gone)}: clients get 405"
        yield Found(place(change), problem, "Keep the method until nobody uses it.", f"{change.route} {' '.join(gone)}")


@rule("route-argument-changed", Verdict.DANGEROUS, RouteChanged)
def route_argument_changed(change: RouteChanged) -> Iterator[Found]:
    """An argument of the path takes other texts than before."""
    if not change.old or not change.new or change.old_converters == change.new_converters:
        return
    for before, after in zip(change.old_converters, change.new_converters, strict=False):
        if before != after:
            widened = width(after) > width(before) and "(" not in after
            what = "more" if widened else "fewer or other"
            problem = f"{change.route} takes {what} values: <{before}> became <{after}>"
            instead = "" if widened else "Take both forms for a while: one route for each converter."
            verdict = Verdict.SAFE if widened else None
            yield Found(place(change), problem, instead, f"{change.route} {before} -> {after}", verdict=verdict)


def width(converter: str) -> int:
    """How much a converter lets through; an unknown one the least."""
    return WIDTH.get(converter.partition("(")[0], 0)


@rule("endpoint-renamed", Verdict.CAUTIOUS, EndpointRenamed)
def endpoint_renamed(change: EndpointRenamed) -> Iterator[Found]:
    """A route that another function answers now."""
    problem = f"{change.route} is answered by {change.new}, not {change.old}: url_for knows it by the new name"
    instead = f"Keep the old name with endpoint='{change.old}', or change every url_for."
    if change.used_at:
        problem += f"; {change.used_at[0]} still asks for the old one"
    verdict = Verdict.DANGEROUS if change.used_at else None
    evidence = ", ".join(change.used_at)
    yield Found(
        place(change), problem, instead, f"{change.route} {change.old} -> {change.new}", evidence, verdict=verdict
    )


@rule("route-prefix-changed", Verdict.DANGEROUS, PrefixChanged)
def route_prefix_changed(change: PrefixChanged) -> Iterator[Found]:
    """All routes of a blueprint moved."""
    problem = f"every route of {change.blueprint} moved from '{change.old}' to '{change.new}'"
    instead = "Register the blueprint under both prefixes (the second with another name=) until clients have moved."
    yield Found(where(change), problem, instead, f"{change.path} {change.blueprint} prefix")


@rule("routes-redeclared", Verdict.SAFE, RoutesRedeclared)
def routes_redeclared(change: RoutesRedeclared) -> Iterator[Found]:
    """Only paths and methods are declared otherwise; the routes that are served are compared by themselves."""
    problem = (
        f"only the routes of {', '.join(change.views)} are declared otherwise; what clients see of it is judged apart"
    )
    yield Found(where(change), problem, "", f"{change.path} routes of {' '.join(change.views)}")


@rule("hook-added", Verdict.SAFE, HookChanged)
def hook_added(change: HookChanged) -> Iterator[Found]:
    """New middleware around requests."""
    if change.how != "added":
        return
    subject = f"{change.path} {change.kind} {change.name}"
    if change.can_refuse:
        problem = f"{change.name} now runs before requests and may answer instead of the view"
        instead = (
            "List which requests it refuses that were answered before; begin with a log line instead of a refusal."
        )
        yield Found(where(change), problem, instead, subject, verdict=Verdict.CAUTIOUS)
    else:
        yield Found(where(change), f"{change.name} now runs at {change.kind}", "", subject)


@rule("hook-removed", Verdict.CAUTIOUS, HookChanged)
def hook_removed(change: HookChanged) -> Iterator[Found]:
    """Middleware that no longer runs."""
    if change.how == "removed" and not change.is_security:
        problem = f"{change.name} no longer runs at {change.kind}"
        instead = "Say what it did for each request, and who does it now."
        yield Found(where(change), problem, instead, f"{change.path} {change.kind} {change.name}")


@rule("security-middleware-changed", Verdict.DANGEROUS, HookChanged)
def security_middleware_changed(change: HookChanged) -> Iterator[Found]:
    """Middleware that protects every request is gone or runs in another order."""
    if change.how == "removed" and change.is_security:
        problem = f"{change.name}, which protected every request at {change.kind}, no longer runs"
    elif change.how == "reordered":
        problem = f"{change.name} runs in another order at {change.kind}: what it relied on may not have happened yet"
    else:
        return
    instead = "Keep it, or show by a test that each thing it did still happens, on every route."
    yield Found(where(change), problem, instead, f"{change.path} {change.kind} {change.name}")


@rule("error-handler-changed", Verdict.CAUTIOUS, HandlerChanged)
def error_handler_changed(change: HandlerChanged) -> Iterator[Found]:
    """Errors are answered otherwise."""
    if change.new is None:
        problem = f"nothing answers {change.error} any more: clients get Flask's own page"
    elif change.old is None:
        problem = f"{change.new} answers {change.error} now: clients get another body than before"
    else:
        problem = f"{change.error} is answered by {change.new} instead of {change.old}"
    instead = "Compare the old and the new answer: status, content type, and each key that clients read."
    yield Found(where(change), problem, instead, f"{change.path} error {change.error}")


RULES = (
    route_added,
    route_removed,
    route_method_removed,
    route_argument_changed,
    endpoint_renamed,
    route_prefix_changed,
    routes_redeclared,
    hook_added,
    hook_removed,
    security_middleware_changed,
    error_handler_changed,
)
