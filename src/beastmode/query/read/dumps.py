"""Generates a function for each plan that turns rows into plain values."""

from collections.abc import Callable, Sequence
from typing import Any

from marshmallow import fields

from beastmode.db.lazy import serialising
from beastmode.query.plan.field_kinds import parts_of
from beastmode.query.plan.plan import Constant, Default, Many, One, Part, Plan, Shape, Shown
from beastmode.query.private_marshmallow import writer_of
from beastmode.query.show.cutting import cut_field
from beastmode.query.show.nested_limit import most_nested

Dump = Callable[..., list[Any]]
"""Takes rows and, for each list of the plan, items by their parent's key; returns what the schema shows of each row."""


def compile_dump(plan: Plan, extra: int = 0) -> Dump:
    """A function that turns a plan's rows into what its schema shows.

    Args:
        plan: What is shown, and its index in a row.
        extra: The number of additional values at the end of each row.
    """
    writer = _Writer()
    body = writer.shape(plan.shape)
    names = [f"c{slot}" for slot in range(len(plan.columns))] + ["_"] * extra
    lists = "".join(f", m{number}" for number in range(len(plan.lists)))
    source = f"def dump(rows{lists}):\n    return [{body} for ({', '.join(names)},) in rows]\n"
    code = compile(source, f"<dump of {plan.model.__name__}>", "exec")
    exec(code, writer.names)  # noqa: S102 - the text is made of numbers and repr() of names
    dump: Dump = writer.names["dump"]
    return _bounded(dump, plan.model.__name__) if writer.nests else dump


def _bounded(dump: Dump, name: str) -> Dump:
    """The same for values that contain nested lists, such as those of JSON columns, which are truncated."""

    def bounded_dump(rows: Sequence[Any], *lists: Any) -> list[Any]:
        with serialising(name, most_nested()):
            return dump(rows, *lists)

    return bounded_dump


class _Writer:
    """Generates the expression of each part of a plan.

    Attributes:
        names: What the expressions refer to: fields, constants, defaults.
        nests: Whether a field has a nested schema.
    """

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.nests = False

    def shape(self, shape: Shape) -> str:
        """The expression of a dict, or of the plucked value."""
        if shape.is_plucked:
            return self.part(shape.parts[0])
        return "{" + ", ".join(f"{part.key!r}: {self.part(part)}" for part in shape.parts) + "}"

    def part(self, part: Part) -> str:
        """The expression of one value."""
        match part:
            case Shown(passes=True):
                return f"c{part.slot}"
            case Shown():
                return self.written(part, f"c{part.slot}")
            case Default():
                return self.written(part, f"{self.name(part.make)}()")
            case Constant():
                return self.name(part.value)
            case One():
                return f"(None if c{part.slot} is None else {self.shape(part.shape)})"
            case Many():
                return f"(m{part.number}.get(c{part.slot}) or [])"

    def written(self, part: Shown | Default, value: str) -> str:
        """The expression of a value that its field serializes."""
        if _has_nested(part.field):
            self.nests = True
            cut_field(part.field, f"{type(part.field.parent).__name__}.{part.name}")
        write = self.name(writer_of(part.field))
        return f"{write}({value}, {part.name!r}, None)"

    def name(self, value: Any) -> str:
        """The name of a value in the function."""
        name = f"v{len(self.names)}"
        self.names[name] = value
        return name


def _has_nested(field: Any) -> bool:
    return isinstance(field, fields.Nested) or any(_has_nested(part) for part in parts_of(field))
