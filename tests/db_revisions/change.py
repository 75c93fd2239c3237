"""What a change of models is, and how models are written shortly."""

from dataclasses import dataclass

BOTH = ("sqlite", "postgresql")
POSTGRESQL = ("postgresql",)


@dataclass(frozen=True)
class Change:
    """One change of the models.

    Args:
        name: What it is, in words.
        before: The models as they were; empty where there were none.
        after: The models as they are.
        on: The kinds of databases that can have them.
        remarks: How many things the revision leaves to a person; by kind of database where that differs.
        finds: What `beast prove` says of it by its nature, as rule names.
    """

    name: str
    before: str
    after: str
    on: tuple[str, ...] = BOTH
    remarks: int | dict[str, int] = 0
    finds: tuple[str, ...] = ()


def model(name, *lines, args="", enums=""):
    """The text of one class."""
    body = "\n".join(f"    {line}" for line in lines)
    declared = f"\n    __table_args__ = ({args})" if args else ""
    return (
        f"{enums}\nclass {name}(Base):\n    __tablename__ = {name.lower() + 's'!r}\n"
        f"    id: Mapped[int] = mapped_column(primary_key=True)\n{body}{declared}\n"
    )


def kinds(name, *labels):
    """The text of an enum."""
    return f"\nclass {name}(enum.Enum):\n" + "".join(f"    {label} = {label!r}\n" for label in labels)


def new(name, after, **options):
    """A table, or several, where there was none."""
    return Change(name, "", after, **options)


NAMED = "name: Mapped[str] = mapped_column(String(40))"
C = 'n: Mapped[int] = mapped_column(server_default=text("1"))'


def change(name, letters, before, after, **options):
    """A table whose columns or arguments change."""
    return Change(name, model(letters, *before), model(letters, *after), **options)


def arguments(name, letters, lines, before, after, **options):
    """A table whose arguments change."""
    return Change(name, model(letters, *lines, args=before), model(letters, *lines, args=after), **options)
