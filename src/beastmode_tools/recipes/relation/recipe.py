"""`beast add relation`: a foreign key, or a table between two models."""

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.field.recipe import add_field
from beastmode_tools.recipes.fields.parse import refuse_name
from beastmode_tools.recipes.names import IRREGULAR, plural_word
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.relation.many import add_many
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_relation"]


def add_relation(workspace: Workspace, place: str, target: str, command: str) -> Plan:
    """Decide what `beast add relation` changes: a plural is a list of rows, a singular is one row or none.

    Args:
        workspace: The project's files.
        place: `Model.name`, such as "Post.tags" or "Post.author".
        target: The other model.
        command: What the person typed.

    Raises:
        CouldNotRun: It cannot be added; the message says why.
    """
    model, dot, name = place.partition(".")
    if not dot or not model or not name:
        raise CouldNotRun(f"{place!r} is not a relation. Write MODEL.NAME, such as Post.tags or Post.author")
    refuse_name(name, "field")
    if is_plural(name):
        return add_many(workspace, model, name, target, command)
    return add_field(workspace, model, (f"{name}:{target}?",), command)


def is_plural(name: str) -> bool:
    """Whether the last word of a name is an English plural."""
    last = name.rpartition("_")[2]
    if last in IRREGULAR:
        return False
    if last in IRREGULAR.values():
        return True
    singulars = (last.removesuffix("s"), last.removesuffix("es"), last.removesuffix("ies") + "y")
    return (
        last.endswith("s")
        and not last.endswith("ss")
        and any(plural_word(each) == last for each in singulars if each != last)
    )
