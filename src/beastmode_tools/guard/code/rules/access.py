"""Who may call what: checks and decorators that guard a view."""

import re
from collections import Counter
from collections.abc import Iterator

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.code.compare.access import OWN_ROWS
from beastmode_tools.guard.code.compare.caching import PrivateAnswerCached
from beastmode_tools.guard.code.compare.changes import AccessCheckChanged, MechanismReplaced
from beastmode_tools.guard.code.compare.decorators import DecoratorChanged
from beastmode_tools.guard.code.rules.row import row, via
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]


ASKED = re.compile(r"\b(roles?|permissions?|scopes?|fresh|admin\w*|groups?|verify_\w+|refresh)\b")


def subject_of(change: DecoratorChanged) -> str:
    """The function, and the kind of decorator."""
    return f"{change.path} {change.name} {change.kind}"


def about(change: DecoratorChanged, message: str, verdict: Verdict | None = None) -> Match:
    """A match about the decorators of a function."""
    shown = (change.gained or change.lost or change.kept or ("",))[0]
    fields = {"decorator": shown, "via": via(change.entries)}
    return Match(where(change), subject_of(change), fields, message, change.difference, verdict=verdict)


def about_check(
    change: AccessCheckChanged, message: str, checks: dict[str, str], evidence: str, verdict: Verdict | None = None
) -> Match:
    """A match about the checks in the body of a function."""
    fields = {"via": via(change.entries), **checks}
    return Match(where(change), f"{change.path} {change.name} check", fields, message, evidence, verdict=verdict)


def more_of(some: tuple[str, ...], others: tuple[str, ...]) -> str:
    """The first check of which there are more in one body than in the other."""
    return next((Counter(some) - Counter(others)).elements())


@rule("authentication-lost", DecoratorChanged, AccessCheckChanged)
def authentication_lost(change: DecoratorChanged | AccessCheckChanged) -> Iterator[Match]:
    """A view that identified its callers no longer does."""
    if isinstance(change, AccessCheckChanged):
        if len(change.new) < len(change.old) and not is_merged(change):
            check = more_of(change.old, change.new)
            message = "own-rows" if check.startswith(OWN_ROWS) else "check"
            yield about_check(change, message, {"check": check}, "; ".join(change.old))
    elif change.kind == "authentication" and change.lost and not change.gained and not change.kept:
        yield about(change, "above-route" if change.above_route else "decorator")


@rule("authentication-gained", DecoratorChanged, AccessCheckChanged)
def authentication_gained(change: DecoratorChanged | AccessCheckChanged) -> Iterator[Match]:
    """A view that anyone could call now rejects callers."""
    if isinstance(change, AccessCheckChanged):
        if len(change.new) > len(change.old):
            check = more_of(change.new, change.old)
            is_own = check.startswith(OWN_ROWS)
            verdict = None if change.entries and not is_own else Verdict.CAUTIOUS
            message = "own-rows" if is_own else "check"
            yield about_check(change, message, {"check": check}, "; ".join(change.new), verdict)
    elif change.kind == "authentication" and change.gained and not change.lost and not change.kept:
        yield about(change, "decorator")
    elif change.kind == "public" and OPEN_ROUTE in change.lost and not change.gained:
        yield about(change, "no-longer-public")


@rule("authentication-replaced", DecoratorChanged, AccessCheckChanged)
def authentication_replaced(change: DecoratorChanged | AccessCheckChanged) -> Iterator[Match]:
    """A check on who calls that is another one now."""
    if isinstance(change, AccessCheckChanged):
        if len(change.new) == len(change.old) or is_merged(change):
            old = next((each for each in change.old if each not in change.new), change.old[0])
            new = next((each for each in change.new if each not in change.old), change.new[0])
            yield about_check(change, "check", {"old_check": old, "new_check": new}, f"- {old}; + {new}")
    elif change.kind == "authentication" and is_other(change):
        is_weaker = asks_less(change)
        yield about(change, "weaker" if is_weaker else "other", Verdict.DANGEROUS if is_weaker else None)


def is_merged(change: AccessCheckChanged) -> bool:
    """Whether two branches of one check became one, which asks for all that both of them asked for."""
    gone = [each for each in change.old if each not in change.new]
    come = [each for each in change.new if each not in change.old]
    if [len(gone), len(come)] != [2, 1] or not gone[1].startswith(f"not ({gone[0]})"):
        return False
    first, second, new = (set(re.findall(r"\w+", each)) for each in (gone[0], gone[1], come[0]))
    return first & second <= new | {"and", "not", "or", "in", "if", "else"}


def is_other(change: DecoratorChanged) -> bool:
    """Whether something stands where something else stood, or beside what stayed."""
    return bool((change.lost or change.gained) and (change.kept or (change.lost and change.gained)))


def asks_less(change: DecoratorChanged) -> bool:
    """Whether the same check lost what it asked for besides: a role, a permission, a fresh sign-in."""
    names = [{each.partition("(")[0] for each in side} for side in (change.lost, change.gained)]
    asked = [set(ASKED.findall(" ".join(side))) for side in (change.lost, change.gained)]
    return names[0] == names[1] and bool(asked[0] - asked[1])


@rule("authentication-overhauled", MechanismReplaced)
def authentication_overhauled(change: MechanismReplaced) -> Iterator[Match]:
    """How callers authenticate was replaced."""
    gone, come = " and ".join(change.gone), " and ".join(change.come)
    yield Match(where(change), f"authentication {gone} -> {come}", {"gone": gone, "come": come})


@rule("permission-changed", DecoratorChanged)
def permission_changed(change: DecoratorChanged) -> Iterator[Match]:
    """Another permission is required, or none."""
    if change.kind == "permission" and change.gained:
        yield about(change, "replaced" if change.lost else "added")
    elif change.kind == "permission" and change.lost:
        yield about(change, "lost", Verdict.DANGEROUS)


OPEN_ROUTE = "public=True"
EXEMPTIONS = {"csrf exemption": "CSRF protection", "limit exemption": "rate limits", "public": "authentication"}


@rule("private-answer-cached", PrivateAnswerCached)
def private_answer_cached(change: PrivateAnswerCached) -> Iterator[Match]:
    """A cache that gives one caller what it stored for another."""
    yield Match(
        where(change),
        f"{change.path} {change.name} cache",
        {"via": via(change.entries)},
        "skips-check" if change.skipped else "by-caller",
        f"@{change.cache}",
        verdict=None if change.skipped and not change.by_caller else Verdict.CAUTIOUS,
    )


@rule("decorator-changed", DecoratorChanged)
def decorator_changed(change: DecoratorChanged) -> Iterator[Match]:
    """Other decorators of no meaning that is known."""
    is_ordinary = change.kind in {"other", "cross origin", "cache", "registration", "optional authentication"}
    is_exempt_no_more = change.kind in EXEMPTIONS and not change.gained and OPEN_ROUTE not in change.lost
    if not is_ordinary and not is_exempt_no_more and (change.lost or change.gained):
        return
    if change.gained and not change.lost and change.kind in {"other", "cache"}:
        yield about(change, "cached" if change.kind == "cache" else "wrapped", Verdict.SAFE)
    elif change.gained:
        yield about(change, "changed" if change.lost else "added")
    else:
        yield about(change, "removed" if change.lost else "reordered")


RULES = (
    authentication_lost,
    authentication_gained,
    authentication_replaced,
    authentication_overhauled,
    permission_changed,
    row(
        "protection-exempted",
        CallChanged,
        lambda c: c.name.endswith(".exempt") and c.new is not None,
        subject="{path} {scope} {new}",
        message="call",
    ),
    row(
        "protection-exempted",
        DecoratorChanged,
        lambda c: c.kind in EXEMPTIONS and bool(c.gained) and OPEN_ROUTE not in c.gained,
        subject=subject_of,
        message="decorator",
        evidence=lambda c: c.difference,
        decorator=lambda c: c.gained[0],
        protection=lambda c: EXEMPTIONS[c.kind],
        via=lambda c: via(c.entries),
    ),
    row(
        "protection-exempted",
        DecoratorChanged,
        lambda c: OPEN_ROUTE in c.gained,
        subject=subject_of,
        message="route",
        evidence=lambda c: c.difference,
        via=lambda c: via(c.entries),
    ),
    private_answer_cached,
    decorator_changed,
)
