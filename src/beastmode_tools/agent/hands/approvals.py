"""What a person approved: an ID, and the hash of the very diff that it stands for."""

import json
from collections.abc import Mapping
from pathlib import Path

from beastmode_tools.recipes.journal.entry import own_folder, write_whole

__all__ = ["approve", "approved_by_person", "question_of", "remember_question"]


def remember_question(folder: Path, number: str, facts: Mapping[str, str]) -> None:
    """Keeps what a person is asked, for `beast approve`."""
    place = own_folder(folder) / "questions"
    place.mkdir(exist_ok=True)
    write_whole(place / f"{number}.json", json.dumps(dict(facts), indent=1).encode())


def question_of(folder: Path, number: str) -> dict[str, str] | None:
    """What a person is asked under this ID; None if nobody asks."""
    place = folder / ".beast" / "questions" / f"{number}.json"
    if not number.isalnum() or not place.is_file():
        return None
    found: dict[str, str] = json.loads(place.read_text(encoding="utf-8"))
    return found


def approve(folder: Path, number: str, diff_hash: str, reason: str, at: str) -> None:
    """Records that a person said yes to this diff."""
    place = own_folder(folder) / "approvals"
    place.mkdir(exist_ok=True)
    told = {"diff_hash": diff_hash, "reason": reason, "at": at}
    write_whole(place / f"{number}.json", json.dumps(told, indent=1).encode())


def approved_by_person(folder: Path) -> dict[str, str]:
    """Approval ID -> hash of the diff."""
    found = {}
    for place in sorted((folder / ".beast" / "approvals").glob("*.json")):
        found[place.stem] = str(json.loads(place.read_text(encoding="utf-8"))["diff_hash"])
    return found
