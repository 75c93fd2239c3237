"""A type that PostgreSQL changes without a copy: one revision, and no phases."""

from beastmode_tools.recipes.code.layout import Layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.text import fit
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.kinds import kind_of
from beastmode_tools.recipes.migrations import add_revision, next_revision
from beastmode_tools.recipes.phases.conversion import described
from beastmode_tools.recipes.phases.declared import Declared
from beastmode_tools.recipes.phases.fills import LOCK
from beastmode_tools.recipes.phases.models import declaration, explicit_type, replaced
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["change_in_place"]


def change_in_place(  # noqa: PLR0913, PLR0917 - the column, what becomes of it, and why so
    workspace: Workspace, layout: Layout, declared: Declared, field: Field, reason: str, command: str
) -> Plan:
    """Change the type in the model and in one revision."""
    model = declared.model
    module = ModuleEdit(workspace, model.path, layout.own)
    line = declaration(declared, declared.attribute, declared.column, field)
    module.rewrite(replaced(declared.attribute, [line], model.name))
    if not declared.prefix:
        module.add_import("sqlalchemy", explicit_type(field).partition("(")[0])
        if "= mapped_column(" in line:
            module.add_import("sqlalchemy.orm", "mapped_column")
        module.remove_unused("sqlalchemy", (declared.type.partition("(")[0],))
    module.save()
    what = f"widen {declared.name} to {described(field)}"
    revision = next_revision(workspace, what)
    add_revision(
        workspace, revision, what, altered(declared, declared.field, field), altered(declared, field, declared.field)
    )
    return Plan(
        command,
        workspace.edits(),
        revision=revision.id,
        follows=revision.follows or "",
        next_steps=(
            f"one phase is enough: {reason}",
            "the API accepts what it did before; change the schema to let it accept more",
            "beast dev     migrates the development database",
        ),
    )


def altered(declared: Declared, old: Field, new: Field) -> str:
    """The body that changes the type."""
    one, other = (kind_of(each).revision(each) for each in (old, new))
    items = [
        f'"{declared.column}"',
        f"existing_type={one}",
        f"type_={other}",
        f"existing_nullable={declared.field.is_optional}",
    ]
    call = fit("batch_op.alter_column(", items, ")", indent=8)
    return (
        '    if op.get_context().dialect.name == "postgresql":\n'
        f"""        op.execute("SET LOCAL lock_timeout = '{LOCK}'")\n"""
        f'    with op.batch_alter_table("{declared.model.table}") as batch_op:\n{call}\n'
    )
