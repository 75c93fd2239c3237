"""Routes, hooks and error handlers."""

from collections.abc import Callable, Iterator

from beastmode_tools.guard.code.compare.hooks import HandlerChanged, HookChanged
from beastmode_tools.guard.code.compare.route_forms import RoutesRedeclared
from beastmode_tools.guard.code.compare.served_routes import EndpointRenamed, PrefixChanged, RouteChanged
from beastmode_tools.guard.code.rules.row import harmless, row
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, Rule, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]

WIDTH = {"any": 0, "uuid": 1, "int": 1, "float": 2, "string": 3, "default": 3, "path": 4}


def place(change: RouteChanged | EndpointRenamed) -> str:
    """File and line, or the route where only the started application shows it."""
    return where(change) if change.path else change.route


@rule("route-removed", RouteChanged)
def route_removed(change: RouteChanged) -> Iterator[Match]:
    """A route that clients no longer find, or a method that it no longer accepts."""
    gone = sorted(set(change.old) - set(change.new))
    if not change.new:
        fields = {"methods": "|".join(change.old)}
        yield Match(place(change), change.route, fields, "renamed" if change.renamed_to else "path")
    elif gone:
        yield Match(place(change), f"{change.route} {' '.join(gone)}", {"gone": ", ".join(gone)}, "method")


def new_methods(change: RouteChanged) -> str:
    """The methods that a route did not accept before."""
    return "|".join(sorted(set(change.new) - set(change.old)))


@rule("route-argument-changed", RouteChanged)
def route_argument_changed(change: RouteChanged) -> Iterator[Match]:
    """An argument of the path accepts other strings than before."""
    if not change.old or not change.new:
        return
    for before, after in zip(change.old_converters, change.new_converters, strict=False):
        if before != after:
            is_wider = width(after) > width(before) and "(" not in after
            yield Match(
                place(change),
                f"{change.route} {before} -> {after}",
                {"before": before, "after": after},
                "wider" if is_wider else "narrower",
                verdict=Verdict.SAFE if is_wider else None,
            )


def width(converter: str) -> int:
    """How much a converter accepts; an unknown one the least."""
    return WIDTH.get(converter.partition("(")[0], 0)


@rule("endpoint-renamed", EndpointRenamed)
def endpoint_renamed(change: EndpointRenamed) -> Iterator[Match]:
    """A route that another function serves now."""
    yield Match(
        place(change),
        f"{change.route} {change.old} -> {change.new}",
        {"user": next(iter(change.used_at), "")},
        "used" if change.used_at else "renamed",
        ", ".join(change.used_at),
        verdict=Verdict.DANGEROUS if change.used_at else None,
    )


def hook(message: str, when: Callable[[HookChanged], bool], verdict: Verdict | None = None) -> Rule:
    """A rule on a function that Flask calls around requests."""
    return row("hook-changed", HookChanged, when, subject="{path} {kind} {name}", message=message, verdict=verdict)


def handler(message: str, when: Callable[[HandlerChanged], bool]) -> Rule:
    """A rule on what responds to an error."""
    return row("error-handler-changed", HandlerChanged, when, subject="{path} error {error}", message=message)


RULES = (
    harmless(
        "route-added",
        RouteChanged,
        lambda c: bool(new_methods(c)),
        where=place,
        subject=lambda c: f"{new_methods(c)} {c.route}",
        methods=new_methods,
    ),
    route_removed,
    row("route-removed", PrefixChanged, lambda _: True, subject="{path} {blueprint} prefix", message="prefix"),
    route_argument_changed,
    endpoint_renamed,
    harmless(
        "routes-redeclared",
        RoutesRedeclared,
        lambda _: True,
        subject=lambda c: f"{c.path} routes of {' '.join(c.views)}",
        views=lambda c: ", ".join(c.views),
    ),
    hook("added", lambda c: c.how == "added" and not c.can_refuse, Verdict.SAFE),
    hook("may-reject", lambda c: c.how == "added" and c.can_refuse),
    hook("removed", lambda c: c.how == "removed" and not c.is_security),
    hook("protection-removed", lambda c: c.how == "removed" and c.is_security, Verdict.DANGEROUS),
    hook("reordered", lambda c: c.how == "reordered", Verdict.DANGEROUS),
    handler("removed", lambda c: c.new is None),
    handler("added", lambda c: c.new is not None and c.old is None),
    handler("replaced", lambda c: c.new is not None and c.old is not None),
)
