"""`beast change required`: a column that may be null becomes required, in three phases.

1. fill: no NULL is stored any longer, whoever writes, and the rows that have it get a value. The code stays.
2. rely: the code reads the column as one that always has a value, and writes one itself. The database stays.
3. require: the database refuses NULL, once no code can store nothing.
"""

import re
from dataclasses import dataclass, replace

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.recipes.code.layout import Layout, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.text import fit, quoted
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.parse import with_default
from beastmode_tools.recipes.fields.writing import load_default
from beastmode_tools.recipes.phases.column import column_of, key_of, refuse_special, split_target
from beastmode_tools.recipes.phases.declared import Declared, restored
from beastmode_tools.recipes.phases.models import replaced
from beastmode_tools.recipes.phases.nulls import Filled, expand, require
from beastmode_tools.recipes.phases.options import NO_OPTIONS, Options, missing
from beastmode_tools.recipes.phases.pair import Side
from beastmode_tools.recipes.phases.state import Running, begun, forget, keep
from beastmode_tools.recipes.phases.uses import listed
from beastmode_tools.recipes.phases.writes import Accepted, accepted, stores_nothing
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["change_required"]

FILL, RELY, REQUIRE = 1, 2, 3
OPTIONAL = re.compile(
    r"(?P<owner>(?:\w+\.)*)Mapped\[(?:typing\.)?(?:Optional\[(?P<inner>.+)\]|(?P<left>.+?) *\| *None)\]"
)
EMPTY = ("str", "text")
"""The types of which the empty text is a value."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One phase of a column that becomes required.

    Args:
        workspace: The project's files.
        layout: What the project consists of.
        state: The change, in the phase that is made.
        was: The column as it was declared at first.
        field: The column's type, with the value that takes the place of NULL as its default.
        command: What the person typed.
    """

    workspace: Workspace
    layout: Layout
    state: Running
    was: Declared
    field: Field
    command: str

    @property
    def filled(self) -> Filled:
        """The column and its value for the migrations."""
        model = self.was.model
        return Filled(model.table, key_of(self.workspace, model), Side(self.was.column, self.field))


def change_required(
    workspace: Workspace, target: str, fill: str | None, command: str, *, options: Options = NO_OPTIONS
) -> Plan:
    """Decide what `beast change required` changes.

    Args:
        workspace: The project's files.
        target: `table.column`.
        fill: The value that takes the place of NULL; None for the one of the first phase, or the column's default.
        command: What the person typed.
        options: What the person says about the phase before.

    Raises:
        CouldNotRun: The column cannot be changed so, or code can still store nothing; the message says where.
    """
    layout = read_layout(workspace)
    model = layout.model(split_target(target)[0])
    state = begun(workspace, "required", target, fill)
    if state is None:
        declared = column_of(workspace, layout, target)
        if not declared.field.is_optional:
            return Plan(command)
        refuse_special(workspace, declared, copies=False)
        refuse_one_value(declared)
        value = fill if fill is not None else declared.field.default
        if value is None:
            raise CouldNotRun(
                f"rows of {model.table} may have no {declared.column}. Say what they get: "
                f"beast change required {target} --fill VALUE"
            )
        state = Running("required", target, value, 0, was=declared.source)
    was = restored(state.was, model)
    requirement = Requirement(workspace, layout, state, was, with_value(was.field, state), command)
    if waits := missing(workspace, state, REQUIRE, options):
        return Plan(command, waits=waits)
    return (filled, relied, required)[state.phase](requirement, options)


def refuse_one_value(declared: Declared) -> None:
    """Refuses a column of which no two rows can have the same value.

    Raises:
        CouldNotRun: It is one.
    """
    if declared.field.is_unique:
        raise CouldNotRun(
            f"{declared.name} is unique, and all rows without a value would get the same. Fill them first, and require "
            f"it by hand: {declared.place}"
        )


def with_value(field: Field, state: Running) -> Field:
    """The type of the column with the value as its default.

    Raises:
        CouldNotRun: It is not a value of the type.
    """
    if not state.wanted.isprintable() or "$$" in state.wanted:
        raise CouldNotRun(
            f"--fill {state.wanted!r} has characters that a migration does not write: use one line of text."
        )
    if state.wanted == "" and field.kind in EMPTY:
        return replace(field, default="")
    plain = replace(field, name="--fill", default=None)
    return replace(with_default(plain, state.wanted, f"--fill {state.wanted}"), name=field.name)


def filled(requirement: Requirement, _options: Options) -> Plan:
    """Phase 1: whoever writes nothing writes the value. No code knows."""
    first, last = expand(requirement.workspace, requirement.filled)
    keep(requirement.workspace, replace(requirement.state, phase=FILL))
    return Plan(
        requirement.command,
        requirement.workspace.edits(),
        revision=last.id,
        follows=first.follows or "",
        next_steps=(
            f"phase 1 of 3: whoever stores no {requirement.was.column} stores {requirement.state.wanted!r}",
            "rows that have none get it too, and keep it if this is undone",
            "beast test, commit, deploy it; then run this again",
        ),
    )


def relied(requirement: Requirement, _options: Options) -> Plan:
    """Phase 2: the code takes the value for granted, and the API fills in what clients leave out."""
    workspace, was = requirement.workspace, requirement.was
    rewrite(requirement, relying(was))
    keep(workspace, replace(requirement.state, phase=RELY))
    for place in accepted(workspace, requirement.layout, was, workspace.read):
        if place.left_out:
            fill_in(requirement, place)
    left = leftovers(requirement, committed=False)
    return Plan(
        requirement.command,
        workspace.edits(),
        next_steps=(
            f"phase 2 of 3: {was.model.name}.{was.attribute} always has a value; what clients may send stays as it is",
            *((f"before phase 3: {left}",) if left else ()),
            "beast test, commit, deploy it; then run this again",
        ),
    )


def required(requirement: Requirement, options: Options) -> Plan:
    """Phase 3: the database requires the value.

    Raises:
        CouldNotRun: Code can still store nothing.
    """
    workspace, was = requirement.workspace, requirement.was
    for is_committed in (False, True):
        left = leftovers(requirement, committed=is_committed)
        if left and not options.yes and not (is_committed and options.deployed):
            where = "the last commit" if is_committed else "the code"
            raise CouldNotRun(
                f"phase 3 of 3 requires {was.name}, and {where} can still store nothing: {left} "
                "Deploy that, and run this again; or add --yes if it means another column."
            )
    rewrite(requirement, requiring(was))
    revision = require(workspace, requirement.filled)
    forget(workspace, requirement.state)
    return Plan(
        requirement.command,
        workspace.edits(),
        verdict="DANGEROUS",  # the guard cannot know that nothing needs the trigger any longer
        revision=revision.id,
        follows=revision.follows or "",
        next_steps=(f"phase 3 of 3: the database requires {was.name}. beast test, commit, deploy it: that is all",),
    )


def leftovers(requirement: Requirement, *, committed: bool) -> str:
    """What can still store nothing, as a sentence; "" if nothing can.

    Args:
        requirement: The phase.
        committed: Whether the last commit is read, which may be what is deployed, and not the files as they are.
    """
    workspace, was = requirement.workspace, requirement.was
    git = Git(workspace.folder)

    def stored(path: str) -> str | None:
        return git.ask_or_none("show", f"HEAD:./{path}")

    read = stored if committed else workspace.read
    schemas = accepted(workspace, requirement.layout, was, read)
    code = stores_nothing(workspace, was, read)
    told = []
    if schemas:
        told.append(
            f"{listed([each.place for each in schemas])} lets clients send null or nothing: require it in the next "
            "version of the API, or here if no client does (the guard says DANGEROUS)."
        )
    if code:
        told.append(f"{listed(code)} stores no value: give one.")
    return " ".join(told)


def rewrite(requirement: Requirement, line: str) -> None:
    """Put another declaration in the place of the column's."""
    was = requirement.was
    module = ModuleEdit(requirement.workspace, was.model.path, requirement.layout.own)
    module.rewrite(replaced(was.attribute, [line], was.model.name))
    if was.annotation and not was.orm_prefix:
        if "= mapped_column(" in line:
            module.add_import("sqlalchemy.orm", "mapped_column")
        module.remove_unused("sqlalchemy.orm", ("mapped_column",))
        module.remove_unused("typing", ("Optional",))
    module.save()


def relying(was: Declared) -> str:
    """The declaration of phase 2: the database still allows NULL, and the code never sees one."""
    return declaration(was, "nullable=True") if was.annotation else was.source


def requiring(was: Declared) -> str:
    """The declaration of phase 3; an annotation says it already."""
    return declaration(was, "" if was.annotation else "nullable=False")


def declaration(was: Declared, nullable: str) -> str:
    """The column as one that has a value."""
    found = OPTIONAL.fullmatch(was.annotation)
    annotation = f"{found['owner']}Mapped[{found['inner'] or found['left']}]" if found else was.annotation
    kept = [each for each in was.kept if not each.startswith("nullable=")]
    name = [] if was.column == was.attribute else [quoted(was.column)]
    arguments = [*name, *([was.type] if was.type else []), *kept, *([nullable] if nullable else [])]
    head = f"{was.attribute}: {annotation}" if annotation else was.attribute
    if not arguments and was.annotation:
        return head
    return fit(f"{head} = {was.call or made_by(was)}(", arguments, ")", indent=4).strip()


def made_by(was: Declared) -> str:
    """What declares a column that only an annotation declared so far, written as its annotation is."""
    return f"{was.annotation.partition('Mapped[')[0]}mapped_column"


def fill_in(requirement: Requirement, field: Accepted) -> None:
    """Let a schema's field take the value if a client leaves it out."""
    literal, imports = load_default(requirement.field)
    module = ModuleEdit(requirement.workspace, field.place.path, requirement.layout.own)
    module.add_field_keyword(field.schema, field.name, "load_default", literal)
    for origin, name in sorted(imports):
        module.add_import(origin, name)
    module.save()
