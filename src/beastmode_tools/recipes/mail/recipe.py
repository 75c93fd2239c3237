"""`beast add mail`: an email from templates, the function that sends it, and its test."""

import re

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.application import module_with_call
from beastmode_tools.recipes.code.layout import module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.tests import add_tests
from beastmode_tools.recipes.code.text import fit
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.parse import refuse_name
from beastmode_tools.recipes.fields.writing import example
from beastmode_tools.recipes.job.recipe import PYTHON, parameters_of
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_mail"]

TAKEN = ("to",)
"""Arguments that the function has for itself."""


def add_mail(workspace: Workspace, name: str, texts: tuple[str, ...], subject: str, command: str) -> Plan:
    """Decide what `beast add mail` changes.

    Args:
        workspace: The project's files.
        name: Of the templates.
        texts: What they show, such as "order_id:int".
        subject: "" for the name in words.
        command: What the person typed.

    Raises:
        CouldNotRun: It cannot be added; the message says why.
    """
    refuse_name(name, "mail")
    parameters = parameters_of(texts)
    taken = [each.name for each in parameters if each.name in TAKEN]
    if taken:
        raise CouldNotRun(f"{taken[0]!r} is an argument of every mail. Choose another name.")
    subject = subject or name.replace("_", " ").capitalize()
    if not subject.isprintable() or "{" in subject:
        raise CouldNotRun("a subject is one line of text; what changes is written into the template.")
    layout = read_layout(workspace)
    package = module_with_call(workspace, "Beastmode").rpartition("/")[0]
    folder = f"{package}/templates/mail" if package else "templates/mail"
    path = f"{package}/mails.py" if package else "mails.py"
    files = {f"{folder}/{name}.txt": text_of(subject, parameters), f"{folder}/{name}.html": html_of(parameters)}
    has_function = workspace.exists(path) and re.search(rf"^def send_{name}\b", workspace.read(path), re.MULTILINE)
    if has_function and all(workspace.exists(each) for each in files):
        return Plan(command)
    if has_function:
        raise CouldNotRun(f"{path} has a function send_{name} already. Choose another name.")
    for each, text in files.items():
        workspace.create(each, text)
    if not workspace.exists(path):
        workspace.create(path, '"""The emails that the project sends; their texts are in templates/mail."""\n')
    module = ModuleEdit(workspace, path, layout.own)
    declared = ["to: str", *(f"{each.name}: {PYTHON[each.kind]}" for each in parameters)]
    given = [f'"{name}"', "to=to", *(f"{each.name}={each.name}" for each in parameters)]
    head = fit(f"def send_{name}(", declared, ") -> None:")
    module.add_statement(f"{head}\n{fit('send_mail(message_from(', given, '))', indent=4)}\n")
    for each in ("message_from", "send_mail"):
        module.add_import("beastmode.mail", each)
    module.save()
    arguments = "".join(f", {each.name}={example(each, 0)}" for each in parameters)
    imports = [(module_of(path), f"send_{name}")]
    test = TEST.format(name=name, arguments=arguments, subject=subject)
    add_tests(workspace, layout.own, "tests/test_mails.py", imports, test)
    return Plan(
        command,
        workspace.edits(),
        verdict="SAFE",
        next_steps=(f"write its text: {folder}/{name}.txt and .html", f"call send_{name}(to=...)", "beast test"),
    )


def text_of(subject: str, parameters: tuple[Field, ...]) -> str:
    """The template of the plain text, whose first line is the subject."""
    lines = "".join(f"{each.name.replace('_', ' ').capitalize()}: {{{{ {each.name} }}}}\n" for each in parameters)
    return f"Subject: {subject}\n\nHello,\n\n{lines or 'this is the text of the email.' + chr(10)}"


def html_of(parameters: tuple[Field, ...]) -> str:
    """The template of the HTML."""
    lines = "".join(
        f"<p>{each.name.replace('_', ' ').capitalize()}: {{{{ {each.name} }}}}</p>\n" for each in parameters
    )
    return f"<p>Hello,</p>\n{lines or '<p>this is the text of the email.</p>' + chr(10)}"


TEST = """
def test_the_mail_{name}_is_sent(app, run_jobs, inbox):
    with app.app_context():
        send_{name}("ada@example.com"{arguments})

    run_jobs()

    assert [(mail.to, mail.subject) for mail in inbox] == [(("ada@example.com",), "{subject}")]
"""
