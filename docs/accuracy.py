"""Writes docs/why/accuracy.md from the labelled corpus: `python docs/accuracy.py [FILE]`."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "guard_migrations"))

from corpus_score import outcomes, page  # noqa: E402 - the corpus and its score live among the tests

if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "why" / "accuracy.md"
    target.write_text(page(list(outcomes())), encoding="utf-8")
