"""The kinds of change that are recognized by what the body of a function works on."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.code.compare.changes import BodyChanged, ClassAdded, FunctionAdded, ValidatorChanged
from beastmode_tools.guard.code.rules.code import via
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import gone_and_new, where

__all__ = ["RULES"]


def topical(change: BodyChanged, topic: str, what: str, instead: str) -> Iterator[Found]:
    """The finding for a changed body that works on the topic."""
    if topic in change.topics:
        problem = f"{change.name} changes {what}{via(change.reach.entries)}"
        yield Found(
            where(change), problem, instead, f"{change.path} {change.name}", gone_and_new(change.removed, change.added)
        )


@rule("authentication-changed", Verdict.CAUTIOUS, BodyChanged)
def authentication_changed(change: BodyChanged) -> Iterator[Found]:
    """How callers are recognised, or what they may do."""
    instead = "Try it as nobody, as another user and as an administrator; take old tokens until they run out."
    yield from topical(change, "authentication", "how callers are recognised or what they may do", instead)


@rule("query-changed", Verdict.CAUTIOUS, BodyChanged)
def query_changed(change: BodyChanged) -> Iterator[Found]:
    """Which rows are read, and how."""
    instead = "Compare rows, order and number of statements with the old query, on empty, one and many rows."
    yield from topical(change, "query", "a database query", instead)


@rule("third-party-changed", Verdict.CAUTIOUS, BodyChanged, FunctionAdded)
def third_party_changed(change: BodyChanged | FunctionAdded) -> Iterator[Found]:
    """A service of somebody else is called, or called otherwise."""
    instead = "Set a timeout, decide what happens when the service is down, and repeat only what may be done twice."
    if isinstance(change, BodyChanged):
        yield from topical(change, "third-party", "how a service of somebody else is called", instead)
    elif "third-party" in change.topics:
        problem = f"{change.name} is new and calls a service of somebody else"
        yield Found(where(change), problem, instead, f"{change.path} {change.name}")


@rule("upload-changed", Verdict.CAUTIOUS, BodyChanged, FunctionAdded)
def upload_changed(change: BodyChanged | FunctionAdded) -> Iterator[Found]:
    """How files come in or where they are kept."""
    if isinstance(change, BodyChanged):
        instead = (
            "Files stored by the old code must stay readable; check size, type and name before anything is written."
        )
        yield from topical(change, "upload", "how files are taken or stored", instead)
    elif "upload" in change.topics and "route" in change.roles:
        instead = "Limit the size, check type and name before anything is written, and keep files outside of the code."
        problem = f"{change.name} is new and takes or gives files"
        yield Found(where(change), problem, instead, f"{change.path} {change.name}")


@rule("notification-changed", Verdict.CAUTIOUS, BodyChanged)
def notification_changed(change: BodyChanged) -> Iterator[Found]:
    """Who gets which message."""
    instead = "Send it to yourself first; look at what happens when it fails, and that nobody gets it twice."
    yield from topical(change, "mail", "messages that people get", instead)


@rule("payment-changed", Verdict.CAUTIOUS, BodyChanged, FunctionAdded)
def payment_changed(change: BodyChanged | FunctionAdded) -> Iterator[Found]:
    """How money moves."""
    instead = "Run it in the provider's test mode: success, refusal, a timeout after the charge, the same twice."
    if isinstance(change, BodyChanged):
        yield from topical(change, "payment", "how money moves", instead)
    elif "payment" in change.topics:
        yield Found(where(change), f"{change.name} is new and moves money", instead, f"{change.path} {change.name}")


@rule("cache-added", Verdict.SAFE, BodyChanged)
def cache_added(change: BodyChanged) -> Iterator[Found]:
    """A result is kept that was computed each time."""
    if "cache" in change.only_added:
        yield Found(
            where(change),
            f"{change.name} uses a cache now",
            "",
            f"{change.path} {change.name}",
            gone_and_new(change.removed, change.added),
        )


@rule("cache-changed", Verdict.CAUTIOUS, BodyChanged)
def cache_changed(change: BodyChanged) -> Iterator[Found]:
    """A key, a lifetime or an eviction differs."""
    if "cache" in change.topics and "cache" not in change.only_added:
        problem = f"{change.name} keeps its results otherwise{via(change.reach.entries)}"
        instead = "Old and new processes share the cache during a deploy: give a new form of value a new key."
        yield Found(
            where(change), problem, instead, f"{change.path} {change.name}", gone_and_new(change.removed, change.added)
        )


@rule("logging-changed", Verdict.SAFE, BodyChanged)
def logging_changed(change: BodyChanged) -> Iterator[Found]:
    """Only what is logged or counted differs."""
    if change.topics == {"logging"} and change.only_topics:
        yield Found(
            where(change),
            f"{change.name} logs otherwise",
            "",
            f"{change.path} {change.name}",
            gone_and_new(change.removed, change.added),
        )


@rule("wiring-changed", Verdict.CAUTIOUS, BodyChanged)
def wiring_changed(change: BodyChanged) -> Iterator[Found]:
    """What the application is put together of differs."""
    if "wiring" not in change.topics:
        return
    subject = f"{change.path} {change.name}"
    if "wiring" in change.only_added or takes_more_methods(change.removed, change.added):
        yield Found(
            where(change),
            f"{change.name} installs more than before",
            "",
            subject,
            gone_and_new(change.removed, change.added),
            verdict=Verdict.SAFE,
        )
        return
    gone = [each for each in change.removed if re.search(r"register_|add_namespace|add_resource|add_url_rule", each)]
    problem = f"{change.name} puts the application together otherwise"
    verdict = None
    if gone and not any("register_" in each or "add_" in each for each in change.added):
        problem, verdict = f"{change.name} no longer does {gone[0]}: every route of it is gone", Verdict.DANGEROUS
    instead = "Compare `flask routes` and the installed extensions of before and after."
    yield Found(where(change), problem, instead, subject, gone_and_new(change.removed, change.added), verdict=verdict)


METHODS = re.compile(r"methods=[\[(]([^\])]*)[\])]")


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


@rule("job-added", Verdict.SAFE, FunctionAdded)
def job_added(change: FunctionAdded) -> Iterator[Found]:
    """A new background task."""
    if "job" in change.roles:
        yield Found(where(change), f"the job {change.name} is new", "", f"{change.path} {change.name}")


@rule("schema-added", Verdict.SAFE, ClassAdded)
def schema_added(change: ClassAdded) -> Iterator[Found]:
    """A new schema or form that judges input."""
    if change.kind in {"schema", "form"}:
        yield Found(where(change), f"the {change.kind} {change.name} is new", "", f"{change.path} {change.name}")


@rule("model-added", Verdict.SAFE, ClassAdded)
def model_added(change: ClassAdded) -> Iterator[Found]:
    """A new class that is stored in a table of its own."""
    if change.kind == "model":
        yield Found(where(change), f"the model {change.name} is new", "", f"{change.path} {change.name}")


@rule("response-changed", Verdict.CAUTIOUS, BodyChanged)
def response_changed(change: BodyChanged) -> Iterator[Found]:
    """What a view answers differs."""
    before, after = (answers(side) for side in (change.removed, change.added))
    if "route" in change.roles and before != after and (before or after):
        problem = f"{change.name} answers otherwise{via(change.reach.entries)}"
        instead = "Add to an answer rather than change it, or answer the new form under a new version of the API."
        evidence = gone_and_new(before, after)
        verdict = None
        if change.lost_keys:
            problem += f", without {', '.join(change.lost_keys)}"
            verdict = Verdict.DANGEROUS
        yield Found(where(change), problem, instead, f"{change.path} {change.name}", evidence, verdict=verdict)


def answers(statements: tuple[str, ...]) -> list[str]:
    """The statements that answer."""
    return [each for each in statements if each.startswith("return ") or "abort(" in each or "make_response(" in each]


@rule("validator-changed", Verdict.CAUTIOUS, ValidatorChanged)
def validator_changed(change: ValidatorChanged) -> Iterator[Found]:
    """Which input is taken differs, and no specification says so."""
    problem = f"{change.name} judges input otherwise: invisible in the specification"
    instead = "Say in the specification what is taken now; a stricter rule refuses clients that were right before."
    evidence = gone_and_new(change.removed, change.added)
    yield Found(where(change), problem, instead, f"{change.path} {change.name}", evidence)


RULES = (
    authentication_changed,
    query_changed,
    third_party_changed,
    upload_changed,
    notification_changed,
    payment_changed,
    cache_added,
    cache_changed,
    logging_changed,
    wiring_changed,
    job_added,
    schema_added,
    model_added,
    response_changed,
    validator_changed,
)
