"""`beast add version`: a version of a resource beside the one that exists; both call one service."""

import re
from datetime import UTC, datetime, timedelta

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.calls import WithDecoratorKeyword, WithElement
from beastmode_tools.recipes.code.layout import Layout, Model, module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import BlueprintVariable, blueprints_of, model_beside, routes_of
from beastmode_tools.recipes.field.recipe import schema_of
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.version.bridge import Bridge, copied_functions, views_module, with_successor
from beastmode_tools.recipes.version.tests import add_version_tests
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_version"]

NAME = re.compile(r"v[1-9]\d{0,2}")
NOTICE = timedelta(days=180)
"""How long the old version goes on at least: two releases of a mobile application, and time to install them."""


def add_version(workspace: Workspace, resource: str, version: str, nest: tuple[str, ...], command: str) -> Plan:
    """Decide what `beast add version` changes.

    Args:
        workspace: The project's files.
        resource: The plural, such as "users".
        version: The new version, such as "v2".
        nest: Relations that the new version shows.
        command: What the person typed.

    Raises:
        CouldNotRun: It cannot be added; the message says why.
    """
    if not NAME.fullmatch(version):
        raise CouldNotRun(f"{version!r} is not a version. Write one such as v2.")
    layout = read_layout(workspace)
    api = layout.the_api()
    known = blueprints_of(workspace)
    found = [each for each in known if each.prefix == f"/{resource.strip('/').replace('_', '-')}"]
    if not found:
        names = ", ".join(sorted({each.prefix.strip("/") for each in known if each.prefix}))
        raise CouldNotRun(f"no blueprint serves {resource}. Resources are {names}.")
    if any(each.version == version for each in found):
        return Plan(command)
    old = found[-1]
    if int(version[1:]) <= int(old.version[1:]):
        raise CouldNotRun(f"{version} is not newer than {old.version}, the newest version of {resource}.")
    if version not in api.versions and int(version[1:]) <= max(int(each[1:]) for each in api.versions):
        raise CouldNotRun(f"{version} is older than a version of the API, and each inherits from the one before.")
    bridge = bridge_of(workspace, layout, old, version, nest)
    write_schema(workspace, layout, bridge, nest)
    write_service(workspace, layout, bridge)
    write_views(workspace, bridge)
    deprecate(workspace, layout, bridge)
    register(workspace, layout, bridge)
    add_version_tests(workspace, layout, bridge, nest)
    return Plan(
        command,
        workspace.edits(),
        next_steps=(
            f"change what {version} shows: {bridge.schema} in {bridge.folder}/schemas.py",
            f"tell clients that {old.version} of {resource} goes on until {bridge.sunset:%Y-%m-%d}",
            "beast test",
        ),
    )


def bridge_of(
    workspace: Workspace, layout: Layout, old: BlueprintVariable, version: str, nest: tuple[str, ...]
) -> Bridge:
    """Everything that follows from the request.

    Raises:
        CouldNotRun: The resource is not of the form that recipes write.
    """
    folder = old.module.rpartition("/")[0]
    model = model_beside(layout, old.module)
    schema = schema_of(layout, model) if model else None
    service = f"{folder}/service.py"
    if model is None or schema is None or not workspace.exists(service):
        raise CouldNotRun(
            f"{folder} is not a resource with models.py, schemas.py and service.py. Add the version by hand."
        )
    loading = re.search(r"^(all_\w+)(?:: \w+)? = loading\(", workspace.read(service), re.MULTILINE)
    if not loading:
        raise CouldNotRun(f"{service} has no `all_... = loading(...)` at its top level. Add the version by hand.")
    for name in nest:
        refuse_relation(name, model)
        if re.search(rf"^ +{name} = fields\.", workspace.read(schema[0]), re.MULTILINE):
            raise CouldNotRun(f"{schema[0]} shows {name} in {old.version} already. Leave --nest {name} out.")
    routes = [
        each
        for each in routes_of(workspace)
        if each.module == old.module
        and each.blueprint == old.variable
        and each.options.get("returns", "").endswith(schema[1])
    ]
    if not routes:
        raise CouldNotRun(f"no route of {old.module} returns schemas.{schema[1]}. Add the version by hand.")
    today = datetime.now(UTC).date()
    return Bridge(
        folder=folder,
        old=old,
        version=version,
        model=model,
        old_schema=schema[1],
        schema=f"{schema[1]}{version.upper()}",
        schema_path=schema[0],
        loading=loading[1],
        suffix="_with_" + "_and_".join(nest) if nest else f"_{version}",
        routes=tuple(routes),
        since=today,
        sunset=today + NOTICE,
    )


def refuse_relation(name: str, model: Model) -> None:
    """Refuses to nest what is not a relation.

    Raises:
        CouldNotRun: The model has none of this name.
    """
    text = model.attributes.get(name, "")
    if not re.search(r"[A-Z]\w+", text.removeprefix("Mapped")):
        raise CouldNotRun(
            f"{model.name} has no relation {name}. Add it first: beast add relation {model.name}.{name} ..."
        )


def write_schema(workspace: Workspace, layout: Layout, bridge: Bridge, nest: tuple[str, ...]) -> None:
    """Adds the schema of the new version, which extends the old one."""
    module = ModuleEdit(workspace, bridge.schema_path, layout.own)
    lines = []
    for name in nest:
        text = bridge.model.attributes[name]
        target = layout.model(next(each for each in re.findall(r"[A-Z]\w+", text) if each in layout.models))
        shown = schema_of(layout, target)
        if shown is None:
            raise CouldNotRun(f"no schema of {target.name} was found, so {name} cannot be shown. Add it first.")
        module.add_import("marshmallow", "fields")
        if shown[0] != bridge.schema_path:
            module.add_import(module_of(shown[0]), shown[1])
        nested = f"fields.Nested({shown[1]}"
        many = "list[" in text
        optional = ", allow_none=True" if "None" in text else ""
        lines.append(
            f"    {name} = fields.List({nested}), dump_only=True)"
            if many
            else f"    {name} = {nested}, dump_only=True{optional})"
        )
    body = "\n".join(lines) or f'    """What {bridge.version} shows."""'
    module.add_statement(f"class {bridge.schema}({bridge.old_schema}):\n{body}\n")
    module.save()


def write_service(workspace: Workspace, layout: Layout, bridge: Bridge) -> None:
    """Adds the functions of the new version to the service, beside those that the old version calls."""
    path = f"{bridge.folder}/service.py"
    module = ModuleEdit(workspace, path, layout.own)
    for text in copied_functions(module.text, bridge):
        module.add_statement(text)
    module.save()


def write_views(workspace: Workspace, bridge: Bridge) -> None:
    """Adds the module with the routes of the new version."""
    text = workspace.read(bridge.old.module)
    workspace.create(bridge.views_path, views_module(text, bridge))


def deprecate(workspace: Workspace, layout: Layout, bridge: Bridge) -> None:
    """Marks the routes of the old version that the new one has, with dates and the successor."""
    module = ModuleEdit(workspace, bridge.old.module, layout.own)
    for route in bridge.routes:
        if "deprecated" not in route.options:
            module.change(WithDecoratorKeyword(route.view, route.declaration, "deprecated", bridge.constant))
    module.change(with_successor(bridge))
    module.add_import("datetime", "UTC")
    module.add_import("datetime", "datetime")
    module.add_import("beastmode.api", "Deprecation")
    module.save()


def register(workspace: Workspace, layout: Layout, bridge: Bridge) -> None:
    """Registers the new blueprint, and names the version if the API does not have it yet."""
    api = layout.the_api()
    module = ModuleEdit(workspace, api.path, layout.own)
    if bridge.version not in api.versions:
        first = tuple(f'Version("{each}")' for each in api.versions)
        element = WithElement("Api", "versions", f'Version("{bridge.version}")', first)
        module.change(element)
        if not element.is_list:
            raise CouldNotRun(
                f"the versions in {api.path} are not a list. Add Version({bridge.version!r}) there by hand."
            )
        module.add_import("beastmode.api", "Version")
    module.add_import(module_of(bridge.views_path), bridge.variable)
    module.add_argument(f"{api.name}.register", bridge.variable)
    module.save()
