"""The pages that people read, and the code in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        language: What the fence says, such as "python".
        code: The text between the fences.
        line: Where the text begins, counted from 1.
    """

    language: str
    code: str
    line: int


def pages():
    """README.md and every page that is written by hand, relative to the root."""
    written = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page.relative_to(ROOT) for page in written if page.parent.name != "reference"]


def blocks(page, language=""):
    """The fenced blocks of a page, in its order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = (Block(match[1], match[2], text.count("\n", 0, match.start()) + 2) for match in FENCE.finditer(text))
    return [block for block in found if language in ("", block.language)]


def is_made(block):
    """Whether a block asks `make` for something; such a block runs in the checkout."""
    return bool(re.match(r"make\b", block.code))
