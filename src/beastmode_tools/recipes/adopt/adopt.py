"""Decides what `beast adopt` changes: the one line, and the files that belong to it."""

from pathlib import Path

import libcst as cst
import tomlkit
from tomlkit.exceptions import TOMLKitError

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.adopt.application import Application, applications_in, with_beastmode
from beastmode_tools.recipes.code.imports import import_of, names_of, with_import
from beastmode_tools.recipes.code.layout import module_of, modules
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.source.files import is_example, is_tool

__all__ = ["WORKFLOW", "add_workflow", "adopt", "the_application"]

FILES = Path(__file__).parent / "files"
REQUIREMENT = "beastmode>=0.1,<0.2"
"""A version 0.2 may change public names; the ones before it may not."""
TESTS = ("tests", "test")
WORKFLOW = ".github/workflows/beast-check.yml"
INSTALL = "pip install -r requirements.txt"


def adopt(workspace: Workspace, application: Application) -> Plan:
    """The change that adds beastmode to a Flask project.

    Args:
        workspace: Its files.
        application: What it is added to.

    Raises:
        CouldNotRun: It cannot be told where the line belongs.
    """
    module = parsed(workspace, application.path)
    if "Beastmode" not in module.code:
        own = frozenset(module_of(path).partition(".")[0] for path in modules(workspace.folder))
        workspace.edit(application.path, with_beastmode(module, application, own).code)
    notes = list(required(workspace))
    set_environment(workspace, application)
    add_files(workspace, application)
    return Plan(
        command="adopt",
        edits=workspace.edits(),
        verdict="CAUTIOUS",
        next_steps=(*notes, "flask beastmode doctor    check the configuration", "beast check    check the change"),
    )


def the_application(workspace: Workspace, named: str | None) -> Application:
    """The application to add the line to.

    Args:
        workspace: The project's files.
        named: As `flask --app` takes it; None if nothing names it.

    Raises:
        CouldNotRun: There is none, or there are several and nothing says which.
    """
    found = [
        application
        for path in modules(workspace.folder)
        if not is_tool(path) and not is_example(path) and "Flask" in workspace.read(path)
        for application in applications_in(path, parsed(workspace, path))
    ]
    if not found:
        raise CouldNotRun("no module creates a Flask application by `app = Flask(...)`, so there is nothing to add to.")
    module, _, attribute = (named or "").partition(":")
    wanted = [each for each in found if module_of(each.path) == module]
    wanted = [each for each in wanted if attribute.partition("(")[0] in {each.factory, each.name}] or wanted
    if len(wanted or found) > 1:
        places = ", ".join(f"{module_of(each.path)}:{each.factory or each.name}" for each in wanted or found)
        raise CouldNotRun(f"there are several applications: {places}. Name one by --app.")
    return (wanted or found)[0]


def required(workspace: Workspace) -> list[str]:
    """Adds the package to what the project requires; what a person has to do if there is no such list."""
    if workspace.exists("requirements.txt"):
        text = workspace.read("requirements.txt")
        if "beastmode" not in text:
            workspace.edit("requirements.txt", f"{text.rstrip()}\n{REQUIREMENT}\n".lstrip())
        return []
    if workspace.exists("pyproject.toml") and require_in_pyproject(workspace):
        return []
    return [f"add {REQUIREMENT} to the project's requirements"]


def require_in_pyproject(workspace: Workspace) -> bool:
    """Adds the package to `[project] dependencies`; whether there is such a list."""
    try:
        document = tomlkit.parse(workspace.read("pyproject.toml"))
    except TOMLKitError as problem:
        raise CouldNotRun(f"pyproject.toml cannot be read: {problem}. Fix it first.") from None
    listed = document.get("project", {}).get("dependencies")
    if listed is None:
        return False
    if not any(str(each).startswith("beastmode") for each in listed):
        listed.append(REQUIREMENT)
        workspace.edit("pyproject.toml", tomlkit.dumps(document))
    return True


def set_environment(workspace: Workspace, application: Application) -> None:
    """Names the environment for `flask` and for the tests: without a name, it is production."""
    text = workspace.read(".flaskenv") if workspace.exists(".flaskenv") else ""
    if "ENVIRONMENT=" not in text:
        workspace.edit(".flaskenv", f"{text.rstrip()}\nENVIRONMENT=development\n".lstrip())
    folder = next((each for each in TESTS if (workspace.folder / each).is_dir()), None)
    if folder is None:
        return
    place = "conftest.py" if workspace.exists("conftest.py") else f"{folder}/conftest.py"
    module = parsed(workspace, place) if workspace.exists(place) else cst.parse_module("")
    if "ENVIRONMENT" not in module.code:
        workspace.edit(place, in_testing(module, is_first=not application.factory).code)


def in_testing(module: cst.Module, *, is_first: bool) -> cst.Module:
    """The module of fixtures with the environment set to testing.

    Args:
        module: The `conftest.py`.
        is_first: In front of the imports of the project, for an application that is created when it is imported.
    """
    module = with_import(module, "os", "", frozenset())
    body = list(module.body)
    imports = [index for index, each in enumerate(body) if import_of(each) is not None]
    place = 1 + (next(index for index in imports if imports_os(body[index])) if is_first else imports[-1])
    line = cst.parse_statement('os.environ.setdefault("ENVIRONMENT", "testing")\n', config=module.config_for_parsing)
    body.insert(place, line.with_changes(leading_lines=[cst.EmptyLine(indent=False)]))
    return module.with_changes(body=body)


def imports_os(statement: cst.CSTNode) -> bool:
    """Whether it is `import os`."""
    imported = import_of(statement)
    return isinstance(imported, cst.Import) and "os" in names_of(imported)


def add_files(workspace: Workspace, application: Application) -> None:
    """Adds the files of the guard that the project does not have yet."""
    if not workspace.exists("AGENTS.md"):
        workspace.create("AGENTS.md", (FILES / "AGENTS.md").read_text(encoding="utf-8"))
    add_workflow(workspace)
    if not workspace.exists("beastmode.toml") and application.for_flask is not None:
        workspace.create("beastmode.toml", f'[guard]\napp = "{application.for_flask}"\n')


def add_workflow(workspace: Workspace) -> None:
    """Adds the workflow that runs the guard in CI, if the project does not have it yet."""
    if workspace.exists(WORKFLOW):
        return
    workflow = (FILES / "beast-check.yml").read_text(encoding="utf-8")
    if not workspace.exists("requirements.txt"):
        workflow = workflow.replace(INSTALL, "pip install -e .")
    workspace.create(WORKFLOW, workflow)


def parsed(workspace: Workspace, path: str) -> cst.Module:
    """A module as libcst reads it.

    Raises:
        CouldNotRun: It is not valid Python.
    """
    try:
        return cst.parse_module(workspace.read(path))
    except cst.ParserSyntaxError as problem:
        raise CouldNotRun(f"{path}:{problem.raw_line} is not valid Python; fix it first.") from None
