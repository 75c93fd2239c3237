"""A small project in a repository of its own, with one commit, for commands to look at."""

import subprocess
from pathlib import Path

from work_tree import WorkTree

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
    WorkTree(folder).commit({"app.py": app})
    return folder


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
