"""The guard's verdict on an edit before it is made, beside the last commit and beside the work tree."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from beastmode_tools.agent.gate.facts import Judged
from beastmode_tools.agent.judge.judge import Judge
from beastmode_tools.git import Git
from beastmode_tools.recipes.plan import Edit
from beastmode_tools.settings_file import read_settings
from beastmode_tools.source.walk import files_below, is_readable

__all__ = ["base_texts", "judge_edit", "work_texts"]

MOST_BYTES = 1024 * 1024
"""Of one file that rules read; what is longer is data."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the guard says.

    Args:
        edit: Of the edit alone.
        whole: Of everything since the last commit, the edit included, without what the edit alone or the time before
            it shows: that is decided by itself, and nobody is asked twice.
    """

    edit: Judged
    whole: Judged


def judge_edit(root: Path, path: str, content: bytes | None) -> Verdicts:
    """The verdicts on a file that is about to be written or deleted.

    Args:
        root: The project's folder.
        path: Of the file.
        content: What it will hold; None if it is deleted.
    """
    now = work_texts(root)
    base = base_texts(root, now)
    judge = Judge(base, read_settings(root).core, now=now)
    edits = (Edit(path, None, content),)
    edit, whole = judge.both(edits)
    if base == now:
        return Verdicts(edit, edit)
    before = {each.fingerprint for each in (*judge.whole(()).findings, *edit.findings)}
    return Verdicts(edit, replace(whole, findings=tuple(e for e in whole.findings if e.fingerprint not in before)))


def work_texts(root: Path) -> dict[str, str]:
    """Path -> text of the work tree, without what git ignores."""
    listed = Git(root).run("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ".")
    if listed.returncode:
        names = [name for name, _ in files_below(root) if not name.startswith(".beast/")]
    else:
        names = sorted(set(listed.stdout.decode("utf-8", "surrogateescape").split("\0")) - {""})
    found = {}
    for name in names:
        if is_readable(root / name, MOST_BYTES) and b"\0" not in (content := (root / name).read_bytes()):
            found[name] = content.decode("utf-8-sig", "replace")
    return found


def base_texts(root: Path, now: Mapping[str, str]) -> Mapping[str, str]:
    """Path -> text of the last commit; the work tree itself if there is none."""
    git = Git(root)
    changed = git.run("diff", "--name-only", "--no-renames", "--relative", "-z", "HEAD", "--", ".")
    if changed.returncode:
        return now
    known = git.run("ls-tree", "-r", "--name-only", "-z", "HEAD", "--", ".").stdout.decode("utf-8", "surrogateescape")
    base = {name: text for name, text in now.items() if name in set(known.split("\0"))}
    for name in changed.stdout.decode("utf-8", "surrogateescape").split("\0"):
        shown = git.run("show", f"HEAD:./{name}") if name else None
        if shown is None or shown.returncode or b"\0" in shown.stdout:
            base.pop(name, None)
        else:
            base[name] = shown.stdout.decode("utf-8-sig", "replace")
    return base
