"""A finding is accepted, more is changed, it is merged, and it comes back: what counts at each step."""

import json
import sys

import pytest

from beastmode_tools.cli import main
from work_tree import WorkTree

FIRST = "FROM python:3.12\nRUN apt-get install -y curl git\nUSER app\n"
LESS = FIRST.replace("FROM python", "FROM mirror.example.com/python")


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A repository on a branch of its own, with a shell in it."""
    work = WorkTree(tmp_path)
    work.commit({"Dockerfile": FIRST, "app.py": "from flask import Flask\n\napp = Flask(__name__)\n"})
    work.git("switch", "--quiet", "--create", "less")
    monkeypatch.chdir(tmp_path)
    return work


def test_an_acceptance_covers_its_own_change_and_no_later_one(work, beast):
    work.commit({"Dockerfile": LESS})
    status, answer = beast.check()
    assert status == 1
    beast.accept(counting(answer)[0])
    work.commit()
    assert beast.check()[0] == 0, "what was accepted may ship"

    work.commit({"Dockerfile": LESS.replace("USER app", "USER root")})
    assert beast.check()[0] == 1, "the next change of the same file is another finding"

    work.commit({"Dockerfile": LESS})
    work.git("switch", "--quiet", "main")
    work.git("merge", "--quiet", "less")
    work.git("switch", "--quiet", "--create", "again")
    work.commit({"Dockerfile": FIRST})
    work.git("branch", "--force", "main", "again")
    work.git("switch", "--quiet", "--create", "less-again")
    work.commit({"Dockerfile": LESS})
    status, answer = beast.check()
    assert status == 1, "the acceptance of the base was for another change"

    beast.accept(counting(answer)[0])
    assert beast.check()[0] == 0, "accepted again, with the same words on the same day"


def counting(answer):
    """The fingerprints of what is dangerous and counts."""
    return [
        each["fingerprint"] for each in answer["findings"] if each["verdict"] == "DANGEROUS" and not each["accepted"]
    ]


class Beast:
    """`beast`, asked in this process."""

    def __init__(self, capsys):
        self.capsys = capsys

    def run(self, *words):
        """The exit status and what was said."""
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        return ended.value.code, self.capsys.readouterr().out

    def check(self):
        """The exit status, and the answer as data."""
        status, said = self.run("check", "--no-proofs", "--quiet", "--format", "json", "--python", sys.executable)
        return status, json.loads(said)

    def accept(self, fingerprint):
        """Accepts a finding, always with the same words."""
        assert self.run("accept", fingerprint, "--reason", "The image is built elsewhere.")[0] == 0


@pytest.fixture
def beast(capsys):
    return Beast(capsys)
