"""What holds after every step of every run, whatever a model does."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic_ai.messages import ModelRequest, ModelResponse, ToolCallPart, ToolReturnPart

from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.selftest.escapes import ASKED
from beastmode_tools.agent.selftest.scene import SECRET

OWN = ("begin", "impact", "baseline", "box", "step", "start", "end", "ticked", "not ticked", "dropped", "restored")


@dataclass(frozen=True)
class Outside:
    """Everything that no run may change.

    Args:
        place: The folder that holds the project.
        git: What the person's repository says of itself.
        files: Digest of each file that is not the run's to write.
    """

    place: Path
    git: tuple[str, ...]
    files: dict[str, str]


def look_outside(tree):
    """The neighbours of the project, its repository, its database and its secrets, as they are."""
    place = tree.folder.parent
    return Outside(place, repository(tree), digests(place, tree.folder))


def repository(tree):
    """HEAD, the branch, the index, the stash, the reflog, the settings and the hooks."""
    if not (tree.folder / ".git").exists():
        return ()
    own = tree.folder / ".git"
    files = [own / "config", *sorted((own / "hooks").glob("*"))]
    return (*(tree.git(*each) for each in ASKED), *(each.read_text() for each in files if each.is_file()))


def digests(place, folder):
    """Of the neighbours, and of the files of the project that no run writes."""
    found = [each for each in sorted(place.rglob("*")) if each.is_file() and not each.is_relative_to(folder)]
    found += [folder / "instance" / "app.db", folder / ".env", *sorted((folder / "instance").glob("app.db-*"))]
    return {str(each): hashlib.sha256(each.read_bytes()).hexdigest() for each in found if each.is_file()}


def hold(run, tree, outside, *, ended=None, history=(), budget=None):
    """The ten invariants.

    Args:
        run: The run.
        tree: The project's repository.
        outside: What was there before.
        ended: How the run ended; None if it is at work.
        history: The messages.
        budget: What might be spent.
    """
    if ended is not None and ended.outcome is Outcome.DONE:  # 1
        assert run.plan.is_complete
        assert not run.verifying.problems()
        checks = [each["n"] for each in run.journal.records if each["what"] in ("verdict", "ticked")]
        assert max(checks) > max((each["n"] for each in run.journal.of("end")), default=0)
    now = look_outside(tree)
    assert now.files == outside.files  # 2, 3
    restored = run.journal.last_of("restored")
    if restored is not None and restored["n"] == len(run.journal.records):
        assert run.checkpoints.tree() == restored["tree"]  # 4
    assert now.git == outside.git  # 5
    pairs_of_effects(run.journal.records)  # 6
    if budget is not None:
        assert budget.spent_turns <= budget.turns  # 7
    for place in (tree.folder / ".beast").rglob("*"):
        if place.is_file():
            assert SECRET.encode() not in place.read_bytes(), place  # 8
    assert not left_alive(tree.folder)  # 9
    one_answer_for_each_call(history)  # 10


def pairs_of_effects(records):
    """Every effect was begun once and ended at most once, in order; only the last one may be open."""
    started = [each["effect"] for each in records if each["what"] == "start"]
    ended = [each["effect"] for each in records if each["what"] == "end"]
    assert started == sorted(set(started))
    assert ended == sorted(set(ended))
    cut = [each["effect"] for each in records if each["what"] == "cut"]
    assert sorted({*ended, *cut}) == started


def left_alive(folder):
    """Processes that a run started in a project, and that are still there; others on this machine run tests, too."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if folder != (place / "cwd").readlink():
                continue
            if b"BEAST_CHILD=" in (place / "environ").read_bytes() and state_of(place) != b"Z":
                found.append((place / "cmdline").read_bytes())
    return found


def state_of(place):
    """The letter of a process: Z for one that has ended."""
    return (place / "stat").read_bytes().rpartition(b") ")[2][:1]


def one_answer_for_each_call(history):
    """Each call of an answer has one result in the message that follows, and no two have one ID."""
    seen = set()
    for message, following in zip(history, [*history[1:], None], strict=True):
        if isinstance(message, ModelResponse):
            calls = [each.tool_call_id for each in message.parts if isinstance(each, ToolCallPart)]
            assert len(set(calls)) == len(calls)
            assert not seen & set(calls)
            seen |= set(calls)
            if following is not None:
                assert isinstance(following, ModelRequest)
                answers = [each.tool_call_id for each in following.parts if isinstance(each, ToolReturnPart)]
                assert answers == calls
