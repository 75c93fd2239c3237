"""`beast add setting`: a row in the project's table of settings, and its test."""

import difflib
import keyword
import re

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.text import fit, import_block, quoted
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_setting", "declare_setting", "the_settings"]

NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
TYPES = ("str", "int", "float", "bool", "choice", "secret")
TESTS = "tests/test_settings.py"
LARGEST = "1_000_000_000"
"""The upper bound of a number that nobody bounded: it fits every database and every timeout."""


def add_setting(workspace: Workspace, name: str, declared: str, sentence: str, command: str) -> Plan:
    """Decide what `beast add setting` changes.

    Args:
        workspace: The project's files.
        name: The environment variable.
        declared: `TYPE=DEFAULT`, such as "int=20" or "choice:EUR,USD=EUR".
        sentence: What it is for.
        command: What the person typed.

    Raises:
        CouldNotRun: It cannot be added; the message says why.
    """
    layout = read_layout(workspace)
    declared_at = declare_setting(workspace, layout, name, declared, sentence)
    if declared_at is None:
        return Plan(command)
    owner, path = declared_at
    attribute, default = name.lower(), read(declared)[2]
    imports = import_block([("beastmode.core.settings", "current_settings"), (module_of(path), owner)], layout.own)
    add_test(workspace, imports, owner, attribute, default)
    return Plan(
        command,
        workspace.edits(),
        next_steps=(f"read it with current_settings({owner}).{attribute}", "flask beastmode settings --describe"),
    )


def declare_setting(
    workspace: Workspace, layout: Layout, name: str, declared: str, sentence: str
) -> tuple[str, str] | None:
    """Add the row to the project's class of settings; its name and its path, or None if the row is there.

    Raises:
        CouldNotRun: It cannot be added; the message says why.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name.lower()):
        raise CouldNotRun(f"{name!r} cannot name a setting: write an environment variable such as SHOP_CURRENCY.")
    sentence = sentence.strip().rstrip(".") + "."
    if sentence == "." or "\n" in sentence:
        raise CouldNotRun("say in one sentence what the setting is for, as the last argument.")
    kind, python, default, expects = read(declared)
    owner, path = the_settings(layout)
    attribute = name.lower()
    if re.search(rf"^    {attribute}\b", workspace.read(path), re.MULTILINE):
        return None
    edit = ModuleEdit(workspace, path, layout.own)
    secret = ["secret=True"] if declared.startswith("secret") else []
    items = [kind, f"default={default}", f"sentence={quoted(sentence)}", f"expects={expects}", *secret]
    edit.add_to_class(owner, fit(f"{attribute}: {python} = setting(", items, ")", indent=4), is_predecessor=bool)
    edit.add_import("beastmode.core.setting", "setting")
    edit.add_import("beastmode.core.setting", kind.partition("(")[0])
    if expects == "YES_NO":
        edit.add_import("beastmode.core.setting", "YES_NO")
    edit.save()
    return owner, path


def the_settings(layout: Layout) -> tuple[str, str]:
    """The project's class of settings and its path.

    Raises:
        CouldNotRun: There is none.
    """
    if not layout.settings:
        raise CouldNotRun("no class of settings was found: a subclass of beastmode.core.settings.Settings.")
    return next(iter(layout.settings.items()))


def read(declared: str) -> tuple[str, str, str, str]:
    """The type as a settings table writes it, the type of Python, the default, and what a value looks like."""
    kind, equals, default = declared.partition("=")
    kind, _, words = kind.partition(":")
    if not equals or kind not in TYPES:
        near = difflib.get_close_matches(kind, TYPES, 1)
        hint = f"Did you mean {near[0]}=...?" if near and equals else "Write TYPE=DEFAULT, such as int=20."
        raise CouldNotRun(f"{declared!r} is not a type with its default. {hint} Types are {', '.join(TYPES)}.")
    if kind == "int" and re.fullmatch(r"\d{1,9}", default):
        return f"whole(0, {LARGEST})", "int", default, quoted("a number")
    if kind == "float" and re.fullmatch(r"\d{1,9}(\.\d+)?", default):
        return f"number(0, {LARGEST})", "float", str(float(default)), quoted("a number")
    if kind == "bool" and default in ("true", "false"):
        return "flag()", "bool", default.capitalize(), "YES_NO"
    choices = tuple(words.split(","))
    if kind == "choice" and default in choices:
        return f"choice({', '.join(map(quoted, choices))})", "str", quoted(default), quoted(" or ".join(choices))
    if kind == "str":
        return "text()", "str", quoted(default), quoted("a string")
    if kind == "secret":
        return "Secret()", "str", quoted(default), quoted("a secret")
    raise CouldNotRun(f"{default!r} is not a value of {kind}.")


def add_test(workspace: Workspace, imports: str, owner: str, attribute: str, default: str) -> None:
    """Adds the test of the default, below these imports if it is the first."""
    text = workspace.read(TESTS) if workspace.exists(TESTS) else imports
    value = f"is {default}" if default in ("True", "False") else f"== {default}"
    test = f"""def test_the_default_of_{attribute}(app):
    with app.app_context():
        assert current_settings({owner}).{attribute} {value}
"""
    workspace.edit(TESTS, f"{text.rstrip(chr(10))}\n\n\n{test}")
