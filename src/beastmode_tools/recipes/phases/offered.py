"""The new name of a column in the API: beside the old one, which clients go on to use."""

import ast

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model, parsed
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.text import fit
from beastmode_tools.recipes.field.recipe import schema_of
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["offer_beside"]

OF_REQUESTS = ("required", "load_default", "load_only", "dump_only", "validate", "allow_none", "data_key", "attribute")
"""What a field says about values that clients send; the second name is only shown."""


def offer_beside(workspace: Workspace, layout: Layout, model: Model, old: str, new: str) -> str:
    """Let the model's schema show a field under another name too; the path of the schema.

    Raises:
        CouldNotRun: No schema of the model declares the field in a way that is understood.
    """
    schema = schema_of(layout, model)
    call = None if schema is None else field_call(parsed(workspace, schema[0]), schema[1], old)
    if schema is None or call is None:
        raise CouldNotRun(
            f"no schema of {model.name} declares {old} = fields...(...). Leave --api out, and add {new} to the schema "
            "by hand."
        )
    given = {each.arg: each.value for each in call.keywords if each.arg}
    kept = [*map(ast.unparse, call.args)]
    kept += [f"{name}={ast.unparse(value)}" for name, value in given.items() if name not in OF_REQUESTS]
    if "allow_none" in given:
        kept.append(f"allow_none={ast.unparse(given['allow_none'])}")
    line = fit(f"{new} = {ast.unparse(call.func)}(", [*kept, "dump_only=True"], ")", indent=4)
    module = ModuleEdit(workspace, schema[0], layout.own)
    module.add_to_class(schema[1], line, is_predecessor=lambda text: text.startswith((f"{old} =", f"{old}:")))
    module.save()
    return schema[0]


def field_call(tree: ast.Module, schema: str, name: str) -> ast.Call | None:
    """The call that declares a field of a schema."""
    for definition in ast.walk(tree):
        if isinstance(definition, ast.ClassDef) and definition.name == schema:
            for each in definition.body:
                is_it = isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == name
                if is_it and isinstance(each, ast.Assign) and isinstance(each.value, ast.Call):
                    return each.value
    return None
