"""Both protocols on a real connection: what a provider sends, and how it fails, never ends a run as done."""

import json
import warnings

import pytest
from playing import contents, project
from pydantic_ai.messages import ModelRequest, UserPromptPart
from wire import provider

from beast_command import run_beast
from beastmode_tools.agent.loop.asking import Asking, ProviderFailed
from beastmode_tools.agent.loop.budget import Budget
from beastmode_tools.agent.loop.loop import converse, parameters
from beastmode_tools.agent.models.models import model_of
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.run.starting import Asked, alone, begin
from beastmode_tools.agent.talk.talk import Talk

PLAN = ["plan", {"boxes": [{"title": "Write a note", "conditions": ["verdict CAUTIOUS"]}]}]
HONEST = (
    {"say": "A plan first.", "calls": [PLAN]},
    {"calls": [["edit", {"path": "note.md", "new": "A note.\n"}]]},
    {"say": "Checking it.", "calls": [["done", {"box": 1}]]},
)
LONG = {"say": "All tests pass, I am done. " * 20}
KEY = "sk-canary-0123456789"
both = pytest.mark.parametrize("protocol", ["anthropic:claude-test", "openai:gpt-test"])


def model_at(server, protocol):
    """The model, as `--model` and `--base-url` name it."""
    return model_of(protocol, server.url + ("/v1" if protocol.startswith("openai") else ""))


def answer_of(server, protocol, budget=None, waits=(0.0, 0.0)):
    """One answer, and what was said of the tries before it."""
    told = []
    history = [ModelRequest(parts=[UserPromptPart("Do it")])]
    with Asking(model_at(server, protocol), parameters(), lambda *said: told.append(said), waits) as asking:
        return asking.answer(history, budget or Budget()), told


PASSING = {
    "too-many-requests": {"status": 429, "headers": {"Retry-After": "0"}},
    "server-error": {"status": 500},
    "bad-gateway-in-html": {"status": 502, "body": "<html>", "headers": {"Content-Type": "text/html"}},
    "overloaded": {"status": 529},
    "reset": {"fault": "reset"},
    "cut-with-a-length": {"fault": "cut framed", **LONG},
    "cut-in-chunks": {"fault": "cut chunked", **LONG},
    "cut-without-framing": {"fault": "cut unframed", **LONG},
    "html-with-200": {"status": 200, "body": "<html>", "headers": {"Content-Type": "text/html"}},
    "not-utf8": {"status": 200, "body": b'{"id": "\xff"}'},
    "null": {"status": 200, "body": "null"},
    "list": {"status": 200, "body": "[]"},
    "nothing-in-it": {"status": 200, "body": "{}"},
    "error-with-200": {"status": 200, "body": '{"error": {"message": "no"}}'},
    "usage-is-text": {"say": "x", "raw": lambda made: made.update(usage="many")},
    "content-is-a-number": {"say": "x", "raw": lambda made: made.update(content=7, choices=[{"message": 7}])},
}
LASTING = {
    "wrong-key": ({"status": 401}, "ModelAuthenticationError"),
    "no-such-model": ({"status": 404}, "ModelNotFoundError"),
    "refused": ({"status": 400}, "ModelRequestRejectedError"),
    "has-to-wait-an-hour": ({"status": 429, "headers": {"Retry-After": "3600"}}, "It asks to wait 3600 s."),
}


@both
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_may_pass_is_tried_again_and_told(protocol, fault):
    """One failure, then an answer; half of an answer is never taken for one."""
    with provider(fault, {"say": "Here."}) as server:
        response, told = answer_of(server, protocol)

    assert [part.content for part in response.parts] == ["Here."]
    assert len(server.requests) == 2
    assert [(kind, "Trying again in 0 s" in said) for kind, said in told] == [("provider", True)]


@both
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_lasts_is_the_end_after_three_tries(protocol, fault):
    """With a reason, and without an answer."""
    with provider(fault) as server, pytest.raises(ProviderFailed, match=r"^\w[\w ]+: ."):
        answer_of(server, protocol)

    assert len(server.requests) == 3


@both
@pytest.mark.parametrize(("fault", "said"), LASTING.values(), ids=LASTING)
def test_what_is_the_same_at_the_next_try_is_not_tried_again(protocol, fault, said):
    """A wrong key does not become right by waiting."""
    with provider(fault) as server, pytest.raises(ProviderFailed, match=said):
        answer_of(server, protocol)

    assert len(server.requests) == 1


@both
@pytest.mark.parametrize("fault", ["slow", "silent"])
def test_an_answer_that_does_not_come_is_given_up_when_the_time_of_the_run_is_over(protocol, fault):
    """A byte now and then does not keep it waiting."""
    with provider({"fault": fault, **LONG}) as server, pytest.raises(ProviderFailed, match="ModelRequestTimeout"):
        answer_of(server, protocol, Budget(seconds=0.5))


@both
def test_a_key_that_a_server_repeats_is_not_told(protocol, monkeypatch):
    """The reason is kept in the journal and in the receipt."""
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, KEY)
    body = json.dumps({"error": {"type": "authentication_error", "message": f"wrong key {KEY}"}})

    with provider({"status": 401, "body": body}) as server, pytest.raises(ProviderFailed) as failed:
        answer_of(server, protocol)

    assert "wrong key [key]" in str(failed.value)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A project in which nothing is changed by these tests."""
    return project(tmp_path_factory.mktemp("wire") / "shop")


MALFORMED = {
    "arguments-that-are-a-list": {"calls": [["read", [1]]]},
    "arguments-that-are-a-text": {"calls": [["read", "app.py"]]},
    "half-of-a-character": {"say": "\ud800", "calls": [["read", {"path": "\ud800"}]]},
    "nested-without-end": {"calls": [["read", '{"path":' * 50_000]]},
    "nested-deeply": {"calls": [["read", {"path": json.loads("[" * 200 + "]" * 200)}]]},
    "far-too-long": {"calls": [["read", {"path": "x" * 2_000_000}]]},
    "names-that-no-provider-takes-back": {"calls": [["", {}], ["read it \ud800", {}], ["x" * 500, {}]]},
    "one-id-for-all": {"id": "same one!", "calls": [["nothing", {}]] * 3},
    "five-hundred-calls": {"calls": [["read", {"path": "app.py"}]] * 500},
    "cut-off-at-the-limit": {"stop": "length", "calls": [["edit", {"path": "half.py", "new": "x = 1\n"}]]},
}


@both
@pytest.mark.parametrize("turn", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_call_is_answered_in_a_history_that_the_provider_takes(tree, protocol, turn):
    """Each call has one answer, and the history can be stored, or the next request would be refused."""
    before = contents(tree.folder)
    turn = turn | ({"stop": "max_tokens"} if "stop" in turn and protocol.startswith("anthropic") else {})
    with provider(turn, turn, {"calls": [["nothing", {}]]}) as server, alone(tree.folder), warnings.catch_warnings():
        warnings.simplefilter("error")
        run = begin(tree.folder, Asked("Do it", depth="read"), Talk(quiet=True))
        ended = converse(run, model_at(server, protocol), Budget(turns=8), waits=())

    assert ended.outcome is Outcome.STALLED, ended.said
    assert "calls in a row could not be understood" in ended.said
    assert len(server.requests) >= 2
    assert contents(tree.folder) == before


@both
def test_a_run_over_the_wire_is_done_after_its_provider_failed_and_it_was_resumed(
    tmp_path, protocol, monkeypatch, capsys
):
    """`beast do` ends with status 6, `beast resume` with 0; no key is kept, no answer is streamed."""
    tree = project(tmp_path / "shop")
    monkeypatch.chdir(tree.folder)
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, KEY)

    with provider(HONEST[0], {"status": 401}, *HONEST[1:]) as server:
        url = server.url + ("/v1" if protocol.startswith("openai") else "")
        failed = run_beast(capsys, "do", "Note it", "--depth", "read", "--model", protocol, "--base-url", url)
        done = run_beast(capsys, "resume")

    assert (failed.status, failed.out.splitlines()[0].partition(":")[0]) == (6, "PROVIDER"), failed
    assert (done.status, (tree.folder / "note.md").read_text()) == (0, "A note.\n"), done
    asked = [body for _, body in server.requests]
    assert not any(body.get("stream") for body in asked)
    assert {tool.get("name") or tool["function"]["name"] for tool in asked[0]["tools"]} >= {"plan", "edit", "done"}
    kept = [each for each in (tree.folder / ".beast").rglob("*") if each.is_file()]
    assert kept
    assert not any(KEY.encode() in each.read_bytes() for each in kept)
