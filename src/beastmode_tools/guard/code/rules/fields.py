"""Fields of models and schemas, and files that are no Python."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.code.compare.changes import FieldChanged, FileNotUnderstood, SupportingFileChanged
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]

WHOLE = ("smallinteger", "integer", "biginteger")
TEXTS = {"string", "varchar", "unicode", "text", "unicodetext"}
SIZED = re.compile(
    r"\b(?:\w+\.)*(?P<name>SmallInteger|BigInteger|Integer|String|VARCHAR|UnicodeText|Unicode|Text)\b"
    r"(?:\((?:length=)?(?P<size>\d*)\))?"
)
"""A type that is a number or a text, with its length."""
HARMLESS = {"index", "spelling"}
UNIQUE = re.compile(r",\s*unique=True")
WHEN_GONE = re.compile(r",\s*(?:ondelete|onupdate)=(?:'[^']*'|None)")
BY_MIGRATION = "; the migration of this change is judged by itself"


def subject_of(change: FieldChanged) -> str:
    """Class and field."""
    return f"{change.path} {change.owner}.{change.name}"


@rule("optional-field-added", Verdict.SAFE, FieldChanged)
def optional_field_added(change: FieldChanged) -> Iterator[Found]:
    """A new field that nobody has to fill."""
    if (
        change.old is None
        and not change.name.startswith("__")
        and "required" not in change.aspects
        and "unique" not in change.aspects
    ):
        yield Found(
            where(change),
            f"{change.owner}.{change.name} is new and may be left out",
            "",
            subject_of(change),
            change.new or "",
        )


@rule("required-field-added", Verdict.CAUTIOUS, FieldChanged)
def required_field_added(change: FieldChanged) -> Iterator[Found]:
    """A new field that rows or callers must have."""
    if change.old is None and change.aspects & {"required", "unique"}:
        asks = "required" if "required" in change.aspects else "unique"
        problem = (
            f"{change.owner}.{change.name} is new and {asks}: rows and callers that know nothing of it are refused"
        )
        instead = "Begin with a field that may be empty or has a default; fill it; ask for it in a later deploy."
        yield Found(where(change), problem, instead, subject_of(change), change.new or "")


@rule("field-removed", Verdict.DANGEROUS, FieldChanged)
def field_removed(change: FieldChanged) -> Iterator[Found]:
    """A field that is gone."""
    if change.new is not None or change.kind not in {"model", "schema", "form"}:
        return
    whom = "rows keep a column that nothing fills" if change.kind == "model" else "callers no longer send or get it"
    problem = f"{change.owner}.{change.name} is gone: {whom}, and code that names it fails"
    instead = "First stop using it, deploy, and remove it in a later change."
    verdict = Verdict.SAFE if "relationship" in change.aspects and change.migrated else None
    yield Found(where(change), problem, instead, subject_of(change), change.old or "", verdict=verdict)


@rule("column-type-changed", Verdict.DANGEROUS, FieldChanged)
def column_type_changed(change: FieldChanged) -> Iterator[Found]:
    """A column of a model is declared with another type."""
    if change.kind == "model" and is_changed(change) and "type" in change.aspects and "Column" in columns_of(change):
        subject, evidence = subject_of(change), f"{change.old} -> {change.new}"
        by_migration = BY_MIGRATION if change.migrated else ""
        if is_wider(change.old or "", change.new or ""):
            problem = f"{change.owner}.{change.name} takes more than before{by_migration}"
            instead = "Look who reads it with less room: old processes, exports, other services."
            yield Found(where(change), problem, instead, subject, evidence, verdict=Verdict.CAUTIOUS)
            return
        problem = f"{change.owner}.{change.name} has another type{by_migration}"
        instead = "Add a new column, write both, copy, read the new one, and drop the old one in a later deploy."
        yield Found(where(change), problem, instead, subject, evidence)


@rule("column-constraint-changed", Verdict.DANGEROUS, FieldChanged)
def column_constraint_changed(change: FieldChanged) -> Iterator[Found]:
    """What a column of a model refuses differs."""
    hard = change.aspects & {"nullable", "unique", "foreign key", "constraint"}
    table = change.name in {"__table_args__", "__tablename__"} and not is_harmless(change)
    if change.kind == "model" and ((is_changed(change) and hard) or table):
        what = ", ".join(sorted(hard)) or "the table's constraints or name"
        problem = f"{change.owner}.{change.name} differs in {what}{BY_MIGRATION if change.migrated else ''}"
        instead = way_to(change)
        verdict = None
        if hard == {"nullable"} and not table and takes_null(change.new or "") and not takes_null(change.old or ""):
            problem = f"{change.owner}.{change.name} may be empty from now on{BY_MIGRATION if change.migrated else ''}"
            instead = "Look who reads it and has never met NULL there: old processes, exports, other services."
            verdict = Verdict.CAUTIOUS
        yield Found(
            where(change), problem, instead, subject_of(change), f"{change.old} -> {change.new}", verdict=verdict
        )


def is_harmless(change: FieldChanged) -> bool:
    """Whether nothing differs but what no row and no caller notices."""
    return bool(change.aspects) and change.aspects <= HARMLESS


def way_to(change: FieldChanged) -> str:
    """What to do about a rule of a column that differs: where rows may break it, or where nothing refuses them now."""
    old, new = change.old or "", change.new or ""
    if UNIQUE.search(old) and UNIQUE.sub("", old) == new:
        return "Nothing refuses equal rows any more: look who counts on it, above all old processes and the way back."
    if WHEN_GONE.search(old + new) and WHEN_GONE.sub("", old) == WHEN_GONE.sub("", new):
        return "Say which rows go, or lose their reference, when others are deleted, and try it on a copy."
    return "Look for rows that break the new rule, mend them, and let the database check it without holding the table."


@rule("field-changed", Verdict.CAUTIOUS, FieldChanged)
def field_changed(change: FieldChanged) -> Iterator[Found]:
    """A field is declared otherwise."""
    hard = {"nullable", "unique", "foreign key", "constraint", "type"}
    if change.new is None and change.kind not in {"model", "schema", "form"}:
        problem = f"{change.owner}.{change.name} is gone"
        yield Found(where(change), problem, "Look who still reads it.", subject_of(change), change.old or "")
    if not is_changed(change) or (
        change.kind == "model" and (change.aspects & hard and "Column" in columns_of(change))
    ):
        return
    harmless = is_harmless(change) or (change.kind == "model" and change.aspects == {"order"})
    if change.name.startswith("__") and not harmless:
        return
    if change.kind in {"schema", "form"} and "validation" in change.aspects:
        problem = f"{change.owner}.{change.name} takes other values than before"
    elif change.aspects == {"bases"}:
        problem = f"{change.owner} has other base classes"
    else:
        problem = f"{change.owner}.{change.name} differs in {', '.join(sorted(change.aspects))}"
    instead = "Say who writes and who reads it; what was taken before should be taken for a while longer."
    verdict = Verdict.SAFE if harmless else None
    yield Found(where(change), problem, instead, subject_of(change), f"{change.old} -> {change.new}", verdict=verdict)


def takes_null(text: str) -> bool:
    """Whether a column is declared to take NULL."""
    if text.endswith("…"):
        return False
    if said := re.search(r"nullable=(True|False)", text):
        return said[1] == "True"
    if "primary_key=True" in text:
        return False
    return "Mapped[" not in text or bool(re.search(r"Optional\[|\bNone\b", text.partition("=")[0]))


def is_wider(old: str, new: str) -> bool:
    """Whether a declaration differs only in that its type takes everything that it took, and more."""
    before, after = SIZED.search(old), SIZED.search(new)
    if not before or not after or rest_of(old, before) != rest_of(new, after):
        return False
    one, other = before["name"].lower(), after["name"].lower()
    if one in WHOLE and other in WHOLE:
        return WHOLE.index(one) < WHOLE.index(other)
    if one not in TEXTS or other not in TEXTS or ("unicode" in one) != ("unicode" in other):
        return False
    sizes = [int(each["size"]) if each["size"] else None for each in (before, after)]
    return sizes[0] is not None and (sizes[1] is None or sizes[1] > sizes[0])


def rest_of(text: str, match: re.Match[str]) -> str:
    """A declaration without its type."""
    return text[: match.start()] + text[match.end() :]


def is_changed(change: FieldChanged) -> bool:
    """Whether it is on both sides."""
    return change.old is not None and change.new is not None


def columns_of(change: FieldChanged) -> str:
    """The two declarations, with one word for a column."""
    return f"{change.old} {change.new}".replace("mapped_column", "Column").replace("Mapped[", "Column")


@rule("supporting-file-changed", Verdict.SAFE, SupportingFileChanged)
def supporting_file_changed(change: SupportingFileChanged) -> Iterator[Found]:
    """A file that is no Python, judged by its kind."""
    detail = f" ({change.detail})" if change.detail else ""
    verdict = Verdict.SAFE
    if change.kind in CAREFUL and not change.detail and change.how != "added":
        verdict = Verdict.CAUTIOUS
    if change.how == "removed" and change.kind in {"template", "static", "translation"}:
        verdict = Verdict.CAUTIOUS
    problem = f"{change.path} ({change.kind}) was {change.how}{detail}"
    instead = CAREFUL.get(change.kind, "Look whether anything still asks for it.") if verdict else ""
    yield Found(where(change), problem, instead, change.path, verdict=verdict)


CAREFUL = {
    "template": "Look at the page or message in a browser, with empty and with long values.",
    "packaging": "Build the package once, and look whether everything that runs is in it.",
    "script": "Run it once where nothing can break.",
    "sql": "Run it on a copy of the database.",
    "client code": "Pages stay open for hours: old ones must work with the new server, and the other way round.",
    "interface": "Whoever was generated from it must still understand the other side.",
    "data": "Look who reads it when.",
}


@rule("change-not-understood", Verdict.CAUTIOUS, FileNotUnderstood)
def change_not_understood(change: FileNotUnderstood) -> Iterator[Found]:
    """A changed file that nothing here could read."""
    problem = f"{change.path} changed and was not understood: {change.reason}"
    yield Found(where(change), problem, "Read this file yourself; the verdict says nothing about it.", change.path)


RULES = (
    optional_field_added,
    required_field_added,
    field_removed,
    column_type_changed,
    column_constraint_changed,
    field_changed,
    supporting_file_changed,
    change_not_understood,
)
