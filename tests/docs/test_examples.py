"""What a page shows can be done."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, blocks, is_made, pages

HERE = Path(__file__).parent
KNOWN = {"python", "sh", "bash", "text", "json", "toml", "yaml", "ini", "sql", "nginx", "http", "html"}
SECONDS = 120
LINKING = [*pages(), *(Path(f"{name}.md") for name in ("ARCHITECTURE", "CONTRIBUTING", "CHANGELOG", "SECURITY"))]


@pytest.fixture
def environment(tmp_path):
    """What a new user has: this Python, an empty folder, no setting but that this is no production."""
    return {
        "ENVIRONMENT": "testing",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONWARNINGS": "error",
    }


@pytest.mark.parametrize("page", [page for page in pages() if blocks(page, "python")], ids=str)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, environment):
    command = [sys.executable, str(HERE / "run_page.py"), str(page)]

    done = run(command, tmp_path, environment)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", [page for page in pages() if blocks(page, "sh")], ids=str)
def test_the_commands_of_a_page_run_in_an_empty_folder(page, tmp_path, environment):
    wanted = [block for block in blocks(page, "sh") if not is_made(block)]

    for block in wanted:
        done = run(["bash", "-euo", "pipefail", "-c", block.code], tmp_path, environment)

        assert done.returncode == 0, f"{page}:{block.line}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", [page for page in pages() if any(map(is_made, blocks(page, "sh")))], ids=str)
def test_what_a_page_makes_is_known_to_the_makefile(page):
    targets = {
        line.split("#")[0].strip() for block in blocks(page, "sh") if is_made(block) for line in block.code.splitlines()
    }

    for target in filter(None, targets):
        words = target.split()
        assert words[0] == "make", f"{page}: one block, either make or other commands: {target}"
        free = [word for word in words if not word.startswith("PORT=")]
        done = run([*free, "--dry-run", "PORT=0"], ROOT, dict(os.environ))
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", pages(), ids=str)
def test_a_block_says_what_it_is(page):
    unknown = [f"{page}:{block.line}: {block.language!r}" for block in blocks(page) if block.language not in KNOWN]

    assert not unknown


@pytest.mark.parametrize("page", LINKING, ids=str)
def test_a_link_to_a_file_leads_to_one(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)

    lost = [link for link in links if "://" not in link and not (ROOT / page).parent.joinpath(link).exists()]

    assert not lost


@pytest.mark.parametrize("page", LINKING, ids=str)
def test_a_link_to_a_heading_leads_to_one(page):
    """A heading that is renamed leaves no link behind that opens the top of the page instead."""
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", text)

    lost = [
        f"{path}#{heading}"
        for path, heading in links
        if "://" not in path and heading not in headings((ROOT / page).parent / path if path else ROOT / page)
    ]

    assert not lost


def test_every_page_can_be_found_from_the_start_page():
    start = Path("docs/index.md")
    text = (ROOT / start).read_text(encoding="utf-8")

    lost = [str(page) for page in pages() if page.parts[0] == "docs" and page != start]
    lost = [page for page in lost if f"({Path(page).relative_to('docs')})" not in text]

    assert not lost


def headings(page):
    """What a link may name after `#`: every heading of a page, as GitHub and most other renderers write it."""
    lines = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def run(command, folder, environment):
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
