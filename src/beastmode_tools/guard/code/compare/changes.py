"""What can change in the code of a project, as facts; the rules say what it means.

Where the other facts do not hold all that differs, `content` is a digest of it.
"""

from dataclasses import dataclass
from typing import Literal

from beastmode_tools.source.reach import Reach

__all__ = [
    "AccessCheckChanged",
    "BodyChanged",
    "Broken",
    "ClassAdded",
    "ClassRemoved",
    "ConstantChanged",
    "CosmeticChange",
    "FieldChanged",
    "FileNotUnderstood",
    "FunctionAdded",
    "FunctionMoved",
    "FunctionRemoved",
    "ImportBroken",
    "ImportReplaced",
    "LooseCodeChanged",
    "MechanismReplaced",
    "SignatureChanged",
    "SupportingFileChanged",
    "ValidatorChanged",
]


@dataclass(frozen=True, slots=True)
class Broken:
    """A Python file that cannot be parsed on one side; `started`: that side's application started nevertheless."""

    path: str
    line: int
    side: Literal["base", "work", "both"]
    message: str
    started: bool
    content: str = ""


@dataclass(frozen=True, slots=True)
class CosmeticChange:
    """A file whose behaviour did not change: comments, docstrings, layout, hints, local names, order of imports."""

    path: str
    line: int
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunctionAdded:
    """A new function; `roles`: what Flask or a job queue does with it; `topics`: what it works on."""

    path: str
    line: int
    name: str
    roles: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    content: str = ""


@dataclass(frozen=True, slots=True)
class FunctionRemoved:
    """A function or constant that is gone; `used_at`: places that still name it."""

    path: str
    line: int
    name: str
    used_at: tuple[str, ...]
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FunctionMoved:
    """A definition that now stands in another file; `stranded`: places that still import it from the old one."""

    path: str
    line: int
    name: str
    old_path: str
    stranded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BodyChanged:
    """A function that does something else.

    Args:
        path: Its file.
        line: The first line that differs.
        name: Qualified.
        removed: Statements taken out, as text.
        added: Statements put in, as text.
        topics: What the differing statements work on: "authentication", "query", "mail" ...
        only_topics: Whether each differing statement belongs to a topic.
        only_added: Topics of which statements were only put in, none taken out.
        roles: What Flask or a job queue does with the function.
        reach: Who comes to it.
        lost_keys: Literal keys of a view's answers that are gone.
    """

    path: str
    line: int
    name: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    topics: frozenset[str]
    only_topics: bool
    only_added: frozenset[str]
    roles: frozenset[str]
    reach: Reach
    lost_keys: tuple[str, ...] = ()
    content: str = ""

    @property
    def difference(self) -> tuple[str, str, str]:
        """What differs: both bodies in their normal form, however they are laid out and name what is their own."""
        return (self.path, self.name, self.content)


@dataclass(frozen=True, slots=True)
class SignatureChanged:
    """Parameters that changed; `breaks`: callers of the old form fail; `callers`: places that still call it so."""

    path: str
    line: int
    name: str
    what: str
    breaks: bool
    callers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassAdded:
    """A new class: "schema", "model", "view", "task", "class"; or "table" for a Table object."""

    path: str
    line: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class ClassRemoved:
    """A class that is gone; `used_at`: places that still name it."""

    path: str
    line: int
    name: str
    kind: str
    used_at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """A field of a model, schema or settings class that was added, removed or written otherwise.

    Args:
        path: Its file.
        line: Its line.
        owner: The class.
        kind: The kind of the class: "model", "schema", "form", "class".
        name: The field.
        old: Its text before; None for a new one.
        new: Its text now; None for a removed one.
        aspects: What differs or, for a new one, what it asks: "type", "required", "unique", "nullable", "default",
            "validation", "foreign key", "index", "relationship".
        migrated: Whether a revision of the same change names the field.
    """

    path: str
    line: int
    owner: str
    kind: str
    name: str
    old: str | None
    new: str | None
    aspects: frozenset[str]
    migrated: bool


@dataclass(frozen=True, slots=True)
class ConstantChanged:
    """A name at the top of a file, or a plain class attribute, with another value."""

    path: str
    line: int
    name: str
    old: str | None
    new: str | None
    reach: Reach


@dataclass(frozen=True, slots=True)
class LooseCodeChanged:
    """Code that runs when the file is imported."""

    path: str
    line: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValidatorChanged:
    """A function that judges input and whose body changed."""

    path: str
    line: int
    name: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    content: str = ""


@dataclass(frozen=True, slots=True)
class AccessCheckChanged:
    """A test in a function's body that refused callers (401, 403, who the user is): lost, gained or rewritten."""

    path: str
    line: int
    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MechanismReplaced:
    """How callers prove who they are changed: sessions, tokens, passwords."""

    path: str
    line: int
    gone: tuple[str, ...]
    come: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportReplaced:
    """A name that a file uses as before, and that now comes from another place.

    Args:
        path: The file.
        line: Where it is imported.
        name: As the file calls it.
        old: Dotted name of what it was.
        new: Of what it is.
    """

    path: str
    line: int
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ImportBroken:
    """An import, in a changed file, of a name that the project's module does not have."""

    path: str
    line: int
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class SupportingFileChanged:
    """A file that is no Python: documentation, a template, a static file, a translation ...

    Args:
        path: Its file.
        line: The first line that differs.
        kind: "documentation", "static", "template", "translation", "example settings", "data" ...
        how: "added", "changed" or "removed".
        detail: What changed, where it can be said.
    """

    path: str
    line: int
    kind: str
    how: Literal["added", "changed", "removed"]
    detail: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class FileNotUnderstood:
    """A changed file that nothing here could read, with the reason."""

    path: str
    line: int
    reason: str
    content: str = ""
