"""What to write into `[guard]` of `beastmode.toml` so that an application starts, told from how it failed."""

import re

__all__ = ["entry_for"]

SEVERAL = re.compile(r"several things could be the application: ([^,\s]+)")
ARGUMENTS = re.compile(r"--app '([^']+)'")
MODULE = re.compile(r"No module named '([^']+)'")
SETTING = re.compile(r"\b([A-Z][A-Z0-9]*_[A-Z0-9_]+|[A-Z]{5,})\b")
SERVICE = re.compile(r"lets no one reach the network: (.{1,60}?)(?: \(|$)")
KNOWN_WORDS = {"BEAST", "ERROR", "SIGKILL", "SIGABRT", "SIGSEGV", "SIGXCPU", "CREATE", "TABLE", "SELECT", "INSERT"}


def entry_for(message: str, reason: str) -> str:
    """A sentence that names the entry, or says what else would help.

    Args:
        message: How the start ended, in one line.
        reason: "error", "timeout", "memory", "exit" or "refused".
    """
    if found := SEVERAL.search(message):
        return f'Say which in beastmode.toml: [guard] app = "{found[1]}"'
    if found := ARGUMENTS.search(message):
        return f'Say with what in beastmode.toml: [guard] app = "{found[1]}"'
    if "Name it with --app" in message:
        return 'Name it in beastmode.toml: [guard] app = "MODULE:FACTORY"'
    if found := MODULE.search(message):
        return f"Install {found[1]} for the interpreter that --python names, or name another one."
    if reason == "timeout":
        return "Give it more time in beastmode.toml: [guard] timeout = 180"
    return of_setting(message)


def of_setting(message: str) -> str:
    """The entry for a setting, where the message names one."""
    names = [name for name in SETTING.findall(message) if name not in KNOWN_WORDS]
    if names:
        return f'Give it a harmless value in beastmode.toml: [guard] environment = {{ {names[0]} = "none" }}'
    if found := SERVICE.search(message):
        return f'It asks {found[1]}; turn that off in beastmode.toml: [guard] environment = {{ NAME = "off" }}'
    return 'Start it as a server does, with its settings in beastmode.toml: [guard] environment = { NAME = "value" }'
