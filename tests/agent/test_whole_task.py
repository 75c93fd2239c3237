"""A whole change of a project of `beast new`: by a model, by recipes, and over MCP."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
import yaml
from mcp import StdioServerParameters
from mcp.client import Client
from playing import contents

from beast_command import run_beast

SCRIPT = Path(__file__).parent / "orders.yaml"
TASK = "add orders with a total and a status, and a v2 of users with their order count"
LONG = os.environ.get("AGENT") == "long"
"""Whether this is `make agent`, where the last verdict is proved on scratch databases."""
COMMAND = (sys.executable, "-m", "beastmode_tools.cli")
FIELD = "add field User nickname:str?"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """What `beast new` makes."""
    place = tmp_path_factory.mktemp("whole").resolve()
    (place / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    environment = os.environ | {"HOME": str(place)}
    subprocess.run([*COMMAND, "new", "shop"], cwd=place, check=True, capture_output=True, env=environment)
    return place / "shop"


@pytest.fixture
def shop(template, tmp_path, monkeypatch):
    """A copy of it, with the tests that use what the recipes need, and none that take long."""
    shutil.copytree(template, tmp_path / "shop", symlinks=True)
    folder = tmp_path / "shop"
    for each in ("test_app.py", "test_users.py"):
        (folder / "tests" / each).unlink()
    git(folder, "commit", "-qam", "fewer tests")
    monkeypatch.chdir(folder)
    return folder


def git(folder, *words):
    """What git answers."""
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    return subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_a_model_takes_the_task_of_the_manual_to_done_and_undo_takes_it_back(shop, capsys):
    """Recipes and edits, checked box by box, with a receipt; everything of it is one entry of the history."""
    before = contents(shop)

    done = run_beast(
        capsys, "do", TASK, "--model", f"scripted:{SCRIPT}", "--depth", "prove" if LONG else "read", "--json"
    )

    receipt = json.loads(done.out.splitlines()[-1])
    assert (done.status, receipt["outcome"]) == (0, "done"), (receipt["said"], receipt["left"], done.err[-2000:])
    said = {each["condition"]: each["said"] for each in receipt["checks"]}
    assert said["field UserV2.order_count"] == "UserV2 has created_at, id, name, order_count"
    assert said["route GET /api/v2/users 401"] == "GET /api/v2/users returns 401"
    assert "## Left to a person" in (shop / ".beast" / "runs" / "r1" / "RECEIPT.md").read_text() or not receipt["left"]
    assert run_beast(capsys, "undo").out.startswith(f'Undone: beast do "{TASK}"')
    assert contents(shop) == before
    assert git(shop, "status", "--porcelain") == ""


def made_by_recipe(folder, capsys):
    """As a person types it; the verdict."""
    return json.loads(run_beast(capsys, *FIELD.split(), "--json").out)["verdict"]


def made_by_sentence(folder, capsys):
    """As a run without a model makes it, proved on scratch databases, as is usual."""
    done = run_beast(capsys, "do", "add a nullable nickname to users", "--json")
    receipt = json.loads(done.out.splitlines()[-1])
    assert (done.status, receipt["verdict"]["depth"]) == (0, "prove"), receipt
    assert not [each for each in receipt["verdict"]["not_proven"] if "SQLite" in each]
    return receipt["verdict"]["verdict"]


def made_by_model(folder, capsys):
    """As a model asks for it; nothing is proved here, so there is no verdict to compare."""
    script = folder.parent / "script.yaml"
    plan = {"boxes": [{"title": "Nickname", "conditions": ["column users.nickname"]}]}
    calls = [["plan", plan], ["recipe", {"action": "apply", "command": FIELD}], ["done", {"box": 1}]]
    script.write_text(yaml.safe_dump([{"calls": calls}]))
    words = ("do", "Let users have a nickname", "--depth", "read", "--model", f"scripted:{script}", "--json")
    done = run_beast(capsys, *words)
    assert done.status == 0, done


def made_by_mcp(folder, capsys):
    """As an assistant does it, through a server of its own."""

    async def apply():
        server = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], "mcp"], cwd=folder)
        async with Client(server) as client:
            result = await client.call_tool("recipe", {"action": "apply", "command": FIELD})
            assert not result.is_error, result.content
            return result.structured_content["verdict"]

    return anyio.run(apply)


def files_of(folder):
    """Every file; what is made anew for each migration is left out."""
    made = re.compile(rb"(?<=revision = .)[0-9a-f]{12}|(?<=Revision ID: )[0-9a-f]{12}|(?<=Create Date: ).*")
    found = {path: made.sub(b"", text) for path, text in contents(folder).items()}
    return {re.sub(r"versions/[0-9a-f]{12}_", "versions/", path): text for path, text in found.items()}


def test_the_same_task_gives_the_same_files_and_verdict_whoever_does_it(shop, tmp_path, monkeypatch, capsys):
    """By recipe, by sentence, by model and over MCP; what is the same in every file has the same routes and tables."""
    (shop / "tests" / "conftest.py").unlink()
    git(shop, "commit", "-qam", "no tests")
    found = {}
    for make in (made_by_recipe, made_by_sentence, made_by_model, made_by_mcp):
        folder = tmp_path / make.__name__ / "shop"
        shutil.copytree(shop, folder, symlinks=True)
        monkeypatch.chdir(folder)
        found[make.__name__] = make(folder, capsys), files_of(folder)

    verdict, files = found["made_by_recipe"]
    assert b"nickname" in files["shop/users/models.py"]
    assert [name for name, each in found.items() if each[1] != files] == []
    assert {each[0] for each in found.values()} == {verdict, None} == {"CAUTIOUS", None}
