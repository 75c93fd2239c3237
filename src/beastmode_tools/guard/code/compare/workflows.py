"""What differs in the files of an integration service: what a change of them may let through, expose or run."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml  # type: ignore[import-untyped]  # PyYAML carries no types

__all__ = ["is_workflow", "risks_of_workflow"]

FILES = re.compile(
    r"(?:^|/)(?:\.github/workflows/[^/]+|\.gitlab-ci|\.travis|\.circleci/config|azure-pipelines|bitbucket-pipelines"
    r"|\.drone|\.pre-commit-config|\.?codecov)\.ya?ml$"
)
TRIGGERS = ("pull_request", "push", "merge_group", "schedule")
"""Events on which a gate runs; one that no longer does stops nothing then."""
WITH_RIGHTS = ("pull_request_target", "workflow_run", "issue_comment")
"""Events in which code of strangers may run with the repository's rights."""
FILTERS = ("branches", "branches-ignore", "paths", "paths-ignore", "types")
SECRET = re.compile(r"secrets\.(\w+)")
USUAL_SECRETS = {"GITHUB_TOKEN"}
PIPED = re.compile(r"\b(?:curl|wget)\b[^|;]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b")
HOSTED = re.compile(r"ubuntu|windows|macos|\$\{\{")
OURS = ("actions/", "github/", "./")
"""Whose actions are of the service itself or of the repository."""


def is_workflow(path: str) -> bool:
    """Whether a file is read here."""
    return bool(FILES.search(path))


def risks_of_workflow(old: str, new: str, checks: re.Pattern[str]) -> list[str] | None:
    """What a reviewer has to look at; empty where nothing of it does, None where a side cannot be read.

    Args:
        old: The file as it was.
        new: The file as it is.
        checks: What commands that check something look like.
    """
    try:
        before, after = (yaml.safe_load(text) for text in (old, new))
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(before, dict) or not isinstance(after, dict):
        return None
    return [
        *triggers(before, after),
        *rights(before, after),
        *sources(before, after),
        *machines(before, after),
        *commands(before, after, checks),
        *conditions(before, after),
    ]


def triggers(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[str]:
    """Events that come or go, and what narrows them."""
    before, after = events(old), events(new)
    for name in before.keys() - after.keys():
        if name in TRIGGERS:
            yield f"no longer runs on {name}"
    for name in sorted(after.keys() - before.keys()):
        if name in WITH_RIGHTS:
            yield f"runs on {name}, with the repository's rights"
    for name in sorted(before.keys() & after.keys()):
        narrowed = [each for each in FILTERS if before[name].get(each) != after[name].get(each)]
        if narrowed:
            yield f"runs on {name} for other {' and '.join(narrowed)}"


def events(workflow: Mapping[Any, Any]) -> dict[str, dict[str, Any]]:
    """The events with what each says; YAML 1.1 reads the key `on` as true."""
    said = workflow.get("on", workflow.get(True)) or {}
    if isinstance(said, str):
        return {said: {}}
    if isinstance(said, list):
        return {str(each): {} for each in said}
    return {str(name): value if isinstance(value, dict) else {} for name, value in said.items()}


def rights(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[str]:
    """Rights that were not given before, and secrets that were not used before."""
    before, after = set(given(old)), set(given(new))
    if before and not after and not any(asks(new)):
        yield "no longer limits its rights"
    yield from (f"may {each}" for each in sorted(after - before) if "write" in each)
    used = [set(SECRET.findall(str(side))) - USUAL_SECRETS for side in (old, new)]
    yield from (f"takes the secret {name}" for name in sorted(used[1] - used[0]))


def asks(workflow: Mapping[Any, Any]) -> Iterator[bool]:
    """For each place that limits rights."""
    yield from ("permissions" in each for each in mappings(workflow) if "permissions" in each)


def given(workflow: Mapping[Any, Any]) -> Iterator[str]:
    """The rights that a file gives: "write contents", "write-all"."""
    for each in mappings(workflow):
        said = each.get("permissions")
        if isinstance(said, str):
            yield said
        elif isinstance(said, dict):
            yield from (f"{value} {name}" for name, value in said.items())


def sources(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[str]:
    """Code of others that was not run before; the next version of the same is an update."""
    before, after = ({str(name).partition("@")[0] for name in used(side)} for side in (old, new))
    yield from (f"runs code of {name}" for name in sorted(after - before) if not name.startswith(OURS))


def machines(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[str]:
    """Machines of one's own that a job did not run on before: they keep what a run leaves behind."""
    before, after = ({str(each["runs-on"]) for each in mappings(side) if "runs-on" in each} for side in (old, new))
    yield from (f"runs on the machine {name}" for name in sorted(after - before) if not HOSTED.search(name))


def used(workflow: Mapping[Any, Any]) -> Iterator[Any]:
    """Actions, repositories of hooks and included files."""
    for each in mappings(workflow):
        yield from (each[key] for key in ("uses", "repo", "remote") if isinstance(each.get(key), str))


def commands(old: Mapping[Any, Any], new: Mapping[Any, Any], checks: re.Pattern[str]) -> Iterator[str]:
    """Commands that check something and are other ones, and scripts that are fetched and run."""
    before, after = (list(lines(side)) for side in (old, new))
    gone = [each for each in before if each not in after and checks.search(each)]
    come = [each for each in after if each not in before and (checks.search(each) or PIPED.search(each))]
    if gone or any(PIPED.search(each) for each in come):
        shown = [f"without `{each[:80]}`" for each in gone[:1]] + [f"with `{each[:80]}`" for each in come[:1]]
        yield " and ".join(shown)


def lines(value: Any) -> Iterator[str]:
    """The lines of every command: all texts of a file but names."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in {"name", "uses", "id", "description"}:
                yield from lines(each)
    elif isinstance(value, list):
        for each in value:
            yield from lines(each)
    elif isinstance(value, str):
        yield from (line.strip() for line in value.splitlines() if line.strip())


def conditions(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[str]:
    """Conditions under which something runs that ran always, or under others."""
    before, after = ({str(each["if"]) for each in mappings(side) if "if" in each} for side in (old, new))
    yield from (f"runs something only if {each[:80]}" for each in sorted(after - before))


def mappings(value: Any) -> Iterator[dict[Any, Any]]:
    """Every mapping of a file."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from mappings(each)
    elif isinstance(value, list):
        for each in value:
            yield from mappings(each)
