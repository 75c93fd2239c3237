"""The code of a new version: copies of functions and views under other names, which call one service."""

import re
from dataclasses import dataclass
from datetime import date

import libcst as cst

from beastmode_tools.recipes.code.calls import spread
from beastmode_tools.recipes.code.layout import Model
from beastmode_tools.recipes.code.routes import BlueprintVariable, RoutePlace
from beastmode_tools.recipes.code.statements import WithStatementAbove

__all__ = ["Bridge", "copied_functions", "views_module", "with_successor"]


@dataclass(frozen=True, slots=True)
class Bridge:
    """A new version of a resource, and the old one.

    Args:
        folder: Of the resource.
        old: The blueprint of the old version.
        version: The new version.
        model: Of the resource.
        old_schema: The schema that the old version shows.
        schema: The one of the new version.
        schema_path: Of the module of both.
        loading: The variable of the old loading.
        suffix: What names of the new version end with, in the service.
        routes: The routes that the new version has itself.
        since: When the old version became deprecated.
        sunset: Until when it goes on.
    """

    folder: str
    old: BlueprintVariable
    version: str
    model: Model
    old_schema: str
    schema: str
    schema_path: str
    loading: str
    suffix: str
    routes: tuple[RoutePlace, ...]
    since: date
    sunset: date

    @property
    def variable(self) -> str:
        """The blueprint of the new version."""
        return f"{self.old.name}_{self.version}"

    @property
    def views_path(self) -> str:
        """The module with the new routes."""
        return f"{self.folder}/views_{self.version}.py"

    @property
    def constant(self) -> str:
        """The name of the deprecation of the old version."""
        return f"{self.old.version.upper()}_DEPRECATION"

    def renamed(self, text: str, functions: set[str]) -> str:
        """Code of the old version in the names of the new one."""
        text = re.sub(rf"\bschemas\.{self.old_schema}\b", f"schemas.{self.schema}", text)
        text = re.sub(rf"\b{self.loading}\b", f"{self.loading}{self.suffix}", text)
        for name in functions:
            text = re.sub(rf"\bservice\.{name}\b", f"service.{name}{self.suffix}", text)
        return text


def copied_functions(service: str, bridge: Bridge) -> list[str]:
    """The loading and the functions of the new version, as copies of the old ones under names that say what differs."""
    module = cst.parse_module(service)
    wanted = called(bridge)
    found = []
    for statement in module.body:
        code = module.code_for_node(statement).strip("\n") + "\n"
        if isinstance(statement, cst.SimpleStatementLine) and code.startswith(
            (f"{bridge.loading} =", f"{bridge.loading}:")
        ):
            found.append(bridge.renamed(code, set()))
        elif isinstance(statement, cst.FunctionDef) and statement.name.value in wanted:
            name = statement.name.value
            found.append(bridge.renamed(code, set()).replace(f"def {name}(", f"def {name}{bridge.suffix}(", 1))
    return found


def called(bridge: Bridge) -> set[str]:
    """The functions of the service that the routes call, which are named like their views."""
    return {route.view for route in bridge.routes}


def views_module(text: str, bridge: Bridge) -> str:
    """The module with the routes of the new version."""
    module = cst.parse_module(text)
    views = {route.view for route in bridge.routes}
    code = "".join(
        f"\n\n{module.code_for_node(statement).strip()}\n"
        for statement in module.body
        if isinstance(statement, cst.FunctionDef) and statement.name.value in views
    )
    code = re.sub(rf"^@{bridge.old.variable}\.", f"@{bridge.variable}.", code, flags=re.MULTILINE)
    code = bridge.renamed(code, views)
    head = f'"{bridge.old.name}", version="{bridge.version}", url_prefix="{bridge.old.prefix}"'
    imports = needed_imports(module, code + "Blueprint")
    whole = f"{imports}\n{bridge.variable} = Blueprint({head}, description={description_of(text, bridge)})\n{code}"
    return cst.parse_module(whole).visit(SpreadDecorators()).code


def needed_imports(module: cst.Module, code: str) -> str:
    """The import statements of a module, with the names that some code uses."""
    lines: list[str] = []
    for statement in module.body:
        if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(
            statement.body[0], cst.Import | cst.ImportFrom
        ):
            break
        imported = statement.body[0]
        if isinstance(imported.names, cst.ImportStar):
            continue
        names = [alias for alias in imported.names if re.search(rf"\b{alias_name(alias)}\b", code)]
        if not names:
            continue
        blank = "\n" if lines and statement.leading_lines else ""
        written = ", ".join(
            module.code_for_node(alias.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for alias in names
        )
        origin = (
            module.code_for_node(imported.module) if isinstance(imported, cst.ImportFrom) and imported.module else ""
        )
        lines.append(f"{blank}from {origin} import {written}" if origin else f"{blank}import {written}")
    return "\n".join(lines) + "\n"


def alias_name(alias: cst.ImportAlias) -> str:
    """The name under which something is used."""
    return alias.evaluated_alias or alias.evaluated_name


def description_of(text: str, bridge: Bridge) -> str:
    """The sentence of the old blueprint, as written."""
    found = re.search(rf"^{bridge.old.variable} = Blueprint\([^)]*description=(\"[^\"]*\")", text, re.MULTILINE)
    return found[1] if found else f'"{bridge.old.name.capitalize()}."'


def with_successor(bridge: Bridge) -> cst.CSTTransformer:
    """Adds the constant with the deprecation above the blueprint of the old version."""
    return WithStatementAbove(
        bridge.old.variable,
        DEPRECATION.format(
            constant=bridge.constant,
            since=f"{bridge.since.year}, {bridge.since.month}, {bridge.since.day}",
            sunset=f"{bridge.sunset.year}, {bridge.sunset.month}, {bridge.sunset.day}",
            successor=f"/api/{bridge.version}{bridge.old.prefix}",
        ),
        bridge.constant,
    )


class SpreadDecorators(cst.CSTTransformer):
    """Writes decorators that have become too long over several lines."""

    def leave_Decorator(self, original_node: cst.Decorator, updated_node: cst.Decorator) -> cst.Decorator:  # noqa: ARG002, N802 - libcst's
        """Write it so."""
        call = updated_node.decorator
        return (
            updated_node.with_changes(decorator=spread(call, before=1)) if isinstance(call, cst.Call) else updated_node
        )


DEPRECATION = """{constant} = Deprecation(
    since=datetime({since}, tzinfo=UTC),
    sunset=datetime({sunset}, tzinfo=UTC),
    successor="{successor}",
)
"""
