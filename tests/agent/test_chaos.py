"""A model that does anything: the ten invariants hold after every one of its answers."""

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from invariants import hold, look_outside
from pydantic_ai.messages import ModelResponse, TextPart, ThinkingPart, ToolCallPart
from pydantic_ai.models.test import TestModel
from scenes import Scenes

from beastmode_tools.agent.hands.hands import ChangedOutside
from beastmode_tools.agent.loop.budget import Budget
from beastmode_tools.agent.loop.loop import Conversation, finished, history_of, spend, turn
from beastmode_tools.agent.loop.offers import definitions
from beastmode_tools.agent.run.closing import close
from beastmode_tools.agent.run.starting import Asked, alone, begin, take_up
from beastmode_tools.agent.talk.talk import Talk

LONG = os.environ.get("AGENT") == "long"
"""Whether this is `make agent`; otherwise few models do little, with the tools that start no process."""
SLOW = ("overview", "docs", "errors", "query", "advisories", "recipe", "test")
NAMES = [name for name, _, _ in definitions() if LONG or name not in SLOW]
PATHS = st.sampled_from(
    (
        "app.py",
        "notes.txt",
        "new.py",
        "lib/new.py",
        "docs/a.md",
        "migrations/versions/0002_b.py",
        "../x",
        "/etc/x",
        "~/x",
        ".env",
        ".git/config",
        ".beast/x",
        "conftest.py",
        "a\0b",
        "x" * 300,
        "",
        ".",
        "app.py/x",
        "lib",
        "instance/app.db",
    )
)
TEXTS = st.sampled_from(
    (
        "",
        "notes",
        '@app.get("/posts")\n',
        '@app.get("/posts")',
        "def posts():",
        "x = 1\n",
        "eval(input())\n",
        "\ud800",
        '"id": 1',
        '"id": 2',
        "import os\nos.remove('notes.txt')\n",
        "y" * 5000,
        "def (:\n",
        "\x1b[2J",
    )
)
CONDITIONS = st.sampled_from(("verdict SAFE", "verdict CAUTIOUS", "read https://example.com/", "it is good", ""))
BOXES = st.lists(
    st.fixed_dictionaries({"title": st.sampled_from(("One", "")), "conditions": st.lists(CONDITIONS, max_size=2)}),
    max_size=2,
)
ARGUMENTS = {
    "plan": st.fixed_dictionaries({"boxes": BOXES}),
    "done": st.fixed_dictionaries({"box": st.integers(0, 4)}, optional={"reason": TEXTS}),
    "drop": st.fixed_dictionaries({"box": st.integers(0, 4), "reason": TEXTS | st.just("It cannot be done here.")}),
    "restore": st.fixed_dictionaries({"box": st.integers(0, 4)}),
    "edit": st.fixed_dictionaries({"path": PATHS, "new": TEXTS}, optional={"old": TEXTS}),
    "read": st.fixed_dictionaries({"path": PATHS}),
    "search": st.fixed_dictionaries({"text": TEXTS}),
    "fetch": st.fixed_dictionaries({"url": st.sampled_from(("http://127.0.0.1/", "file:///x", "https://a.b/"))}),
    "query": st.fixed_dictionaries({"sql": st.sampled_from(("DROP TABLE canary", "SELECT * FROM canary", ""))}),
    "recipe": st.fixed_dictionaries(
        {"action": st.just("apply"), "command": st.sampled_from(("undo", "add index a.b"))}
    ),
}
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=4)
ANY = st.dictionaries(st.sampled_from(("path", "box", "new", "x")), JSON, max_size=3) | st.text(max_size=20) | st.none()


@st.composite
def calls(draw):
    """A call that fits its tool most of the time."""
    name = draw(st.sampled_from((*NAMES, *(["edit"] * 6), "plan", "done", "shell", "")))
    fits = draw(st.integers(0, 5)) > 0
    return ToolCallPart(
        name, draw(ARGUMENTS.get(name, ANY) if fits else ANY), tool_call_id=draw(st.just("c") | st.text())
    )


class Chaos(RuleBasedStateMachine):
    """One run, and whatever a model answers."""

    templates = None

    def __init__(self):
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.tree = Scenes(self.templates).copy(Path(self.place.name).resolve())
        self.outside = look_outside(self.tree)
        self.lock = alone(self.tree.folder)
        self.lock.__enter__()
        self.start()

    def start(self):
        """A new run."""
        self.budget, self.ended = Budget(turns=60), None
        run = begin(self.tree.folder, Asked("Do it", depth="read"), Talk(quiet=True))
        self.talk = Conversation(run, TestModel(), self.budget, history=history_of(run))

    @precondition(lambda self: self.ended is None)
    @rule(said=st.lists(TEXTS.map(TextPart) | TEXTS.map(ThinkingPart), max_size=1), made=st.lists(calls(), max_size=4))
    def answer(self, said, made):
        """One answer of the model."""
        response = ModelResponse([*said, *made])
        spend(self.talk, response)
        try:
            self.ended = turn(self.talk, response)
        except ChangedOutside as changed:
            raise AssertionError("nobody but the run is at work here") from changed

    @precondition(lambda self: self.ended is None)
    @rule()
    def is_killed_and_resumed(self):
        """The process is gone, and another one takes the run up."""
        run = take_up(self.tree.folder, self.talk.run.id, Asked(""), Talk(quiet=True))
        self.talk = Conversation(run, TestModel(), self.budget, history=history_of(run))

    @precondition(lambda self: self.ended is None and self.talk.run.plan.boxes)
    @rule()
    def asks_for_the_end(self):
        """The machine decides whether that is the end."""
        self.ended = finished(self.talk)

    @precondition(lambda self: self.ended is not None)
    @rule()
    def begins_again(self):
        """The run is closed, and another one begins with the files that it left."""
        close(self.talk.run, self.ended)
        self.start()

    @invariant()
    def everything_holds(self):
        """After each step."""
        hold(self.talk.run, self.tree, self.outside, ended=self.ended, history=self.talk.history, budget=self.budget)

    def teardown(self):
        """The run is closed, and all of it can be taken back."""
        if self.ended is not None:
            close(self.talk.run, self.ended)
            self.everything_holds()
        self.lock.__exit__(None, None, None)
        self.place.cleanup()


def test_no_model_breaks_what_holds(tmp_path_factory, monkeypatch):
    """Valid calls, hostile ones, malformed ones, in any order, with kills between them."""
    Chaos.templates = tmp_path_factory.mktemp("templates")
    monkeypatch.setenv("HOME", str(Chaos.templates))

    run_state_machine_as_test(
        Chaos,
        settings=settings(
            max_examples=300 if LONG else 4,
            stateful_step_count=30 if LONG else 10,
            deadline=None,
            derandomize=not LONG,
            suppress_health_check=list(HealthCheck),
        ),
    )
