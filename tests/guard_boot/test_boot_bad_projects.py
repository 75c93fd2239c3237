"""Projects that misbehave while they are looked at: each a clear line, and nothing outside changed."""

import os
import sqlite3

import pytest

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.probe_process import run_probe

APP = "from flask import Flask\napp = Flask(__name__)\n"
FACTORY = "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n"


def failure(boot, files, **how):
    with pytest.raises(ProbeFailed) as failed:
        boot(files, **how)
    return failed.value


def test_what_a_project_prints_while_it_starts_is_no_part_of_the_answer(boot):
    application = boot(
        "import sys\nprint('{' * 70000)\nsys.stdout.close()\n" + APP + "sys.stdout = sys.stderr = None\n"
    )

    assert application.packages["flask"]


def test_settings_that_are_missing_are_made_up_and_told(boot):
    application = boot(
        "import os\n"
        + APP
        + 'app.config["A"] = os.environ["STRIPE_KEY"]\napp.config["P"] = int(os.environ["CACHE_PORT"])\n'
        'assert os.environ.get("NOT_NEEDED") is None\n'
        'try:\n    os.environ["PLATFORM"]\n    app.config["X"] = 1\nexcept KeyError:\n    pass\n'
    )

    assert {"STRIPE_KEY", "CACHE_PORT"} <= set(application.invented)
    assert "NOT_NEEDED" not in application.invented


@pytest.mark.parametrize(
    "line",
    [
        "OTHER = os.environ.get('OTHER_STAGE')\nSTAGE = os.getenv('SHOP_STAGE').lower()",
        "STAGE = {name: os.environ[name] for name in os.environ if name.endswith('_STAGE')}['SHOP_STAGE']",
        "stage = os.getenv('SHOP_STAGE')\nSTAGE = ''.join(sorted(stage))",
        "app.config['STAGE'] = os.getenv('SHOP_STAGE')\nSTAGE = app.config['STAGE'].lower()",
    ],
    ids=["none", "a dictionary of the project's own", "by way of a variable", "by way of a setting of another name"],
)
def test_a_setting_that_is_none_where_a_text_is_needed_is_made_up(boot, line):
    application = boot(f"import os\n{APP}{line}\n")

    assert application.invented == ("SHOP_STAGE",)


def test_a_setting_that_is_given_is_not_made_up(boot):
    application = boot(
        "import os\n" + APP + 'app.config["A"] = os.environ["NAME_OF_IT"]\n', environment={"NAME_OF_IT": "x"}
    )

    assert (application.settings["A"], application.invented) == ("x", ())


def test_required_fields_of_pydantic_settings_are_made_up(boot):
    source = (
        "import os\nfrom pydantic import BaseModel\n"
        "class Settings(BaseModel):\n    api_url: str\n    retries: int\n"
        "settings = Settings(**{k.lower(): v for k, v in os.environ.items()})\n"
    )

    application = boot(source + APP)

    assert application.invented == ("API_URL", "RETRIES")


def test_an_error_that_names_the_setting_is_understood(boot):
    source = 'import os\nif not os.getenv("MAIL_API_KEY"):\n    raise RuntimeError("MAIL_API_KEY must be set")\n'

    application = boot(source + APP)

    assert application.invented == ("MAIL_API_KEY",)


@pytest.mark.parametrize("call", ["os._exit(3)", "sys.exit('no licence')", "raise SystemExit(2)", "os.abort()"])
def test_a_project_that_ends_the_process_is_told_as_that(boot, call):
    failed = failure(boot, f"import os, sys\n{APP}\n{call}\n")

    assert failed.reason in ("exit", "memory")
    assert "app.py:5" in str(failed) or "SIGABRT" in str(failed)


def test_a_syntax_error_is_told_with_its_line(boot):
    failed = failure(boot, {"app.py": APP + "from broken import x\n", "broken.py": "def f(:\n    pass\n"})

    assert "SyntaxError" in str(failed)
    assert "broken.py:1" in str(failed)


def test_a_project_that_never_ends_is_stopped_with_all_that_it_started(boot, tmp_path):
    failed = failure(
        boot, "import os, time\nprint('pid', os.getpid(), flush=True)\nwhile True: time.sleep(1)\n" + APP, timeout=3
    )

    assert failed.reason == "timeout"
    pid = int(failed.detail.split("pid ")[1].split()[0])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_project_that_takes_all_memory_is_stopped(boot):
    failed = failure(boot, APP + "held = [bytearray(100_000_000) for _ in range(1000)]\n")

    assert failed.reason == "memory"


def test_the_network_is_refused_and_told_and_the_application_starts(boot):
    tries = (
        "try:\n    urllib.request.urlopen('http://example.com', timeout=3)\nexcept OSError:\n    pass\n"
        "try:\n    socket.create_connection(('127.0.0.1', 5432))\nexcept ConnectionRefusedError:\n    pass\n"
    )

    application = boot("import socket, urllib.request\n" + APP + tries)

    assert any("example.com" in attempt and "app.py:5" in attempt for attempt in application.attempts)
    assert any("5432" in attempt for attempt in application.attempts)


def test_a_refusal_behind_another_error_is_told(boot, of_a_person):
    tries = (
        f"try:\n    open({str(of_a_person / 'own.log')!r}, 'a')\nexcept OSError:\n    raise ValueError('no handler')\n"
    )

    failed = failure(boot, APP + tries)

    assert failed.reason == "refused"
    assert "no handler, since" in str(failed)
    assert "own.log" in str(failed)


def test_waits_between_tries_to_reach_what_is_refused_are_short_and_others_are_not(boot):
    tries = (
        "for _ in range(3):\n"
        "    try:\n        socket.create_connection(('127.0.0.1', 6379))\n"
        "    except ConnectionRefusedError:\n        time.sleep(60)\n"
        "begin = time.perf_counter()\ntime.sleep(0.1)\n"
        "app.config['WAITED'] = time.perf_counter() - begin >= 0.1\n"
    )

    application = boot("import socket, time\n" + APP + tries)

    assert application.settings["WAITED"] is True  # and it has answered, which it had no time for after long waits


def test_an_application_whose_database_stands_nowhere_starts_on_the_scratch_one(boot):
    head = (
        "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\napp = Flask(__name__)\n"
        "app.config['SQLALCHEMY_DATABASE_URI'] = None\ndb.init_app(app)\n"
    )
    told = "with app.app_context():\n    app.config['URL'] = str(db.engine.url)\n"

    application = boot(head + told)

    assert application.settings["URL"] == "sqlite:///<scratch>/scratch.db"


def test_writes_outside_of_the_private_copy_are_refused_and_inside_allowed(boot, of_a_person):
    outside = of_a_person / "outside"
    outside.mkdir()
    (outside / "precious").write_text("as it was")
    calls = [
        f"open({str(outside / 'new')!r}, 'w')",
        f"os.remove({str(outside / 'precious')!r})",
        f"os.rename({str(outside / 'precious')!r}, 'mine')",
        f"os.mkdir({str(outside / 'folder')!r})",
        f"shutil.rmtree({str(outside)!r})",
        f"os.symlink('x', {str(outside / 'link')!r})",
        f"os.open({str(outside / 'low')!r}, os.O_CREAT | os.O_WRONLY)",
        f"pathlib.Path({str(outside / 'precious')!r}).chmod(0)",
        f"os.truncate({str(outside / 'precious')!r}, 0)",
    ]
    tries = "".join(
        f"try:\n    {call}\nexcept PermissionError:\n    pass\nelse:\n    raise SystemError\n" for call in calls
    )

    application = boot(
        "import os, pathlib, shutil, tempfile\n" + APP + tries + "open('inside', 'w').close()\ntempfile.mkdtemp()\n"
    )

    assert len(application.attempts) >= len(calls)
    assert [(one.name, one.read_text()) for one in outside.iterdir()] == [("precious", "as it was")]


def test_a_link_inside_that_leads_outside_is_no_way_out(boot, tmp_path):
    (tmp_path / "outside").mkdir()
    link = f"import os\nos.symlink({str(tmp_path / 'outside')!r}, 'link')\n"

    failed = failure(boot, link + "open('link/file', 'w')\n" + APP)

    assert failed.reason == "refused"
    assert not list((tmp_path / "outside").iterdir())


@pytest.mark.parametrize(
    "call",
    [
        "subprocess.check_output(['git', 'fetch'])",
        "subprocess.check_output(['git', 'log', '--output=log.txt'])",
        "subprocess.check_output('git --version', shell=True)",
        "os.system('ls')",
        "os.fork()",
        "os.kill(1, 0)",
    ],
)
def test_other_processes_are_refused(boot, call):
    application = boot(
        f"import os, subprocess\n{APP}try:\n    {call}\nexcept OSError:\n    app.config['WENT_ON'] = True\n"
    )

    assert application.settings["WENT_ON"]
    assert application.attempts


@pytest.mark.parametrize(
    "connect",
    [
        "sqlite3.connect({path!r}).execute('drop table precious')",
        "create_engine('sqlite:///' + {path!r}).connect().exec_driver_sql('drop table precious')",
        "create_engine('sqlite://', creator=lambda: sqlite3.connect({path!r})).raw_connection()",
        "sqlite3.connect('file:' + {path!r} + '?mode=rw', uri=True).execute('drop table precious')",
    ],
)
def test_the_projects_own_database_is_never_opened(boot, tmp_path, connect):
    path = str(tmp_path / "own.db")
    own = sqlite3.connect(path)
    own.execute("create table precious (id integer)")
    own.close()
    before = (tmp_path / "own.db").read_bytes()
    call = connect.format(path=path)

    boot(f"import sqlite3\nfrom sqlalchemy import create_engine\n{APP}try:\n    {call}\nexcept Exception: pass\n")

    assert (tmp_path / "own.db").read_bytes() == before


def test_drivers_reach_no_other_server(boot):
    application = boot(
        "import psycopg\n" + APP + "try:\n    psycopg.connect('postgresql://postgres@127.0.0.1:5432/postgres')\n"
        "except psycopg.OperationalError as error:\n    app.config['TOLD'] = str(error)\n"
    )

    assert "refused" in application.settings["TOLD"]


def test_several_factories_are_told_with_the_way_out(boot):
    package = {"__init__.py": FACTORY}
    files = {f"{name}/{file}": text for name in ("shop", "desk") for file, text in package.items()}

    failed = failure(boot, files)

    assert "shop:create_app" in str(failed)
    assert "desk:create_app" in str(failed)
    assert "--app" in str(failed)


def test_nothing_that_is_an_application_is_told_with_the_way_out(boot):
    failed = failure(boot, {"code.py": "x = 1\n"})

    assert "--app" in str(failed)


def test_an_answer_that_is_not_there_tells_the_signal(side, project_of):
    written = side({"app.py": "import ctypes\nctypes.string_at(0)\n"})

    with pytest.raises(ProbeFailed, match="SIGSEGV"):
        run_probe(written, "boot", {"app": "app"}, python=project_of(written).python)


def test_settings_that_are_read_as_json_get_json_all_at_once(boot):
    lines = "".join(f"{name} = json.loads(os.environ['{name}'])\n" for name in ("SHOP_KEYS", "SHOP_PEOPLE"))

    application = boot(f"import json\nimport os\n{APP}{lines}app.config['KEYS'] = SHOP_KEYS\n")

    assert application.settings["KEYS"] == {}
    assert application.invent == ("SHOP_KEYS", "SHOP_KEYS:json", "SHOP_PEOPLE:json")
