"""Changed files that are no Python: what kind they are, and whether anything but words changed."""

from collections.abc import Iterator

from beastmode_tools.guard.code.compare.changes import FileNotUnderstood, SupportingFileChanged
from beastmode_tools.source.files import is_example, is_tool, kind_of
from beastmode_tools.source.lines import first_difference, how_changed, significant
from beastmode_tools.source.sides import FileChange

__all__ = ["compare_supporting"]

JUDGED_ELSEWHERE = {"python", "test", "migration", "gate", "dependencies", "deployment", "settings", "specification"}


def compare_supporting(changes: tuple[FileChange, ...]) -> Iterator[SupportingFileChanged | FileNotUnderstood]:
    """One change for each file that no other comparer takes."""
    for change in changes:
        kind = kind_of(change.path)
        if kind in JUDGED_ELSEWHERE:
            continue
        if kind == "unknown":
            yield from unknown(change)
            continue
        line = first_difference(change.old or "", change.new or "")
        detail = ""
        if how_changed(change) == "changed" and is_only_words(change.old or "", change.new or "", kind):
            detail = "comments and blank lines only"
        if kind in {"script", "data", "sql"} and (is_example(change.path) or is_tool(change.path)):
            detail = "an example or a tool for developers"
        yield SupportingFileChanged(change.path, line, kind, how_changed(change), detail, change.content)


def unknown(change: FileChange) -> Iterator[SupportingFileChanged | FileNotUnderstood]:
    """A file whose name says nothing."""
    if change.old == change.new and change.old_path != change.path:
        yield SupportingFileChanged(change.path, 1, "renamed file", "changed", f"was {change.old_path}")
        return
    if change.new == "" and not change.is_binary and change.old is None:
        yield SupportingFileChanged(change.path, 1, "empty file", "added", "")
        return
    reason = "a binary file" if change.is_binary else "a kind of file that no rule reads"
    yield FileNotUnderstood(change.path, first_difference(change.old or "", change.new or ""), reason, change.content)


def is_only_words(old: str, new: str, kind: str) -> bool:
    """Whether only comments and blank lines differ; a template's text counts as content."""
    return kind != "documentation" and significant(old) == significant(new)
