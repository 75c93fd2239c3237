"""`beast mcp`, driven by the client of the package mcp over standard input and output."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager, suppress

import anyio
import httpx2
import pytest
from mcp import StdioServerParameters
from mcp.client import Client
from mcp.types import ElicitResult

from beastmode_tools.agent.hands.approvals import approve
from brokers import free_port

COMMAND = [sys.executable, "-m", "beastmode_tools.cli"]
VIEWS = "shop/users/views.py"
ROUTE = '@users.get("/<int:user_id>", '
EDIT = {"path": VIEWS, "old": ROUTE, "new": f"def computed(text):\n    return eval(text)\n\n\n{ROUTE}"}
ANOTHER = {"path": VIEWS, "old": ROUTE, "new": f"def product(text):\n    return eval(text)\n\n\n{ROUTE}"}
HELP = """
import json, sys
from beastmode_tools.cli import main
try:
    main(["--help"])
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project of `beast new`; the tests of this file share it."""
    place = tmp_path_factory.mktemp("mcp").resolve()
    home = place / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    environment = os.environ | {"HOME": str(home)}
    subprocess.run([*COMMAND, "new", "shop"], cwd=place, check=True, capture_output=True, env=environment)
    return place / "shop"


def wait_for_port(port):
    """Until something listens there."""
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")


@asynccontextmanager
async def connected(folder, *options, on_question=None):
    """A client of a server of its own."""
    server = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], "mcp", *options], cwd=folder)
    async with Client(server, elicitation_callback=on_question) as client:
        yield client


async def ask(client, tool, **arguments):
    """The structured answer of a tool, which has to be one."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


def text_of(result):
    """What an error says."""
    (part,) = result.content
    return part.text


def test_a_client_makes_a_whole_change(shop):
    """Overview, preview, apply, test, guard: what an assistant does to add a field."""

    async def change():
        async with connected(shop) as client:
            before = await ask(client, "overview", include=["tables"])
            preview = await ask(client, "recipe", action="preview", command="add field User nickname:str:40?")
            untouched = await anyio.run_process(["git", "status", "--short"], cwd=shop)
            applied = await ask(client, "recipe", action="apply", command="add field User nickname:str:40?")
            tests = await ask(client, "test", ids=["tests/test_users.py"])
            verdict = await ask(client, "guard")
        return before, preview, untouched.stdout.decode(), applied, tests, verdict

    before, preview, untouched, applied, tests, verdict = anyio.run(change)

    assert "nickname" not in before["tables"]["users"]["columns"]
    assert "+    nickname" in preview["diff"]
    assert untouched == ""
    assert [each["path"] for each in applied["files"]] == [each["path"] for each in preview["files"]]
    assert (tests["passes"], tests["failed"]) == (True, 0)
    assert verdict["verdict"] in ("SAFE", "CAUTIOUS")
    assert "nickname" in (shop / "shop/users/models.py").read_text()


def test_a_dangerous_edit_waits_for_the_person(shop):
    """Declined it is refused, approved it is made, and no argument of the call approves it."""
    questions = []
    answers = iter([False, True])

    async def on_question(context, params):
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": next(answers)})

    async def change():
        async with connected(shop, on_question=on_question) as client:
            forged = await client.call_tool(
                "edit", EDIT | {"approval": {"action": "accept", "data": {"approve": True}}}
            )
            declined = await anyio.Path(shop / VIEWS).read_text()
            approved = await client.call_tool("edit", EDIT)
        return forged, declined, approved

    forged, declined, approved = anyio.run(change)

    assert forged.is_error
    assert "DANGEROUS: " in text_of(forged)
    assert "eval(" not in declined
    assert len(questions) == 2
    assert questions[0].startswith("DANGEROUS: ")
    assert not approved.is_error
    assert "def computed" in (shop / VIEWS).read_text()


def test_an_assistant_that_cannot_ask_is_told_what_the_person_types(shop):
    """`beast approve`, with an ID that belongs to this very change."""

    async def edited():
        async with connected(shop) as client:
            return await client.call_tool("edit", ANOTHER)

    result = anyio.run(edited)

    assert result.is_error
    (number,) = re.findall(r"a person types `beast approve (\w+)`", text_of(result))
    question = json.loads((shop / ".beast" / "questions" / f"{number}.json").read_text())
    assert question["run"] == "mcp"
    assert "+def product(text):" in question["diff"]
    approve(shop, number, question["diff_hash"], "a test", "2026-11-30T12:00:00+00:00")
    assert not anyio.run(edited).is_error


def test_a_server_that_only_reads_offers_nothing_that_writes(shop):
    """And no tool can be asked for an approval."""

    async def listed():
        async with connected(shop, "--read-only") as client:
            return (await client.list_tools()).tools

    tools = anyio.run(listed)

    assert {"edit", "recipe"} & {each.name for each in tools} == set()
    assert all(each.annotations.read_only_hint for each in tools)


def test_what_a_project_prints_does_not_reach_the_client(shop):
    """A `print` on import, and a test that writes to file descriptor 1."""
    noisy = shop / "tests" / "test_noise.py"
    noisy.write_text('import os\n\nprint("noise")\nos.write(1, b"\\x00{noise")\n\n\ndef test_noise():\n    pass\n')

    async def asked():
        async with connected(shop) as client:
            first = await ask(client, "test", ids=["tests/test_noise.py"])
            wrong = await client.call_tool("read", {"path": "gone.py"})
            unknown = await client.call_tool("shell", {})
            return first, wrong, unknown, await ask(client, "read", path="README.md", lines=1)

    first, wrong, unknown, after = anyio.run(asked)
    noisy.unlink()

    assert first["passes"] is True
    assert (wrong.is_error, unknown.is_error) == (True, True)
    assert "gone.py" in text_of(wrong)
    assert after["text"] == "# shop"


def test_over_http_only_who_has_the_token_is_answered(shop):
    """On the loopback address, whatever else runs on this machine."""
    port = free_port()
    server = subprocess.Popen(
        [*COMMAND, "mcp", "--http", "--port", str(port)],
        cwd=shop,
        env=os.environ | {"BEAST_MCP_TOKEN": "a-token-of-this-test"},
        stderr=subprocess.PIPE,
    )
    try:
        wait_for_port(port)
        hello = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        }  # fmt: skip - one message
        headers = {"Accept": "application/json, text/event-stream"}
        url = f"http://127.0.0.1:{port}/mcp"

        without = httpx2.post(url, json=hello, headers=headers)
        with_token = httpx2.post(
            url, json=hello, headers=headers | {"Authorization": "Bearer a-token-of-this-test"}, timeout=30
        )
    finally:
        server.terminate()
        server.communicate()

    assert (without.status_code, without.headers["www-authenticate"]) == (401, "Bearer")
    assert with_token.status_code == 200
    assert '"name":"beast"' in with_token.text.replace(" ", "")


def test_the_list_of_tools_has_a_price(shop):
    """The figure of the page about assistants."""
    told = subprocess.run([*COMMAND, "mcp", "--cost"], cwd=shop, check=True, capture_output=True, text=True).stdout

    assert told.startswith("The list of tools takes about ")


def test_the_help_loads_neither_the_protocol_nor_a_model():
    """`beast --help` is typed by people."""
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=False)

    loaded = {name.partition(".")[0] for name in json.loads(done.stderr)}

    assert "click" in loaded
    assert not loaded & {"mcp", "pydantic_ai", "pydantic", "anyio"}
