"""Settings and deployment, old beside new: what the source makes of them, and what the started application holds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from beastmode_tools.guard.settings.compare.sources import (
    EnvironmentRead,
    SettingFact,
    environment_reads,
    plain_settings,
    settings_of,
)
from beastmode_tools.probes.messages.application import UNSTEADY
from beastmode_tools.source.delta import Delta, Pair
from beastmode_tools.source.digest import digest
from beastmode_tools.source.files import is_example, is_migration, is_test, kind_of
from beastmode_tools.source.lines import first_difference, how_changed, significant
from beastmode_tools.source.reach import Usage
from beastmode_tools.source.sides import FileChange

__all__ = ["DeploymentChanged", "EnvironmentChanged", "SettingChanged", "compare_settings"]

SECRET = re.compile(
    r"SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE|CREDENTIAL|DATABASE_URI|DATABASE_URL|DSN", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """A setting that was added, removed, or has another value.

    Args:
        path: Its file; "" where only the started application shows it.
        line: Its line.
        scope: The class or file that makes it.
        name: The setting.
        old: The value before as text; None for a new one. Secrets are masked.
        new: The value now as text; None for a removed one.
        old_value: The literal before; Ellipsis where it is none.
        new_value: The literal now.
        environment: "production", "development" or "test", as the scope's name says.
        read_at: Places that still read a removed one.
        content: A digest of both values, unmasked.
    """

    path: str
    line: int
    scope: str
    name: str
    old: str | None
    new: str | None
    old_value: object
    new_value: object
    environment: str
    read_at: tuple[str, ...] = ()
    content: str = ""


@dataclass(frozen=True, slots=True)
class EnvironmentChanged:
    """An environment variable that is newly read, no longer read, or whose default differs.

    Args:
        path: The file.
        line: The line.
        name: The variable.
        is_new: Whether nothing read it before.
        old: Its default before as text; None for a variable without which the program failed.
        new: Its default now.
        is_gone: Whether nothing in the changed files reads it any more.
    """

    path: str
    line: int
    name: str
    is_new: bool
    old: str | None
    new: str | None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class DeploymentChanged:
    """A file that decides how the project runs in production.

    Args:
        path: Its file.
        line: The first line that differs.
        how: "added", "changed", "removed".
        removed: Lines that are gone, without comments.
        added: Lines that are new, without comments.
        content: A digest of all lines of both sides, without comments.
    """

    path: str
    line: int
    how: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    content: str = ""

    @property
    def difference(self) -> tuple[str, str, str]:
        """What differs, without comments and layout."""
        return (self.path, self.how, self.content)


def compare_settings(delta: Delta, compared: list[Pair], usage: Usage) -> Iterator[Any]:
    """Every setting, variable and deployment file that differs."""
    told = set()
    for change in source_settings(compared, usage):
        told.add(change.name)
        yield change
    for file in delta.changes:
        if file.is_binary:
            continue
        if kind_of(file.path) == "settings":
            yield from file_settings(file)
        elif kind_of(file.path) == "deployment":
            yield deployment_change(file)
    yield from effective_settings(delta, told)
    yield from environment_changes(delta, compared)


def source_settings(compared: list[Pair], usage: Usage) -> Iterator[SettingChanged]:
    """Settings that the changed files make differently."""
    readable = [pair for pair in compared if not pair.old_problem and not pair.new_problem]
    old = {key: fact for pair in readable if pair.old for key, fact in settings_of(pair.old).items()}
    new = {key: fact for pair in readable if pair.new for key, fact in settings_of(pair.new).items()}
    for key in [*old, *(each for each in new if each not in old)]:
        before, after = old.get(key), new.get(key)
        if before is None or after is None or before.text != after.text:
            read_at = tuple(usage_of(key[1], usage)) if after is None else ()
            yield setting_change(before, after, read_at)


def usage_of(name: str, usage: Usage) -> Iterator[str]:
    """Places that still read a setting."""
    pattern = re.compile(rf"""config(?:\[|\.get\(\s*)["']{re.escape(name)}["']|\.{re.escape(name)}\b""")
    for path in usage.sources:
        text = usage.files[path]
        if name in text:
            for number, line in enumerate(text.splitlines(), 1):
                if pattern.search(line) and not re.search(rf"""config\[["']{re.escape(name)}["']\]\s*=[^=]""", line):
                    yield f"{path}:{number}"


def setting_change(before: SettingFact | None, after: SettingFact | None, read_at: tuple[str, ...]) -> SettingChanged:
    """The difference of one setting."""
    fact = after or before
    assert fact is not None  # noqa: S101 - one of the two is there
    return SettingChanged(
        fact.path,
        fact.line,
        fact.scope,
        fact.name,
        None if before is None else masked(fact.name, before.text),
        None if after is None else masked(fact.name, after.text),
        ... if before is None else before.value,
        ... if after is None else after.value,
        environment_of(f"{fact.scope} {fact.path}"),
        read_at[:6],
        digest(before and before.text, after and after.text),
    )


def masked(name: str, text: str) -> str:
    """The text, or a mask where the setting is a secret and the text a literal."""
    return re.sub(r"""(["'])[^"']+(["'])""", r"\1***\2", text) if SECRET.search(name) else text


def environment_of(scope: str) -> str:
    """For which environment a scope makes its settings."""
    if re.search(r"Test|(?:^|[/_. ])test", scope):
        return "test"
    return "development" if re.search(r"Dev|Local|(?:^|[/_. ])(?:dev|local)", scope) else "production"


def file_settings(file: FileChange) -> Iterator[SettingChanged | DeploymentChanged]:
    """The settings of an env file, or a settings file of another form as a whole."""
    if "env" not in file.path.rpartition("/")[2]:
        yield deployment_change(file)
        return
    environment = "development" if is_example(file.path) else environment_of(file.path)
    old, new = plain_settings(file.old or ""), plain_settings(file.new or "")
    for name in [*old, *(each for each in new if each not in old)]:
        before, after = old.get(name), new.get(name)
        if (before and before[1]) != (after and after[1]):
            line = (after or before or (1, ""))[0]
            texts = ["***" if each and SECRET.search(name) else each and each[1] for each in (before, after)]
            values = [... if each is None else truth(each[1]) for each in (before, after)]
            yield SettingChanged(
                file.path,
                line,
                file.path,
                name,
                texts[0],
                texts[1],
                values[0],
                values[1],
                environment,
                content=digest(before and before[1], after and after[1]),
            )
    if old == new:
        yield DeploymentChanged(file.path, first_difference(file.old or "", file.new or ""), how_changed(file), (), ())


def truth(text: str) -> object:
    """A value of an env file: numbers and booleans as such."""
    if text.lower() in {"true", "false", "1", "0"}:
        return text.lower() in {"true", "1"}
    return int(text) if text.isdigit() else text


def deployment_change(file: FileChange) -> DeploymentChanged:
    """What differs in a file that runs the project, comments left out."""
    old, new = significant(file.old or ""), significant(file.new or "")
    old_lines, new_lines = set(old), set(new)
    removed = tuple(line.strip() for line in old if line not in new_lines)
    added = tuple(line.strip() for line in new if line not in old_lines)
    if not removed and not added and old != new:
        removed, added = ("the order of its lines",), ("another order",)
    line = first_difference(file.old or "", file.new or "")
    content = digest(*map(laid_out_plainly, (old, new)))
    return DeploymentChanged(file.path, line, how_changed(file), removed, added, content)


def laid_out_plainly(lines: list[str]) -> list[str]:
    """Lines that say something, with one space between words; how far one is indented may say what it belongs to."""
    return [re.sub(r"(?<=\S)\s+", " ", line.rstrip()) for line in lines if line.strip()]


def effective_settings(delta: Delta, told: set[str]) -> Iterator[SettingChanged]:
    """What the started applications hold differently and no changed file has told already."""
    if delta.old_app is None or delta.new_app is None:
        return
    old, new = delta.old_app.settings, delta.new_app.settings
    for name in sorted({*old, *new} - told):
        if old.get(name) == new.get(name) and (name in old) == (name in new):
            continue
        if all(is_made_up(side.get(name)) for side in (old, new)) and not is_named(name, delta):
            continue  # made up once in each copy, and stored in a file there, as a key that nobody configured
        texts = [shown(side[name]) if name in side else None for side in (old, new)]
        values = [plain(side[name]) if name in side else ... for side in (old, new)]
        content = digest(old.get(name), new.get(name))
        yield SettingChanged(
            "", 1, "app.config", name, texts[0], texts[1], values[0], values[1], "production", content=content
        )


def is_made_up(value: Any) -> bool:
    """Whether a value was taken for a secret and stands in no file of the project."""
    return isinstance(value, dict) and "secret" in value and not value.get("literal")


def is_named(name: str, delta: Delta) -> bool:
    """Whether a changed file names the setting."""
    sides = [[set((text or "").lower().splitlines()) for text in (each.old, each.new)] for each in delta.changes]
    return any(name.lower() in line for old, new in sides for line in old ^ new)


def shown(value: Any) -> str:
    """A value of the configuration as text; a secret stays unseen."""
    if isinstance(value, dict) and "secret" in value:
        return "*** (another one at each start)" if value["secret"] == UNSTEADY else "***"
    return "another value at each start" if value == UNSTEADY else repr(value)


def plain(value: Any) -> object:
    """A value that rules can look at."""
    return ... if isinstance(value, dict) and "secret" in value else value


def environment_changes(delta: Delta, compared: list[Pair]) -> Iterator[EnvironmentChanged]:
    """Variables that the changed files read differently."""
    readable = [pair for pair in compared if not pair.old_problem and not pair.new_problem and not is_test(pair.path)]
    old = strictest([environment_reads(pair.old) for pair in readable if pair.old])
    new = strictest([environment_reads(pair.new) for pair in readable if pair.new])
    for name, read in new.items():
        before = old.get(name)
        if before is None:
            is_new = not any(name in delta.old_files[path] for path in sources_of(delta.old_files))
            yield EnvironmentChanged(read.path, read.line, name, is_new=is_new, old=None, new=read.default)
        elif before.default != read.default:
            yield EnvironmentChanged(read.path, read.line, name, is_new=False, old=before.default, new=read.default)
    for name, read in old.items():
        if name not in new:
            yield EnvironmentChanged(read.path, read.line, name, is_new=False, old=read.default, new=None, is_gone=True)


def sources_of(files: Mapping[str, str]) -> list[str]:
    """The Python files that may read the environment; revisions do not."""
    return [path for path in files if path.endswith(".py") and not is_migration(path)]


def strictest(reads: list[dict[str, EnvironmentRead]]) -> dict[str, EnvironmentRead]:
    """Over several files, how a variable is read where the program asks the most."""
    found: dict[str, EnvironmentRead] = {}
    for each in reads:
        for name, read in each.items():
            if name not in found or read.default is None:
                found[name] = read
    return found
