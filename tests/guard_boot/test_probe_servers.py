"""Probes that share a server answer as processes of their own do, and leave nothing to each other."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.application.read import read_application
from beastmode_tools.probe_process import run_probe
from beastmode_tools.probe_server import SERVERS, serving
from beastmode_tools.source.sides import Side

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="servers fork, which is safe on Linux")

BLOG = """
import os, tempfile
from flask import Flask, abort
from flask_sqlalchemy import SQLAlchemy
from marshmallow import Schema, fields

class PostSchema(Schema):
    title = fields.String(required=True)

db = SQLAlchemy()

class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(80))

def create_app():
    app = Flask(__name__)
    app.config.update(SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"], TMP=tempfile.gettempdir())
    db.init_app(app)

    @app.get("/posts")
    def posts():
        return {"posts": [post.title for post in db.session.scalars(db.select(Post))]}

    @app.post("/posts")
    def write():
        abort(401)

    return app
"""
APP = "import os, sys, time\nfrom flask import Flask\napp = Flask(__name__)\n"
PATIENCE = 20.0


@pytest.fixture
def servers():
    """Lets the probes of a test share servers, and gives those that there are."""
    with serving():
        yield lambda: list(SERVERS.known.values())
    assert not SERVERS.known


@pytest.fixture
def sides(tmp_path):
    """Writes the files of a project into a folder of its own."""

    def write(name, files):
        folder = tmp_path / name
        folder.mkdir()
        for path, text in files.items():
            (folder / path).write_text(text)
        return Side("work", folder, folder)

    return write


def asked(side, project, task):
    return run_probe(side, task, dict(project.start), python=project.python, seconds=project.settings.timeout)


def test_the_answers_are_those_of_processes_of_their_own(side, project_of):
    """The first probe finds no library imported, and the others all of them."""
    written = side({"app.py": BLOG})
    project = project_of(written)
    tasks = ("boot", "replay", "anonymous")
    alone = [asked(written, project, task) for task in tasks]

    with serving():
        answers = [asked(written, project, task) for task in (*tasks, "boot")]

    assert answers == [*alone, alone[0]]


def test_libraries_are_imported_once_and_only_those_that_the_side_names(servers, sides, project_of):
    looks = "import sys\nknown = sorted(n for n in ('flask', 'sqlalchemy') if n in sys.modules)\n"
    tells = "app.config['KNOWN'] = known\n"
    large = sides("large", {"blog.py": looks + "import sqlalchemy\n" + APP + tells})
    small = sides("small", {"blog.py": looks + APP + tells})

    known = [read_application(one, project_of(one)).settings["KNOWN"] for one in (large, large, small, small)]

    assert known == [[], ["flask", "sqlalchemy"], [], ["flask"]]
    assert len(servers()) == 2


def test_nothing_of_one_probe_is_left_to_the_next(servers, side, project_of):
    leaves = (
        "found = [os.environ.get('LEFT'), getattr(Flask, 'left', None), sys.modules.get('left')]\n"
        "found += [os.getcwd(), 'x' in sys.path]\n"
        "os.environ['LEFT'], Flask.left, sys.modules['left'] = '1', 1, os\n"
        "os.chdir('/'); sys.path.append('x'); app.config['FOUND'] = found\n"
    )
    written = side({"app.py": APP + leaves})

    found = [read_application(written, project_of(written)).settings["FOUND"] for _ in range(3)]

    assert found == [[None, None, None, "<project>", False]] * 3
    assert len(servers()) == 1


def test_each_probe_has_its_own_settings_folders_and_log(servers, side, project_of):
    """What one printed is in no other's log, and each has a temporary folder and a database of its own."""
    fails = (
        "import tempfile\nprint('said', tempfile.mkdtemp(), os.environ['DATABASE_URL'], os.environ['HOME'])\n1 / 0\n"
    )
    written = side({"app.py": APP + fails})
    said = []

    for _ in range(3):
        with pytest.raises(ProbeFailed, match="ZeroDivisionError") as failed:
            read_application(written, project_of(written))
        said.append(failed.value.detail.partition("said ")[2].split()[:3])

    assert all(len({words[number] for words in said}) == 3 for number in range(3))
    assert not any(said[0][0] in " ".join(words) for words in said[1:])


def test_another_environment_is_another_server(servers, side, project_of):
    written = side({"app.py": APP + "app.config['NAME'] = os.environ.get('NAME')\n"})
    projects = [project_of(written, environment=each) for each in ({}, {"NAME": "one"}, {"NAME": "two"})]

    names = [read_application(written, each).settings["NAME"] for each in projects]

    assert names == [None, "one", "two"]
    assert len(servers()) == 3


def test_what_interpreters_read_when_they_start_is_given_to_a_process_of_its_own(servers, side, project_of):
    written = side({"app.py": APP + "app.config['ORDER'] = os.environ['PYTHONHASHSEED']\n"})

    application = read_application(written, project_of(written, environment={"PYTHONHASHSEED": "7"}))

    assert application.settings["ORDER"] == "7"
    assert not servers()


def test_a_module_of_the_project_is_preferred_to_one_that_is_imported_already(servers, sides, project_of):
    """The side on which it is new has a module by the name of one that the server has imported for the other side."""
    uses = APP + "import uuid\napp.config['OWN'] = getattr(uuid, 'OWN', False)\n"
    old = sides("old", {"app.py": uses})
    new = sides("new", {"app.py": uses, "uuid.py": "OWN = True\nclass UUID: pass\n"})

    own = [read_application(one, project_of(one)).settings["OWN"] for one in (old, old, new)]

    assert own == [False, False, True]


def test_no_library_is_imported_before_what_changes_it(servers, side, project_of):
    """Instruments patch what is imported after them."""
    looks = "import sys\nknown = 'flask' in sys.modules\nimport newrelic\n"
    written = side({"app.py": looks + APP + "app.config['KNOWN'] = known\n", "newrelic.py": ""})

    known = [read_application(written, project_of(written)).settings["KNOWN"] for _ in range(3)]

    assert known == [False] * 3


@pytest.mark.parametrize(
    ("line", "ending"),
    [
        ("os.kill(os.getpid(), 9) if False else __import__('ctypes').string_at(0)", ("exit", "SIGSEGV")),
        ("os._exit(3)", ("exit", "os._exit")),
        ("held = [bytearray(100_000_000) for _ in range(1000)]", ("memory", "MemoryError")),
        ("sys.stdout.close(); print('{' * 70000, file=sys.stderr); 1 / 0", ("error", "ZeroDivisionError")),
    ],
    ids=["crash", "exit", "memory", "print"],
)
def test_a_probe_that_ends_badly_is_told_as_that_and_hurts_no_other(servers, side, project_of, line, ending):
    reason, words = ending
    written = side({"app.py": APP + f"if os.path.exists('bad'):\n    {line}\n"})
    project = project_of(written)
    read_application(written, project)
    (written.folder / "bad").touch()

    with pytest.raises(ProbeFailed, match=words) as failed:
        read_application(written, project)

    assert failed.value.reason == reason
    (written.folder / "bad").unlink()
    assert read_application(written, project).packages["flask"]
    assert [server.is_alive for server in servers()] == [True]


def test_a_probe_that_never_ends_is_stopped_with_all_that_it_started(servers, side, project_of):
    starts = "pid = os.getpid()\nprint('pid', pid, flush=True)\nwhile os.path.exists('slow'): time.sleep(0.1)\n"
    written = side({"app.py": APP + starts})
    (written.folder / "slow").touch()

    with pytest.raises(ProbeFailed) as failed:
        read_application(written, project_of(written, timeout=2))

    assert failed.value.reason == "timeout"
    with pytest.raises(ProcessLookupError):
        os.kill(int(failed.value.detail.split("pid ")[1].split()[0]), 0)
    (written.folder / "slow").unlink()
    assert read_application(written, project_of(written)).packages["flask"]
    assert [server.is_alive for server in servers()] == [True]


def test_a_server_that_is_killed_takes_its_probes_along_and_they_are_asked_again(servers, side, project_of):
    """The memory may run out, and the system ends the server of all."""
    waits = "open(f'pid-{os.getpid()}', 'w').close()\nwhile not os.path.exists('killed'): time.sleep(0.05)\n"
    written = side({"app.py": APP + waits})
    answers = []
    asking = threading.Thread(target=lambda: answers.append(read_application(written, project_of(written))))
    asking.start()
    until(lambda: list(written.folder.glob("pid-*")))
    [first] = [int(path.name[4:]) for path in written.folder.glob("pid-*")]

    os.kill(servers()[0].process.pid, signal.SIGKILL)
    until(lambda: not is_running(first))
    (written.folder / "killed").touch()
    asking.join(PATIENCE)

    assert answers[0].packages["flask"]
    assert not servers()[0].is_alive
    assert read_application(written, project_of(written)).packages["flask"]


def test_questions_share_servers_until_the_last_of_them_ends(side, project_of):
    written = side({"app.py": APP})

    with serving():
        with serving():
            read_application(written, project_of(written))
        [server] = SERVERS.known.values()
        assert server.is_alive

    assert not server.is_alive
    assert not Path(server.scratch.name).exists()


def until(holds):
    end = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    assert holds()


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
