"""Statements that are told by their first words: what no SQL parser needs to take apart."""

import re
from collections.abc import Callable

from beastmode_tools.guard.migrations.compare.operations import (
    Action,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterTable,
    Constraint,
    ConstraintKind,
    LockTable,
    Maintenance,
    ObjectDdl,
    Operation,
    Place,
    RenameEnumValue,
    RenameObject,
    RenameTable,
    SetSetting,
    TransactionControl,
    ValidateConstraint,
)

__all__ = ["command_of", "plain_name"]

NAME = r'((?:"[^"]+"|`[^`]+`|[\w$]+)(?:\.(?:"[^"]+"|`[^`]+`|[\w$]+))?)'
TABLE = rf"ALTER TABLE (?:IF EXISTS )?(?:ONLY )?{NAME}"


def plain_name(text: str | None) -> str:
    """A name without quotes; the schema `public` is left out, since nearly nobody writes it."""
    return re.sub(r'["`]', "", text or "").removeprefix("public.")


def unquoted(text: str) -> str:
    """A text without its quotes."""
    return text.strip().strip("'").replace("''", "'")


def schema_move(place: Place, match: re.Match[str], _: str) -> Operation:
    """SET SCHEMA is a rename as far as callers see."""
    table = plain_name(match[1])
    return RenameTable(place=place, table=table, new_name=f"{plain_name(match[2])}.{table.rpartition('.')[2]}")


def enum_value(place: Place, match: re.Match[str], _: str) -> Operation:
    """ADD VALUE, perhaps at a place."""
    return AddEnumValue(
        place=place,
        name=plain_name(match[1]),
        value=unquoted(match[3]),
        if_not_exists=bool(match[2]),
        placed=bool(match[4]),
    )


def index_constraint(place: Place, match: re.Match[str], _: str) -> Operation:
    """A constraint that takes over an index."""
    kind: ConstraintKind = "unique" if match[3].upper() == "UNIQUE" else "primary"
    constraint = Constraint(kind=kind, name=plain_name(match[2]), using_index=plain_name(match[4]))
    return AddConstraint(place=place, table=plain_name(match[1]), constraint=constraint)


def maintenance(place: Place, match: re.Match[str], _: str) -> Operation:
    """VACUUM and its like."""
    text = match[0].upper()
    command = match[1].upper()
    if command == "VACUUM" and re.match(r"VACUUM\s*(\([^)]*\bFULL\b[^)]*\)|FULL\b)", text):
        command = "VACUUM FULL"
    rest = re.sub(
        r"(?i)\([^)]*\)|\b(FULL|VERBOSE|ANALYZE|FREEZE|TABLE|INDEX|SCHEMA|CONCURRENTLY|VIEW)\b", " ", match[2] or ""
    )
    return Maintenance(
        place=place, command=command, target=plain_name(rest.strip()), concurrently="CONCURRENTLY" in text
    )


ACTIONS: dict[str, Action] = {"create": "create", "alter": "alter", "drop": "drop"}


def other_object(place: Place, match: re.Match[str], sql: str) -> Operation:
    """DDL on a view, function, trigger and so on."""
    verb, replaced, kind, name = match[1].lower(), match[2], match[3].lower(), plain_name(match[4])
    on = re.search(rf"(?i)\bON {NAME}", match[0])
    action: Action = "replace" if replaced else ACTIONS[verb]
    return ObjectDdl(
        place=place,
        action=action,
        kind={"procedure": "function", "event trigger": "trigger"}.get(kind, kind),
        name=name,
        sql=sql,
        table=plain_name(on[1]) if on and kind in {"trigger", "policy", "rule"} else None,
        cascade=bool(re.search(r"(?i)\bCASCADE\s*$", match[0])),
    )


KIND = (
    "MATERIALIZED VIEW|VIEW|EVENT TRIGGER|TRIGGER|FUNCTION|PROCEDURE|EXTENSION|POLICY|SEQUENCE|SCHEMA|DOMAIN|ROLE|USER|"
    "DATABASE|RULE|AGGREGATE|OPERATOR|COLLATION|PUBLICATION|SUBSCRIPTION|SERVER|CAST|STATISTICS|TABLESPACE|TYPE"
)
PATTERNS: tuple[tuple[str, Callable[[Place, re.Match[str], str], Operation]], ...] = (
    (rf"ALTER TYPE {NAME} ADD VALUE (IF NOT EXISTS )?('(?:[^']|'')*')( (?:BEFORE|AFTER) .*)?$", enum_value),
    (
        rf"ALTER TYPE {NAME} RENAME VALUE ('(?:[^']|'')*') TO ('(?:[^']|'')*')",
        lambda place, match, _: RenameEnumValue(
            place=place, name=plain_name(match[1]), value=unquoted(match[2]), new_value=unquoted(match[3])
        ),
    ),
    (
        rf"{TABLE} VALIDATE CONSTRAINT {NAME}",
        lambda place, match, _: ValidateConstraint(place=place, table=plain_name(match[1]), name=plain_name(match[2])),
    ),
    (rf"{TABLE} ADD CONSTRAINT {NAME} (UNIQUE|PRIMARY KEY) USING INDEX {NAME}", index_constraint),
    (rf"{TABLE} SET SCHEMA {NAME}", schema_move),
    (
        rf"{TABLE} RENAME CONSTRAINT {NAME} TO {NAME}",
        lambda place, match, _: RenameObject(
            place=place, kind="constraint", name=plain_name(match[2]), new_name=plain_name(match[3])
        ),
    ),
    (
        (
            r"ALTER (INDEX|SEQUENCE|VIEW|MATERIALIZED VIEW|TYPE|SCHEMA|FUNCTION|TRIGGER|POLICY) (?:IF EXISTS )?"
            rf"{NAME}(?:\([^)]*\))?(?: ON \S+)? RENAME TO {NAME}"
        ),
        lambda place, match, _: RenameObject(
            place=place, kind=match[1].lower(), name=plain_name(match[2]), new_name=plain_name(match[3])
        ),
    ),
    (
        rf"{TABLE} ALTER (?:COLUMN )?{NAME} (?:ADD GENERATED|DROP IDENTITY|SET GENERATED|DROP EXPRESSION|RESTART)",
        lambda place, match, _: AlterColumn(
            place=place, table=plain_name(match[1]), column=plain_name(match[2]), identity=True
        ),
    ),
    (
        (
            rf"{TABLE} ((?:DETACH|ATTACH) PARTITION"
            r"|(?:DIS|EN)ABLE (?:TRIGGER|ROW LEVEL SECURITY|RULE|ALWAYS TRIGGER|REPLICA TRIGGER)"
            r"|(?:NO )?FORCE ROW LEVEL SECURITY|REPLICA IDENTITY|(?:NO )?INHERIT|OWNER TO"
            r"|SET TABLESPACE|SET (?:UN)?LOGGED"
            r"|CLUSTER ON|SET WITHOUT CLUSTER|SET \(|RESET \(|SET ACCESS METHOD)"
        ),
        lambda place, match, sql: AlterTable(
            place=place, table=plain_name(match[1]), action=match[2].upper().rstrip(" ("), sql=sql
        ),
    ),
    (
        rf"LOCK (?:TABLE )?(?:ONLY )?{NAME}(?:.{{0,200}}? IN ([A-Z ]{{3,40}}?) MODE)?",
        lambda place, match, _: LockTable(
            place=place, table=plain_name(match[1]), mode=(match[2] or "ACCESS EXCLUSIVE").upper()
        ),
    ),
    (r"(VACUUM|CLUSTER|REINDEX|ANALYZE|REFRESH MATERIALIZED VIEW|OPTIMIZE)\b(.*)$", maintenance),
    (
        r"(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|END|SAVEPOINT|RELEASE)\b(?! AS)",
        lambda place, match, _: TransactionControl(place=place, command=match[1].upper()),
    ),
    (
        r"SET CONSTRAINTS (.*)$",
        lambda place, match, _: SetSetting(place=place, name="constraints", value=match[1]),
    ),
    (
        r"(?:SET|PRAGMA|RESET) (?:LOCAL |SESSION )?([\w.]+)(?:\s*(?:=|TO|\()\s*(.*?)\)?)?$",
        lambda place, match, _: SetSetting(place=place, name=match[1].lower(), value=unquoted(match[2] or "")),
    ),
    (
        r"(GRANT|REVOKE) (.*?) (?:ON .*)?(?:TO|FROM) (.*)$",
        lambda place, match, sql: ObjectDdl(
            place=place,
            action="create" if match[1].upper() == "GRANT" else "drop",
            kind=match[1].lower(),
            name=match[0],
            sql=sql,
        ),
    ),
    (rf"(ALTER) ()({KIND}) (?:IF EXISTS )?{NAME}.*$", other_object),
    (
        (
            rf"(CREATE) (OR REPLACE )?(?:TEMP |TEMPORARY |CONSTRAINT |RECURSIVE |UNLOGGED |TRUSTED )*({KIND}) "
            rf"(?:IF NOT EXISTS )?{NAME}(?!.* AS ENUM).*$"
        ),
        other_object,
    ),
    # A type may be an enum: the tree tells.
    (rf"(DROP) ()(?!TYPE)({KIND}) (?:IF EXISTS )?{NAME}.*$", other_object),
)
COMPILED = tuple((re.compile(rf"^{pattern}", re.IGNORECASE), make) for pattern, make in PATTERNS)


HEAD = 1500
"""Characters; a name has at most 63, so that the words which tell and the names between them fit."""


def command_of(text: str, place: Place, sql: str) -> list[Operation] | None:
    """The operation of a statement that one of the patterns describes; None: take it apart.

    Args:
        text: The statement on one line, without comments.
        place: Where it stands.
        sql: The statement as it is written.
    """
    # The words that tell stand at the beginning; a longer text would only keep the patterns busy.
    head = text[:HEAD]
    for pattern, make in COMPILED:
        match = pattern.match(head)
        if match:
            return [make(place, match, sql)]
    return None
