"""The extra `tools`: what the commands need besides the library, and how whoever lacks it gets it."""

import json
from importlib.metadata import PackageNotFoundError, distribution
from urllib.parse import unquote, urlsplit

__all__ = ["MODULES", "how_to_install", "is_of_extra"]

MODULES = frozenset(
    ("aiosmtpd", "fakeredis", "jinja2", "libcst", "packaging", "pydantic", "pytest", "sqlglot", "tomlkit", "yaml")
)
"""What the extra brings, as it is imported; a test holds it to `pyproject.toml`."""


def is_of_extra(problem: ModuleNotFoundError) -> bool:
    """Whether the module that is missing comes with the extra."""
    return (problem.name or "").partition(".")[0] in MODULES


def how_to_install(missing: str) -> str:
    """One line: what is missing, and the command that installs it from where beastmode itself came.

    Args:
        missing: The module.
    """
    return f"`{missing.partition('.')[0]}` is missing: beast needs beastmode's extra `tools`. pip install {source()}"


def source() -> str:
    """What to name to pip: a folder, a repository or the package, as it was installed (PEP 610)."""
    try:
        origin = json.loads(distribution("beastmode").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        origin = {}
    url = urlsplit(str(origin.get("url", "")))
    if url.scheme == "file":
        is_editable = origin.get("dir_info", {}).get("editable") is True
        return f"{'-e ' if is_editable else ''}'{unquote(url.path)}[tools]'"
    if kind := origin.get("vcs_info", {}).get("vcs"):
        return f"'beastmode[tools] @ {kind}+{origin['url']}'"
    return "'beastmode[tools]'"
