"""The kinds of change that are recognized by what the body of a function works on."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.code.compare.changes import BodyChanged, FunctionAdded, ValidatorChanged
from beastmode_tools.guard.code.rules.row import harmless, row, via
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, Rule, rule
from beastmode_tools.guard.wording import gone_and_new, where

__all__ = ["RULES"]

REGISTERS = re.compile(r"register_|add_namespace|add_resource|add_url_rule")
METHODS = re.compile(r"methods=[\[(]([^\])]*)[\])]")


def difference(change: BodyChanged | ValidatorChanged) -> str:
    """The statements that differ, as evidence."""
    return gone_and_new(change.removed, change.added)


def topical(name: str, topic: str, message: str = "") -> Rule:
    """A rule on a changed body that works on the topic."""
    return row(
        name,
        BodyChanged,
        lambda change: topic in change.topics,
        message=message,
        evidence=difference,
        via=lambda change: via(change.reach.entries),
    )


@rule("wiring-changed", BodyChanged)
def wiring_changed(change: BodyChanged) -> Iterator[Match]:
    """What the application is assembled of differs."""
    if "wiring" not in change.topics:
        return
    gone = [each for each in change.removed if REGISTERS.search(each)]
    message, verdict = "changed", None
    if "wiring" in change.only_added or takes_more_methods(change.removed, change.added):
        message, verdict = "added", Verdict.SAFE
    elif gone and not any("register_" in each or "add_" in each for each in change.added):
        message, verdict = "unregistered", Verdict.DANGEROUS
    fields = {"gone": gone[0] if gone else ""}
    yield Match(where(change), f"{change.path} {change.name}", fields, message, difference(change), verdict=verdict)


def takes_more_methods(removed: tuple[str, ...], added: tuple[str, ...]) -> bool:
    """Whether the same routes are registered, each with the methods that it had and perhaps more."""
    pairs = list(zip(removed, added, strict=False))
    return (
        len(removed) == len(added) > 0
        and all("add_url_rule" in old and METHODS.sub("", old) == METHODS.sub("", new) for old, new in pairs)
        and all(methods_of(old) and methods_of(old) <= methods_of(new) for old, new in pairs)
    )


def methods_of(text: str) -> set[str]:
    """The methods that a registration names."""
    found = METHODS.search(text)
    return set(re.findall(r"\w+", found[1])) if found else set()


@rule("response-changed", BodyChanged)
def response_changed(change: BodyChanged) -> Iterator[Match]:
    """What a view returns differs."""
    before, after = (responses(side) for side in (change.removed, change.added))
    if "route" in change.roles and before != after and (before or after):
        yield Match(
            where(change),
            f"{change.path} {change.name}",
            {"via": via(change.reach.entries), "keys": ", ".join(change.lost_keys)},
            "keys" if change.lost_keys else "changed",
            gone_and_new(before, after),
            verdict=Verdict.DANGEROUS if change.lost_keys else None,
        )


def responses(statements: tuple[str, ...]) -> list[str]:
    """The statements that respond."""
    return [each for each in statements if each.startswith("return ") or "abort(" in each or "make_response(" in each]


RULES = (
    topical("authentication-changed", "authentication"),
    topical("query-changed", "query"),
    topical("third-party-changed", "third-party", "changed"),
    row("third-party-changed", FunctionAdded, lambda c: "third-party" in c.topics, message="added"),
    topical("upload-changed", "upload", "changed"),
    row("upload-changed", FunctionAdded, lambda c: "upload" in c.topics and "route" in c.roles, message="added"),
    topical("notification-changed", "mail"),
    topical("payment-changed", "payment", "changed"),
    row("payment-changed", FunctionAdded, lambda c: "payment" in c.topics, message="added"),
    harmless("cache-added", BodyChanged, lambda c: "cache" in c.only_added, evidence=difference),
    row(
        "cache-changed",
        BodyChanged,
        lambda c: "cache" in c.topics and "cache" not in c.only_added,
        evidence=difference,
        via=lambda c: via(c.reach.entries),
    ),
    harmless("logging-changed", BodyChanged, lambda c: c.topics == {"logging"} and c.only_topics, evidence=difference),
    wiring_changed,
    response_changed,
    row("validator-changed", ValidatorChanged, lambda _: True, evidence=difference),
)
