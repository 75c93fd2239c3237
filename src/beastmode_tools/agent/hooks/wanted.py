"""What a tool of an assistant is about to do, as effects that the gate decides."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beastmode_tools.agent.gate.effect import DeleteFile, ReadFile, WriteFile
from beastmode_tools.errors import CouldNotRun

__all__ = ["CommandLine", "Touched", "Wanted", "wanted_by"]


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A line for a shell.

    Args:
        text: As the assistant wrote it.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A file that a tool changes in a way that only the tool knows.

    Args:
        path: Of the file.
    """

    path: str


Wanted = ReadFile | WriteFile | DeleteFile | CommandLine | Touched

KINDS = {
    "write": "write create createfile writefile",
    "edit": "edit multiedit strreplace replacestringinfile multireplacestringinfile searchreplace",
    "delete": "delete deletefile removefile",
    "read": "read readfile view",
    "run": "bash shell powershell terminal runinterminal runterminalcmd runterminalcommand runshellcommand monitor",
    "patch": "applypatch",
    "look": "grep glob ls listdir listdirectory filesearch grepsearch semanticsearch codebasesearch list readdir",
}
"""What the tools of Claude Code, VS Code, Cursor and GitHub Copilot do, by their names in small letters alone."""
KIND = {name: kind for kind, names in KINDS.items() for name in names.split()}
PATH = ("file_path", "filePath", "path", "notebook_path", "target_file", "targetFile")
CONTENT = ("content", "contents", "file_text", "fileText", "text")
OLD = ("old_string", "oldString", "old_str", "oldStr")
NEW = ("new_string", "newString", "new_str", "newStr")
LINE = ("command", "commandLine")
PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$|^\*\*\* Move to: (.+)$", re.MULTILINE)
MOST = 200
"""Edits in one call: each is judged, and a change of more places is several."""


def wanted_by(tool: str, given: dict[str, Any], root: Path, here: Path) -> list[Wanted]:
    """What the tool is about to do; nothing if it neither reads, writes nor runs anything of the project.

    Args:
        tool: Its name.
        given: Its arguments.
        root: The project's folder.
        here: The folder that paths are relative to.

    Raises:
        CouldNotRun: The arguments are not those of the tool.
    """
    if tool.lower().startswith("mcp"):
        return []  # a server of tools has its own gate; that of beast asks this one
    kind = KIND.get(re.sub(r"[^a-z]", "", tool.lower()), "")
    if kind == "run":
        return [CommandLine(required(given, LINE, tool))]
    if kind == "edit":
        return list(edited(tool, given, root, here))
    if kind in ("read", "write", "delete"):
        path = within(required(given, PATH, tool), root, here)
        return [] if kind == "read" and (root / path).is_dir() else [WHOLE[kind](path, given, tool)]
    if kind == "look":
        return []
    paths = patched(given, tool) if kind == "patch" else unknown(given)
    return [Touched(within(path, root, here)) for path in paths if not (here / path).is_dir()]


WHOLE: Mapping[str, Callable[[str, dict[str, Any], str], Wanted]] = {
    "read": lambda path, given, tool: ReadFile(path),  # noqa: ARG005 - each kind is asked so
    "delete": lambda path, given, tool: DeleteFile(path),  # noqa: ARG005 - likewise
    "write": lambda path, given, tool: WriteFile(path, encoded(required(given, CONTENT, tool))),
}
"""What is done to a file as a whole."""


def edited(tool: str, given: dict[str, Any], root: Path, here: Path) -> Iterator[WriteFile]:
    """The files as they are after all replacements.

    Raises:
        CouldNotRun: A text that is to be replaced is not there, or is there more than once.
    """
    listed = given.get("edits", given.get("replacements", [given]))
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST or not all(isinstance(e, dict) for e in listed):
        raise CouldNotRun(f"{tool} has no list of 1 to {MOST} edits.")
    texts: dict[str, str] = {}
    for each in listed:
        path = within(required({**given, **each}, PATH, tool), root, here)
        before = texts[path] if path in texts else text_at(root / path)
        texts[path] = replaced(path, before, each, tool)
    for path, text in texts.items():
        yield WriteFile(path, encoded(text))


def replaced(path: str, before: str, each: dict[str, Any], tool: str) -> str:
    """The text with one replacement.

    Raises:
        CouldNotRun: It cannot be told what is replaced.
    """
    old, new = required(each, OLD, tool), required(each, NEW, tool)
    if "\r\n" in before and "\r\n" not in old:
        old, new = old.replace("\n", "\r\n"), new.replace("\n", "\r\n")
    if not old:
        return before + new
    count = before.count(old)
    if count == 0 or (count > 1 and not (each.get("replace_all") or each.get("replaceAll"))):
        where = "is not in" if count == 0 else f"is {count} times in"
        raise CouldNotRun(f"the text to replace {where} {path}. Read the file, and name the place exactly.")
    return before.replace(old, new)


def patched(given: dict[str, Any], tool: str) -> list[str]:
    """The paths that a patch names.

    Raises:
        CouldNotRun: It names none.
    """
    found = PATCHED.findall(required(given, ("input", "patch", "patchText", "command"), tool))
    if not found:
        raise CouldNotRun(f"{tool} has a patch without a line `*** Update File:`, so it cannot be judged.")
    return [(first or second).strip() for first, second in found]


def unknown(given: dict[str, Any]) -> Iterator[str]:
    """The paths among the arguments of a tool that nobody has described."""
    for name in (*PATH, "files", "paths", "uri"):
        value = given.get(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and each:
                yield each.removeprefix("file://")


def within(path: str, root: Path, here: Path) -> str:
    """A path as one that is relative to the project, if it leads into it."""
    if "\0" in path:
        return path
    plain = Path(os.path.normpath(here / path))
    for folder in (root, root.resolve()):
        if plain.is_relative_to(folder):
            return plain.relative_to(folder).as_posix()
    return path if path.startswith("/") else str(plain)


def text_at(place: Path) -> str:
    """The text of a file; "" if there is none.

    Raises:
        CouldNotRun: It is no text.
    """
    try:
        return place.read_bytes().decode("utf-8") if place.is_file() else ""
    except (OSError, UnicodeDecodeError) as problem:
        raise CouldNotRun(f"{place.name} is no text that can be read, so the edit cannot be judged.") from problem


def required(given: dict[str, Any], names: tuple[str, ...], tool: str) -> str:
    """The first of these that is a text.

    Raises:
        CouldNotRun: None is.
    """
    value = next((given[name] for name in names if isinstance(given.get(name), str)), None)
    if value is None:
        raise CouldNotRun(f"{tool[:60]!r} has no {names[0]} that is text, so it cannot be judged.")
    return str(value)


def encoded(text: str) -> bytes:
    """The bytes of a text.

    Raises:
        CouldNotRun: It has half of a pair of characters.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise CouldNotRun("the text has half of a surrogate pair, and no file can hold that.") from None
