"""What an application finds when it starts: folders of a server, Redis, a mail server, a broker, programs that tell."""

from pathlib import Path

from beastmode_tools.stand_ins.sockets import answered

APP = "from flask import Flask\napp = Flask(__name__)\n"
REDIS = """
import redis
for url in ("redis://user:secret@cache.example.com:6380/1", "rediss://cache.example.com/1", "unix:///run/redis.sock?db=1"):
    client = redis.Redis.from_url(url)
    app.config["SEEN"] = [*app.config.get("SEEN", []), str(client.get("greeting"))]
    client.set("greeting", "hello there")
app.config["CLIENTS"] = len(client.client_list()) > 0
"""


def test_an_application_reaches_a_redis_whatever_its_address_and_it_is_named(boot):
    answered()

    application = boot(APP + REDIS)

    assert application.settings["SEEN"] == ["None", "b'hello there'", "b'hello there'"]
    assert application.settings["CLIENTS"] is True
    assert application.attempts == ()
    assert answered() == ("Redis",)


def test_what_one_start_leaves_in_redis_the_next_one_does_not_find(boot):
    first, second = (boot(APP + REDIS) for _ in range(2))

    assert first.settings["SEEN"] == second.settings["SEEN"]


def test_an_application_that_asks_for_nothing_has_no_stand_in_started(boot):
    answered()

    boot("import smtplib\n" + APP)

    assert answered() == ()


def test_mail_is_taken_from_anybody_over_tls_too(boot):
    answered()
    calls = (
        "import smtplib\n"
        "with smtplib.SMTP('mail.example.com', 587) as server:\n"
        "    server.starttls()\n    server.login('shop', 'secret')\n"
        "    app.config['REFUSED'] = server.sendmail('a@example.com', ['b@example.com'], 'Subject: x\\n\\nhello')\n"
        "with smtplib.SMTP_SSL('mail.example.com') as server:\n    app.config['STATUS'] = server.noop()[0]\n"
    )

    application = boot(APP + calls)

    assert application.settings["REFUSED"] == {}
    assert application.settings["STATUS"] == 250
    assert answered() == ("the mail server",)


def test_messages_for_a_broker_are_taken_and_the_broker_is_named(boot):
    answered()
    calls = (
        "from celery import Celery\n"
        "jobs = Celery('shop', broker='amqp://guest@queue.example.com//', backend='redis://cache.example.com')\n"
        "@jobs.task\ndef pay():\n    raise SystemError\n"
        "app.config['SENT'] = bool(pay.delay().id)\n"
    )

    application = boot(APP + calls)

    assert application.settings["SENT"] is True
    assert "the message broker" in answered()


def test_folders_of_a_server_are_private_ones(boot):
    calls = (
        "import logging.handlers, os, pathlib, shutil, sqlite3\n"
        "os.makedirs('/no-such-volume/logs', exist_ok=True)\n"
        "logging.handlers.RotatingFileHandler('/var/log/shop-of-a-test.log').close()\n"
        "pathlib.Path('/no-such-volume/logs/a.txt').write_text('hello')\n"
        "os.replace('/no-such-volume/logs/a.txt', '/dev/shm/shop-of-a-test.txt')\n"
        "sqlite3.connect('/dev/shm/shop-of-a-test.db').execute('create table t (id integer)')\n"
        "app.config['FOUND'] = [open('/dev/shm/shop-of-a-test.txt').read(), sorted(os.listdir('/no-such-volume')),"
        " os.path.exists('/no-such-volume/logs/a.txt'), os.path.isfile('/var/log/shop-of-a-test.log')]\n"
        "shutil.rmtree('/no-such-volume')\n"
        "app.config['GONE'] = not os.path.exists('/no-such-volume')\n"
    )

    application = boot(APP + calls)

    assert application.settings["FOUND"] == ["hello", ["logs"], False, True]
    assert application.settings["GONE"] is True
    assert application.attempts == ()
    assert not any(
        Path(each).exists()
        for each in ("/no-such-volume", "/var/log/shop-of-a-test.log", "/dev/shm/shop-of-a-test.txt")
    )


def test_a_file_of_the_machine_is_read_and_stays_as_it_is(boot, tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("of the machine")
    calls = (
        f"before = open({str(path)!r}).read()\nopen({str(path)!r}, 'w').write('mine')\n"
        f"app.config['SEEN'] = [before, open({str(path)!r}).read()]\n"
    )

    application = boot(APP + calls)

    assert application.settings["SEEN"] == ["of the machine", "mine"]
    assert path.read_text() == "of the machine"


def test_programs_that_only_tell_something_may_be_asked(boot):
    calls = (
        "import platform, subprocess\nplatform.processor()\n"
        "app.config['GIT'] = subprocess.check_output(['git', '--version']).decode().split()[0]\n"
        "asked = subprocess.run(['git', '-C', '/', 'rev-parse', 'HEAD'], stderr=subprocess.PIPE)\n"
        "app.config['COMMIT'] = asked.returncode\n"
    )

    application = boot(APP + calls)

    assert application.settings["GIT"] == "git"
    assert application.settings["COMMIT"] == 128  # there is no repository, as on a server
    assert application.attempts == ()


def test_a_worker_that_an_application_starts_beside_itself_is_told_and_does_not_run(boot, tmp_path):
    calls = (
        "import multiprocessing\n"
        "worker = multiprocessing.Process(target=open, args=('ran.txt', 'w'), daemon=True)\nworker.start()\n"
        "app.config['ALIVE'] = worker.is_alive()\n"
    )

    application = boot(APP + calls)

    assert application.settings["ALIVE"] is False
    assert any("starting a process" in attempt and "app.py" in attempt for attempt in application.attempts)
    assert not (tmp_path / "project" / "ran.txt").exists()
