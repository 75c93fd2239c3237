"""Fields of models and schemas, and files that are not Python."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.code.compare.changes import FieldChanged, FileNotUnderstood, SupportingFileChanged
from beastmode_tools.guard.code.rules.row import harmless, row
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, rule
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
SHOWN = frozenset(("label", "description", "render_kw"))
"""What a form shows to people; no value is accepted or refused by it."""
UNIQUE = re.compile(r",\s*unique=True")
WHEN_GONE = re.compile(r",\s*(?:ondelete|onupdate)=(?:'[^']*'|None)")
BY_MIGRATION = "; the migration of this change is judged separately"
INDEX = re.compile(r"=\s*(?:\w+\.)*Index\(")
JUDGED = {"model", "schema", "form"}
LIMITING = {"nullable", "unique", "foreign key", "constraint"}


def subject_of(change: FieldChanged) -> str:
    """Class and field."""
    return f"{change.path} {change.owner}.{change.name}"


def both(change: FieldChanged) -> str:
    """The two declarations, as evidence."""
    return f"{change.old} -> {change.new}"


def is_optional(change: FieldChanged) -> bool:
    """Whether it is a new field that nobody has to fill."""
    is_new = change.old is None and not change.name.startswith("__")
    return is_new and not (change.kind in JUDGED and change.aspects & {"required", "unique"})


@rule("field-removed", FieldChanged)
def field_removed(change: FieldChanged) -> Iterator[Match]:
    """A field that is no longer there."""
    if change.new is not None or change.kind not in JUDGED or is_index(change):
        return
    message, verdict = "column" if change.kind == "model" else "field", None
    if "relationship" in change.aspects and change.migrated:
        message, verdict = "migrated", Verdict.SAFE
    yield Match(where(change), subject_of(change), {}, message, change.old or "", verdict=verdict)


@rule("column-type-changed", FieldChanged)
def column_type_changed(change: FieldChanged) -> Iterator[Match]:
    """A column of a model is declared with another type."""
    if change.kind == "model" and is_changed(change) and "type" in change.aspects and "Column" in columns_of(change):
        wider = is_wider(change.old or "", change.new or "")
        message, verdict = ("wider", Verdict.CAUTIOUS) if wider else ("other", None)
        fields = {"migration": BY_MIGRATION if change.migrated else ""}
        verdict = Verdict.SAFE if change.migrated else verdict
        yield Match(where(change), subject_of(change), fields, message, both(change), verdict=verdict)


@rule("column-constraint-changed", FieldChanged)
def column_constraint_changed(change: FieldChanged) -> Iterator[Match]:
    """What a column of a model rejects differs."""
    hard = change.aspects & LIMITING
    is_table = change.name in {"__table_args__", "__tablename__"} and not is_harmless(change)
    if change.kind != "model" or not ((is_changed(change) and hard) or is_table):
        return
    fields = {
        "what": ", ".join(sorted(hard)) or "the table's constraints or name",
        "migration": BY_MIGRATION if change.migrated else "",
    }
    message, verdict = way_to(change), None
    if hard == {"nullable"} and not is_table and takes_null(change.new or "") and not takes_null(change.old or ""):
        message, verdict = "nullable", Verdict.CAUTIOUS
    verdict = Verdict.SAFE if change.migrated else verdict
    yield Match(where(change), subject_of(change), fields, message, both(change), verdict=verdict)


def is_harmless(change: FieldChanged) -> bool:
    """Whether nothing differs but what no row and no caller notices."""
    shown = SHOWN if change.kind == "form" else frozenset()
    return bool(change.aspects) and change.aspects <= HARMLESS | shown


def way_to(change: FieldChanged) -> str:
    """The message about another constraint: where rows may violate it, or where nothing rejects them now."""
    old, new = change.old or "", change.new or ""
    if UNIQUE.search(old) and UNIQUE.sub("", old) == new:
        return "not-unique"
    if WHEN_GONE.search(old + new) and WHEN_GONE.sub("", old) == WHEN_GONE.sub("", new):
        return "on-delete"
    return "other"


@rule("field-changed", FieldChanged)
def field_changed(change: FieldChanged) -> Iterator[Match]:
    """A field is declared otherwise."""
    if change.new is None and is_index(change):
        yield Match(
            where(change), subject_of(change), {"what": "index"}, "harmless", change.old or "", verdict=Verdict.SAFE
        )
    elif change.new is None and change.kind not in JUDGED:
        yield Match(where(change), subject_of(change), {}, "attribute", change.old or "")
    if not is_changed(change) or is_of_column(change):
        return
    harmless = is_harmless(change) or (change.kind == "model" and change.aspects == {"order"})
    if change.name.startswith("__") and not harmless:
        return
    fields = {"what": ", ".join(sorted(change.aspects))}
    message, verdict = ("harmless", Verdict.SAFE) if harmless else (what_differs(change), None)
    yield Match(where(change), subject_of(change), fields, message, both(change), verdict=verdict)


def is_index(change: FieldChanged) -> bool:
    """Whether it is an index that stands among the columns of a model."""
    return bool(INDEX.search(change.old or change.new or ""))


def is_of_column(change: FieldChanged) -> bool:
    """Whether the rules on columns judge it."""
    return change.kind == "model" and bool(change.aspects & (LIMITING | {"type"})) and "Column" in columns_of(change)


def what_differs(change: FieldChanged) -> str:
    """The message about another declaration."""
    if change.kind in {"schema", "form"} and "validation" in change.aspects:
        return "validation"
    return "bases" if change.aspects == {"bases"} else "other"


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


CAREFUL = {
    "sql": "Run it on a copy of the database.",
    "interface": "Check that code generated from either version understands the other side.",
    "data": "Check what reads it, and when.",
}


def is_used(change: SupportingFileChanged) -> bool:
    """Whether something may depend on what differs."""
    if change.how == "removed" and change.kind in {"template", "static", "translation"}:
        return True
    return change.kind in CAREFUL and not change.detail and change.how != "added"


@rule("supporting-file-changed", SupportingFileChanged)
def supporting_file_changed(change: SupportingFileChanged) -> Iterator[Match]:
    """A file that is not Python, judged by its kind."""
    fields = {
        "detail": f" ({change.detail})" if change.detail else "",
        "advice": CAREFUL.get(change.kind, "Check whether anything still uses it."),
    }
    message, verdict = ("used", Verdict.CAUTIOUS) if is_used(change) else ("unused", Verdict.SAFE)
    yield Match(where(change), change.path, fields, message, verdict=verdict)


RULES = (
    harmless("optional-field-added", FieldChanged, is_optional, subject=subject_of, evidence=lambda c: c.new or ""),
    row(
        "required-field-added",
        FieldChanged,
        lambda c: c.old is None and c.kind in JUDGED and bool(c.aspects & {"required", "unique"}),
        subject=subject_of,
        evidence=lambda c: c.new or "",
        asks=lambda c: "required" if "required" in c.aspects else "unique",
    ),
    field_removed,
    column_type_changed,
    column_constraint_changed,
    field_changed,
    supporting_file_changed,
    row("change-not-understood", FileNotUnderstood, lambda _: True, subject="{path}"),
)
