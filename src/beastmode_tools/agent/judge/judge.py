"""The guard's verdict on an edit before it is made: of the edit alone, and of everything since the run began."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from beastmode_tools.agent.gate.facts import Judged
from beastmode_tools.guard.files import judge_files
from beastmode_tools.guard.finding import Acceptance, Finding
from beastmode_tools.recipes.plan import Edit

__all__ = ["Judge", "text_of"]

MOST_TEXT = 1024 * 1024
"""Bytes of one file that rules read; what is longer is data."""


class Judge:
    """Judges edits as they read; nothing is started, so that it answers within a fraction of a second.

    The texts of the base are kept, and only what changes is read again.

    Args:
        base: Path -> text, when the run began.
        core: `[guard] core`.
        approved: Fingerprints of findings that a person approved in this run.
        now: Path -> text as the files are; by default as in the base.
    """

    def __init__(
        self,
        base: Mapping[str, str],
        core: tuple[str, ...] = (),
        approved: Iterable[str] = (),
        now: Mapping[str, str] | None = None,
    ) -> None:
        self.base = dict(base)
        self.now = dict(base if now is None else now)
        self.core = core
        self.approved = set(approved)

    def both(self, edits: Sequence[Edit]) -> tuple[Judged, Judged]:
        """The verdict on these edits alone, and on everything since the run began, these edits included.

        What an edit changes of the run's own work counts for the whole alone: nobody has used it yet, so a migration
        that was written a moment ago may be corrected, and a route that was added may get another address.
        """
        whole = self.whole(edits)
        if self.now == self.base:
            return whole, whole
        edit = self.judged(self.now, self.with_edits(edits))
        kept = {subject_of(each) for each in whole.findings}
        doubtful = [each for each in edit.findings if subject_of(each) not in kept]
        if not doubtful:
            return edit, whole
        added = {subject_of(each) for each in self.judged(self.now, self.base).findings}
        own = {each.fingerprint for each in doubtful if self.is_new(each) or subject_of(each) in added}
        return replace(edit, findings=tuple(each for each in edit.findings if each.fingerprint not in own)), whole

    def is_new(self, finding: Finding) -> bool:
        """Whether it is about a file that was not there when the run began."""
        path, _, line = finding.where.rpartition(":")
        return line.isdigit() and path in self.now and path not in self.base

    def whole(self, edits: Sequence[Edit]) -> Judged:
        """The verdict on everything since the run began, these edits included."""
        return self.judged(self.base, self.with_edits(edits))

    def accept(self, edits: Sequence[Edit]) -> None:
        """Takes edits as made."""
        self.now = self.with_edits(edits)

    def with_edits(self, edits: Sequence[Edit]) -> dict[str, str]:
        """The texts as they are after the edits."""
        found = dict(self.now)
        for each in edits:
            if each.after is None:
                found.pop(each.path, None)
            else:
                found[each.path] = text_of(each.after)
        return found

    def judged(self, old: Mapping[str, str], new: Mapping[str, str]) -> Judged:
        """The findings between two states, worst first."""
        if old == new:
            return Judged((), "")
        found = judge_files(old, new, core=self.core, today=date.today())  # noqa: DTZ011 - the person's day
        marked = [self.marked(each) for each in found]
        return Judged(tuple(sorted(marked, key=lambda each: -each.verdict)), hash_of(old, new))

    def marked(self, finding: Finding) -> Finding:
        """The finding, which does not count if a person approved it in this run."""
        if finding.fingerprint not in self.approved:
            return finding
        return replace(finding, acceptance=Acceptance("approved in this run", "a person", "", is_new=True))


def subject_of(finding: Finding) -> tuple[str, str]:
    """What a finding is about, however much of it differs."""
    return finding.rule, finding.subject


def text_in(content: bytes) -> str | None:
    """The text of a file; None if it is data."""
    if b"\0" in content or len(content) > MOST_TEXT:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def text_of(content: bytes) -> str:
    """The text of a file; of data, what stands for it, so that a change of it is seen."""
    text = text_in(content)
    return f"data {hashlib.sha256(content).hexdigest()}" if text is None else text


def hash_of(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Sixteen digits of what differs: an approval is bound to them."""
    found = hashlib.sha256()
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            for part in (path, old.get(path), new.get(path)):
                found.update(b"\1" if part is None else b"\2" + part.encode("utf-8", "surrogatepass") + b"\0")
    return found.hexdigest()[:16]
