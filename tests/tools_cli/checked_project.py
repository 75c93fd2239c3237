"""A small project in a repository of its own, with one commit, for commands to look at."""

import subprocess
from pathlib import Path

APP = """
from flask import Flask

app = Flask(__name__)


@app.get("/orders")
def orders():
    return {"orders": []}


@app.get("/news")
def news():
    return {"news": []}
"""
WITHOUT_NEWS = APP.split('\n\n\n@app.get("/news")', maxsplit=1)[0] + "\n"


def make_project(folder: Path, app: str = APP) -> Path:
    """The folder, with `app.py` committed on the branch main."""
    (folder / "app.py").write_text(app, encoding="utf-8")
    for command in (
        ["init", "-q", "-b", "main"],
        ["config", "user.name", "Ada"],
        ["config", "user.email", "ada@example.com"],
        ["add", "-A"],
        ["commit", "-q", "-m", "begin"],
    ):
        git(folder, *command)
    return folder


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
