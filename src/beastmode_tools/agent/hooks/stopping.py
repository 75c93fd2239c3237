"""Decides whether an assistant may end its turn: not with failing tests, a DANGEROUS change or an open box."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from beastmode_tools.agent.hooks.standing import refusals_of_work
from beastmode_tools.agent.journal.record import RunJournal
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.run.place import run_folder, runs
from beastmode_tools.agent.run.state import plan_of
from beastmode_tools.agent.tools.judging import base_texts, work_texts
from beastmode_tools.agent.tools.project import project_in
from beastmode_tools.agent.verify.suite import SETTINGS, SuiteRun, compare_suites, run_suite
from beastmode_tools.recipes.journal.entry import own_folder, write_whole
from beastmode_tools.source.files import is_test

__all__ = ["UNFINISHED", "may_stop"]

SECONDS = 300
"""That the tests may take: half of what the assistants give the hook."""
MOST_STOPS = 5
"""How often the same files are sent back: what did not change in five attempts needs a person."""
WAITING = {each.value for each in (Outcome.NEEDS_APPROVAL, Outcome.STOPPED, Outcome.PROVIDER, Outcome.LIMIT)}
"""Ends of a run that `beast resume` goes on after."""
UNFINISHED = "UNFINISHED"


def may_stop(root: Path, session: str) -> str:
    """What is left to do; "" if the turn may end.

    The same files are sent back a few times only. Then the turn ends, and `.beast/UNFINISHED` says what is left.

    Args:
        root: The project's folder.
        session: What the assistant calls the conversation.
    """
    own = own_folder(root)
    now = work_texts(root)
    left = open_boxes(root)
    if now != base_texts(root, now):
        left += refusals_of_work(root, now)
        left += failing_tests(root, now, own / "green")
    (own / UNFINISHED).unlink(missing_ok=True)
    if not left:
        return ""
    told = "\n".join(["The work is not done:", *(f"- {each}" for each in left)])
    if times(own / "stops.json", session, digest_of(now)) > MOST_STOPS:
        write_whole(own / UNFINISHED, f"{told}\n".encode())
        return ""
    return told


def open_boxes(root: Path) -> list[str]:
    """The boxes of the newest run, if it waits to be resumed."""
    names = runs(root)
    if not names:
        return []
    journal = RunJournal(run_folder(root, names[-1]) / "journal.jsonl")
    ended = journal.last_of("outcome")
    if not journal.records or (ended is not None and ended["outcome"] not in WAITING):
        return []
    boxes = plan_of(journal).open
    return [f"{names[-1]} has open boxes: {'; '.join(each.title for each in boxes)}. Go on: beast resume"] * bool(boxes)


def failing_tests(root: Path, now: Mapping[str, str], green: Path) -> list[str]:
    """What the tests say; nothing if they passed on the very same files before."""
    if not any(map(is_test, now)):
        return []
    mark = digest_of(now)
    if green.is_file() and green.read_text(encoding="utf-8") == mark:
        return []
    settings = {name: now[name] for name in SETTINGS if name in now}
    suite = run_suite(project_in(root).python, root, settings, SECONDS)
    found = list(compare_suites(SuiteRun(), without_skipped(suite)))
    if not found:
        write_whole(green, mark.encode())
    return [f"{each} Run `beast test`." for each in found]


def without_skipped(suite: SuiteRun) -> SuiteRun:
    """The result without tests that were skipped: that none was skipped newly is for the guard to see."""
    kept = {name: state for name, state in suite.results.items() if state != "skipped"}
    return SuiteRun(kept, suite.problem, suite.output)


def times(place: Path, session: str, mark: str) -> int:
    """How often this conversation was sent back with these files, this time included."""
    try:
        before = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    is_same = isinstance(before, dict) and (before.get("session"), before.get("files")) == (session, mark)
    count = 1 + (int(before["times"]) if is_same else 0)
    write_whole(place, json.dumps({"session": session, "files": mark, "times": count}).encode())
    return count


def digest_of(texts: Mapping[str, str]) -> str:
    """Sixteen digits of all files."""
    found = hashlib.sha256()
    for path, text in sorted(texts.items()):
        found.update(f"{path}\0{text}\0".encode("utf-8", "surrogatepass"))
    return found.hexdigest()[:16]
