"""What the templates of a resource are given."""

from dataclasses import dataclass
from typing import Any

from beastmode_tools.recipes.code.layout import Model
from beastmode_tools.recipes.code.text import fit, import_block, quoted
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.kinds import Import, kind_of
from beastmode_tools.recipes.fields.writing import Related, example, model_lines, schema_line, wrong
from beastmode_tools.recipes.names import words

__all__ = ["Resource", "model_values", "schema_values", "service_values", "values_of_tests", "views_values"]

DATED = ("date", "datetime")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource, with everything that follows from its name.

    Args:
        model: Its class.
        one: Its name in snake case.
        many: The plural of that, which is also its table, its package and its blueprint.
        fields: Its fields.
        related: Name of a relation -> what it refers to.
        models: The models of the project.
        version: Of the API.
        owner: The column that says whose row it is; "" if everyone may change it.
        is_public: Whether anyone may read.
        own: The top-level names that belong to the project.
    """

    model: str
    one: str
    many: str
    fields: tuple[Field, ...]
    related: dict[str, Related]
    models: dict[str, Model]
    version: str
    owner: str
    is_public: bool
    own: frozenset[str]

    @property
    def table(self) -> str:
        """Its table."""
        return self.many

    @property
    def path(self) -> str:
        """Its path below the version."""
        return self.many.replace("_", "-")

    @property
    def is_dated(self) -> bool:
        """Whether a field would hide the type of the same name."""
        return any(field.name in DATED for field in self.fields)

    @property
    def sent(self) -> tuple[Field, ...]:
        """The fields that a client sends."""
        return tuple(field for field in self.fields if field.column != self.owner)


def model_values(resource: Resource) -> dict[str, Any]:
    """For `models.py`."""
    imports: set[Import] = {("beastmode.db", "Base"), ("sqlalchemy", "func")}
    imports |= {("sqlalchemy.orm", "Mapped"), ("sqlalchemy.orm", "mapped_column")}
    imports.add(("datetime as dt", "") if resource.is_dated else ("datetime", "datetime"))
    columns: list[str] = []
    relationships: list[str] = []
    enums = [field for field in resource.fields if field.kind == "enum"]
    imports |= {("enum", "StrEnum")} if enums else set()
    for field in resource.fields:
        related = resource.related.get(field.name)
        lines, below, needed = model_lines(field, related, is_dated=resource.is_dated)
        columns += lines
        relationships += below
        imports |= needed
        if related is not None and related.model != resource.model:
            imports.add((resource.models[related.model].module, related.model))
    return {
        "imports": import_block(imports, resource.own),
        "enums": enums,
        "model": resource.model,
        "table": resource.table,
        "columns": columns,
        "relationships": relationships,
        "is_dated": resource.is_dated,
    }


def schema_values(resource: Resource, module: str) -> dict[str, Any]:
    """For `schemas.py`."""
    imports: set[Import] = {("beastmode.api", "Schema"), ("marshmallow", "fields")}
    lines = []
    for field in resource.fields:
        line, needed = schema_line(field, dump_only=field.column == resource.owner)
        lines.append(line)
        imports |= needed
        if field.kind == "enum":
            imports.add((f"{module}.models", field.target))
    return {"imports": import_block(imports, resource.own), "model": resource.model, "lines": lines}


def service_values(resource: Resource, module: str) -> dict[str, Any]:
    """For `service.py`."""
    imports: set[Import] = {("typing", "Any"), (module, "schemas"), (f"{module}.models", resource.model)}
    imports |= {("beastmode.query", name) for name in ("Dumped", "Loading", "loading")}
    imports |= {("beastmode.core.identity", "current_identity")} if resource.owner else set()
    return {
        "imports": import_block(imports, resource.own),
        "model": resource.model,
        "one": resource.one,
        "many": resource.many,
        "owner": resource.owner,
        "owned": f".owned_by({resource.model}.{resource.owner})" if resource.owner else "",
    }


def views_values(resource: Resource, module: str) -> dict[str, Any]:
    """For `views.py`."""
    imports: set[Import] = {("typing", "Any"), (module, "schemas"), (module, "service")}
    imports |= {(f"{module}.models", resource.model), ("beastmode.query", "Dumped"), ("beastmode.query", "Loading")}
    filters = filters_of(resource)
    names = ("Answer", "Blueprint", "Listing", *(("Filter",) if filters else ()))
    imports |= {("beastmode.api", name) for name in names}
    columns = ["id", "created_at", *(field.name for field in resource.fields if is_sortable(field))]
    model = resource.model
    patch = [f'"/<int:{resource.one}_id>"', f"accepts=schemas.{model}(partial=True)", f"returns=schemas.{model}"]
    return {
        "imports": import_block(imports, resource.own),
        "model": model,
        "one": resource.one,
        "many": resource.many,
        "path": resource.path,
        "version": resource.version,
        "owner": resource.owner,
        "is_public": resource.is_public,
        "sorts": fit("sorts=[", [f"{model}.{name}" for name in columns], "]", indent=8),
        "filters": filters,
        "patch": fit(f"@{resource.many}.patch(", [*patch, *(["errors=(403,)"] if resource.owner else [])], ")"),
        **texts(resource),
    }


def is_sortable(field: Field) -> bool:
    """Whether a list can be sorted by it; a null has no place that every database agrees on."""
    return kind_of(field).is_sortable and not field.is_list and not field.is_optional


def filters_of(resource: Resource) -> list[tuple[str, str]]:
    """Parameter -> the filter behind it."""
    found = []
    for field in resource.fields:
        operators = kind_of(field).operators
        if operators is None or field.is_list:
            continue
        chosen = f", ({', '.join(map(quoted, ('eq', *operators)))})" if operators else ""
        found.append((field.column, f"Filter({resource.model}.{field.column}{chosen})"))
    return found


def values_of_tests(resource: Resource, module: str) -> dict[str, Any]:
    """For the tests."""
    imports: set[Import] = {("pytest", ""), (f"{module}.models", resource.model)}
    needed = [field for field in resource.sent if field.kind == "relation"]
    imports |= {
        (resource.models[field.target].module, field.target)
        for field in needed
        if field.target != resource.model and field.is_required
    }
    sent = [(field.column, sent_value(field, 0)) for field in resource.sent if is_sent(field)]
    changed = next((field for field in resource.sent if field.kind != "relation"), None)
    found = next((field for field in resource.sent if field.kind in ("str", "email", "int", "bigint")), None)
    return {
        "imports": import_block(imports, resource.own),
        "model": resource.model,
        "one": resource.one,
        "many": resource.many,
        "path": resource.path,
        "version": resource.version,
        "owner": resource.owner,
        "is_public": resource.is_public,
        "a_name": texts(resource)["a"].replace(" ", "_"),
        "needs_factory": any(field.kind == "relation" for field in resource.sent if is_sent(field)),
        "example": sent,
        "change": f'{{"{changed.column}": {example(changed, 1)}}}' if changed else "{}",
        "changed": (changed.column, example(changed, 1)) if changed else ("id", "1"),
        "found": (found.column, example(found, 0), example(found, 1)) if found and not found.is_list else None,
        "wrong": [(field.column, wrong(field)) for field in resource.sent],
        "required": "[" + ", ".join(quoted(field.column) for field in resource.sent if field.is_required) + "]"
        if any(field.is_required for field in resource.sent)
        else "",
        **texts(resource),
    }


def is_sent(field: Field) -> bool:
    """Whether the tests send it; an optional relation needs no other row."""
    return field.kind != "relation" or field.is_required


def sent_value(field: Field, number: int) -> str:
    """What the tests send."""
    return f"factory({field.target}).id" if field.kind == "relation" else example(field, number)


def texts(resource: Resource) -> dict[str, str]:
    """The resource in words."""
    one, many = words(resource.model), words(resource.many)
    article = "an" if one[0] in "aeio" else "a"
    return {
        "words_one": one,
        "words_many": many,
        "a": f"{article} {one}",
        "your": f"your own {one}",
        "description": f"{many[0].upper()}{many[1:]}.",
    }
