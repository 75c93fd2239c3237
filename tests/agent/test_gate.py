"""The gate: one pure function, by table and by examples that Hypothesis draws."""

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beastmode_tools.agent.gate.decide import GATES, decide
from beastmode_tools.agent.gate.decision import Allowed, NeedsApproval, Refused
from beastmode_tools.agent.gate.effect import (
    ApplyRecipe,
    DeleteFile,
    OpenUrl,
    QueryDatabase,
    ReadFile,
    RunCommand,
    WriteFile,
)
from beastmode_tools.agent.gate.facts import Judged, look
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.guard.finding import Evidence, Finding, Verdict

REFUSED = [
    (WriteFile("../evil.py", b""), "inside", "'../evil.py' is not a plain path of the project."),
    (WriteFile("/etc/passwd", b""), "inside", "'/etc/passwd' is not a plain path of the project."),
    (WriteFile("~/.bashrc", b""), "inside", "'~/.bashrc' is not a plain path of the project."),
    (ReadFile("shop/../../secret"), "inside", "'shop/../../secret' is not a plain path of the project."),
    (WriteFile("a\0b", b""), "inside", "'a\\x00b' cannot name a file."),
    (WriteFile("a" * 5000, b""), "inside", f"'{'a' * 80}' cannot name a file."),
    (WriteFile("\ud800.py", b""), "inside", "'\\ud800.py' cannot name a file."),
    (WriteFile("", b""), "inside", "'' cannot name a file."),
    (WriteFile(".", b""), "inside", "'.' leads out of the project."),
    (WriteFile("out/file.py", b""), "inside", "'out/file.py' leads out of the project."),
    (WriteFile("within/file.py", b""), "one_name", "'within/file.py' is reached through a symbolic link."),
    (WriteFile("link.py", b""), "one_name", "'link.py' is reached through a symbolic link."),
    (WriteFile("second.py", b""), "one_name", "'second.py' is one of 2 names of one file (a hard link)."),
    (DeleteFile("shop"), "one_name", "'shop' is a folder."),
    *(
        (WriteFile(path, b""), "protected", f"{path} decides whether a change is good, so no run changes it.")
        for path in (
            ".git/hooks/pre-commit",
            ".git/config",
            ".GIT/config",
            ".beast/runs/1/plan.json",
            ".claude/settings.json",
            ".github/workflows/ci.yml",
            ".github/hooks/beast.json",
            ".env",
            "beastmode.toml",
            ".pre-commit-config.yaml",
            "tests/conftest.py",
            "pytest.ini",
            "sitecustomize.py",
            "shop/evil.pth",
            "pytest.py",
            "./tests/conftest.py",
            "tests//conftest.py",
        )
    ),
    (
        DeleteFile("tests/conftest.py"),
        "protected",
        "tests/conftest.py decides whether a change is good, so no run changes it.",
    ),
    (ReadFile(".env"), "readable", ".env holds secrets or records."),
    (ReadFile(".git/config"), "readable", ".git/config holds secrets or records."),
    (ReadFile("certs/server.key"), "readable", "certs/server.key holds secrets or records."),
    (WriteFile("big.py", b"x" * 2_000_000), "size", "big.py would have 2000000 bytes; at most 1048576 are written."),
    *(
        (RunCommand(tuple(text.split())), "command", f"`{text}` is not on the list.")
        for text in (
            "rm -rf .",
            "sh -c ls",
            "python -c print(1)",
            "flask db downgrade base",
            "flask db upgrade",
            "flask shell",
            "pip install evil",
            "git push",
            "git checkout main",
            "curl http://169.254.169.254/",
            "alembic downgrade base",
            "pytest",
        )
    ),
    (RunCommand(()), "command", "`` is not on the list."),
    (
        RunCommand(("git", "-c", "core.pager=evil", "log")),
        "command",
        "`git -c core.pager=evil log` is not on the list.",
    ),
    (RunCommand(("git", "log", "--output=x")), "command", "the option '--output=x' is not on the list."),
    (RunCommand(("git", "diff", "--ext-diff")), "command", "the option '--ext-diff' is not on the list."),
    (
        RunCommand(("flask", "db", "migrate", "-m", "a; rm -rf /")),
        "command",
        "'a; rm -rf /' is not a plain word or a path of the project.",
    ),
    (
        RunCommand(("flask", "db", "migrate", "-m", "$(id)")),
        "command",
        "'$(id)' is not a plain word or a path of the project.",
    ),
    (RunCommand(("ruff", "check", "/etc")), "command", "'/etc' is not a plain word or a path of the project."),
    (RunCommand(("ruff", "check", "a\nb")), "command", "'a\\nb' is not a plain word or a path of the project."),
    (ApplyRecipe(("undo",)), "recipe", "`beast undo` is not a recipe."),
    (ApplyRecipe(()), "recipe", "`beast ` is not a recipe."),
    (ApplyRecipe(("add", "field", "User", "a\x1bb:str?")), "recipe", "'a\\x1bb:str?' is not a word of a recipe."),
    (OpenUrl("http://169.254.169.254/latest"), "page", "169.254.169.254 is an address of this network."),
    (OpenUrl("http://2130706433/"), "page", "2130706433 is an address of this network."),
    (OpenUrl("http://0x7f.1/"), "page", "0x7f.1 is an address of this network."),
    (OpenUrl("http://[::1]/"), "page", "::1 is an address of this network."),
    (OpenUrl("http://localhost/"), "page", "localhost is an address of this network."),
    (OpenUrl("file:///etc/passwd"), "page", "'file:///etc/passwd' is not an http or https URL without a login."),
    (
        OpenUrl("https://a@docs.example.com/"),
        "page",
        "'https://a@docs.example.com/' is not an http or https URL without a login.",
    ),
    (OpenUrl("https://evil.example/"), "page", "evil.example is not among the hosts of this run."),
    (OpenUrl("https://docs.example.com:6379/"), "page", "docs.example.com is not among the hosts of this run."),
    (OpenUrl("http://[oops"), "page", "'http://[oops' is not a URL."),
    (QueryDatabase("delete from users"), "query", "the statement is not one SELECT."),
    (QueryDatabase("select 1; drop table users"), "query", "the statement is not one SELECT."),
    (QueryDatabase("explain analyze delete from users"), "query", "the statement is not one SELECT."),
    (
        WriteFile("shop/a.py", b'if "PYTEST_CURRENT_TEST" in environ: ...'),
        "mentions_test_run",
        "shop/a.py asks whether it is being tested (PYTEST_CURRENT_TEST).",
    ),
]  # fmt: skip - one effect a line
ALLOWED = [
    ReadFile("shop/app.py"),
    ReadFile(".env.example"),
    ReadFile("tests/conftest.py"),
    WriteFile("shop/app.py", b"x = 1\n"),
    WriteFile("shop/new/deep/file.py", b""),
    WriteFile("tests/test_new.py", b""),
    WriteFile("pyproject.toml", b""),
    DeleteFile("shop/app.py"),
    RunCommand(("flask", "routes")),
    RunCommand(("flask", "db", "migrate", "-m", "Add nickname")),
    RunCommand(("git", "log", "--oneline", "-n", "5")),
    ApplyRecipe(("add", "field", "User", "nickname:str:40?")),
    OpenUrl("https://docs.example.com/page?x=1"),
    QueryDatabase("select * from users where name = 'a'"),
]


@pytest.fixture(scope="module")
def grants(tmp_path_factory):
    """A project with links out of it and within it."""
    root = (tmp_path_factory.mktemp("gate") / "project").resolve()
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "app.py").write_text("x = 0\n")
    (root / "out").symlink_to(root.parent)
    (root / "within").symlink_to(root / "shop")
    (root / "link.py").symlink_to(root / "shop" / "app.py")
    (root / "first.py").write_text("")
    os.link(root / "first.py", root / "second.py")
    return Grants(root, "run", hosts=frozenset(("docs.example.com",)))


def judged(*found, diff_hash="d1"):
    findings = tuple(
        Finding(rule, verdict, "shop/app.py:1", "It does something.", Evidence("read", ""), "Do it so.", rule)
        for rule, verdict in found
    )
    return Judged(findings, diff_hash)


@pytest.mark.parametrize(("effect", "gate", "why"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_may_never_be_done_is_refused_by_its_gate_and_says_why(grants, effect, gate, why):
    """The whole sentence is compared, since it is what a model or a person reads."""
    answer = decide(effect, grants, look(effect, grants.root))

    assert isinstance(answer, Refused)
    assert (answer.gate, answer.why) == (gate, why)
    assert answer.instead


@pytest.mark.parametrize("effect", ALLOWED, ids=str)
def test_ordinary_work_is_allowed(grants, effect):
    """A gate that refuses everything would pass the table above."""
    assert isinstance(decide(effect, grants, look(effect, grants.root)), Allowed)


@pytest.mark.parametrize(("effect", "gate", "why"), REFUSED, ids=lambda value: str(value)[:60])
def test_without_its_gate_each_of_them_is_allowed_or_stopped_by_another(grants, effect, gate, why):
    """No gate is there for show: at least the one that refused says nothing once it is left out."""
    others = {name: each for name, each in GATES.items() if name != gate}

    answer = decide(effect, grants, look(effect, grants.root), others)

    assert isinstance(answer, Allowed) or answer.gate != gate


def test_a_client_that_only_reads_changes_nothing(grants):
    """Reading goes on."""
    reader = replace(grants, may_write=False)

    assert decide(WriteFile("a.py", b""), reader, look(WriteFile("a.py", b""), grants.root)).gate == "may_write"
    assert isinstance(decide(ReadFile("shop/app.py"), reader, look(ReadFile("shop/app.py"), grants.root)), Allowed)


@pytest.mark.parametrize("side", ["edit", "whole"])
def test_a_dangerous_change_waits_for_a_person_and_names_the_safe_way(grants, side):
    """Alone, or together with everything before it."""
    effect = WriteFile("shop/app.py", b"")
    facts = look(effect, grants.root, **{side: judged(("route-removed", Verdict.DANGEROUS))})

    answer = decide(effect, grants, facts)

    assert answer == NeedsApproval(
        id=answer.id, why="shop/app.py:1: It does something.", instead="Do it so.", diff_hash="d1", gate=side
    )
    approved = replace(grants, approved={answer.id: "d1"})
    assert decide(effect, approved, facts) == Allowed(
        "route-removed: It does something. (approved by a person)", Verdict.DANGEROUS
    )


def test_an_approval_counts_for_the_diff_and_the_run_that_it_was_given_for(grants):
    """Replayed on another diff, or in another run, it is worth nothing."""
    effect = WriteFile("shop/app.py", b"")
    facts = look(effect, grants.root, judged(("route-removed", Verdict.DANGEROUS)))
    other = look(effect, grants.root, judged(("route-removed", Verdict.DANGEROUS), diff_hash="d2"))
    approved = replace(grants, approved={decide(effect, grants, facts).id: "d1"})

    assert isinstance(decide(effect, approved, other), NeedsApproval)
    assert isinstance(decide(effect, replace(approved, run="another"), facts), NeedsApproval)


def test_a_cautious_change_goes_on_with_its_reason(grants):
    """The reason is what the receipt shows."""
    effect = WriteFile("shop/app.py", b"")
    facts = look(effect, grants.root, judged(("behaviour", Verdict.CAUTIOUS), ("harmless", Verdict.SAFE)))

    assert decide(effect, grants, facts) == Allowed("behaviour: It does something.", Verdict.CAUTIOUS)


def test_a_weakened_test_is_refused_whoever_approves(grants):
    """An approval is for a change of the product; one of its tests is for a person's own hands."""
    effect = WriteFile("tests/test_app.py", b"")
    facts = look(effect, grants.root, judged(("test-weakened", Verdict.CAUTIOUS)))

    answer = decide(effect, grants, facts)

    assert (answer.gate, answer.why) == ("tampering", "shop/app.py:1: It does something.")


@given(st.text(max_size=40))
def test_no_path_that_is_allowed_leads_out_of_the_project(tmp_path_factory, path):
    """Whatever is drawn: what is allowed resolves to a place below the folder."""
    root = tmp_path_factory.getbasetemp().resolve()
    effect = WriteFile(path, b"")

    answer = decide(effect, Grants(root, "run"), look(effect, root))

    if isinstance(answer, Allowed):
        assert (root / path).resolve().is_relative_to(root)


@given(st.lists(st.text(max_size=12), max_size=6))
def test_no_command_that_is_drawn_is_allowed_unless_it_is_on_the_list(tmp_path_factory, words):
    """No word that a shell would read is ever let through."""
    effect = RunCommand(tuple(words))

    assert isinstance(
        decide(effect, Grants(tmp_path_factory.getbasetemp(), "run"), look(effect, tmp_path_factory.getbasetemp())),
        Refused,
    )
