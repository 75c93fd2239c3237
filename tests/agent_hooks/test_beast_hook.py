"""`beast hook`: the same gate for every assistant, in the form of each."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from assisted_shop import APP, LESS, TEST, make_shop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beast_command import beast_in
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.hands.approvals import approve, question_of
from beastmode_tools.agent.hooks.shell import refused_line

BEAST = Path(sys.executable).parent / "beast"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project that no test changes: a hook decides before anything is done."""
    return make_shop(tmp_path_factory.mktemp("hooks") / "shop").folder


def claude(tool, **given):
    return {"session_id": "s", "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": given}


def ask(monkeypatch, folder, payload, event="pre-tool-use"):
    """What a hook answers: exit status, and its JSON."""
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    done = beast_in(folder, "hook", event)
    return done.status, json.loads(done.out) if done.out.strip() else {}, done.err


def why(answer):
    """The reason of a refusal; "" if there is none."""
    return answer.get("hookSpecificOutput", {}).get("permissionDecisionReason", "")


@pytest.mark.parametrize(
    ("tool", "given", "gate"),
    [
        ("Write", {"file_path": ".env", "content": "x"}, "`protected`"),
        ("Write", {"file_path": "conftest.py", "content": "x"}, "`protected`"),
        ("Write", {"file_path": ".claude/settings.json", "content": "{}"}, "`protected`"),
        ("Write", {"file_path": ".github/hooks/beast.json", "content": "{}"}, "`protected`"),
        ("Write", {"file_path": ".beast/approvals/1.json", "content": "{}"}, "`protected`"),
        ("Write", {"file_path": "/etc/passwd", "content": "x"}, "`inside`"),
        ("Write", {"file_path": "../x.py", "content": "x"}, "`inside`"),
        ("Write", {"file_path": "a\0b", "content": "x"}, "`inside`"),
        ("Write", {"file_path": "large.txt", "content": "x" * 1024 * 1025}, "`size`"),
        ("Write", {"file_path": "tests/test_app.py", "content": "def test_it():\n    pass\n"}, "`tampering`"),
        ("Edit", {"file_path": "tests/test_app.py", "old_string": TEST, "new_string": ""}, "`tampering`"),
        ("delete_file", {"path": "tests/test_app.py"}, "`tampering`"),
        ("Write", {"file_path": "app.py", "content": LESS}, "beast approve "),
        ("Edit", {"file_path": "app.py", "old_string": '@app.get("/posts")\n', "new_string": ""}, "beast approve "),
        ("Edit", {"file_path": "app.py", "old_string": "nowhere", "new_string": ""}, "is not in app.py"),
        ("Edit", {"file_path": "app.py", "old_string": "return", "new_string": ""}, "is 2 times in app.py"),
        ("Edit", {"file_path": "app.py"}, "has no old_string"),
        ("MultiEdit", {"file_path": "app.py", "edits": []}, "no list of 1 to 200 edits"),
        ("Write", {"content": "x"}, "has no file_path"),
        ("Write", {"file_path": "x.py", "content": "\ud800"}, "half of a surrogate pair"),
        ("Read", {"file_path": ".env"}, "`readable`"),
        ("Bash", {"command": "rm -rf ."}, "`command`"),
        ("run_in_terminal", {"command": "beast approve 12345678"}, "is for a person"),
        ("apply_patch", {"input": "*** Begin Patch\n*** Update File: conftest.py\n+x\n"}, "`protected`"),
        ("apply_patch", {"input": "nothing"}, "cannot be judged"),
        ("a_new_tool", {"filePath": ".env", "how": "x"}, "`protected`"),
        ("NotebookEdit", {"notebook_path": ".git/config"}, "`protected`"),
    ],
)
def test_what_the_gate_refuses_in_a_run_is_refused_to_an_assistant(monkeypatch, shop, tool, given, gate):
    """With the gate or the reason, and nothing on the disk."""
    status, answer, _ = ask(monkeypatch, shop, claude(tool, **given))

    assert status == 0
    assert answer["hookSpecificOutput"]["permissionDecision"] == "deny"
    assert gate in why(answer)


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("Write", {"file_path": "docs/note.md", "content": "A note.\n"}),
        ("Write", {"file_path": "app.py", "content": APP + '\n\n@app.get("/new")\ndef new():\n    return []\n'}),
        ("MultiEdit", {"file_path": "app.py", "edits": [{"old_string": "1}]", "new_string": "1 }]"}]}),
        ("Edit", {"file_path": "app.py", "old_string": "users()", "new_string": "users ()", "replace_all": True}),
        (
            "multi_replace_string_in_file",
            {"replacements": [{"filePath": "app.py", "oldString": "1}]", "newString": "1 }]"}]},
        ),
        ("Read", {"file_path": "app.py"}),
        ("Read", {"file_path": "tests"}),
        ("Grep", {"pattern": "x", "path": "."}),
        ("TodoWrite", {"todos": [{"content": "x"}]}),
        ("mcp__beast__edit", {"path": ".env", "new": "x"}),
        ("Bash", {"command": "beast test"}),
    ],
)
def test_ordinary_work_is_not_held_up(monkeypatch, shop, tool, given):
    """The assistant goes on as without the hook, and asks its person what it asks."""
    assert ask(monkeypatch, shop, claude(tool, **given))[:2] == (0, {})


def test_absolute_paths_in_the_project_are_its_files(monkeypatch, shop):
    """As assistants write them."""
    allowed = ask(monkeypatch, shop, claude("Read", file_path=str(shop / "app.py")))
    refused = ask(monkeypatch, shop, claude("Write", file_path=str(shop / ".env"), content=""))

    assert allowed[1] == {}
    assert "`protected`" in why(refused[1])


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"conversation_id": "c", "tool_name": "Write", "tool_input": {"path": ".env", "contents": ""}}, "permission"),
        ({"toolName": "create", "toolArgs": '{"path": ".env", "file_text": ""}', "cwd": "/"}, "permissionDecision"),
        ({"toolName": "bash", "toolArgs": {"command": "curl x"}}, "permissionDecision"),
        (
            {
                "hookEventName": "PreToolUse",
                "tool_name": "create_file",
                "tool_input": {"filePath": ".env", "content": ""},
            },
            "hookSpecificOutput",
        ),
    ],
    ids=["cursor", "copilot", "copilot-object", "vscode"],
)
def test_each_assistant_gets_its_own_form(monkeypatch, shop, payload, expected):
    """The keys that it reads, and exit status 0, without which it would not read them."""
    status, answer, _ = ask(monkeypatch, shop, payload)

    assert status == 0
    assert "deny" in (answer.get(expected), answer.get("hookSpecificOutput", {}).get("permissionDecision"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the hook got nothing"),
        (b"\xff\xfe", "expects the JSON of an assistant"),
        (b"[1]", "expects an object"),
        (b"{}", "an object with nothing"),
        (b'{"a": 1}', "an object with a"),
        (b"[" * 100_000, "expects the JSON of an assistant"),
        (b" " * (8 * 1024 * 1024 + 1), "more than 8388608 bytes"),
        (b'{"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": [1]}', "no object of JSON"),
        (b'{"toolName": "edit", "toolArgs": "{"}', "no object of JSON"),
    ],
)
def test_junk_is_refused_and_said(monkeypatch, shop, content, said):
    """Exit status 2 stops the tool."""
    status, answer, err = ask(monkeypatch, shop, content)

    assert (status, answer) == (2, {})
    assert said in err


NAMES = st.sampled_from(["file_path", "content", "command", "old_string", "new_string", "edits", "path"])
VALUES = st.none() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=4), max_size=2)
TOOLS = st.sampled_from(["Write", "Edit", "MultiEdit", "Bash", "Read", "delete", "apply_patch", "other"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.dictionaries(NAMES, VALUES), TOOLS)
def test_whatever_the_arguments_are_the_answer_is_yes_or_no(monkeypatch, shop, given, tool):
    """Never a traceback, which some assistants take as yes."""
    status, answer, err = ask(monkeypatch, shop, claude(tool, **given))

    assert (status, err) == (0, "")
    assert answer == {} or why(answer)


ALLOWED = """
ls -la
cat app.py | head -20
cat app.py tests/*.py 2>/dev/null
grep -n "def users" app.py
grep -c 'x$' app.py
rg -n users
find . -name '*.py' -type f
git status --short && git diff --stat
git add -A
git commit -m "Add orders; with (a) note"
git log --oneline -5
flask routes
flask db migrate -m "add orders"
ruff check --fix
mypy
beast test
beast check --no-proofs --format json
beast add field User nickname:str?
cd tests && ls
echo done 2>&1 | tail -1
wc -l app.py; pwd
""".strip().splitlines()
REFUSED = r"""
rm app.py
cat .env
cat .e*
cat .??v
cat ./.env
grep -r SECRET .
grep -R SECRET
rg --hidden KEY
rg -uu KEY
rg --pre=sh x
find . -name x -delete
find . -exec cat {} +
cat /etc/passwd
cat ../x
cat ~/.ssh/id_rsa
cat $HOME/x
cat `which sh`
cat "$(pwd)/x"
cat {app.py,/etc/passwd}
echo x > app.py
echo x >> app.py
cat < app.py
ls & rm x
(ls)
ls || sh -c x
FLASK_ENV=x flask routes
python -c 1
.venv/bin/python -m pytest
pytest
pip install evil
curl http://example.com
git push
git commit --no-verify -m x
git commit -nm x
git reset --hard
git checkout .
git diff --output=x
git -c core.pager=x log
flask db downgrade
flask db upgrade
ruff check --config /x
beast approve 1
beast accept 1 --reason x
beast mcp --http
beast check --python /python
beast fetch http://example.com
cd .. && ls
cd /
cd .git
sudo ls
"open
nice rm x
tail -f app.py
wc --files0-from=x
echo x\nrm y
""".strip().splitlines()


@pytest.mark.parametrize("line", ALLOWED)
def test_a_line_that_reads_or_asks_beast_runs(shop, line):
    """Pipes and sequences of programs of the list."""
    assert refused_line(line, Grants(shop, "hook")) is None


@pytest.mark.parametrize("line", REFUSED)
def test_a_line_that_writes_hides_or_leads_outside_does_not_run(shop, line):
    """And the answer says what to do instead."""
    refused = refused_line(line.replace("\\n", "\n"), Grants(shop, "hook"))

    assert refused is not None
    assert refused.why
    assert refused.instead


@pytest.fixture
def fresh(tmp_path):
    """A project of one test alone."""
    return make_shop(tmp_path / "shop").folder


def test_what_a_person_approved_is_let_through_for_that_very_change(monkeypatch, fresh):
    """And the turn may end with it."""
    asked = why(ask(monkeypatch, fresh, claude("Write", file_path="app.py", content=LESS))[1])
    number = asked.partition("beast approve ")[2][:8]
    approve(fresh, number, question_of(fresh, number)["diff_hash"], "It is unused.", "now")

    again = ask(monkeypatch, fresh, claude("Write", file_path="app.py", content=LESS))
    other = ask(
        monkeypatch, fresh, claude("Write", file_path="app.py", content=LESS.replace('@app.get("/users")\n', ""))
    )
    (fresh / "app.py").write_text(LESS)

    assert again[1] == {}
    assert "DANGEROUS" in why(other[1])
    assert ask(monkeypatch, fresh, STOP, "stop")[1] == {}


STOP = {"session_id": "s", "hook_event_name": "Stop", "stop_hook_active": True}


def test_a_turn_ends_only_with_passing_tests_and_without_danger(monkeypatch, fresh):
    """Both are told at once; the same files are sent back five times, and then a person is left a note."""
    clean = ask(monkeypatch, fresh, STOP, "stop")
    (fresh / "app.py").write_text(LESS.replace('"id": 1', '"id": 2'))
    answers = [ask(monkeypatch, fresh, STOP, "stop")[1] for _ in range(6)]
    note = (fresh / ".beast/UNFINISHED").read_text()
    (fresh / "app.py").write_text(APP + "\n\nX = 1\n")
    mended = ask(monkeypatch, fresh, STOP, "stop")

    assert clean[1] == mended[1] == {}
    assert [each.get("decision") for each in answers] == [*["block"] * 5, None]
    assert "DANGEROUS app.py" in answers[0]["reason"]
    assert "1 test fails: tests.test_app::test_users_are_listed." in answers[0]["reason"]
    assert note.startswith("The work is not done:")
    assert not (fresh / ".beast/UNFINISHED").exists()


def test_a_run_that_waits_keeps_the_turn_from_ending(monkeypatch, fresh):
    """Until it is resumed."""
    plan = "task = 'x'\n[[box]]\ntitle = 'Less'\ncheck = ['verdict CAUTIOUS']\ndo = [{delete = 'app.py'}]\n"
    (fresh / "plan.toml").write_text(plan)
    assert beast_in(fresh, "do", "--plan", "plan.toml", "--depth", "read").status == 5

    _, answer, _ = ask(monkeypatch, fresh, {"sessionId": "s", "stopReason": "end_turn"}, "stop")

    assert answer["decision"] == "block"
    assert "r1 has open boxes: Less. Go on: beast resume" in answer["reason"]


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ({"conversation_id": "c"}, lambda answer: answer["followup_message"]),
        ({"hookEventName": "Stop"}, lambda answer: answer["hookSpecificOutput"]["reason"]),
    ],
    ids=["cursor", "vscode"],
)
def test_each_assistant_is_sent_back_in_its_own_form(monkeypatch, fresh, form, read):
    """The tests are gone, which the guard sees without running any."""
    (fresh / "tests/test_app.py").unlink()

    _, answer, _ = ask(monkeypatch, fresh, form, "stop")

    assert "tests/test_app.py" in read(answer)


def test_a_commit_with_secrets_danger_or_weaker_tests_is_refused(fresh):
    """Judged is what is staged, not what lies in the work tree; nothing is found in an ordinary commit."""
    tree = make_shop(fresh.parent / "other")
    tree.write({"app.py": LESS, "tests/test_app.py": "def test_users_are_listed():\n    pass\n", "new.py": "X = 1\n"})
    tree.git("add", "new.py")
    ordinary = beast_in(tree.folder, "hook", "pre-commit")
    tree.git("add", "--all")
    tree.git("add", "--force", ".env")
    (tree.folder / "app.py").write_text(APP)

    refused = beast_in(tree.folder, "hook", "pre-commit")

    assert (ordinary.status, ordinary.err) == (0, "")
    assert refused.status == 1
    assert ".env holds secrets. Take it out: git rm --cached .env" in refused.err
    assert "DANGEROUS app.py" in refused.err
    assert "tests/test_app.py" in refused.err


def test_git_runs_the_hook_with_its_own_index(fresh):
    """A commit of some files only is judged by these."""
    tree = make_shop(fresh.parent / "other")
    (tree.folder / ".git/hooks/pre-commit").write_text(f"#!/bin/sh\nexec {BEAST} hook pre-commit\n")
    (tree.folder / ".git/hooks/pre-commit").chmod(0o755)
    tree.write({"app.py": LESS, "tests/test_new.py": "def test_new():\n    assert 1\n"})
    tree.git("add", "--all")

    refused, taken = (
        subprocess.run(
            ["git", "commit", "-m", "x", path],
            check=False,
            cwd=tree.folder,
            env=tree.environment,
            capture_output=True,
            text=True,
        )
        for path in ("app.py", "tests/test_new.py")
    )

    assert (refused.returncode, "DANGEROUS app.py" in refused.stderr) == (1, True)
    assert (taken.returncode, taken.stderr) == (0, "")
