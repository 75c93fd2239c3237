"""How a route of one's own is written: its schemas, its function, its view, its tests."""

import re
from dataclasses import dataclass

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Model
from beastmode_tools.recipes.code.text import fit
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.kinds import Import
from beastmode_tools.recipes.fields.writing import example, schema_line, wrong

__all__ = [
    "Endpoint",
    "rule_of",
    "schema_class",
    "schema_imports",
    "service_function",
    "tests_of",
    "view_function",
]

PYTHON = {"int": "int", "string": "str", "uuid": "UUID", "float": "float"}
"""Flask's converters, and what they give to the view."""
VALUES = {
    "date": ("date(2026, 1, 1)", (("datetime", "date"),)),
    "datetime": ("datetime(2026, 1, 1, tzinfo=UTC)", (("datetime", "UTC"), ("datetime", "datetime"))),
}
"""Examples that are no JSON values in Python."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route, with every name that follows from it.

    Args:
        method: In capital letters.
        version: Of the API.
        prefix: Of its blueprint.
        rule: Below the prefix.
        stem: Its name in snake case, without a verb.
        view: The name of its functions.
        parameters: The converter and the name of each.
        returns: The fields of the response.
        accepts: The fields of the body.
        is_public: Whether anyone may call it.
    """

    method: str
    version: str
    prefix: str
    rule: str
    stem: str
    view: str
    parameters: tuple[tuple[str, str], ...]
    returns: tuple[Field, ...]
    accepts: tuple[Field, ...]
    is_public: bool

    @property
    def path(self) -> str:
        """With its version."""
        return f"/api/{self.version}{self.prefix}{self.rule}"

    @property
    def shown(self) -> str:
        """The schema of the response."""
        return "".join(part.capitalize() for part in self.stem.split("_"))

    @property
    def sent(self) -> str:
        """The schema of the body."""
        return f"{'New' if self.method == 'POST' else 'Changed'}{self.shown}"

    @property
    def has_schema(self) -> bool:
        """Whether the view names one."""
        return bool(self.returns or self.accepts)


def rule_of(text: str) -> tuple[str, str]:
    """The first segment of a path, and the rule below it.

    Raises:
        CouldNotRun: It is not a path that can be served.
    """
    path = text.strip().strip("/")
    path = re.sub(r"^api/v\d+/", "", path)
    head, _, rest = path.partition("/")
    if not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", head):
        raise CouldNotRun(f"{text!r} is not a path. Write one such as users/<int:id>/stats.")
    for part in rest.split("/") if rest else []:
        found = re.fullmatch(r"<(?:(\w+):)?(\w+)>", part)
        if found is None and not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", part):
            raise CouldNotRun(f"{part!r} in {text!r} is neither a word nor a parameter such as <int:id>.")
        if found and (found[1] or "string") not in PYTHON:
            raise CouldNotRun(f"{part!r}: use one of the converters {', '.join(PYTHON)}.")
    return head, f"/{rest}" if rest else ""


def schema_class(name: str, fields: tuple[Field, ...], *, is_sent: bool) -> str:
    """The class of a schema."""
    lines = [schema_line(field, dump_only=False)[0] if is_sent else shown_line(field) for field in fields]
    return "\n".join([f"class {name}(Schema):", *lines]) + "\n"


def shown_line(field: Field) -> str:
    """A field that only the server sets."""
    line = schema_line(field, dump_only=True)[0]
    return (
        line.replace("dump_only=True", "allow_none=True")
        if field.is_optional
        else line.replace(", dump_only=True", "").replace("dump_only=True", "")
    )


def schema_imports(endpoint: Endpoint) -> list[Import]:
    """What the schemas import."""
    found: set[Import] = {("beastmode.api", "Schema"), ("marshmallow", "fields")} if endpoint.has_schema else set()
    for field in endpoint.accepts:
        found |= schema_line(field)[1]
    return sorted(found)


def arguments_of(endpoint: Endpoint, *, body_first: bool) -> tuple[list[str], list[str], list[Import]]:
    """The parameters of a function with their types, their names, and what the types import."""
    paths = [f"{name}: {PYTHON[kind]}" for kind, name in endpoint.parameters]
    names = [name for _, name in endpoint.parameters]
    imports: list[Import] = [("uuid", "UUID")] if any(kind == "uuid" for kind, _ in endpoint.parameters) else []
    if endpoint.accepts:
        body = "new" if endpoint.method == "POST" else "changes"
        paths = [f"{body}: dict[str, Any]", *paths] if body_first else [*paths, f"{body}: dict[str, Any]"]
        names = [*names, body]
        imports.append(("typing", "Any"))
    return paths, names, imports


def service_function(endpoint: Endpoint, loading: str) -> tuple[str, list[Import]]:
    """The function in the service, and what it imports.

    Args:
        endpoint: The route.
        loading: What finds the row that the path names; "" if it names none.
    """
    parameters, _, imports = arguments_of(endpoint, body_first=False)
    body = []
    if loading and endpoint.parameters and endpoint.parameters[0][0] == "int":
        body.append(f"    {loading}.get({endpoint.parameters[0][1]})  # 404 if there is none")
    values = []
    for field in endpoint.returns:
        value, needed = ("None", ()) if field.is_optional else VALUES.get(field.kind, (example(field, 0), ()))
        imports += needed
        is_plain = field.is_list or field.kind not in VALUES
        values.append(f'"{field.name}": {example(field, 0) if is_plain and not field.is_optional else value}')
    if values:
        imports.append(("typing", "Any"))
        body.append(fit("return {", values, "}", indent=4))
    returned = "dict[str, Any]" if values else "None"
    head = fit(f"def {endpoint.view}(", parameters, f") -> {returned}:")
    if not body:
        words = endpoint.stem.replace("_", " ")
        body.append(f'    """{endpoint.view.partition("_")[0].capitalize()} {words}."""')
    return "\n".join([head, *body]) + "\n", imports


def view_function(endpoint: Endpoint, blueprint: str) -> tuple[str, list[Import]]:
    """The view, and what it imports."""
    parameters, names, imports = arguments_of(endpoint, body_first=True)
    given = [f'"{endpoint.rule}"'] if endpoint.rule else []
    given += [f"accepts=schemas.{endpoint.sent}"] if endpoint.accepts else []
    given += [f"returns=schemas.{endpoint.shown}"] if endpoint.returns else []
    given += ["status=201"] if endpoint.method == "POST" and endpoint.returns else []
    given += ["public=True"] if endpoint.is_public else []
    words = endpoint.view.replace("_", " ")
    call = f"service.{endpoint.view}({', '.join(names)})"
    lines = [fit(f"@{blueprint}.{endpoint.method.lower()}(", given, ")")]
    if endpoint.returns:
        imports.append(("typing", "Any"))
        lines.append(fit(f"def {endpoint.view}(", parameters, ") -> dict[str, Any]:"))
        body = [f"    return {call}"]
    else:
        imports.append(("beastmode.api", "Answer"))
        lines.append(fit(f"def {endpoint.view}(", parameters, ") -> Answer:"))
        body = [f"    {call}", '    return Answer(message="Done")']
    return "\n".join([*lines, f'    """{words.capitalize()}."""', *body]) + "\n", imports


def tests_of(endpoint: Endpoint, model: Model | None, *, checks_row: bool) -> tuple[list[Import], str]:
    """The tests, and what they import."""
    is_user = model is not None and "AccountMixin" in model.bases
    imports: list[Import] = []
    path, arguments, made = endpoint.path, ["ada"], ""
    has_row = bool(endpoint.parameters) and endpoint.parameters[0][0] == "int" and checks_row and model is not None
    for index, (kind, name) in enumerate(endpoint.parameters):
        value = {"int": "1", "float": "1.5", "uuid": "11111111-1111-4111-8111-111111111111"}.get(kind, "one")
        if index == 0 and has_row and model is not None:
            value = "{ada.id}" if is_user else "{row.id}"
            if not is_user:
                arguments.append("factory")
                made = f"    row = factory({model.name})\n"
                imports.append((model.module, model.name))
        path = re.sub(rf"<(\w+:)?{name}>", value, path, count=1)
    items = [f'"{field.name}": {example(field, 0)}' for field in endpoint.accepts]
    values = {
        "view": endpoint.view,
        "method": endpoint.method.lower(),
        "arguments": ", ".join(arguments),
        "made": made,
        "path": f'{"f" if "{" in path else ""}"{path}"',
        "plain_path": re.sub(r"\{\w+\.id\}", "1", path),
        "sent": fit("sent = {", items, "}\n", indent=4) if items else "",
        "given": ", sent" if items else "",
        "status": 201 if endpoint.method == "POST" and endpoint.returns else 200,
    }
    shown = "{" + ", ".join(f'"{field.name}"' for field in endpoint.returns) + "}"
    checks = f'    assert set(answer.json["data"]) == {shown}\n' if endpoint.returns else ""
    answered = ANSWERED if values["made"] or values["sent"] else ANSWERED.replace("{sent}\n", "{sent}")
    text = answered.format(**values, checks=checks) + (OPEN if endpoint.is_public else CLOSED).format(**values)
    if endpoint.accepts:
        field = endpoint.accepts[0]
        text += REFUSED.format(**values, name=field.name, wrong=wrong(field))
    return imports, text


ANSWERED = """def test_{view}({arguments}):
{made}{sent}
    answer = ada.api.{method}({path}{given})

    assert answer.status_code == {status}
{checks}"""
OPEN = """

def test_{view}_needs_no_login(client):
    assert client.{method}("{plain_path}").status_code != 401
"""
CLOSED = """

def test_{view}_requires_a_login(client):
    assert client.{method}("{plain_path}").status_code == 401
"""
REFUSED = """

def test_{view}_refuses_a_value_that_is_not_valid({arguments}):
{made}{sent}
    refused = ada.api.{method}({path}, sent | {{"{name}": {wrong}}})

    assert refused.status_code == 422
    assert set(refused.json["details"]) == {{"{name}"}}
"""
