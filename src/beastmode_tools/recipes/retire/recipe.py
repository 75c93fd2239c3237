"""`beast change retire`: a route goes, after clients were told until when it goes on."""

import re
from datetime import timedelta

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.calls import WithDecoratorKeyword
from beastmode_tools.recipes.code.layout import modules, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import RoutePlace, blueprints_of, routes_of, same, the_route
from beastmode_tools.recipes.code.statements import WithStatementAbove, without_function
from beastmode_tools.recipes.code.text import ROOM, quoted
from beastmode_tools.recipes.journal.entry import was_made
from beastmode_tools.recipes.phases.uses import listed
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.retire.callers import callers
from beastmode_tools.recipes.retire.counts import counted
from beastmode_tools.recipes.retire.request import Retirement
from beastmode_tools.recipes.retire.sunset import Announced, announced
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["change_retire"]

NOTICE = timedelta(days=180)
"""How long a route goes on at least, as for `beast add version`: two releases of a mobile application."""


def change_retire(workspace: Workspace, request: Retirement, command: str) -> Plan:
    """Decide what `beast change retire` changes.

    Args:
        workspace: The project's files.
        request: The route and the dates.
        command: What the person typed.

    Raises:
        CouldNotRun: There is no such route, another version needs it, or something of the project still calls it.
    """
    try:
        route = the_route(workspace, request.route)
    except CouldNotRun:
        if was_made(workspace, command):
            return Plan(command)
        raise
    refuse_inherited(workspace, route)
    told = announced(workspace, route)
    counts = (counted(workspace, route, request.metrics),) if request.metrics else ()
    if told is None:
        return deprecated(workspace, route, request, counts, command)
    if request.until is not None and request.until != told.sunset:
        raise CouldNotRun(
            f"{route} goes on until {told.sunset}: {route.module}:{told.line}. Clients were told that; a later date is "
            "set there, an earlier one breaks them."
        )
    if request.today < told.sunset:
        said = f"{route} goes on until {told.sunset}: clients were told so. Run this again then."
        return Plan(command, waits=" ".join((said, *(f"So far, {each}." for each in counts))))
    return removed(workspace, route, told, request, counts, command)


def refuse_inherited(workspace: Workspace, route: RoutePlace) -> None:
    """Refuses a route that another version has from this one, or that this version would have from another one.

    Raises:
        CouldNotRun: There is such a version.
    """
    versions = read_layout(workspace).the_api().versions
    place = same(route.path.split("/", 3)[-1])
    having = {
        each.version
        for each in routes_of(workspace)
        if each.method == route.method and same(each.path.split("/", 3)[-1]) == place
    }
    number = versions.index(route.version) if route.version in versions else len(versions)
    following = versions[number + 1 : number + 2]
    if following and following[0] not in having:
        raise CouldNotRun(
            f"{following[0]} has {route.method} {place} from {route.version}, and would lose it too. Give it a route "
            "of its own first: beast add version"
        )
    earlier = [each for each in versions[:number] if each in having]
    if earlier:
        raise CouldNotRun(
            f"without it, {route.version} would answer {route.method} {place} as {earlier[-1]} does, which it extends. "
            f"Retire it in {earlier[-1]} first."
        )


def deprecated(
    workspace: Workspace, route: RoutePlace, request: Retirement, counts: tuple[str, ...], command: str
) -> Plan:
    """Phase 1: clients are told until when the route goes on."""
    sunset = request.until or request.today + NOTICE
    if sunset <= request.today:
        raise CouldNotRun(f"{sunset} is no date to come. Clients need time: --until YYYY-MM-DD")
    constant = f"{route.view.upper()}_DEPRECATION"
    module = ModuleEdit(workspace, route.module, read_layout(workspace).own)
    if f"{constant} =" in module.text:
        raise CouldNotRun(f"{route.module} has a {constant} already. Use it: deprecated={constant}")
    module.change(WithDecoratorKeyword(route.view, route.declaration, "deprecated", constant))
    successor = f"    successor={quoted(request.successor)},\n" if request.successor else ""
    since, until = (f"datetime({day.year}, {day.month}, {day.day}, tzinfo=UTC)" for day in (request.today, sunset))
    text = f"{constant} = Deprecation(\n    since={since},\n    sunset={until},\n{successor})\n"
    if not successor and len(line := f"{constant} = Deprecation(since={since}, sunset={until})") <= ROOM:
        text = f"{line}\n"
    module.change(WithStatementAbove(route.blueprint, text, constant))
    for origin, name in (("datetime", "UTC"), ("datetime", "datetime"), ("beastmode.api", "Deprecation")):
        module.add_import(origin, name)
    module.save()
    return Plan(
        command,
        workspace.edits(),
        verdict="SAFE",
        next_steps=(
            f"phase 1 of 2: responses and documents say that {route} goes on until {sunset}",
            *counts,
            f"beast test, commit, deploy it, tell your clients; run this again on {sunset}",
        ),
    )


def removed(  # noqa: PLR0913, PLR0917 - the route, what was announced, and what the person said
    workspace: Workspace,
    route: RoutePlace,
    told: Announced,
    request: Retirement,
    counts: tuple[str, ...],
    command: str,
) -> Plan:
    """Phase 2: the route goes.

    Raises:
        CouldNotRun: The project's own code or tests call it.
    """
    layout = read_layout(workspace)
    blueprint = next(
        each for each in blueprints_of(workspace) if (each.module, each.variable) == (route.module, route.blueprint)
    )
    is_first = route.version == layout.the_api().versions[0]
    uses = callers(workspace, route, blueprint.name, is_first=is_first)
    if uses and not request.yes:
        raise CouldNotRun(
            f"{route} could go since {told.sunset}, and this project calls it: {listed(uses)}. Remove these calls "
            "first, or add --yes if they may fail."
        )
    module = ModuleEdit(workspace, route.module, layout.own)
    before = module.text
    module.rewrite(lambda given: without_function(given, route.view, (told.constant,) if told.constant else ()))
    module.save()
    return Plan(
        command,
        workspace.edits(),
        next_steps=(
            f"phase 2 of 2: {route} is gone; its clients were told that it goes on until {told.sunset}",
            *counts,
            *left_behind(workspace, route, before),
            "beast test, commit, deploy it: that is all",
        ),
    )


def left_behind(workspace: Workspace, route: RoutePlace, before: str) -> list[str]:
    """What nothing uses any longer, and a person may remove."""
    told = []
    folder = route.module.rpartition("/")[0]
    now = workspace.read(route.module)
    served = set(re.findall(r"\bservice\.(\w+)\(", before)) - set(re.findall(r"\bservice\.(\w+)\(", now))
    code = "".join(workspace.read(path) for path in modules(workspace.folder) if path.startswith(folder))
    unused = sorted(name for name in served if len(re.findall(rf"\b{name}\b", code)) == 1)
    if unused:
        told.append(f"nothing calls {', '.join(unused)} of {folder}/service.py any longer")
    if not any(each.blueprint == route.blueprint and each.module == route.module for each in routes_of(workspace)):
        told.append(f"{route.blueprint} in {route.module} has no route any longer: remove it and its registration")
    return told
