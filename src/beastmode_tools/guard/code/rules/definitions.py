"""What became of functions, classes, values and files: added, moved, removed, rewritten."""

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
    ImportReplaced,
    LooseCodeChanged,
    SignatureChanged,
)
from beastmode_tools.guard.code.rules.row import harmless, row, via
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import gone_and_new, where
from beastmode_tools.source.files import is_test

__all__ = ["RULES"]


WIRING = re.compile(
    r"\.(?:register_blueprint|register_api|add_namespace|add_resource|add_url_rule|init_app|add_command)\("
)


def difference(change: BodyChanged | LooseCodeChanged) -> str:
    """The statements that differ, as evidence."""
    return gone_and_new(change.removed, change.added)


def is_topical(change: BodyChanged) -> bool:
    """Whether all that differs is about a topic, which rules of its own judge."""
    return change.only_topics and bool(change.topics)


@rule("business-logic-changed", BodyChanged)
def business_logic_changed(change: BodyChanged) -> Iterator[Match]:
    """A body that requests or jobs run does something else."""
    reach = change.reach
    if not reach.is_core and (is_topical(change) or not reach.entries):
        return
    yield Match(
        where(change),
        f"{change.path} {change.name}",
        {"via": via(reach.entries)},
        "core" if reach.is_core else "tested" if reach.tested_by else "untested",
        difference(change),
        verdict=Verdict.DANGEROUS if reach.is_core or not reach.tested_by else None,
    )


def is_unreached(change: BodyChanged) -> bool:
    """Whether no route, job or hook leads to the body, as far as reading can tell."""
    return not change.reach.entries and not change.reach.is_core and not is_topical(change)


@rule("code-moved", FunctionMoved)
def code_moved(change: FunctionMoved) -> Iterator[Match]:
    """The same code in another place."""
    subject = f"{change.old_path} {change.name} -> {change.path}"
    if change.stranded:
        fields, evidence = {"importer": change.stranded[0]}, ", ".join(change.stranded)
        yield Match(where(change), subject, fields, "stranded", evidence, verdict=Verdict.DANGEROUS)
    else:
        yield Match(where(change), subject, message="moved" if change.old_path != change.path else "within-file")


def is_unused(change: FunctionRemoved | ClassRemoved) -> bool:
    """Whether nothing was seen to use what is removed."""
    return not change.used_at and not (isinstance(change, FunctionRemoved) and change.roles & {"route", "job"})


@rule("signature-changed", SignatureChanged)
def signature_changed(change: SignatureChanged) -> Iterator[Match]:
    """Parameters that differ."""
    message, verdict = "compatible", Verdict.SAFE
    if change.callers:
        message, verdict = "called", Verdict.DANGEROUS
    elif change.breaks:
        message, verdict = "breaking", Verdict.CAUTIOUS
    elif "another default" in change.what:
        message, verdict = "default", Verdict.CAUTIOUS
    fields, evidence = {"caller": next(iter(change.callers), "")}, ", ".join(change.callers)
    yield Match(where(change), f"{change.path} {change.name}", fields, message, evidence, verdict=verdict)


@rule("constant-changed", ConstantChanged)
def constant_changed(change: ConstantChanged) -> Iterator[Match]:
    """A value at the top of a file that code depends on."""
    message, verdict, fields = "value", Verdict.DANGEROUS if change.reach.is_core else None, {}
    if change.old is None:
        message, verdict = "added", Verdict.SAFE
    elif change.name.startswith("__") and change.name.endswith("__"):
        removed = names_in(change.old) - names_in(change.new or "") if change.name == "__all__" else set()
        message, verdict = ("exports", Verdict.CAUTIOUS) if removed else ("metadata", Verdict.SAFE)
        fields = {"removed": ", ".join(sorted(removed))}
    else:
        fields = {"via": via(change.reach.entries)}
    yield Match(where(change), f"{change.path} {change.name}", fields, message, verdict=verdict)


def names_in(text: str) -> set[str]:
    """The names in a list of names."""
    return set(re.findall(r"['\"](\w+)['\"]", text))


def first_of(change: LooseCodeChanged) -> str:
    """The first statement that differs."""
    return (change.added or change.removed)[0]


def only_registers(change: LooseCodeChanged) -> bool:
    """Whether blueprints, extensions or commands are added and nothing else differs."""
    return not change.removed and all(WIRING.search(each) for each in change.added)


@rule("syntax-error", Broken)
def syntax_error(change: Broken) -> Iterator[Match]:
    """A file that Python refuses."""
    message, verdict = "work", None
    if change.side in {"base", "both"}:
        message, verdict = change.side, Verdict.CAUTIOUS
    elif change.started:
        message, verdict = "started", Verdict.CAUTIOUS
    yield Match(where(change), f"{change.path} {change.side}", message=message, verdict=verdict)


RULES = (
    business_logic_changed,
    row(
        "unreached-code-changed",
        BodyChanged,
        lambda c: is_unreached(c) and not c.reach.is_tool,
        message="unreached",
        evidence=difference,
    ),
    row(
        "unreached-code-changed",
        BodyChanged,
        lambda c: is_unreached(c) and c.reach.is_tool,
        message="script",
        evidence=difference,
        verdict=Verdict.SAFE,
    ),
    harmless("function-added", FunctionAdded, lambda c: "job" not in c.roles),
    harmless("job-added", FunctionAdded, lambda c: "job" in c.roles),
    harmless("class-added", ClassAdded, lambda c: c.kind not in {"model", "schema", "form"}),
    harmless("schema-added", ClassAdded, lambda c: c.kind in {"schema", "form"}),
    harmless("model-added", ClassAdded, lambda c: c.kind == "model"),
    code_moved,
    row(
        "used-code-removed",
        (FunctionRemoved, ClassRemoved),
        lambda c: bool(c.used_at),
        evidence=lambda c: ", ".join(c.used_at),
        verdict=lambda c: Verdict.CAUTIOUS if all(is_test(each.rpartition(":")[0]) for each in c.used_at) else None,
        user=lambda c: c.used_at[0],
    ),
    harmless("unused-code-removed", (FunctionRemoved, ClassRemoved), is_unused),
    row("job-removed", FunctionRemoved, lambda c: "job" in c.roles),
    signature_changed,
    constant_changed,
    row(
        "import-time-code-changed",
        LooseCodeChanged,
        only_registers,
        subject=lambda c: f"{c.path} import {first_of(c)[:60]}",
        message="registers",
        verdict=Verdict.SAFE,
        first=first_of,
    ),
    row(
        "import-time-code-changed",
        LooseCodeChanged,
        lambda c: not only_registers(c),
        subject=lambda c: f"{c.path} import {first_of(c)[:60]}",
        message="changed",
        evidence=difference,
    ),
    harmless("cosmetic-change", CosmeticChange, lambda _: True, subject="{path}", what=lambda c: ", ".join(c.what)),
    syntax_error,
    row("import-broken", ImportBroken, lambda _: True, subject="{path} {source} {name}"),
    row("import-replaced", ImportReplaced, lambda _: True, subject="{path} {name} {new}"),
)
