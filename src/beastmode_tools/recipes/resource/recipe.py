"""`beast add resource`: a folder with models, schemas, service and views, its tests and its migration."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model, module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.parse import parse_fields, refuse_name
from beastmode_tools.recipes.fields.writing import Related
from beastmode_tools.recipes.migrations import next_revision
from beastmode_tools.recipes.names import CLASS, LONGEST_CLASS, plural, snake, words
from beastmode_tools.recipes.plan import Plan, Stored
from beastmode_tools.recipes.render import render
from beastmode_tools.recipes.resource.parts import (
    Resource,
    model_values,
    schema_values,
    service_values,
    values_of_tests,
    views_values,
)
from beastmode_tools.recipes.resource.request import ResourceRequest
from beastmode_tools.recipes.resource.table import add_table
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_resource", "related_to"]

FILES = Path(__file__).parent / "files"


def add_resource(workspace: Workspace, request: ResourceRequest) -> Plan:
    """Decide what `beast add resource` changes.

    Raises:
        CouldNotRun: The resource cannot be added; the message says why.
    """
    layout = read_layout(workspace)
    resource = resource_of(request, layout)
    folder = f"{Path(layout.the_api().path).parent.as_posix()}/{resource.many}"
    files = rendered(resource, folder)
    if all(workspace.exists(path) and workspace.read(path) == text for path, text in files.items()):
        return Plan(request.command)
    refuse_clash(resource, layout, workspace, folder)
    for path, text in files.items():
        workspace.create(path, text)
    register(workspace, resource, layout, folder)
    message = f"add {resource.table}"
    revision = next_revision(workspace, message)
    add_table(workspace, revision, resource, message)
    return Plan(
        request.command,
        workspace.edits(),
        verdict="SAFE",
        revision=revision.id,
        follows=revision.follows or "",
        stores=(Stored(resource.table),),
        next_steps=(
            f"beast dev     then open /docs, or GET /api/{resource.version}/{resource.path}",
            f"beast test    tests/test_{resource.many}.py is among them",
        ),
    )


def resource_of(request: ResourceRequest, layout: Layout) -> Resource:
    """The resource that is asked for, with everything that follows from its name."""
    if not CLASS.fullmatch(request.name) or len(request.name) > LONGEST_CLASS:
        raise CouldNotRun(f"{request.name!r} cannot name a resource: write a singular such as Product or OrderLine.")
    one = snake(request.name)
    refuse_name(one, "resource")
    many = request.plural or plural(one)
    refuse_name(many, "resource")
    if many == one:
        raise CouldNotRun(f"{request.name!r} has the same plural. Name the resource's: --plural {one}_list")
    versions = layout.the_api().versions
    version = request.version or versions[0]
    if version not in versions:
        raise CouldNotRun(f"the API has no version {version}. Versions are {', '.join(versions)}.")
    fields = tuple(named_enum(field, request.name) for field in parse_fields(request.fields))
    owner = ""
    if request.is_owned:
        fields, owner = with_owner(fields, layout)
    if not [field for field in fields if field.column != owner]:
        raise CouldNotRun(f"{request.name} needs a field. Write at least one, such as name:str")
    return Resource(
        model=request.name,
        one=one,
        many=many,
        fields=fields,
        related={
            field.name: related_to(field, layout, request.name, many, fields)
            for field in fields
            if field.kind == "relation"
        },
        models=layout.models,
        version=version,
        owner=owner,
        is_public=request.is_public,
        own=layout.own,
    )


def named_enum(field: Field, model: str) -> Field:
    """An enum under the name of its class: `OrderStatus`."""
    if field.kind != "enum":
        return field
    return replace(field, target=model + "".join(part.capitalize() for part in field.name.split("_")))


def with_owner(fields: tuple[Field, ...], layout: Layout) -> tuple[tuple[Field, ...], str]:
    """The fields with the one that says whose row it is, and the name of its column."""
    users = [model.name for model in layout.models.values() if "AccountMixin" in model.bases]
    if not users:
        raise CouldNotRun("--owned needs users who log in, but no model has beastmode's AccountMixin.")
    for field in fields:
        if field.target == users[0] and field.kind == "relation":
            owned = replace(field, is_optional=False)
            return tuple(owned if each is field else each for each in fields), owned.column
    owner = Field(snake(users[0]), "relation", target=users[0], is_indexed=True)
    return (owner, *fields), owner.column


def related_to(field: Field, layout: Layout, model: str, many: str, fields: tuple[Field, ...]) -> Related:
    """The model that a relation refers to; the resource itself, if it has that name."""
    same = [each for each in fields if each.kind == "relation" and each.target == field.target]
    if field.target == model:
        return Related(model, many, is_quoted=True, is_ambiguous=len(same) > 1, is_own=True)
    target = layout.model(field.target)
    key, key_sql = key_of(target)
    return Related(target.name, target.table, key, key_sql, is_ambiguous=len(same) > 1)


def key_of(model: Model) -> tuple[str, str]:
    """The Python type of a model's ID, and the one of the migration."""
    text = model.attributes.get("id", "Mapped[int]")
    if "UUID" in text:
        return "UUID", "sa.Uuid()"
    if "str" in text:
        raise CouldNotRun(f"{model.name} has a string as its ID; add a relation to it by hand.")
    return "int", "sa.Integer()"


def refuse_clash(resource: Resource, layout: Layout, workspace: Workspace, folder: str) -> None:
    """Refuses a resource whose class, table, path or folder exists.

    Raises:
        CouldNotRun: One of them does.
    """
    if resource.model in layout.models:
        raise CouldNotRun(f"there is a model {resource.model} already, in {layout.models[resource.model].path}.")
    tables = {model.table: model for model in layout.models.values()}
    if resource.table in tables:
        model = tables[resource.table]
        raise CouldNotRun(f"the table {resource.table} belongs to {model.name} already. Name another plural: --plural")
    if resource.table in LIBRARY_TABLES:
        raise CouldNotRun(f"beastmode has a table {resource.table} of its own. Name another plural: --plural")
    for each in layout.blueprints:
        if each.prefix == f"/{resource.path}" and each.version in ("", resource.version):
            raise CouldNotRun(f"{each.path} serves {each.prefix} already.")
    if workspace.exists(folder) or workspace.exists(f"{folder}.py"):
        raise CouldNotRun(f"{folder} already exists. Rename it, or name another plural: --plural")
    for field in resource.fields:
        if field.column in (resource.one, resource.many) and field.kind == "relation":
            raise CouldNotRun(f"a {words(resource.model)} cannot have a field {field.column}.")


LIBRARY_TABLES = frozenset(
    ("credentials", "sessions", "jobs", "job_marks", "job_ticks", "mails", "login_attempts", "alembic_version", "auth")
)
"""Tables that the library adds to a project."""


def rendered(resource: Resource, folder: str) -> dict[str, str]:
    """Path -> text of the new modules and their tests."""
    module = module_of(folder)
    values: dict[str, dict[str, Any]] = {
        f"{folder}/models.py": model_values(resource),
        f"{folder}/schemas.py": schema_values(resource, module),
        f"{folder}/service.py": service_values(resource, module),
        f"{folder}/views.py": views_values(resource, module),
        f"tests/test_{resource.many}.py": values_of_tests(resource, module),
    }
    files = {f"{folder}/__init__.py": ""}
    for path, given in values.items():
        template = "test.py.jinja" if path.startswith("tests/") else f"{Path(path).name}.jinja"
        files[path] = render(FILES, template, given)
    return files


def register(workspace: Workspace, resource: Resource, layout: Layout, folder: str) -> None:
    """Registers the blueprint where the API is created."""
    api = layout.the_api()
    module = ModuleEdit(workspace, api.path, layout.own)
    module.add_import(f"{module_of(folder)}.views", resource.many)
    module.add_argument(f"{api.name}.register", resource.many)
    module.save()
