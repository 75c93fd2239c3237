"""Every tool: its schema, what it refuses, and what no answer holds."""

import json
from dataclasses import replace

import pytest

from beastmode_tools.agent.tools.registry import SEARCH_SETTING, TOOLS, find_tool, offered
from beastmode_tools.agent.tools.tool import MOST_ANSWER, bounded
from beastmode_tools.errors import CouldNotRun

TOKENS = 3500
"""Of all schemas together, at four characters a token: what each conversation of an assistant pays for them."""

NAN = "Out of range float values are not JSON compliant"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_describes_itself_and_every_argument(tool):
    """A model chooses by these words alone."""
    schema = tool.schema

    assert tool.description.endswith(".")
    assert schema["additionalProperties"] is False
    assert all(each.get("description") for each in schema["properties"].values())
    assert json.loads(json.dumps(schema)) == schema


def test_no_tool_takes_an_approval_or_a_grant():
    """What a person decides is no argument that a model could fill in."""
    names = {name for tool in TOOLS for name in tool.schema["properties"]}

    assert not [name for name in names if any(word in name for word in ("approv", "confirm", "grant", "force", "host"))]


def test_the_schemas_cost_few_tokens():
    """The figure of docs/beast-mode/assistants.md."""
    listed = [{"name": each.name, "description": each.description, "inputSchema": each.schema} for each in TOOLS]

    assert len(json.dumps(listed)) / 4 < TOKENS


def test_search_is_off_until_a_provider_is_set():
    """Nothing of a conversation leaves the machine because of a default."""
    assert "web_search" not in {each.name for each in offered({})}
    assert "web_search" in {each.name for each in offered({SEARCH_SETTING: "https://search.example.org/?q={query}"})}


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("read", {}, "read cannot be called like this: path: Field required."),
        ("read", {"path": 7}, "read cannot be called like this: path: Input should be a valid string."),
        (
            "read",
            {"path": "a", "approved": True},
            "read cannot be called like this: approved: Extra inputs are not permitted.",
        ),
        (
            "recipe",
            {"action": "run"},
            "recipe cannot be called like this: action: Input should be 'list', 'preview' or 'apply'.",
        ),
        (
            "query",
            {"sql": float("nan")},
            f"query cannot be called like this: the arguments are not JSON ({NAN}).",
        ),
    ],
)  # fmt: skip - the messages are read whole
def test_wrong_arguments_are_one_sentence(ask, name, arguments, told):
    """A model corrects itself by it."""
    with pytest.raises(CouldNotRun) as refused:
        ask(name, **arguments)

    assert str(refused.value) == told


def test_an_unknown_tool_is_told_with_those_there_are():
    """So that the next call is right."""
    with pytest.raises(CouldNotRun, match=r"there is no tool 'shell'\. There are overview, read, search, "):
        find_tool("shell")


def test_an_answer_is_cut_where_it_is_too_long():
    """A tool that returns a gigabyte costs no more than one that returns a page."""
    answer = bounded({"text": "x" * 200_000})

    assert answer["truncated"].startswith("The answer has 200012 characters")
    assert len(answer["beginning"]) == MOST_ANSWER


def test_secrets_of_the_environment_are_in_no_answer(ask, project):
    """The value of a setting, wherever it is repeated."""
    (project / "notes.txt").write_text("the token is canary-4711-value, in development\n")

    found = ask("search", text="the token is")

    assert [each["text"] for each in found["matches"]] == ["the token is ***, in development"]


@pytest.mark.parametrize("path", [".env", "../secret.txt", "/etc/passwd", ".git/config"])
def test_what_holds_secrets_or_lies_outside_is_not_read(ask, path):
    """By the gate, as in a run."""
    with pytest.raises(CouldNotRun, match="refused by the gate"):
        ask("read", path=path)


def test_a_tool_is_data_that_a_test_can_change():
    """Tools are compared and replaced as values."""
    assert replace(TOOLS[0], name="other").schema == TOOLS[0].schema
