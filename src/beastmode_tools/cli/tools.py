"""The tools of models and assistants as commands: `beast overview --json` and the like, made from their schemas."""

import json
from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.tools.registry import find_tool
from beastmode_tools.agent.tools.session import Session
from beastmode_tools.agent.tools.tool import Tool
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.terminal import plain, say

__all__ = ["advisories", "docs", "edit", "errors", "fetch", "overview", "query", "read", "search", "web_search"]

FIRST = ("path", "text", "sql", "url", "name")
"""Arguments that are typed without an option, if they are required."""


def command_of(name: str) -> click.Command:
    """The command of a tool."""
    tool = find_tool(name)
    fields = tool.arguments.model_fields
    first = next((each for each in FIRST if each in fields and fields[each].is_required()), None)
    params: list[click.Parameter] = [parameter(each, field, is_first=each == first) for each, field in fields.items()]
    params.append(click.Option(["--json", "as_json"], is_flag=True, help="Print the answer as JSON."))
    if tool.is_open_world:
        params.append(click.Option(["--allow-host", "hosts"], multiple=True, help="A host that may be asked."))
    return click.Command(
        name=name.replace("_", "-"),
        params=params,
        callback=called(tool),
        help=tool.description,
        short_help=tool.description.partition(". ")[0],
    )


def parameter(name: str, field: FieldInfo, *, is_first: bool) -> click.Parameter:
    """An argument of a tool as an argument or option of a command."""
    kind, is_many = kind_of(field.annotation)
    if is_first:
        return click.Argument([name])
    option = f"--{name.removeprefix('is_').replace('_', '-')}"
    if kind is click.BOOL:
        return click.Option([option, name], is_flag=True, help=field.description)
    default = None if is_many or field.is_required() else field.default
    return click.Option(
        [option, name], type=kind, multiple=is_many, default=default, help=field.description, show_default=bool(default)
    )


def kind_of(annotation: Any) -> tuple[Any, bool]:
    """The type of an argument for click, and whether it may be repeated."""
    if get_origin(annotation) is tuple:
        return kind_of(get_args(annotation)[0])[0], True
    if get_origin(annotation) is Literal:
        return click.Choice([str(each) for each in get_args(annotation)]), False
    assert not isinstance(annotation, UnionType)  # noqa: S101 - a slip of ours: no tool has such an argument
    return {bool: click.BOOL, int: click.INT}.get(annotation, click.STRING), False


def called(tool: Tool) -> Callable[..., None]:
    """What the command does: asks the tool in this folder, and prints the answer."""

    def call(*, as_json: bool, hosts: tuple[str, ...] = (), **given: Any) -> None:
        root = project_folder(Path.cwd())
        # What the person types in a terminal names the host.
        named = {given["url"].partition("://")[2].partition("/")[0].lower()} if "url" in given else set()
        session = Session(Grants(root=root, run="terminal", hosts=frozenset({*hosts, *named})))
        asked = {name: value for name, value in given.items() if value not in ((), None)}
        answer = tool.run(session, {name: list(v) if isinstance(v, tuple) else v for name, v in asked.items()})
        say(json.dumps(answer, indent=2) if as_json else shown(answer))

    return call


def shown(answer: Any, margin: str = "") -> str:
    """The answer for a person: a line for each thing."""
    if isinstance(answer, dict):
        return "\n".join(entry(plain(str(name)), each, margin) for name, each in answer.items())
    if isinstance(answer, list):
        return "\n".join(entry("-", each, margin) for each in answer)
    return margin + plain(str(answer), keep="\n")


def entry(name: str, value: Any, margin: str) -> str:
    """A name with its value: beside it, or below it."""
    if isinstance(value, dict) and name == "-" and all(not isinstance(each, dict | list) for each in value.values()):
        return f"{margin}- {'  '.join(plain(str(each)) for each in value.values() if each not in (None, ''))}"
    if isinstance(value, dict | list) and value:
        return f"{margin}{name}\n{shown(value, margin + '  ')}"
    if isinstance(value, str) and "\n" in value:
        return f"{margin}{name}\n{plain(value, keep=chr(10) + chr(9))}"
    return f"{margin}{name}  {plain(str('' if value in ([], {}) else value))}"


overview = command_of("overview")
read = command_of("read")
search = command_of("search")
edit = command_of("edit")
docs = command_of("docs")
errors = command_of("errors")
query = command_of("query")
advisories = command_of("advisories")
fetch = command_of("fetch")
web_search = command_of("web_search")
