"""Gates on paths: inside the project, no way round by links, and nothing that the gates themselves stand on."""

import re
from pathlib import PurePosixPath

from beastmode_tools.agent.gate.decision import Refused
from beastmode_tools.agent.gate.effect import DeleteFile, Effect, ReadFile, WriteFile
from beastmode_tools.agent.gate.facts import Facts
from beastmode_tools.agent.gate.grants import Grants

__all__ = ["PROTECTED", "SECRET", "inside", "is_protected", "is_secret", "one_name", "protected", "readable", "size"]

PROTECTED = re.compile(
    r"(?:^|/)\.(?:git|beast|claude|cursor|vscode|ci|circleci|github/(?:workflows|hooks|agents))(?:/|$)"
    r"|(?:^|/)(?:\.env[^/]*|\.flaskenv|\.mcp\.json|\.pre-commit-config\.yaml|\.gitattributes|\.gitmodules|\.gitignore"
    r"|\.gitlab-ci\.yml|beastmode\.toml|CODEOWNERS|AGENTS\.md|CLAUDE\.md)$"
    r"|(?:^|/)(?:conftest\.py|pytest\.ini|\.pytest\.ini|pytest\.toml|\.pytest\.toml|tox\.ini|setup\.cfg|noxfile\.py)$"
    r"|(?:^|/)(?:sitecustomize|usercustomize)\.py$|(?:^|/)(?:_?pytest|pluggy|beastmode)(?:\.py|/)|\.pth$",
    re.IGNORECASE,
)
"""What decides whether a change is good: git's own files, settings of assistants and of CI, and what steers pytest."""
SECRET = re.compile(
    r"(?:^|/)(?:\.env(?!\.example$)[^/]*|[^/]*\.(?:pem|key|p12|pfx)|id_[a-z0-9]+|\.netrc|\.pgpass)$", re.IGNORECASE
)
MOST_BYTES = 1024 * 1024
"""Of one file that is written: a hundred times the longest module that a person reads."""


def path_of(effect: Effect) -> str | None:
    """The path that an effect names."""
    return effect.path if isinstance(effect, ReadFile | WriteFile | DeleteFile) else None


def normal(path: str) -> str:
    """The path without `./` and doubled slashes."""
    return PurePosixPath(path.replace("\\", "/")).as_posix()


def is_protected(path: str) -> bool:
    """Whether a path of the project is one that the gates stand on."""
    return bool(PROTECTED.search(normal(path)))


def is_secret(path: str) -> bool:
    """Whether a file of this name holds secrets."""
    return bool(SECRET.search(normal(path)))


def inside(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:
    """The path leads to a place in the project, with every link followed."""
    path = path_of(effect)
    if path is None:
        return None
    instead = "Name a file of the project, relative to its folder."
    if facts.resolved is None:
        return Refused(f"{path[:80]!r} cannot name a file.", instead, "inside")
    if path.startswith(("/", "~")) or "\\" in path or ".." in PurePosixPath(path).parts:
        return Refused(f"{path!r} is not a plain path of the project.", instead, "inside")
    if not facts.resolved.is_relative_to(grants.root) or facts.resolved == grants.root:
        return Refused(f"{path!r} leads out of the project.", instead, "inside")
    return None


def one_name(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:
    """What is written is a file that has this name alone: not a link, not a second name of another file."""
    path = path_of(effect)
    if path is None or isinstance(effect, ReadFile) or facts.resolved is None:
        return None
    instead = "Write the file that it stands for, by its own path."
    if facts.is_link or facts.resolved != grants.root / normal(path):
        return Refused(f"{path!r} is reached through a symbolic link.", instead, "one_name")
    if facts.links > 1 and not facts.is_folder:
        return Refused(f"{path!r} is one of {facts.links} names of one file (a hard link).", instead, "one_name")
    if facts.is_folder:
        return Refused(f"{path!r} is a folder.", "Name a file in it.", "one_name")
    return None


def protected(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:
    """Nothing is written that decides whether the change is good."""
    path = path_of(effect)
    if path is None or isinstance(effect, ReadFile):
        return None
    named = {normal(path)}
    if facts.resolved is not None and facts.resolved.is_relative_to(grants.root):
        named.add(facts.resolved.relative_to(grants.root).as_posix())
    if any(is_protected(each) for each in named) and not named & grants.instructed:
        return Refused(
            f"{path} decides whether a change is good, so no run changes it.",
            "Leave it to a person: say in the receipt what should change in it.",
            "protected",
        )
    return None


def readable(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:
    """What is read holds no secrets, and is not git's or beast's own."""
    path = path_of(effect)
    if path is None or not isinstance(effect, ReadFile):
        return None
    names = {normal(path)}
    if facts.resolved is not None and facts.resolved.is_relative_to(grants.root):
        names.add(facts.resolved.relative_to(grants.root).as_posix())
    first = {each.partition("/")[0].lower() for each in names}
    if first & {".git", ".beast"} or any(is_secret(each) for each in names):
        return Refused(
            f"{path} holds secrets or records.", "`overview` lists settings without their values.", "readable"
        )
    return None


def size(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:  # noqa: ARG001 - every gate is called so
    """What is written is as long as something that a person wrote may be."""
    if isinstance(effect, WriteFile) and len(effect.content) > MOST_BYTES:
        return Refused(
            f"{effect.path} would have {len(effect.content)} bytes; at most {MOST_BYTES} are written.",
            "Write a smaller file, or generate the data when it is needed.",
            "size",
        )
    return None
