"""`beast add job`: a function that runs outside of requests, and its test."""

import re

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.application import module_with_call
from beastmode_tools.recipes.code.layout import module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.tests import add_tests
from beastmode_tools.recipes.code.text import fit, quoted
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.parse import parse_fields, refuse_name
from beastmode_tools.recipes.fields.writing import example
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_job", "parameters_of"]

PYTHON = {"str": "str", "int": "int", "float": "float", "bool": "bool"}
"""What a worker in another process can be given as JSON."""
PART = r"(?:\*|\d{1,2}(?:-\d{1,2})?)(?:/\d{1,2})?"
CRON = re.compile(rf"{PART}(?:,{PART})*(?: {PART}(?:,{PART})*){{4}}")


def add_job(workspace: Workspace, name: str, texts: tuple[str, ...], cron: str, command: str) -> Plan:
    """Decide what `beast add job` changes.

    Args:
        workspace: The project's files.
        name: Of the function.
        texts: Its arguments, such as "order_id:int".
        cron: When it runs by itself, in UTC; "" for when it is enqueued.
        command: What the person typed.

    Raises:
        CouldNotRun: It cannot be added; the message says why.
    """
    refuse_name(name, "job")
    parameters = parameters_of(texts)
    if cron and not CRON.fullmatch(cron):
        raise CouldNotRun(
            f'{cron!r} is not a schedule. Write five fields, such as "0 3 * * *" for every night at three.'
        )
    if cron and parameters:
        raise CouldNotRun("a job on a schedule is given no arguments. Leave them out, or leave --cron out.")
    layout = read_layout(workspace)
    application = module_with_call(workspace, "Beastmode")
    package = application.rpartition("/")[0]
    path = f"{package}/jobs.py" if package else "jobs.py"
    function = function_of(name, parameters, cron)
    if workspace.exists(path) and re.search(rf"^def {name}\b", workspace.read(path), re.MULTILINE):
        if function in workspace.read(path):
            return Plan(command)
        raise CouldNotRun(f"{path} has a function {name} already. Choose another name.")
    if not workspace.exists(path):
        workspace.create(path, '"""What runs outside of requests."""\n')
        factory = ModuleEdit(workspace, application, layout.own)
        factory.add_import(module_of(package) if package else "jobs", "jobs as jobs" if package else "")
        factory.save()
    module = ModuleEdit(workspace, path, layout.own)
    module.add_statement(function)
    module.add_import("beastmode.jobs", "job")
    module.add_import("flask", "current_app")
    module.save()
    arguments = ", ".join(f"{each.name}={example(each, 0)}" for each in parameters)
    test = TEST.format(name=name, arguments=arguments)
    imports = [("beastmode.jobs", "status_of"), (module_of(path), name)]
    add_tests(workspace, layout.own, "tests/test_jobs.py", imports, test)
    when = f"it runs at {cron} UTC" if cron else f"enqueue it: {name}.enqueue({arguments})"
    return Plan(
        command,
        workspace.edits(),
        verdict="SAFE",
        next_steps=(f"write what it does: {name} in {path}", when, "beast test"),
    )


def parameters_of(texts: tuple[str, ...]) -> tuple[Field, ...]:
    """Arguments as a person types them: `NAME:TYPE`.

    Raises:
        CouldNotRun: One of them cannot be stored as JSON, or has options.
    """
    fields = parse_fields(texts)
    for field, text in zip(fields, texts, strict=True):
        if field.kind not in PYTHON or field.is_list or text != f"{field.name}:{field.kind}":
            raise CouldNotRun(f"{text}: an argument is NAME:TYPE with one of the types {', '.join(PYTHON)}.")
    return fields


def function_of(name: str, parameters: tuple[Field, ...], cron: str) -> str:
    """The job; what it does so far is one line in the log."""
    decorator = f"@job(cron={quoted(cron)})" if cron else "@job"
    head = fit(f"def {name}(", [f"{each.name}: {PYTHON[each.kind]}" for each in parameters], ") -> None:")
    log = "".join(f" {each.name}=%s" for each in parameters)
    items = [quoted(f"{name}{log}"), *(each.name for each in parameters)]
    return f"{decorator}\n{head}\n{fit('current_app.logger.info(', items, ')', indent=4)}\n"


TEST = """
def test_{name}_runs(app, run_jobs):
    with app.app_context():
        job_id = {name}.enqueue({arguments})

    run_jobs()

    with app.app_context():
        assert status_of(job_id).state == "done"
"""
