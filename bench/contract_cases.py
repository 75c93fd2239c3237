#!/usr/bin/env python3
"""How much of what is breaking the guard finds in labelled pairs of OpenAPI documents.

The argument is a folder with `cases.jsonl` and `specs/`; `CONTRACT_CASES` names it otherwise. The pairs are somebody
else's data, so they are not in this repository.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "guard_contract"))

from contract_cases import score  # noqa: E402 - the score that the tests hold


def main() -> None:
    """Print the score as a table."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CONTRACT_CASES", "")
    if not folder:
        sys.exit("name the folder with the labelled pairs: contract_cases.py FOLDER, or CONTRACT_CASES")
    found = score(Path(folder))
    harmless = found.harmless
    print("| labelled pairs | share | of |\n| --- | --- | --- |")
    print(f"| breaking changes found | {found.recall:.1%} | {sum(each.is_breaking for each in found.expectations)} |")
    print(f"| pairs without one called harmless | {sum(harmless) / len(harmless):.1%} | {len(harmless)} |")
    for missed in found.missed:
        print(f"missed: {missed}")


if __name__ == "__main__":
    main()
