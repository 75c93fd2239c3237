"""Which types a column can change to, and how its values become those of the other type."""

from dataclasses import dataclass

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.fields.field import Field

__all__ = ["SAME", "Conversion", "conversion", "is_same_type"]

STRINGS = ("str", "email", "url", "text")
INTEGERS = {"int": (-(2**31), 2**31 - 1), "bigint": (-(2**63), 2**63 - 1)}
"""What PostgreSQL's integer and bigint hold: 4 and 8 bytes with a sign."""
WHOLE_DIGITS = {"int": 10, "bigint": 19}
"""Digits of the largest value of each."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How values pass between the old column and the new one; `{}` stands for a value.

    Args:
        forth: From the old column to the new one: always exact.
        back: From the new column to the old one, for code that still reads it: the nearest value that it can hold.
        in_place: Why PostgreSQL changes the type without a copy; "" if it has to rewrite the table.
    """

    forth: str = "{}"
    back: str = "{}"
    in_place: str = ""


SAME = Conversion()


def is_same_type(old: Field, new: Field) -> bool:
    """Whether the two columns have the same type."""
    if old.kind in STRINGS and new.kind in STRINGS:
        return old.length == new.length
    return old.kind == new.kind and old.digits == new.digits


def conversion(old: Field, new: Field) -> Conversion:
    """How to change the type.

    Raises:
        CouldNotRun: Some values of the old type have no equal of the new type, or the API would show another JSON type.
    """
    if old.kind in STRINGS and new.kind in STRINGS:
        if new.length is None or (old.length is not None and new.length > old.length):
            return Conversion(
                in_place=f"PostgreSQL stores {described(old)} and {described(new)} alike, so no row is written"
            )
        raise CouldNotRun(
            f"{described(new)} is shorter than {described(old)}: values that are longer would be lost. {OTHERWISE}"
        )
    if old.kind == new.kind == "decimal":
        return of_decimals(old, new)
    if old.kind in INTEGERS and (new.kind in ("bigint", "float", "decimal")) and holds(old, new):
        low, high = INTEGERS[old.kind]
        return Conversion(back=between(low, high, "{}" if new.kind == "bigint" else "round({})"))
    raise CouldNotRun(f"not every value of {described(old)} is one of {described(new)}. {OTHERWISE}")


def holds(old: Field, new: Field) -> bool:
    """Whether the new type has an equal for each integer of the old one; a float is exact up to 53 bits."""
    if new.kind == "decimal":
        whole, after = new.digits or (0, 0)
        return whole - after >= WHOLE_DIGITS[old.kind]
    return old.kind == "int"


def of_decimals(old: Field, new: Field) -> Conversion:
    """Between two decimals."""
    if old.digits is None or new.digits is None:
        raise CouldNotRun(
            "the column has no digits, such as Numeric(12, 2), so its values are unknown. Change it by hand."
        )
    (digits, scale), (wider, finer) = old.digits, new.digits
    if finer < scale or wider - finer < digits - scale:
        raise CouldNotRun(f"{described(new)} has fewer digits than {described(old)}: values would be lost. {OTHERWISE}")
    if finer == scale:
        return Conversion(in_place="PostgreSQL stores more digits before the point without writing a row")
    most = f"{'9' * (digits - scale) or '0'}.{'9' * scale}".rstrip(".")
    return Conversion(back=between(f"-{most}", most, f"round({{}}, {scale})"))


def between(low: object, high: object, inside: str) -> str:
    """The nearest value that the old column holds; NULL stays NULL."""
    # In brackets, because PL/pgSQL takes the first THEN outside of them for that of its IF.
    return f"(CASE WHEN {{}} > {high} THEN {high}\nWHEN {{}} < {low} THEN {low}\nELSE {inside} END)"


def described(field: Field) -> str:
    """The type as a person types it."""
    if field.length is not None:
        return f"{field.kind}:{field.length}"
    return f"{field.kind}:{field.digits[0]},{field.digits[1]}" if field.digits else field.kind


OTHERWISE = "Add a field of the new type, move the code to it, and drop this one: beast add field, beast change drop"
