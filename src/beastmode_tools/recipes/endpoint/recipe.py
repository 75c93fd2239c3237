"""`beast add endpoint`: a route of one's own, with its schemas, a function in the service, and tests."""

import re
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model, module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import BlueprintVariable, blueprints_of, model_beside, routes_of, same
from beastmode_tools.recipes.code.tests import add_tests, has_people, tests_beside
from beastmode_tools.recipes.endpoint.writing import (
    Endpoint,
    rule_of,
    schema_class,
    schema_imports,
    service_function,
    tests_of,
    view_function,
)
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.parse import parse_fields, refuse_name
from beastmode_tools.recipes.names import snake
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["EndpointRequest", "add_endpoint"]

BODIES = ("POST", "PUT", "PATCH")
VERBS = {"GET": "get", "POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}
SEGMENT = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class EndpointRequest:
    """A route to add.

    Args:
        rule: Such as "users/<int:id>/stats".
        command: The whole command, for the journal.
        method: In capital letters; "" for GET, or POST if it accepts something.
        returns: The fields of the response, as typed.
        accepts: The fields of the body, as typed.
        version: Of the API; "" for the first one.
        is_public: Whether anyone may call it.
    """

    rule: str
    command: str
    method: str = ""
    returns: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    version: str = ""
    is_public: bool = False


def add_endpoint(workspace: Workspace, request: EndpointRequest) -> Plan:
    """Decide what `beast add endpoint` changes.

    Raises:
        CouldNotRun: The route cannot be added; the message says why.
    """
    layout = read_layout(workspace)
    api = layout.the_api()
    version = request.version or api.versions[0]
    if version not in api.versions:
        raise CouldNotRun(f"the API has no version {version}. Versions are {', '.join(api.versions)}.")
    head, rule = rule_of(request.rule)
    place = blueprint_at(workspace, f"/{head}", version)
    package = Path(api.path).parent.as_posix()
    folder = place.module.rpartition("/")[0] if place else f"{package}/{head.replace('-', '_')}"
    model = model_beside(layout, place.module) if place else None
    endpoint = endpoint_of(request, head, rule, version, model)
    if is_there(workspace, endpoint):
        return Plan(request.command)
    if place is None:
        place = new_blueprint(workspace, layout, endpoint, folder)
    write(workspace, layout, endpoint, place, model)
    if has_people(workspace):
        imports, text = tests_of(endpoint, model, checks_row=loading_of(workspace, f"{folder}/service.py") != "")
        add_tests(workspace, layout.own, tests_beside(workspace, place.variable), imports, text)
    return Plan(
        request.command,
        workspace.edits(),
        verdict="SAFE",
        next_steps=(f"write what it does: {endpoint.view} in {folder}/service.py", "beast test"),
    )


def blueprint_at(workspace: Workspace, prefix: str, version: str) -> BlueprintVariable | None:
    """The blueprint with this prefix, whose module has a service beside it."""
    for each in blueprints_of(workspace):
        if each.prefix == prefix and each.version == version:
            folder = each.module.rpartition("/")[0]
            if not all(workspace.exists(f"{folder}/{name}.py") for name in ("schemas", "service")):
                raise CouldNotRun(f"{folder} has no schemas.py and service.py; add the route to {each.module} by hand.")
            return each
    return None


def endpoint_of(request: EndpointRequest, head: str, rule: str, version: str, model: Model | None) -> Endpoint:
    """The route that is asked for, with every name that follows from it."""
    method = (request.method or ("POST" if request.accepts else "GET")).upper()
    if method not in VERBS:
        raise CouldNotRun(f"{request.method!r} is not a method. Methods are {', '.join(VERBS)}.")
    if request.accepts and method not in BODIES:
        raise CouldNotRun(f"a request with {method} has no body (RFC 9110). Use POST, PUT or PATCH.")
    returns, accepts = (plain(parse_fields(texts, "value")) for texts in (request.returns, request.accepts))
    if method == "GET" and not returns:
        raise CouldNotRun("say what the response has, a field each: --returns posts:int")
    one = snake(model.name) if model else head.replace("-", "_")
    parameters = tuple(re.findall(r"<(?:(\w+):)?(\w+)>", rule))
    literal = [part for part in rule.split("/") if part and not part.startswith("<")]
    stem = "_".join([one, *(part.replace("-", "_") for part in literal)])
    refuse_name(stem, "route")
    for _, name in parameters:
        refuse_name(f"{one}_id" if name == "id" else name, "parameter")
    return Endpoint(
        method=method,
        version=version,
        prefix=f"/{head}",
        rule=re.sub(r"<(\w+:)?id>", rf"<\1{one}_id>", rule),
        stem=stem,
        view=f"{VERBS[method]}_{stem}",
        parameters=tuple((kind or "string", f"{one}_id" if name == "id" else name) for kind, name in parameters),
        returns=returns,
        accepts=accepts,
        is_public=request.is_public,
    )


def plain(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields, if none of them refers to a row or to a class.

    Raises:
        CouldNotRun: One does.
    """
    for field in fields:
        if field.kind in ("relation", "enum"):
            raise CouldNotRun(f"{field.name} is a {field.kind}, which belongs to a model. Use int or str here.")
    return fields


def is_there(workspace: Workspace, endpoint: Endpoint) -> bool:
    """Whether the project has the route, in the function of that name.

    Raises:
        CouldNotRun: Another function has the route.
    """
    for route in routes_of(workspace):
        if route.method == endpoint.method and same(route.path) == same(endpoint.path):
            if route.view == endpoint.view:
                return True
            raise CouldNotRun(f"{route.module} serves {route.method} {route.path} already, by {route.view}.")
    return False


def new_blueprint(workspace: Workspace, layout: Layout, endpoint: Endpoint, folder: str) -> BlueprintVariable:
    """Adds a package with an empty blueprint, and registers it."""
    head = endpoint.prefix.strip("/")
    name = head.replace("-", "_")
    if not SEGMENT.fullmatch(head):
        raise CouldNotRun(f"{head!r} cannot begin a path: use lowercase letters, digits and hyphens.")
    refuse_name(name, "package")
    if workspace.exists(folder) or workspace.exists(f"{folder}.py"):
        raise CouldNotRun(f"{folder} already exists, and serves nothing at {endpoint.prefix}. Rename it first.")
    workspace.create(f"{folder}/__init__.py", "")
    workspace.create(f"{folder}/schemas.py", "")
    workspace.create(f"{folder}/service.py", "")
    words = name.replace("_", " ")
    arguments = f'"{name}", version="{endpoint.version}", url_prefix="{endpoint.prefix}"'
    description = f'description="{words[:1].upper()}{words[1:]}."'
    head_text = "from beastmode.api import Blueprint\n\n"
    workspace.create(f"{folder}/views.py", f"{head_text}{name} = Blueprint({arguments}, {description})\n")
    api = layout.the_api()
    module = ModuleEdit(workspace, api.path, layout.own)
    module.add_import(f"{module_of(folder)}.views", name)
    module.add_argument(f"{api.name}.register", name)
    module.save()
    return BlueprintVariable(name, name, endpoint.prefix, endpoint.version, f"{folder}/views.py")


def write(
    workspace: Workspace, layout: Layout, endpoint: Endpoint, place: BlueprintVariable, model: Model | None
) -> None:
    """Adds the schemas, the function and the view."""
    folder = place.module.rpartition("/")[0]
    package = module_of(folder)
    schemas = ModuleEdit(workspace, f"{folder}/schemas.py", layout.own)
    for name, fields in ((endpoint.shown, endpoint.returns), (endpoint.sent, endpoint.accepts)):
        if fields:
            if re.search(rf"^class {name}\b", schemas.text, re.MULTILINE):
                raise CouldNotRun(f"{folder}/schemas.py has a class {name} already. Rename it first.")
            schemas.add_statement(schema_class(name, fields, is_sent=fields is endpoint.accepts))
    for origin, name in schema_imports(endpoint):
        schemas.add_import(origin, name)
    schemas.save()
    service = ModuleEdit(workspace, f"{folder}/service.py", layout.own)
    text, imports = service_function(endpoint, loading_of(workspace, f"{folder}/service.py") if model else "")
    service.add_statement(text)
    for origin, name in imports:
        service.add_import(origin, name)
    service.save()
    views = ModuleEdit(workspace, place.module, layout.own)
    text, imports = view_function(endpoint, place.variable)
    views.add_statement(text)
    for origin, name in (*imports, *(((package, "schemas"),) if endpoint.has_schema else ()), (package, "service")):
        views.add_import(origin, name)
    views.save()


def loading_of(workspace: Workspace, path: str) -> str:
    """The variable of the loading in a service; "" if there is none."""
    text = workspace.read(path) if workspace.exists(path) else ""
    found = re.search(r"^(all_\w+) = loading\(", text, re.MULTILINE)
    return found[1] if found else ""
