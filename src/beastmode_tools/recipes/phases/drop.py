"""`beast change drop`: a column goes in two phases, first from the model and then from the database."""

from dataclasses import replace

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.text import fit, quoted
from beastmode_tools.recipes.fields.kinds import kind_of
from beastmode_tools.recipes.journal.entry import was_made
from beastmode_tools.recipes.migrations import Revision, add_revision, next_revision
from beastmode_tools.recipes.phases.column import column_of, refuse_special, split_target
from beastmode_tools.recipes.phases.declared import Declared, columns_of, restored
from beastmode_tools.recipes.phases.models import add_beside, remove_beside, replaced
from beastmode_tools.recipes.phases.options import NO_OPTIONS, Options, missing
from beastmode_tools.recipes.phases.pair import Side, quoted_name
from beastmode_tools.recipes.phases.revisions import (
    INSIDE,
    added_in_batch,
    indented,
    indexed_column,
    lock,
    only_postgresql,
    without_index,
)
from beastmode_tools.recipes.phases.state import Running, forget, keep, running
from beastmode_tools.recipes.phases.uses import attribute_uses, listed, sql_uses
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["change_drop"]

PHASES = 2
"""A deployment between them, after which no instance uses the column."""


def change_drop(workspace: Workspace, target: str, command: str, *, options: Options = NO_OPTIONS) -> Plan:
    """Decide what `beast change drop` changes.

    Args:
        workspace: The project's files.
        target: `table.column`.
        command: What the person typed.
        options: What the person says about the phase before.

    Raises:
        CouldNotRun: The code still uses the column; the message says where.
    """
    layout = read_layout(workspace)
    state = running(workspace, "drop", target, "")
    model = layout.model(split_target(target)[0])
    if state is None:
        if was_made(workspace, command) and not is_declared(workspace, model, split_target(target)[1]):
            return Plan(command)
        declared = column_of(workspace, layout, target)
        refuse_special(workspace, declared)
        state = Running("drop", target, "", 0, was=declared.source)
    if waits := missing(workspace, state, PHASES, options):
        return Plan(command, waits=waits)
    declared = restored(state.was, model)
    if state.phase == 0:
        current = next(each for each in columns_of(workspace, model) if each.column == declared.column)
        return unmapped(workspace, layout, current, state, command)
    return dropped(workspace, layout, declared, state, command)


def is_declared(workspace: Workspace, model: Model, column: str) -> bool:
    """Whether the model has the column."""
    return any(column in (each.column, each.attribute) for each in columns_of(workspace, model))


def unmapped(workspace: Workspace, layout: Layout, declared: Declared, state: Running, command: str) -> Plan:
    """Phase 1: the model no longer has the column, and rows can be stored without it."""
    uses = attribute_uses(workspace, declared) + sql_uses(workspace, declared.model.table, declared.column)
    if uses:
        raise CouldNotRun(
            f"{declared.name} is still used: {listed(sorted({*uses}, key=str))}. Remove these first; what the API "
            "shows needs a new version of the API."
        )
    module = ModuleEdit(workspace, declared.model.path, layout.own)
    module.rewrite(replaced(declared.attribute, [], declared.model.name))
    left = replace(declared.field, is_optional=declared.field.is_optional or declared.field.default is None)
    remark = f"beast change drop {state.target}, phase 1 of {PHASES}."
    add_beside(module, declared, declared.column, left, remark)
    module.save()
    keep(workspace, replace(state, phase=1))
    revision = None
    if left.is_optional and not declared.field.is_optional:
        what = f"let {declared.name} be null"
        revision = next_revision(workspace, what)
        add_revision(workspace, revision, what, nullable(declared, becomes=True), nullable(declared, becomes=False))
    return Plan(
        command,
        workspace.edits(),
        verdict="DANGEROUS",  # the code that still runs goes on filling the column
        revision=revision.id if revision else "",
        follows=(revision.follows or "") if revision else "",
        next_steps=(
            f"phase 1 of 2: {declared.model.name} no longer has {declared.attribute}; its values are still there",
            "beast test, commit, deploy it; then run this again",
        ),
    )


def dropped(workspace: Workspace, layout: Layout, declared: Declared, state: Running, command: str) -> Plan:
    """Phase 2: the database no longer has the column."""
    field = replace(declared.field, is_optional=declared.field.is_optional or declared.field.default is None)
    table, column = declared.model.table, declared.column
    module = ModuleEdit(workspace, declared.model.path, layout.own)
    remove_beside(module, declared, column, field)
    module.save()
    forget(workspace, state)
    what = f"drop {declared.name}"
    revision = next_revision(workspace, what)
    side = Side(column, field)
    arguments = [f'"{column}"', side.type]
    if default := side.declared_default():
        arguments.append(f"server_default={default}")
    added = indented(added_in_batch([*arguments, f"nullable={field.is_optional}"], INSIDE))
    head = f'    with op.batch_alter_table("{table}") as batch_op:\n'
    index = "".join(f"    {line}\n" for line in without_index(table, side))
    up = only_postgresql([lock()]) + index + head + f'        batch_op.drop_column("{column}")\n'
    add_revision(
        workspace, revision, what, up, only_postgresql([lock()]) + head + added + "\n" + indexed_column(table, side)
    )
    return finished(workspace, command, declared, revision)


def finished(workspace: Workspace, command: str, declared: Declared, revision: Revision) -> Plan:
    """The plan of the last phase."""
    return Plan(
        command,
        workspace.edits(),
        verdict="DANGEROUS",
        revision=revision.id,
        follows=revision.follows or "",
        next_steps=(
            f"phase 2 of 2: {declared.name} is dropped with its values, which a downgrade does not bring back",
            "beast test, commit, deploy it: that is all",
        ),
    )


def nullable(declared: Declared, *, becomes: bool) -> str:
    """The body that lets the column be null, or that requires it again."""
    kind = kind_of(declared.field).revision(declared.field)
    items = [f'"{declared.column}"', f"existing_type={kind}", f"nullable={becomes}"]
    call = fit("batch_op.alter_column(", items, ")", indent=8)
    fill = ""
    if not becomes:
        # Rows of after phase 1 have no value; the code of before requires one.
        side, table = Side(declared.column, declared.field), quoted_name(declared.model.table)
        change = f"{side.sql} = {side.default_on_sqlite} WHERE {side.sql} IS NULL"
        update = f"UPDATE {table} SET {change}"  # noqa: S608 - a migration, of names that were read from the models
        fill = f"    op.execute({quoted(update)})\n"
    return (
        only_postgresql([lock()])
        + fill
        + f'    with op.batch_alter_table("{declared.model.table}") as batch_op:\n{call}\n'
    )
