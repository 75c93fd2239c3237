"""What became of the code: added, moved, removed, rewritten."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.code.compare.changes import (
    BodyChanged,
    Broken,
    ClassAdded,
    ClassRemoved,
    ConstantChanged,
    CosmeticChange,
    FunctionAdded,
    FunctionMoved,
    FunctionRemoved,
    ImportBroken,
    LooseCodeChanged,
    SignatureChanged,
)
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import first_few, gone_and_new, where

__all__ = ["RULES", "via"]


WIRING = re.compile(
    r"\.(?:register_blueprint|register_api|add_namespace|add_resource|add_url_rule|init_app|add_command)\("
)


def via(entries: tuple[str, ...]) -> str:
    """From where the code is reached, for a sentence."""
    return f", reached by {first_few(entries, 2)}" if entries else ""


@rule("business-logic-changed", Verdict.CAUTIOUS, BodyChanged)
def business_logic_changed(change: BodyChanged) -> Iterator[Found]:
    """A body that requests or jobs run does something else."""
    reach = change.reach
    logic = not (change.only_topics and change.topics)
    if not reach.is_core and (not logic or not reach.entries):
        return
    untested = not reach.tested_by
    problem = f"{change.name} does something else{via(reach.entries)}"
    instead = "Keep the old behaviour behind a new function or a setting until the tests have shown the new one."
    if reach.is_core:
        problem += "; its file is core by [guard] core"
    elif untested:
        problem += ", and no test executes it"
        instead = "First write a test that holds what it does now, then change it; say in the change what is different."
    verdict = Verdict.DANGEROUS if reach.is_core or untested else Verdict.CAUTIOUS
    yield Found(
        where(change),
        problem,
        instead,
        f"{change.path} {change.name}",
        gone_and_new(change.removed, change.added),
        verdict=verdict,
    )


@rule("unreached-code-changed", Verdict.CAUTIOUS, BodyChanged)
def unreached_code_changed(change: BodyChanged) -> Iterator[Found]:
    """A body to which no route, job or hook leads, as far as reading can tell."""
    if change.reach.entries or change.reach.is_core or (change.only_topics and change.topics):
        return
    is_tool = change.reach.is_tool
    problem = f"{change.name} does something else; no route, job or hook was seen to reach it"
    if is_tool:
        problem = f"{change.name}, in a script for developers, does something else"
    instead = "" if is_tool else "Say who calls it, or remove it if nobody does."
    verdict = Verdict.SAFE if is_tool else None
    yield Found(
        where(change),
        problem,
        instead,
        f"{change.path} {change.name}",
        gone_and_new(change.removed, change.added),
        verdict=verdict,
    )


@rule("function-added", Verdict.SAFE, FunctionAdded)
def function_added(change: FunctionAdded) -> Iterator[Found]:
    """A new function changes nothing that was there."""
    if "job" not in change.roles:
        yield Found(where(change), f"{change.name} is new", "", f"{change.path} {change.name}")


@rule("class-added", Verdict.SAFE, ClassAdded)
def class_added(change: ClassAdded) -> Iterator[Found]:
    """A new class that is neither stored nor a schema."""
    if change.kind not in {"model", "schema", "form"}:
        yield Found(where(change), f"{change.name} is new", "", f"{change.path} {change.name}")


@rule("code-moved", Verdict.SAFE, FunctionMoved)
def code_moved(change: FunctionMoved) -> Iterator[Found]:
    """The same code in another place."""
    subject = f"{change.old_path} {change.name} -> {change.path}"
    if change.stranded:
        problem = (
            f"{change.name} moved to {change.path}, and {change.stranded[0]} still imports it from {change.old_path}"
        )
        instead = f"Import it in {change.old_path} again, so that the old place goes on working, or change the imports."
        evidence = ", ".join(change.stranded)
        yield Found(where(change), problem, instead, subject, evidence, verdict=Verdict.DANGEROUS)
        return
    place = f"from {change.old_path}" if change.old_path != change.path else "within its file"
    yield Found(where(change), f"{change.name} moved {place}", "", subject)


@rule("used-code-removed", Verdict.DANGEROUS, FunctionRemoved, ClassRemoved)
def used_code_removed(change: FunctionRemoved | ClassRemoved) -> Iterator[Found]:
    """A definition that is gone while others name it."""
    if change.used_at:
        problem = f"{change.name} is gone, and {change.used_at[0]} still uses it: it fails when it gets there"
        instead = f"Keep {change.name} until nothing uses it, or change these places in the same step."
        yield Found(where(change), problem, instead, f"{change.path} {change.name}", ", ".join(change.used_at))


@rule("unused-code-removed", Verdict.SAFE, FunctionRemoved, ClassRemoved)
def unused_code_removed(change: FunctionRemoved | ClassRemoved) -> Iterator[Found]:
    """A definition that is gone and that nothing was seen to name."""
    if not change.used_at and not (isinstance(change, FunctionRemoved) and change.roles & {"route", "job"}):
        yield Found(
            where(change), f"{change.name} is gone; nothing in the project names it", "", f"{change.path} {change.name}"
        )


@rule("job-removed", Verdict.DANGEROUS, FunctionRemoved)
def job_removed(change: FunctionRemoved) -> Iterator[Found]:
    """A background task that is gone while queued messages may still ask for it."""
    if "job" in change.roles:
        problem = f"the job {change.name} is gone: messages that wait in the queue ask for a name that nobody knows"
        instead = "Stop sending it first, let the queue run empty, and remove it in a later deploy."
        yield Found(where(change), problem, instead, f"{change.path} {change.name}")


@rule("signature-changed", Verdict.CAUTIOUS, SignatureChanged)
def signature_changed(change: SignatureChanged) -> Iterator[Found]:
    """Parameters that differ."""
    subject = f"{change.path} {change.name}"
    problem = f"{change.name} {change.what}"
    if change.callers:
        problem += f"; {change.callers[0]} still calls it the old way"
        instead = "Give the new parameter a default, or change the callers in the same step."
        yield Found(where(change), problem, instead, subject, ", ".join(change.callers), verdict=Verdict.DANGEROUS)
    elif change.breaks:
        instead = "Every call that was found fits; look for calls by other ways: jobs in a queue, getattr, plugins."
        yield Found(where(change), problem, instead, subject)
    else:
        verdict = Verdict.CAUTIOUS if "another default" in change.what else Verdict.SAFE
        instead = "Callers that leave it out now do something else: say which." if verdict else ""
        yield Found(where(change), problem, instead, subject, verdict=verdict)


@rule("constant-changed", Verdict.CAUTIOUS, ConstantChanged)
def constant_changed(change: ConstantChanged) -> Iterator[Found]:
    """A value at the top of a file that code depends on."""
    subject = f"{change.path} {change.name}"
    if change.old is None:
        yield Found(where(change), f"{change.name} is new", "", subject, verdict=Verdict.SAFE)
        return
    problem = f"{change.name} was {change.old} and is {change.new}{via(change.reach.entries)}"
    if change.name.startswith("__") and change.name.endswith("__"):
        fewer = change.name == "__all__" and names_in(change.old) - names_in(change.new or "")
        instead = f"`from ... import *` no longer brings {', '.join(sorted(fewer))}." if fewer else ""
        problem = f"{change.name} was {change.old} and is {change.new}"
        yield Found(where(change), problem, instead, subject, verdict=Verdict.CAUTIOUS if fewer else Verdict.SAFE)
        return
    verdict = Verdict.DANGEROUS if change.reach.is_core else None
    instead = "Say what the old value protected, and who depends on it; a setting lets both live for a while."
    yield Found(where(change), problem, instead, subject, verdict=verdict)


def names_in(text: str) -> set[str]:
    """The names in a list of names."""
    return set(re.findall(r"['\"](\w+)['\"]", text))


@rule("import-time-code-changed", Verdict.CAUTIOUS, LooseCodeChanged)
def import_time_code_changed(change: LooseCodeChanged) -> Iterator[Found]:
    """Code that runs while the file is imported."""
    first = (change.added or change.removed)[0]
    if not change.removed and all(WIRING.search(each) for each in change.added):
        problem = f"{change.path} installs more than before: {first}"
        yield Found(where(change), problem, "", f"{change.path} import {first[:60]}", verdict=Verdict.SAFE)
        return
    evidence = gone_and_new(change.removed, change.added)
    problem = f"what {change.path} does when it is imported differs"
    instead = "Look whether the new line needs anything that another process or an old deploy does not have."
    yield Found(where(change), problem, instead, f"{change.path} import {first[:60]}", evidence)


@rule("cosmetic-change", Verdict.SAFE, CosmeticChange)
def cosmetic_change(change: CosmeticChange) -> Iterator[Found]:
    """A Python file that does what it did."""
    yield Found(where(change), f"{change.path} does what it did: only {', '.join(change.what)} differ", "", change.path)


@rule("syntax-error", Verdict.DANGEROUS, Broken)
def syntax_error(change: Broken) -> Iterator[Found]:
    """A file that Python refuses."""
    subject = f"{change.path} {change.side}"
    if change.side == "base":
        problem = f"{change.path} could not be read before this change ({change.message}): what it did is not known"
        instead = "Read the new file as a whole; nothing can be compared."
        yield Found(where(change), problem, instead, subject, verdict=Verdict.CAUTIOUS)
        return
    verdict = Verdict.CAUTIOUS if change.started else Verdict.DANGEROUS
    problem = f"{change.path} cannot be parsed: {change.message}"
    if change.started:
        problem += "; the application started, so it is newer syntax than this tool reads, or a file that is not used"
    yield Found(
        where(change), problem, "Mend the line; nothing that imports the file starts.", subject, verdict=verdict
    )


@rule("import-broken", Verdict.DANGEROUS, ImportBroken)
def import_broken(change: ImportBroken) -> Iterator[Found]:
    """An import that cannot work."""
    problem = f"{change.path} imports {change.name}, which {change.source} does not have (any more): ImportError"
    yield Found(
        where(change), problem, "Import what is there, or add it.", f"{change.path} {change.source} {change.name}"
    )


RULES = (
    business_logic_changed,
    unreached_code_changed,
    function_added,
    class_added,
    code_moved,
    used_code_removed,
    unused_code_removed,
    job_removed,
    signature_changed,
    constant_changed,
    import_time_code_changed,
    cosmetic_change,
    syntax_error,
    import_broken,
)
