"""Projects in which models are let loose: each is made once, and copied."""

import hashlib
import shutil

from beastmode_tools.agent.run import verifying
from beastmode_tools.agent.selftest.scene import PERSON, make_scene
from work_tree import WorkTree


class Scenes:
    """Copies of projects.

    Args:
        templates: Where each project is made once.
    """

    def __init__(self, templates):
        self.templates = templates

    def copy(self, place, kind="plain", files=(), links=()):
        """A project of its own; `files` and `links` are committed on top of it."""
        if not (self.templates / kind).exists():
            make_scene(self.templates / kind, kind, {}, {})
        shutil.copytree(self.templates / kind, place, dirs_exist_ok=True, symlinks=True)
        tree = WorkTree.__new__(WorkTree)
        tree.folder = place / "shop"
        tree.environment = WorkTree(self.templates / "environment").environment | {"HOME": str(place / "home")}
        if files or links:
            tree.write(dict(files))
            for name, target in dict(links).items():
                (tree.folder / name).symlink_to(target)
            tree.git("add", "--all")
            tree.git(*PERSON, "commit", "--quiet", "--message", "more")
        return tree


def remember_suites(monkeypatch, known):
    """Runs the tests of the same files once for all trajectories: what they give depends on nothing else."""
    really = verifying.run_suite

    def run_suite(python, folder, settings, seconds):
        found = hashlib.sha256(repr(sorted(settings.items())).encode())
        for each in sorted(folder.rglob("*.py")):
            found.update(f"{each.relative_to(folder)}\0{each.read_text('utf-8', 'replace')}\0".encode())
        key = found.hexdigest()
        if key not in known:
            known[key] = really(python, folder, settings, seconds)
        return known[key]

    monkeypatch.setattr(verifying, "run_suite", run_suite)
