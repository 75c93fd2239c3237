"""Writes the pages of docs/reference/ from the code: `make docs`, or `python docs/generate.py [FOLDER]`."""

import importlib
import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from names import PUBLIC, cell, names_page, summary

from beastmode.cli import commands
from beastmode.core.setting import Setting
from beastmode.core.settings import Settings, settings_table
from beastmode.extension import FEATURE_SETTINGS

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
METHODS = ("get", "post", "put", "patch", "delete")
GENERATED = "<!-- Written by `make docs`; change the code instead. -->"


def pages() -> dict[str, str]:
    """Every generated page: its file's name and its text."""
    written = {
        "settings.md": settings_page(),
        "commands.md": commands_page(),
        "public-names.md": public_names_page(),
        "routes.md": routes_page(),
        **{f"{name}.md": names_page(name, GENERATED) for name in PUBLIC},
    }
    return {name: "\n".join([*lines, ""]) for name, lines in written.items()}


def settings_page() -> Iterator[str]:
    """Every setting, by the feature that declares it, from the rows that parse them."""
    yield from ("# Settings", "", GENERATED, "")
    yield (
        "Each setting is an environment variable. A value in `app.config` takes precedence, and in development a "
        "`.env` file comes last. "
        "`flask beastmode settings` shows the current values, `flask beastmode doctor` what is wrong. "
        "The settings of a feature that your application does not use are not read. "
        "[Settings of your own](../how-to/declare-settings.md) are declared in the same way."
    )
    common = {row.name for row in settings_table()}
    for kind in (Settings, *FEATURE_SETTINGS):
        title = inspect.cleandoc(kind.__doc__ or "").partition("\n")[0].removesuffix(".")
        rows = [row for row in settings_table(kind) if kind is Settings or row.name not in common]
        yield from ("", f"## {title}", "")
        yield from ("| setting | default | description | expects |", "| --- | --- | --- | --- |")
        yield from (setting_row(row) for row in rows)


def setting_row(row: Setting) -> str:
    """One setting, as a row of a table."""
    default = row.default
    if isinstance(default, bool):
        default = str(default).lower()
    elif isinstance(default, tuple):
        default = ",".join(default)
    shown = "" if default in ("", None) else f"`{default}`"
    return f"| `{row.name}` | {shown} | {cell(row.sentence)} | {cell(row.expects)} |"


def commands_page() -> Iterator[str]:
    """Every command, from its own help."""
    yield from ("# Commands", "", GENERATED, "")
    yield (
        "`flask --app NAME beastmode ...`. "
        "You can omit `--app` if `FLASK_APP` is set, or if there is a `wsgi.py` or `app.py`."
    )
    for path, command in commands_of("flask beastmode", commands):
        arguments = [part for part in command.params if isinstance(part, click.Argument)]
        options = [part for part in command.params if isinstance(part, click.Option)]
        usage = " ".join([path, *(part.human_readable_name for part in arguments), *(["[OPTIONS]"] if options else [])])
        yield from ("", f"## `{usage}`", "", inspect.cleandoc(command.help or ""))
        if options:
            yield from ("", "| option | default | description |", "| --- | --- | --- |")
            yield from (option_row(option) for option in options)


def commands_of(path: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """Every command of a group and of the groups in it, with what is typed to reach it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands_of(f"{path} {name}", command)
        elif command is not None and not command.hidden:
            yield f"{path} {name}", command


def option_row(option: click.Option) -> str:
    """One option, as a row of a table."""
    default = f"`{option.default}`" if option.show_default else ""
    return f"| `{', '.join(option.opts)}` | {default} | {cell(option.help or '')} |"


def public_names_page() -> Iterator[str]:
    """Every public name with the first sentence about it, and where the rest stands."""
    yield from ("# Public names", "", GENERATED, "")
    yield "The names that a project may import. Anything else may change without notice."
    for module_name in PUBLIC:
        module = importlib.import_module(module_name)
        page = f"{module_name}.md"
        yield from ("", f"## [`{module_name}`]({page})", "", "| name | description |", "| --- | --- |")
        yield from (f"| `{name}` | {cell(summary(module_name, name))} |" for name in sorted(module.__all__))


def routes_page() -> Iterator[str]:
    """Every route of the example, from its own OpenAPI documents."""
    yield from ("# Routes of the example", "", GENERATED, "")
    yield (
        "The routes of `examples/blog` by version. `/api/...` without a version means the default version, v1. "
        "`/docs` also shows every field, and `/api/VERSION/openapi.json` is the machine-readable document."
    )
    for version, document in documents().items():
        yield from (
            "",
            f"## {version}",
            "",
            "| route | summary | login required | status codes |",
            "| --- | --- | --- | --- |",
        )
        for path, operations in document["paths"].items():
            known = {method: operation for method, operation in operations.items() if method in METHODS}
            yield from (route_row(method, path, operation) for method, operation in known.items())


def documents() -> dict[str, Any]:
    """The OpenAPI documents of the example, by version."""
    sys.path.insert(0, str(ROOT / "examples" / "blog"))
    os.environ.update(ENVIRONMENT="testing", DATABASE_URL="sqlite://")
    blog = importlib.import_module("blog")
    return {name: document.content() for name, document in blog.create_app().extensions["beastmode.documents"].items()}


def route_row(method: str, path: str, operation: dict[str, Any]) -> str:
    """One route, as a row of a table."""
    signed_in = "yes" if operation.get("security") else ""
    statuses = " ".join(sorted(operation["responses"]))
    mark = " (deprecated)" if operation.get("deprecated") else ""
    return f"| `{method.upper()} {path}` | {cell(operation.get('summary', ''))}{mark} | {signed_in} | {statuses} |"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE
    for page, text in pages().items():
        (folder / page).write_text(text, encoding="utf-8")
