"""`beast add webhook`: a route that another service calls with signed events, each handled once by a job."""

from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import blueprints_of
from beastmode_tools.recipes.code.tests import add_tests
from beastmode_tools.recipes.fields.parse import refuse_name
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.render import render
from beastmode_tools.recipes.setting.recipe import declare_setting, the_settings
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_webhook"]

FILES = Path(__file__).parent / "files"
MODULES = ("__init__", "schemas", "service", "signature", "views")


def add_webhook(workspace: Workspace, name: str, command: str) -> Plan:
    """Decide what `beast add webhook` changes.

    Args:
        workspace: The project's files.
        name: Of the sender, such as "payments".
        command: What the person typed.

    Raises:
        CouldNotRun: It cannot be added; the message says why.
    """
    refuse_name(name, "webhook")
    layout = read_layout(workspace)
    api = layout.the_api()
    owner, settings = the_settings(layout)
    folder = f"{api.path.rpartition('/')[0]}/{name}"
    values = {"name": name, "module": module_of(folder), "path": name.replace("_", "-"), "version": api.versions[0]}
    values |= {"title": "".join(part.capitalize() for part in name.split("_")), "words": name.replace("_", " ")}
    values |= {"owner": owner, "settings": module_of(settings), "package": module_of(folder).rpartition(".")[0]}
    values |= {"header": f"X-{'-'.join(part.capitalize() for part in name.split('_'))}-Signature"}
    files = {f"{folder}/{each}.py": render(FILES, f"{each}.py.jinja", values) for each in MODULES}
    if all(workspace.exists(path) and workspace.read(path) == text for path, text in files.items()):
        return Plan(command)
    refuse_clash(workspace, folder, f"/webhooks/{values['path']}")
    for path, text in files.items():
        workspace.create(path, text)
    declare_setting(workspace, layout, f"{name}_webhook_secret".upper(), "secret=", SENTENCE.format(name=name))
    register(workspace, layout, folder, name)
    imports = [("hashlib", ""), ("hmac", ""), ("json", ""), ("pytest", "")]
    add_tests(workspace, layout.own, f"tests/test_{name}.py", imports, render(FILES, "test.py.jinja", values))
    return Plan(
        command,
        workspace.edits(),
        next_steps=(
            f"set {name.upper()}_WEBHOOK_SECRET to the secret that you share with the sender",
            f"write what an event does: handle_{name} in {folder}/service.py",
            "beast test",
        ),
    )


SENTENCE = "The secret that signs events of {name}; without one, none is accepted."


def refuse_clash(workspace: Workspace, folder: str, prefix: str) -> None:
    """Refuses a package or a path that exists.

    Raises:
        CouldNotRun: One of them does.
    """
    if workspace.exists(folder) or workspace.exists(f"{folder}.py"):
        raise CouldNotRun(f"{folder} already exists. Choose another name.")
    for each in blueprints_of(workspace):
        if each.prefix == prefix:
            raise CouldNotRun(f"{each.module} serves {prefix} already.")


def register(workspace: Workspace, layout: Layout, folder: str, name: str) -> None:
    """Registers the blueprint where the API is created."""
    api = layout.the_api()
    module = ModuleEdit(workspace, api.path, layout.own)
    module.add_import(f"{module_of(folder)}.views", name)
    module.add_argument(f"{api.name}.register", name)
    module.save()
