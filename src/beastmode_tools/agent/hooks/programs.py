"""Programs that an assistant may run besides those of a run: what reads, what stages, and `beast`."""

from collections.abc import Mapping

__all__ = ["BEAST", "FORBIDDEN", "LISTED", "READERS"]

READERS: Mapping[str, tuple[str, ...]] = {
    "cat": (),
    "diff": (),
    "du": ("--files0-from",),
    "echo": (),
    "file": ("-f", "-m", "-C", "--files-from", "--compile", "--magic-file"),
    "find": (
        "-delete",
        "-exec",
        "-execdir",
        "-fls",
        "-fprint",
        "-fprint0",
        "-fprintf",
        "-ok",
        "-okdir",
        "-files0-from",
    ),
    "grep": ("-f", "--file"),
    "head": (),
    "ls": (),
    "nl": (),
    "pwd": (),
    "rg": (
        *("-f", "--file", "--pre", "--pre-glob", "--hostname-bin", "--hidden", "-.", "-u", "--unrestricted", "-z"),
        *("--search-zip", "--no-ignore", "--no-ignore-vcs", "--no-ignore-dot"),
    ),
    "tail": ("-f", "-F", "--follow", "--retry"),
    "true": (),
    "wc": ("--files0-from",),
}
"""Programs that write nothing, with the options that would make them write, wait, start another one or read secrets."""
LISTED: tuple[tuple[tuple[str, ...], frozenset[str]], ...] = (
    (("git", "add"), frozenset(("-A", "--all", "-u", "--update", "--"))),
    (("git", "commit"), frozenset(("-m", "--message", "-a", "-q", "--quiet"))),
    (("git", "diff"), frozenset(("--cached", "--name-only", "--staged", "--stat", "--"))),
    (("git", "log"), frozenset(("--oneline", "--stat", "-1", "-3", "-5", "-10", "-n"))),
    (("git", "ls-files"), frozenset()),
    (("git", "branch", "--show-current"), frozenset()),
)
"""Programs of git that move no branch and lose nothing; a commit runs the hooks of the repository."""
BEAST = frozenset(
    (
        *("add", "advisories", "change", "check", "contract", "debt", "do", "docs", "edit", "errors", "explain"),
        *("history", "overview", "preview", "prove", "query", "read", "recipes", "resume", "runs", "search"),
        *("selftest", "stop", "test", "undo", "update"),
    )
)
"""Commands of `beast` that have gates of their own, or change nothing. `approve` and `accept` are a person's."""
FORBIDDEN = frozenset(("--allow-host", "--app", "--base-url", "--model", "--project", "--python", "--shadow-url"))
"""Options that would start another interpreter or application, or ask another server."""
