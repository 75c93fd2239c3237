"""A small project that assistants work on."""

from beastmode_tools.agent.selftest.scene import KINDS
from work_tree import WorkTree

APP, TEST = KINDS["tests"]["app.py"], KINDS["tests"]["tests/test_app.py"]
FILES = {
    "app.py": APP,
    "tests/test_app.py": TEST,
    "pyproject.toml": KINDS["plain"]["pyproject.toml"],
    ".gitignore": ".beast/\n.env\n__pycache__/\n",
}
LESS = APP.replace('@app.get("/posts")\n', "")


def make_shop(folder, files=()):
    """A repository with one commit, and a file of secrets that git ignores."""
    tree = WorkTree(folder)
    tree.commit({**FILES, **dict(files)})
    tree.write({".env": "SECRET_KEY=canary\n"})
    return tree
