"""What stops a bad change from being merged: integration, linters, coverage limits, the guard's own settings."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from beastmode_tools.guard.code.compare.workflows import is_workflow, risks_of_workflow
from beastmode_tools.source.digest import digest, shortened
from beastmode_tools.source.lines import first_difference, significant
from beastmode_tools.source.sides import FileChange

__all__ = ["GateChanged", "gate_changes"]


@dataclass(frozen=True, slots=True)
class GateChanged:
    """A gate that was loosened, tightened, or changed in a way that reading cannot rank.

    Args:
        path: Its file.
        line: Its line.
        how: "loosened", "tightened", "changed", "ordinary", "added", "removed", "words".
        what: Which part of it.
        content: A digest of what differs, where `what` does not hold all of it.
    """

    path: str
    line: int
    how: str
    what: str
    content: str = ""


CHECKS = re.compile(
    r"\b(?:pytest|py\.test|unittest|nose2?|tox|nox|ruff|flake8|pylint|mypy|pyright|black|isort|bandit|safety|pip-audit|semgrep|coverage|"
    r"pre-commit|beast\s+check|beast\b|make\s+(?:test|check|lint)|trivy|gitleaks|codeql|squawk|snyk|vulture|pyupgrade|djlint|hadolint)\b"
)
LOOSE = re.compile(
    r"continue-on-error:\s*true|allow_failure:\s*true|\|\|\s*true\b|--exit-zero|--no-verify|fail_ci_if_error:\s*false|if:\s*false\b|"
    r"--ignore-vuln|--no-proofs|exit\s+0\b|\bskip:\s*\[|--deselect|--ignore[= ]|SKIP=",
    re.IGNORECASE,
)
NUMBERS = re.compile(
    r"(cov-fail-under|fail[_-]under|minimum|target|threshold|min[_-]coverage)\s*[=: ]\s*[\"']?(\d+(?:\.\d+)?)"
)
LISTS = re.compile(
    r"^\s*\"?(?:ignore|extend-ignore|extend_ignore|per-file-ignores|exclude|extend-exclude|omit|disable|skips|exclude_lines|ignore_missing_imports|ignore_errors|filterwarnings|deselect|disable_error_code|skip)\b"
)
WANTED = re.compile(
    r"^\s*\"?(?:select|extend-select|enable|strict|warn_\w+|disallow_\w+|check_untyped_defs|branch|fail_on|xfail_strict|core|big_tables)\b"
)
GUARD_LIMIT = re.compile(r"fail-on[= ]|\[\[guard\.accepted\]\]|^\s*fingerprint\s*=")
TABLE = re.compile(r"^\s*\[+([^\]]+)\]+\s*$")
GATE_TABLES = re.compile(
    r"tool\.(?:ruff|mypy|pytest|coverage|pylint|bandit|flake8|black|isort|importlinter|pyright|vulture|tox)|guard|flake8|mypy|tool:pytest|coverage|testenv|pylint"
)


TOOL = re.compile(r"  # (tool\.[\w-]+)")
LAYOUT = re.compile(r"  # tool\.(?:black|isort|yapf|autopep8|docformatter|djlint|ruff\.(?:format|lint\.isort))(?:\.|$)")
"""Settings of `flattened` that say how code is laid out: no bad change is stopped by them."""


def gate_changes(change: FileChange) -> Iterator[GateChanged]:
    """What differs in a gate's file; of files that hold other things as well, only the gate's part."""
    old, new = relevant(change.path, change.old), relevant(change.path, change.new)
    line = first_difference(change.old or "", change.new or "")
    mixed = change.path.endswith(("pyproject.toml", "setup.cfg", "tox.ini"))
    if change.new is None or change.old is None:
        if not mixed or old or new:
            how = "removed" if change.new is None else "added"
            yield GateChanged(change.path, 1, how, "the whole file", change.content)
        return
    before, after = significant("\n".join(old)), significant("\n".join(new))
    if before == after:
        if not mixed:
            yield GateChanged(change.path, line, "words", "comments and layout")
        return
    laid_out = [[each for each in side if LAYOUT.search(each)] for side in (before, after)]
    if laid_out[0] != laid_out[1]:
        how = f"how code is laid out, {what_differs(*laid_out)}"
        yield GateChanged(change.path, line, "changed", how, digest(*laid_out))
        before, after = ([each for each in side if not LAYOUT.search(each)] for side in (before, after))
    if before != after:
        found = list(differences(change.path, line, before, after))
        yield from found or whole_file(change, line, (before, after))


def whole_file(change: FileChange, line: int, sides: tuple[list[str], list[str]]) -> Iterator[GateChanged]:
    """What can be said of a gate of which no single part could be ranked: what it does, where that can be read."""
    risks = risks_of_workflow(change.old or "", change.new or "", CHECKS) if is_workflow(change.path) else None
    if risks is None:
        yield GateChanged(change.path, line, "changed", what_differs(*sides), digest(*sides))
    elif risks:
        yield GateChanged(change.path, line, "changed", "; ".join(risks), digest(*sides))
    else:
        yield GateChanged(change.path, line, "ordinary", what_differs(*sides), digest(*sides))


def relevant(path: str, text: str | None) -> list[str]:
    """The lines of a file that belong to gates."""
    lines = (text or "").splitlines()
    if path.endswith(".toml") and (flat := flattened(path, text or "")) is not None:
        return flat
    if not path.endswith(("pyproject.toml", "setup.cfg")):
        return lines
    kept, inside = [], False
    for each in lines:
        if match := TABLE.match(each):
            inside = bool(GATE_TABLES.match(match[1]))
        if inside:
            kept.append(each)
    return kept


def flattened(path: str, text: str) -> list[str] | None:
    """A TOML file with one value a line, its table behind it; of `pyproject.toml` only the gates' tables."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    found = list(values("", data))
    if path.endswith("pyproject.toml"):
        found = [(table, line) for table, line in found if GATE_TABLES.match(table)]
    return [f"{line}  # {table}" for table, line in found]


def values(table: str, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Table and `key = value` for each value."""
    for key, value in data.items():
        name = f"{table}.{key}" if table else key
        if isinstance(value, dict):
            yield from values(name, value)
        elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            for each in value:
                yield from values(name, each)
        else:
            yield table, f"{key} = {json.dumps(value, default=str)}"


def differences(path: str, line: int, old: list[str], new: list[str]) -> Iterator[GateChanged]:
    """The parts of a gate that can be ranked."""
    lost, gained = tools(old) - tools(new), tools(new) - tools(old)
    yield from (GateChanged(path, line, "loosened", f"without {each}") for each in sorted(lost))
    yield from (GateChanged(path, line, "tightened", f"with {each}") for each in sorted(gained))
    old, new = ([each for each in side if not tools([each]) & (lost | gained)] for side in (old, new))
    gone, come = lines_without(old, set(new)), lines_without(new, set(old))
    yield from numbers(path, line, old, new)
    for each in come:
        if LOOSE.search(each):
            yield GateChanged(path, line, "loosened", each)
        elif GUARD_LIMIT.search(each):
            yield GateChanged(path, line, "changed", each)
    for each in gone:
        if CHECKS.search(each) and not any(shares_check(each, other) for other in come):
            yield GateChanged(path, line, "loosened", f"without `{each}`")
        elif LOOSE.search(each) and not any(LOOSE.search(other) for other in come):
            yield GateChanged(path, line, "tightened", f"without `{each}`")
    for each in come:
        if CHECKS.search(each) and not any(shares_check(each, other) for other in gone) and not LOOSE.search(each):
            yield GateChanged(path, line, "tightened", each)
    yield from lists(path, line, gone, come)


def tools(lines: list[str]) -> set[str]:
    """The tables of tools in `pyproject.toml` that lines of it belong to."""
    return {match[1] for match in map(TOOL.search, lines) if match}


def lines_without(lines: list[str], known: set[str]) -> list[str]:
    """The lines that the other side has not."""
    return [each.strip() for each in lines if each not in known]


def shares_check(one: str, other: str) -> bool:
    """Whether two lines run the same check."""
    return bool({each.group() for each in CHECKS.finditer(one)} & {each.group() for each in CHECKS.finditer(other)})


def numbers(path: str, line: int, old: list[str], new: list[str]) -> Iterator[GateChanged]:
    """Limits that moved or went away."""
    before, after = (dict(NUMBERS.findall("\n".join(side))) for side in (old, new))
    for name, value in before.items():
        if name not in after:
            yield GateChanged(path, line, "loosened", f"without {name} {value}")
        elif float(after[name]) != float(value):
            how = "loosened" if float(after[name]) < float(value) else "tightened"
            yield GateChanged(path, line, how, f"{name} {value} became {after[name]}")
    for name, value in after.items():
        if name not in before:
            yield GateChanged(path, line, "tightened", f"{name} {value}")


def lists(path: str, line: int, gone: list[str], come: list[str]) -> Iterator[GateChanged]:
    """Lists of what is let pass, and of what is asked for, by their length."""
    for pattern, longer in ((LISTS, "loosened"), (WANTED, "tightened")):
        shorter = {"loosened": "tightened", "tightened": "loosened"}[longer]
        before, after = [each for each in gone if pattern.match(each)], [each for each in come if pattern.match(each)]
        grown = weight(after) - weight(before)
        if (before or after) and grown:
            shown = (after or before)[0]
            yield GateChanged(path, line, longer if grown > 0 else shorter, shortened(shown, 120))


def weight(lines: list[str]) -> int:
    """How much a list holds; a switch that is off weighs nothing."""
    return sum(
        0
        if re.search(r"[=:]\s*(?:false|\[\s*\])\s*(?:#.*)?$", each, re.IGNORECASE)
        else 1 + each.partition("  # ")[0].count(",")
        for each in lines
    )


def what_differs(old: list[str], new: list[str]) -> str:
    """The first line that is gone or new, for a message."""
    gone, come = lines_without(old, set(new)), lines_without(new, set(old))
    shown = [f"without `{gone[0][:80]}`"] if gone else []
    shown += [f"with `{come[0][:80]}`"] if come else []
    return " and ".join(shown) or "the order of its lines"
