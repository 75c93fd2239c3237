"""Folders of revisions, judged as `beast check` judges them without running anything."""

import re
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.guard import migrations
from beastmode_tools.guard.finding import Finding
from beastmode_tools.guard.migrations.compare.history import History
from beastmode_tools.guard.migrations.read import Histories, read_changes, read_history
from beastmode_tools.guard.migrations.read.environment import runs_in_one_transaction
from beastmode_tools.guard.migrations.rules import RULES
from beastmode_tools.guard.rule import judge

__all__ = ["PAGES", "RULES", "Example", "examples_of", "judged", "revision", "verdict_of", "write"]

PAGES = Path(migrations.__path__[0]) / "pages"
BLOCK = re.compile(r"^```\w+ (\S+) (before|after|both)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    rule: str
    kind: str
    title: str
    text: str

    @property
    def needs_running(self) -> bool:
        return "<!-- proofs -->" in self.text or "<!-- boots -->" in self.text


def examples_of(rule: str) -> list[Example]:
    page = (PAGES / f"{rule}.md").read_text(encoding="utf-8")
    parts = re.split(r"^### ", page.partition("## Examples")[2], flags=re.MULTILINE)[1:]
    heads = [part.partition("\n") for part in parts]
    return [Example(rule, *(word.strip() for word in head.split(":", 1)), text) for head, _, text in heads]


def write(folder: Path, text: str) -> tuple[Path, Path]:
    """The two sides of an example, on the disk."""
    for path, side, source in BLOCK.findall(text):
        for name in ("before", "after") if side == "both" else (side,):
            target = folder / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source, encoding="utf-8")
    return folder / "before", folder / "after"


def judged(before: Path, after: Path, **known: object) -> list[Finding]:
    old = read_history(before, "migrations") if before.is_dir() else History()
    known = {"is_one_transaction": runs_in_one_transaction(after, "migrations"), **known}
    return list(judge(RULES, read_changes(Histories(old, read_history(after, "migrations"), after, **known))))


def verdict_of(findings: list[Finding]) -> str:
    return max((finding.verdict for finding in findings), default=None).name if findings else "SAFE"


def revision(up: str, down: str = "pass", *, name: str = "b2", parent: str | None = None, top: str = "") -> str:
    """A revision file as people write them."""
    body = "\n".join(f"    {line}" for line in up.splitlines())
    back = "\n".join(f"    {line}" for line in down.splitlines())
    return (
        "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\n\n"
        f"revision = {name!r}\ndown_revision = {parent!r}\n\n{top}\n\ndef upgrade():\n{body}\n\n\ndef "
        f"downgrade():\n{back}\n"
    )
