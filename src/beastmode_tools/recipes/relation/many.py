"""Many rows for many rows: a table between two models, a list in the schema, and two routes that change it."""

import re
from dataclasses import dataclass

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model, module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import BlueprintVariable, blueprints_of
from beastmode_tools.recipes.code.tests import add_tests, has_people, tests_beside
from beastmode_tools.recipes.code.text import fit
from beastmode_tools.recipes.field.recipe import is_column, schema_of
from beastmode_tools.recipes.migrations import Revision, add_revision, next_revision
from beastmode_tools.recipes.names import snake, words
from beastmode_tools.recipes.plan import Plan, Stored
from beastmode_tools.recipes.resource.recipe import key_of
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_many"]


@dataclass(frozen=True, slots=True)
class Between:
    """The table between two models.

    Args:
        model: Whose list it is.
        target: What is in the list.
        name: Of the list.
    """

    model: Model
    target: Model
    name: str

    @property
    def table(self) -> str:
        """Its name."""
        return f"{self.model.table}_{self.name}"

    @property
    def own_key(self) -> str:
        """The column that refers to the model."""
        return f"{snake(self.model.name)}_id"

    @property
    def other_key(self) -> str:
        """The column that refers to the target."""
        return f"{snake(self.target.name)}_id"


def add_many(workspace: Workspace, model_name: str, name: str, target_name: str, command: str) -> Plan:
    """Decide what a relation to many rows changes.

    Raises:
        CouldNotRun: It cannot be added; the message says why.
    """
    layout = read_layout(workspace)
    between = Between(layout.model(model_name), layout.model(target_name), name)
    model, target = between.model, between.target
    if name in model.attributes:
        if re.sub(r"[\"' ]", "", model.attributes[name]) == f"Mapped[list[{target.name}]]":
            return Plan(command)
        raise CouldNotRun(f"{model.name} has an attribute {name} already: {model.path}.")
    if model == target:
        raise CouldNotRun(f"{model.name} would refer to itself in both columns; add this table by hand.")
    if between.table in {each.table for each in layout.models.values()}:
        raise CouldNotRun(f"there is a table {between.table} already. Choose another name for the list.")
    if not any(text.startswith("Mapped[") for text in model.attributes.values()):
        raise CouldNotRun(f"{model.path} declares columns without Mapped[...]; add the relation to it by hand.")
    shown, other = schema_of(layout, model), schema_of(layout, target)
    if shown is None or other is None:
        missing = model if shown is None else target
        raise CouldNotRun(f"no schema of {missing.name} was found, so the list cannot be shown. Add it by hand.")
    edit_model(workspace, layout, between)
    edit_schema(workspace, layout, between, shown, other)
    revision = add_table(workspace, between)
    place = blueprint_beside(workspace, model)
    has_routes = place is not None and add_routes(workspace, layout, between, place)
    if has_routes and place is not None and has_people(workspace) and "AccountMixin" not in model.bases:
        add_tests(workspace, layout.own, tests_beside(workspace, place.variable), *tests_of(between, place))
    steps = ["beast dev     migrates the development database", "beast test"]
    if not has_routes:
        steps.insert(0, f"no service beside {model.path} was found: add what changes the list")
    return Plan(
        command,
        workspace.edits(),
        revision=revision.id,
        follows=revision.follows or "",
        stores=(Stored(between.table),),
        next_steps=tuple(steps),
    )


def edit_model(workspace: Workspace, layout: Layout, between: Between) -> None:
    """Adds the table and the relationship."""
    model, target = between.model, between.target
    module = ModuleEdit(workspace, model.path, layout.own)
    columns = [
        f'Column("{key}", ForeignKey("{table}.id", ondelete="CASCADE"), primary_key=True{more})'
        for key, table, more in (
            (between.own_key, model.table, ""),
            (between.other_key, target.table, ", index=True"),
        )
    ]
    table = "\n".join([f"{between.table} = Table(", f'    "{between.table}",', "    Base.metadata,"])
    table += "".join(f"\n    {column}," for column in columns) + "\n)\n"
    module.add_statement(table, before_class=model.name)
    relationship = f'relationship(secondary={between.table}, order_by="{target.name}.id")'
    line = f'{between.name}: Mapped[list["{target.name}"]] = {relationship}'
    if len(line) + 4 > 120:  # as fit does
        line = fit(
            f'{between.name}: Mapped[list["{target.name}"]] = relationship(',
            [f"secondary={between.table}", f'order_by="{target.name}.id"'],
            ")",
            indent=4,
        )
    module.add_to_class(model.name, line, is_predecessor=lambda text: is_column(text) or "relationship(" in text)
    for name in ("Column", "ForeignKey", "Table"):
        module.add_import("sqlalchemy", name)
    module.add_import("sqlalchemy.orm", "relationship")
    if target.path != model.path:
        module.add_import_for_types(target.module, target.name)
    module.save()


def edit_schema(
    workspace: Workspace, layout: Layout, between: Between, shown: tuple[str, str], other: tuple[str, str]
) -> None:
    """Adds the list to the schema, each row as its own schema shows it."""
    module = ModuleEdit(workspace, shown[0], layout.own)
    name = other[1]
    if other[0] != shown[0]:
        alias = f"{name}Schema" if name == shown[1] else name
        module.add_import(module_of(other[0]), name if alias == name else f"{name} as {alias}")
        name = alias
    line = f"{between.name} = fields.List(fields.Nested({name}), dump_only=True)"
    module.add_to_class(shown[1], line, is_predecessor=lambda text: "created_at" not in text and "= fields." in text)
    module.save()


def add_table(workspace: Workspace, between: Between) -> Revision:
    """Adds the migration of the table."""
    table, message = between.table, f"add {between.table}"
    revision = next_revision(workspace, message)
    keys = ((between.own_key, between.model), (between.other_key, between.target))
    parts = [f'        sa.Column("{key}", {key_of(model)[1]}, nullable=False),' for key, model in keys]
    for key, model in keys:
        name = f'name=op.f("fk_{table}_{key}_{model.table}")'
        items = [f'["{key}"]', f'["{model.table}.id"]', name, 'ondelete="CASCADE"']
        parts.append(fit("sa.ForeignKeyConstraint(", items, "),", indent=8))
    columns = [f'"{key}"' for key, _ in keys]
    parts.append(fit("sa.PrimaryKeyConstraint(", [*columns, f'name=op.f("pk_{table}")'], "),", indent=8))
    upgrade = "\n".join(["    op.create_table(", f'        "{table}",', *parts, "    )"])
    index = [f'op.f("ix_{table}_{between.other_key}")', f'"{table}"', f'["{between.other_key}"]', "unique=False"]
    upgrade += "\n" + fit("op.create_index(", index, ")", indent=4) + "\n"
    add_revision(workspace, revision, message, upgrade, f'    op.drop_table("{table}")\n')
    return revision


def blueprint_beside(workspace: Workspace, model: Model) -> BlueprintVariable | None:
    """The blueprint of the model's folder, if it has a service."""
    folder = model.path.rpartition("/")[0]
    if not workspace.exists(f"{folder}/service.py"):
        return None
    return next((each for each in blueprints_of(workspace) if each.module.rpartition("/")[0] == folder), None)


def add_routes(workspace: Workspace, layout: Layout, between: Between, place: BlueprintVariable) -> bool:
    """Adds the functions and the routes that put a row into the list and take it out; whether that was possible."""
    folder = place.module.rpartition("/")[0]
    path = f"{folder}/service.py"
    found = re.search(r"^(all_\w+) = loading\(.*?\)(?:\.owned_by\(\w+\.(\w+)\))?$", workspace.read(path), re.MULTILINE)
    if not found:
        return False
    model, target = between.model, between.target
    one, other = snake(model.name), snake(target.name)
    given = {"one": one, "other": other, "model": model.name, "target": target.name, "name": between.name}
    given |= {"own_key": between.own_key, "other_key": between.other_key, "all": found[1], "blueprint": place.variable}
    given |= {"schema": f"schemas.{(schema_of(layout, model) or ('', ''))[1]}", "owner": found[2] or ""}
    given |= {"words_one": words(model.name), "words_other": words(target.name)}
    given["allowed"] = OWNED.format(**given) if found[2] else ""
    given["errors"] = ", errors=(403,)" if found[2] else ""
    service = ModuleEdit(workspace, path, layout.own)
    service.add_statement(SERVICE.format(**given))
    imports = [("beastmode", "Problem"), ("beastmode.db", "transaction"), ("beastmode.query", "Dumped")]
    imports += [(target.module, target.name), (model.module, model.name)]
    imports += [("beastmode.core.identity", "current_identity")] if found[2] else []
    for origin, name in imports:
        service.add_import(origin, name)
    service.save()
    views = ModuleEdit(workspace, place.module, layout.own)
    views.add_statement(VIEWS.format(**given))
    views.add_import("beastmode.query", "Dumped")
    for name in ("schemas", "service"):
        views.add_import(module_of(folder), name)
    views.save()
    return True


def tests_of(between: Between, place: BlueprintVariable) -> tuple[list[tuple[str, str]], str]:
    """The tests of the list, and what they import."""
    model, target = between.model, between.target
    owner = next((name for name, text in model.attributes.items() if name.endswith("_id") and name == "user_id"), "")
    given = {"one": snake(model.name), "other": snake(target.name), "model": model.name, "target": target.name}
    given |= {"name": between.name, "owner": f", {owner}=ada.id" if owner else ""}
    given |= {"url": f"/api/{place.version}{place.prefix}"}
    return [(model.module, model.name), (target.module, target.name)], TESTS.format(**given)


OWNED = """        if {one}.{owner} != current_identity().id:
            raise Problem(403, "This {words_one} belongs to somebody else.")
"""
SERVICE = """def add_{other}_to_{one}({own_key}: int, {other_key}: int) -> Dumped:
    with transaction() as session:
        {one}, {other} = session.get({model}, {own_key}), session.get({target}, {other_key})
        if {one} is None or {other} is None:
            raise Problem(404, "Not found")
{allowed}        if {other} not in {one}.{name}:
            {one}.{name}.append({other})
    return {all}.get({own_key})


def remove_{other}_from_{one}({own_key}: int, {other_key}: int) -> Dumped:
    with transaction() as session:
        {one} = session.get({model}, {own_key})
        if {one} is None:
            raise Problem(404, "Not found")
{allowed}        {one}.{name} = [each for each in {one}.{name} if each.id != {other_key}]
    return {all}.get({own_key})
"""
VIEWS = '''@{blueprint}.put("/<int:{own_key}>/{name}/<int:{other_key}>", returns={schema}{errors})
def add_{other}_to_{one}({own_key}: int, {other_key}: int) -> Dumped:
    """Add a {words_other} to a {words_one}."""
    return service.add_{other}_to_{one}({own_key}, {other_key})


@{blueprint}.delete("/<int:{own_key}>/{name}/<int:{other_key}>", returns={schema}{errors})
def remove_{other}_from_{one}({own_key}: int, {other_key}: int) -> Dumped:
    """Remove a {words_other} from a {words_one}."""
    return service.remove_{other}_from_{one}({own_key}, {other_key})
'''
TESTS = """
def test_{name}_of_a_{one}_are_added_and_removed(ada, factory):
    {one}, {other} = factory({model}{owner}), factory({target})
    url = f"{url}/{{{one}.id}}"

    added = [ada.api.put(f"{{url}}/{name}/{{{other}.id}}") for _ in range(2)]
    shown = ada.api.get(url).json["data"]["{name}"]
    removed = ada.api.delete(f"{{url}}/{name}/{{{other}.id}}")

    assert [answer.status_code for answer in added] == [200, 200]
    assert [each["id"] for each in shown] == [{other}.id]
    assert removed.json["data"]["{name}"] == []
"""
