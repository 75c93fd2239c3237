"""Who may call what: checks and decorators that guard a view."""

import re
from collections import Counter
from collections.abc import Iterator

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.code.compare.access import OWN_ROWS
from beastmode_tools.guard.code.compare.caching import PrivateAnswerCached
from beastmode_tools.guard.code.compare.changes import AccessCheckChanged, MechanismReplaced
from beastmode_tools.guard.code.compare.decorators import DecoratorChanged
from beastmode_tools.guard.code.rules.code import via
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]


ASKED = re.compile(r"\b(roles?|permissions?|scopes?|fresh|admin\w*|groups?|verify_\w+|refresh)\b")


def subject_of(change: DecoratorChanged) -> str:
    """The function, and the kind of decorator."""
    return f"{change.path} {change.name} {change.kind}"


@rule("authentication-lost", Verdict.DANGEROUS, DecoratorChanged, AccessCheckChanged)
def authentication_lost(change: DecoratorChanged | AccessCheckChanged) -> Iterator[Found]:
    """A view that asked who calls asks no more."""
    if isinstance(change, AccessCheckChanged):
        if len(change.new) < len(change.old):
            lost = list((Counter(change.old) - Counter(change.new)).elements())
            problem = f"{change.name} no longer refuses callers by `{lost[0]}`{via(change.entries)}"
            if lost[0].startswith(OWN_ROWS):
                problem = (
                    f"{change.name} no longer reads {lost[0]}: callers get what is not theirs{via(change.entries)}"
                )
            instead = "Put the check back, or say who may call it now and why that is safe."
            yield Found(where(change), problem, instead, f"{change.path} {change.name} check", "; ".join(change.old))
        return
    if change.kind == "authentication" and change.lost and not change.gained and not change.kept:
        problem = f"{change.name} lost @{change.lost[0]}: anybody may call it{via(change.entries)}"
        if change.above_route:
            problem = f"@{change.lost[0]} now stands above the route of {change.name}, where it guards nothing"
        instead = (
            "Put the decorator back, below the route; if the route shall be public, say so and accept the finding."
        )
        yield Found(where(change), problem, instead, subject_of(change), change.difference)


@rule("authentication-gained", Verdict.DANGEROUS, DecoratorChanged, AccessCheckChanged)
def authentication_gained(change: DecoratorChanged | AccessCheckChanged) -> Iterator[Found]:
    """A view that everybody could call now refuses callers."""
    instead = "Add a new route that asks for credentials, tell clients, and close the old one at an announced date."
    if isinstance(change, AccessCheckChanged):
        if len(change.new) > len(change.old):
            gained = list((Counter(change.new) - Counter(change.old)).elements())
            problem = f"{change.name} now refuses callers by `{gained[0]}`{via(change.entries)}"
            if gained[0].startswith(OWN_ROWS):
                problem = f"{change.name} now reads {gained[0]}: callers no longer get all{via(change.entries)}"
            verdict = None if change.entries and not gained[0].startswith(OWN_ROWS) else Verdict.CAUTIOUS
            subject = f"{change.path} {change.name} check"
            yield Found(where(change), problem, instead, subject, "; ".join(change.new), verdict=verdict)
        return
    if change.kind == "authentication" and change.gained and not change.lost and not change.kept:
        problem = (
            f"{change.name} now needs @{change.gained[0]}: clients without credentials are refused{via(change.entries)}"
        )
        yield Found(where(change), problem, instead, subject_of(change), change.difference)


@rule("authentication-replaced", Verdict.CAUTIOUS, DecoratorChanged, AccessCheckChanged)
def authentication_replaced(change: DecoratorChanged | AccessCheckChanged) -> Iterator[Found]:
    """A check on who calls that is another one now."""
    instead = "Try it as nobody, as another user, and with a token of before the deploy."
    if isinstance(change, AccessCheckChanged):
        if len(change.new) == len(change.old):
            old = next((each for each in change.old if each not in change.new), change.old[0])
            new = next((each for each in change.new if each not in change.old), change.new[0])
            problem = f"{change.name} refuses callers by `{new}` instead of `{old}`{via(change.entries)}"
            yield Found(where(change), problem, instead, f"{change.path} {change.name} check", f"- {old}; + {new}")
        return
    if (
        change.kind == "authentication"
        and (change.lost or change.gained)
        and (change.kept or (change.lost and change.gained))
    ):
        less = asks_less(change)
        problem = f"{change.name} {'asks for less' if less else 'is guarded otherwise'}{via(change.entries)}"
        verdict = Verdict.DANGEROUS if less else None
        yield Found(where(change), problem, instead, subject_of(change), change.difference, verdict=verdict)


def asks_less(change: DecoratorChanged) -> bool:
    """Whether the same check lost what it asked for besides: a role, a permission, a fresh sign-in."""
    names = [{each.partition("(")[0] for each in side} for side in (change.lost, change.gained)]
    asked = [set(ASKED.findall(" ".join(side))) for side in (change.lost, change.gained)]
    return names[0] == names[1] and bool(asked[0] - asked[1])


@rule("authentication-overhauled", Verdict.DANGEROUS, MechanismReplaced)
def authentication_overhauled(change: MechanismReplaced) -> Iterator[Found]:
    """How callers prove who they are was replaced."""
    gone, come = " and ".join(change.gone), " and ".join(change.come)
    problem = (
        f"{gone} made way for {come}: everybody who is signed in, and every stored token or hash, is of the old kind"
    )
    instead = "Accept both for as long as old sessions, tokens or hashes live, and rewrite them as they are used."
    yield Found(where(change), problem, instead, f"authentication {gone} -> {come}")


@rule("permission-lost", Verdict.DANGEROUS, DecoratorChanged)
def permission_lost(change: DecoratorChanged) -> Iterator[Found]:
    """A view that only some might call is open to everybody who is signed in, or to everybody."""
    if change.kind == "permission" and change.lost and not change.gained:
        problem = f"{change.name} lost @{change.lost[0]}: people without that right may call it{via(change.entries)}"
        yield Found(
            where(change), problem, "Put the decorator back, below the route.", subject_of(change), change.difference
        )


@rule("permission-changed", Verdict.CAUTIOUS, DecoratorChanged)
def permission_changed(change: DecoratorChanged) -> Iterator[Found]:
    """Another right is asked for."""
    if change.kind == "permission" and change.gained:
        verb = "asks for another right" if change.lost else "newly asks for a right"
        problem = f"{change.name} {verb}: @{change.gained[0]}{via(change.entries)}"
        instead = "List who has the old right and who has the new one; give the new one before the deploy."
        yield Found(where(change), problem, instead, subject_of(change), change.difference)


@rule("protection-exempted", Verdict.DANGEROUS, DecoratorChanged, CallChanged)
def protection_exempted(change: DecoratorChanged | CallChanged) -> Iterator[Found]:
    """A view is taken out of CSRF protection, limits or authentication."""
    if isinstance(change, CallChanged):
        if change.name.endswith(".exempt") and change.new is not None:
            problem = f"{change.new} takes routes out of a protection"
            instead = "Exempt only what no browser calls with a session, and check such callers in another way."
            yield Found(where(change), problem, instead, f"{change.path} {change.scope} {change.new}")
        return
    if change.kind in {"csrf exemption", "limit exemption", "public"} and change.gained:
        what = {"csrf exemption": "CSRF protection", "limit exemption": "rate limits", "public": "authentication"}[
            change.kind
        ]
        problem = f"{change.name} is taken out of {what} by @{change.gained[0]}{via(change.entries)}"
        instead = "Exempt only what no browser calls with a session, and check such callers in another way."
        yield Found(where(change), problem, instead, subject_of(change), change.difference)


@rule("private-answer-cached", Verdict.DANGEROUS, PrivateAnswerCached)
def private_answer_cached(change: PrivateAnswerCached) -> Iterator[Found]:
    """A cache that gives one caller what it kept for another."""
    if change.skipped:
        problem = (
            f"@{change.cache} keeps answers of {change.name} above @{change.skipped}: "
            f"who is answered from the cache is not checked{via(change.entries)}"
        )
        instead = f"Put the cache below @{change.skipped}, and the caller into its key."
    else:
        problem = f"@{change.cache} keeps what {change.name} answers by {change.reads}{via(change.entries)}"
        instead = "Put the caller into the key, or keep only the part that is the same for everybody."
    verdict = None if change.skipped and not change.by_caller else Verdict.CAUTIOUS
    yield Found(
        where(change), problem, instead, f"{change.path} {change.name} cache", f"@{change.cache}", verdict=verdict
    )


@rule("decorator-changed", Verdict.CAUTIOUS, DecoratorChanged)
def decorator_changed(change: DecoratorChanged) -> Iterator[Found]:
    """Other decorators: what wraps a function differs."""
    ordinary = change.kind in {"other", "cross origin", "cache", "registration", "optional authentication"}
    exempted_no_more = change.kind in {"csrf exemption", "limit exemption", "public"} and not change.gained
    if not ordinary and not exempted_no_more and (change.lost or change.gained):
        return
    only_added = bool(change.gained) and not change.lost
    safe = only_added and change.kind in {"other", "cache"}
    what = (
        "is wrapped in" if only_added else "is no longer wrapped in" if not change.gained else "is wrapped otherwise:"
    )
    shown = (change.gained or change.lost or change.kept or ("other order",))[0]
    problem = f"{change.name} {what} @{shown}{via(change.entries)}"
    if change.kind == "cache" and only_added:
        problem = f"answers of {change.name} are kept in a cache now: @{shown}"
    instead = "" if safe else "Say what the decorator did for callers, and who does it now."
    verdict = Verdict.SAFE if safe else None
    yield Found(where(change), problem, instead, subject_of(change), change.difference, verdict=verdict)


RULES = (
    authentication_lost,
    authentication_gained,
    authentication_replaced,
    authentication_overhauled,
    permission_lost,
    permission_changed,
    protection_exempted,
    private_answer_cached,
    decorator_changed,
)
