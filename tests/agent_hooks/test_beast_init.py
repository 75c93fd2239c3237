"""`beast init`: files for assistants that are written once, kept current, and never cost a person a line."""

import json
from pathlib import Path

import pytest
import yaml
from assisted_shop import FILES, make_shop
from hypothesis import given
from hypothesis import strategies as st

from beast_command import beast_in
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.assistants.marked import HASH, HTML, with_section
from beastmode_tools.recipes.assistants.merged import merged_text, plain_value
from beastmode_tools.recipes.assistants.recipe import PATHS, PRE_COMMIT
from beastmode_tools.recipes.new.create import create_project

ROOT = Path(__file__).parent.parent.parent
PARTS = st.sampled_from(["a", " ", "#", "\n", "\r\n", HTML.begin, HTML.end, HASH.begin])
TEXTS = st.lists(PARTS, max_size=12).map("".join)


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".beast"} & set(path.parts)
    }


@pytest.fixture
def shop(tmp_path):
    """A project without any file for assistants."""
    return make_shop(tmp_path / "shop").folder


def test_every_file_is_written_once_and_a_second_time_nothing_changes(shop):
    """And --check is clean."""
    done = beast_in(shop, "init", "--json")

    written = files_of(shop)
    assert {each["path"] for each in json.loads(done.out)["files"]} == PATHS == set(written) - set(FILES) - {".env"}
    assert beast_in(shop, "init").out == "Nothing to change: the files for assistants are current.\n"
    assert beast_in(shop, "init", "--check").status == 0
    assert files_of(shop) == written


def test_pretend_and_check_write_nothing(shop):
    """Both show the diff; only --check has exit status 1."""
    before = files_of(shop)

    pretended, checked = beast_in(shop, "init", "--pretend"), beast_in(shop, "init", "--check")

    assert (pretended.status, checked.status) == (0, 1)
    assert "+++ b/.claude/settings.json" in pretended.out
    assert pretended.out == checked.out
    assert files_of(shop) == before


def test_what_a_person_wrote_stays_and_undo_gives_it_back_to_the_byte(tmp_path):
    """Text around the sections, other servers, other hooks, other permissions."""
    settings = {
        "permissions": {"deny": ["Read(secrets)"]},
        "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]},
    }
    own = {
        "AGENTS.md": "# Ours\n\nBe kind.\n",
        ".mcp.json": '{"mcpServers":{"other":{"command":"other"}}}',
        ".claude/settings.json": json.dumps(settings),
        PRE_COMMIT: "# ours\nrepos:\n- repo: local\n  hooks: [{id: own, name: own, entry: own, language: system}]\n",
        ".github/workflows/ci.yml": "run: beast check\n",
    }
    folder = make_shop(tmp_path / "shop", own).folder
    before = files_of(folder)

    beast_in(folder, "init")

    after = files_of(folder)
    assert after["AGENTS.md"].startswith(own["AGENTS.md"])
    assert set(json.loads(after[".mcp.json"])["mcpServers"]) == {"other", "beast"}
    made = json.loads(after[".claude/settings.json"])
    assert made["permissions"] == settings["permissions"]
    assert made["hooks"]["Stop"][0] == settings["hooks"]["Stop"][0]
    assert "beast hook stop" in made["hooks"]["Stop"][1]["hooks"][0]["command"]
    assert after[PRE_COMMIT].startswith(own[PRE_COMMIT])
    assert [each["hooks"][0]["id"] for each in yaml.safe_load(after[PRE_COMMIT])["repos"]] == ["own", "beast-commit"]
    assert ".github/workflows/beast-check.yml" not in after
    assert beast_in(folder, "init", "--check").status == 0
    beast_in(folder, "undo")
    assert files_of(folder) == before


def test_a_section_or_a_hook_that_was_changed_comes_back_and_the_start_of_its_command_stays(shop):
    """A person may start beast by another program, but not take a tool out of the hook's reach."""
    beast_in(shop, "init")
    settings, agents = shop / ".claude/settings.json", shop / "AGENTS.md"
    value = json.loads(settings.read_text())
    value["hooks"]["PreToolUse"][0]["matcher"] = "Nothing"
    value["hooks"]["PreToolUse"][0]["hooks"][0]["command"] = "uv run beast hook pre-tool-use"
    settings.write_text(json.dumps(value))
    agents.write_text("# Ours\n" + agents.read_text().replace("Look first", "Never look") + "The end.\n")

    checked = beast_in(shop, "init", "--check")
    beast_in(shop, "init")

    assert (checked.status, "+- Look first" in checked.out) == (1, True)
    entry = json.loads(settings.read_text())["hooks"]["PreToolUse"][0]
    assert entry["matcher"] == "Edit|MultiEdit|Write|NotebookEdit|Bash|PowerShell|Read"
    assert entry["hooks"][0]["command"] == "uv run beast hook pre-tool-use || exit 2"
    assert agents.read_text().startswith("# Ours\n")
    assert agents.read_text().endswith("The end.\n")
    assert "Look first" in agents.read_text()


def test_a_server_that_a_person_starts_in_another_way_is_theirs(tmp_path):
    """In a container, or through another program."""
    text = '{\n  // mine\n  "servers": {"beast": {"command": "uv", "args": ["run", "beast", "mcp"]},},\n}\n'
    folder = make_shop(tmp_path / "shop", {".vscode/mcp.json": text}).folder

    done = beast_in(folder, "init")

    assert (done.status, (folder / ".vscode/mcp.json").read_text()) == (0, text)
    assert beast_in(folder, "init", "--check").status == 0


@pytest.mark.parametrize(
    "text",
    ['{\n  // mine\n  "servers": {}\n}\n', '{"servers": {},}\n', '{"servers": {}, "servers": {}}\n'],
    ids=["comment", "comma", "name-twice"],
)
def test_a_file_that_would_lose_something_stays_and_the_lines_to_add_are_told(tmp_path, text):
    """The other files are written, and --check goes on saying so."""
    folder = make_shop(tmp_path / "shop", {".vscode/mcp.json": text}).folder

    beast_in(folder, "init")
    again = beast_in(folder, "init", "--check")

    assert (folder / ".vscode/mcp.json").read_text() == text
    assert (folder / "CLAUDE.md").exists()
    assert again.status == 1
    assert again.out.startswith(".vscode/mcp.json has comments, which would be lost. Add to it:\n{")
    assert '"command": "beast"' in again.out


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (".mcp.json", "{", ".mcp.json is not JSON as its assistant reads it: "),
        (".cursor/mcp.json", "[]", "it is no object"),
        (".claude/settings.json", '{"hooks": []}', "hooks is no object"),
        (".claude/settings.json", '{"hooks": {"Stop": {}}}', "hooks.Stop is no list"),
        ("CLAUDE.md", f"{HTML.begin}\nno end\n", "CLAUDE.md has 1 first and 0 last lines"),
        (PRE_COMMIT, "repos: [", f"{PRE_COMMIT} is not YAML"),
    ],
)
def test_a_file_that_cannot_be_read_ends_it_before_anything_is_written(tmp_path, path, text, said):
    """With exit status 2, and what to do."""
    folder = make_shop(tmp_path / "shop", {path: text}).folder
    before = files_of(folder)

    done = beast_in(folder, "init")

    assert done.status == 2
    assert said in done.err
    assert files_of(folder) == before


def test_a_list_of_hooks_to_which_no_line_can_be_added_is_told(tmp_path):
    """Such as one on a single line."""
    text = "repos: [{repo: local, hooks: []}]\n"
    folder = make_shop(tmp_path / "shop", {PRE_COMMIT: text}).folder

    beast_in(folder, "init")
    checked = beast_in(folder, "init", "--check")

    assert (folder / PRE_COMMIT).read_text() == text
    assert (checked.status, f"{PRE_COMMIT} does not end with its list of repos." in checked.out) == (1, True)


def test_a_project_within_a_repository_gets_no_hook_of_the_repository(tmp_path):
    """Its top is for another person to change."""
    top = make_shop(tmp_path / "top", {"shop/pyproject.toml": "", "shop/app.py": ""}).folder

    beast_in(top / "shop", "init")

    assert not (top / "shop" / PRE_COMMIT).exists()
    assert not (top / "shop/.github/workflows").exists()
    assert (top / "shop/.github/hooks/beast.json").exists()


@given(TEXTS)
def test_a_section_replaced_again_is_the_same_text(text):
    """Whatever stands around it; a text with damaged marks is refused both times."""
    try:
        once = with_section(text, "body", HTML, "x")
    except CouldNotRun:
        assert text.count(HTML.begin) + text.count(HTML.end) > 0
        return

    assert with_section(once, "body", HTML, "x") == once
    assert "body" in once


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=9)
)
def test_a_merge_keeps_every_value_whatever_stands_in_its_texts(value):
    """Slashes, stars and commas in texts are no comments."""
    text = json.dumps({"own": value, "note": "// no, /* no */ ,}"})

    merged = merged_text(text, lambda found: {**found, "beast": 1})

    assert plain_value(text) == json.loads(text)
    assert json.loads(merged) == {**json.loads(text), "beast": 1}


def test_each_file_says_what_it_is_for_and_holds_no_line_of_another_tool():
    """Every template is used, and is short enough to be read in each conversation."""
    files = sorted((Path(with_section.__code__.co_filename).parent / "files").iterdir())

    assert [each.name for each in files] == [
        "AGENTS.md", "CLAUDE.md", "beast.agent.md", "beast.mdc", "copilot-instructions.md", "pre-commit.yaml",
    ]  # fmt: skip
    assert sum(len(each.read_text().split()) for each in files) < 600


def test_a_new_project_and_the_example_are_clean(tmp_path):
    """What `beast new` writes, and what the blog shows, is what `beast init` would write."""
    create_project(tmp_path, "shop", "sqlite")

    for folder in (tmp_path / "shop", ROOT / "examples" / "blog"):
        assert beast_in(folder, "init", "--check").out == "Nothing to change: the files for assistants are current.\n"
