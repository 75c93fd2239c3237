"""`beast change type` and `beast change rename`: a column takes over from another, in three phases.

1. expand: the new column beside the old one, filled, and a trigger that keeps both in step. The code stays.
2. move: the code uses the new column. The database stays.
3. contract: the old column goes, once nothing names it any longer.
"""

from dataclasses import dataclass, replace

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.kinds import kind_of
from beastmode_tools.recipes.fields.parse import parse_field
from beastmode_tools.recipes.phases.column import column_of, key_of, new_name, refuse_special, split_target
from beastmode_tools.recipes.phases.conversion import SAME, Conversion, conversion, is_same_type
from beastmode_tools.recipes.phases.declared import Declared, columns_of, restored
from beastmode_tools.recipes.phases.in_place import change_in_place
from beastmode_tools.recipes.phases.models import add_beside, declaration, no_longer_beside, remove_beside, replaced
from beastmode_tools.recipes.phases.offered import offer_beside
from beastmode_tools.recipes.phases.options import NO_OPTIONS, Options, missing
from beastmode_tools.recipes.phases.pair import Pair, Side
from beastmode_tools.recipes.phases.revisions import contract, expand
from beastmode_tools.recipes.phases.state import Running, forget, keep, running
from beastmode_tools.recipes.phases.uses import listed, sql_uses
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["change_rename", "change_type"]

EXPAND, MOVE, CONTRACT = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Move:
    """One phase of a column that takes over from another.

    Args:
        workspace: The project's files.
        layout: What the project consists of.
        state: The change, in the phase that is made.
        old: The old column as it was declared at first.
        field: The type of the new column.
        conversion: How values pass between them.
        attribute: What the model calls the new column.
        command: What the person typed.
    """

    workspace: Workspace
    layout: Layout
    state: Running
    old: Declared
    field: Field
    conversion: Conversion
    attribute: str
    command: str

    @property
    def pair(self) -> Pair:
        """Both columns."""
        table = self.old.model.table
        key = key_of(self.workspace, self.old.model)
        sides = Side(self.old.column, self.old.field), Side(self.state.into, self.field)
        return Pair(table, key, *sides, self.conversion)

    def remark(self, phase: int) -> str:
        """The comment above the column that the model does not map."""
        return f"beast change {self.state.change} {self.state.target} {self.state.wanted}, phase {phase} of {CONTRACT}."


def change_type(  # noqa: PLR0913 - what the person said
    workspace: Workspace, target: str, wanted: str, command: str, *, into: str = "", options: Options = NO_OPTIONS
) -> Plan:
    """Decide what `beast change type` changes.

    Args:
        workspace: The project's files.
        target: `table.column`.
        wanted: The type, as for a field.
        command: What the person typed.
        into: The name of the new column; "" for one after its type.
        options: What the person says about the phase before.

    Raises:
        CouldNotRun: The column cannot be changed so; the message says why.
    """
    layout = read_layout(workspace)
    wanted_field = parse_field(f"value:{wanted}")
    state = running(workspace, "type", target, wanted)
    model = layout.model(split_target(target)[0])
    if state is None and is_moved(workspace, model, target, wanted_field):
        return Plan(command)
    declared = restored(state.was, model) if state else column_of(workspace, layout, target)
    was = declared.field
    field = replace(wanted_field, default=was.default, is_optional=was.is_optional, is_indexed=was.is_indexed)
    if is_same_type(was, field):
        return Plan(command)
    if declared.field.kind == "other" or declared.is_key or declared.refers:
        refuse_special(workspace, declared)
    how = conversion(was, field)
    if how.in_place:
        refuse_special(workspace, declared, copies=False)
        return change_in_place(workspace, layout, declared, field, how.in_place, command)
    if state is None:
        refuse_special(workspace, declared)
        name = new_name(into or f"{declared.column}_{field.kind}", declared)
        state = Running("type", target, wanted, 0, name, declared.source)
    return next_phase(Move(workspace, layout, state, declared, field, how, declared.attribute, command), options)


def is_moved(workspace: Workspace, model: Model, target: str, wanted: Field) -> bool:
    """Whether the attribute is stored in another column by now, which has the wanted type."""
    column = split_target(target)[1]
    found = columns_of(workspace, model)
    is_there = any(each.column == column for each in found)
    return not is_there and any(each.attribute == column and is_same_type(each.field, wanted) for each in found)


def change_rename(workspace: Workspace, target: str, name: str, command: str, *, options: Options = NO_OPTIONS) -> Plan:
    """Decide what `beast change rename` changes; arguments and errors as for `change_type`."""
    layout = read_layout(workspace)
    state = running(workspace, "rename", target, name)
    table, column = split_target(target)
    model = layout.model(table)
    if state is None:
        columns = {each.column for each in columns_of(workspace, model)}
        if name in columns and column not in columns:
            return Plan(command)
        declared = column_of(workspace, layout, target)
        refuse_special(workspace, declared)
        state = Running("rename", target, name, 0, new_name(name, declared), declared.source)
    declared = restored(state.was, model)
    return next_phase(Move(workspace, layout, state, declared, declared.field, SAME, name, command), options)


def next_phase(move: Move, options: Options) -> Plan:
    """Make the phase that comes next, if the one before is on its way to where the code runs."""
    if waits := missing(move.workspace, move.state, CONTRACT, options):
        return Plan(move.command, waits=waits)
    return (expanded, moved, contracted)[move.state.phase](move, options)


def expanded(move: Move, _options: Options) -> Plan:
    """Phase 1: the new column beside the old one. No code uses it yet."""
    first, last = expand(move.workspace, move.pair)
    module = ModuleEdit(move.workspace, move.old.model.path, move.layout.own)
    add_beside(module, move.old, move.state.into, move.field, move.remark(EXPAND))
    module.save()
    keep(move.workspace, replace(move.state, phase=EXPAND))
    return Plan(
        move.command,
        move.workspace.edits(),
        revision=last.id,
        follows=first.follows or "",
        next_steps=(
            f"phase 1 of 3: {move.state.into} is filled and kept in step with {move.old.column}; no code uses it yet",
            "beast test, commit, deploy it; then run this again",
        ),
    )


def moved(move: Move, options: Options) -> Plan:
    """Phase 2: the code uses the new column. Instances of before go on with the old one."""
    old, state = move.old, move.state
    module = ModuleEdit(move.workspace, old.model.path, move.layout.own)
    lines = [declaration(old, move.attribute, state.into, move.field)]
    if move.attribute != old.attribute:
        head = f"{old.attribute}: {old.annotation}" if old.annotation else old.attribute
        lines.append(f'{head} = {old.orm_prefix}synonym("{move.attribute}")')
        if not old.orm_prefix:
            module.add_import("sqlalchemy.orm", "synonym")
    module.rewrite(replaced(old.attribute, lines, old.model.name))
    module.rewrite(no_longer_beside(old.model.table, state.into))
    add_beside(module, old, old.column, old.field, move.remark(MOVE))
    for origin, name in kind_of(move.field).imports if old.annotation else ():
        module.add_import(origin, name)
    if not old.orm_prefix and "= mapped_column(" in lines[0]:
        module.add_import("sqlalchemy.orm", "mapped_column")
    module.save()
    keep(move.workspace, replace(state, phase=MOVE))
    uses = sql_uses(move.workspace, old.model.table, old.column)
    said = (f"this SQL names {old.column}; let it use {state.into}: {listed(uses)}",) if uses else ()
    api = "the API stays as it is"
    if options.api:
        path = offer_beside(move.workspace, move.layout, old.model, old.attribute, move.attribute)
        api = f"the API shows {move.attribute} beside {old.attribute}, which clients still send: {path}"
    done = f"phase 2 of 3: {old.model.name}.{move.attribute} is stored in {state.into}; {api}"
    steps = (done, *said, "beast test, commit, deploy it; then run this again")
    # The guard compares the model alone: the column has another type, or is gone by its name.
    return Plan(move.command, move.workspace.edits(), verdict="DANGEROUS", next_steps=steps)


def contracted(move: Move, options: Options) -> Plan:
    """Phase 3: the old column goes.

    Raises:
        CouldNotRun: SQL of the project still names it.
    """
    old, state = move.old, move.state
    uses = sql_uses(move.workspace, old.model.table, old.column)
    if uses and not options.yes:
        raise CouldNotRun(
            f"phase 3 of 3 drops {old.name}, and SQL still names it: {listed(uses)}. Let it use {state.into}, deploy "
            "that, and run this again; or add --yes if it means another column."
        )
    revision = contract(move.workspace, move.pair)
    module = ModuleEdit(move.workspace, old.model.path, move.layout.own)
    remove_beside(module, old, old.column, old.field)
    module.save()
    forget(move.workspace, state)
    return Plan(
        move.command,
        move.workspace.edits(),
        verdict="DANGEROUS",
        revision=revision.id,
        follows=revision.follows or "",
        next_steps=(
            f"phase 3 of 3: {old.name} is dropped. beast test, commit, deploy it: that is all",
            *(
                (f"{old.attribute} remains as another name of {move.attribute}, for the code and the API",)
                if move.attribute != old.attribute
                else ()
            ),
        ),
    )
