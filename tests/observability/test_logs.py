import json
import logging
import os
import subprocess
import sys
import textwrap

import pytest
import structlog
from flask import Flask

from beastmode.core.errors import SettingsError
from beastmode.observability.logs import LogHandler

PROLOGUE = """
import logging, sys
from flask import Flask
from werkzeug.test import Client
from beastmode.core.middleware import install_middleware
from beastmode.core.environment import read_settings
from beastmode.observability.settings import LogSettings
from beastmode.observability.install import install

app = Flask("shop")

def observe():
    install(app, read_settings(kinds=[LogSettings]), install_middleware(app), without={"metrics", "health"})

@app.get("/")
def view():
    app.logger.info("sold")
    return ""

def ask():
    with Client(app).get("/", headers={"X-Request-ID": "request-of-mine"}) as answer:
        answer.data
"""


@pytest.fixture
def host():
    """Runs a small application in a process of its own; gives the lines of its standard error."""

    def run(program, **environ):
        done = subprocess.run(
            [sys.executable, "-c", PROLOGUE + textwrap.dedent(program)],
            env={**os.environ, "ENVIRONMENT": "development", **environ},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stderr.splitlines()

    return run


def sold(lines):
    return [line for line in lines if "sold" in line]


# Beside a project's own logging


def test_a_project_that_configures_nothing_gets_its_lines_with_the_request_id(host):
    lines = host("observe()\nask()")

    assert len(sold(lines)) == 1
    assert sold(lines)[0].endswith(" INFO shop request_id=request-of-mine sold")
    assert len(lines) == 2


@pytest.mark.parametrize("order", ["basic()\nobserve()", "observe()\nbasic()"])
def test_a_project_with_its_own_basic_config_keeps_its_lines_as_they_were(host, order):
    lines = host(
        "def basic():\n    logging.basicConfig(format='mine %(name)s %(message)s', level=logging.INFO)\n"
        f"{order}\nask()\nlogging.getLogger('elsewhere').info('kept')"
    )

    assert sold(lines) == ["mine shop sold"]
    assert "mine elsewhere kept" in lines


def test_a_project_can_name_the_request_id_in_a_format_of_its_own(host):
    lines = host(
        """
        logging.basicConfig(
            handlers=[logging.StreamHandler()],
            level=logging.INFO,
        )
        logging.root.handlers[0].setFormatter(
            logging.Formatter("%(request_id)s %(message)s", defaults={"request_id": "-"})
        )
        observe()
        ask()
        app.logger.info("started")
        logging.getLogger("elsewhere").info("kept")
        """
    )

    assert sold(lines) == ["request-of-mine sold"]
    assert "- started" in lines
    assert "- kept" in lines


def test_a_project_that_logs_to_a_file_of_its_own_has_its_lines_there_and_on_the_console(host, tmp_path):
    own = tmp_path / "own.log"

    lines = host(f"logging.basicConfig(filename={str(own)!r}, level=logging.INFO)\nobserve()\nask()")

    assert own.read_text(encoding="utf-8") == "INFO:shop:sold\n"
    assert len(sold(lines)) == 1


def test_a_project_whose_console_takes_errors_alone_has_the_other_lines_from_us(host):
    lines = host(
        """
        errors = logging.StreamHandler()
        errors.setLevel(logging.ERROR)
        logging.root.addHandler(errors)
        observe()
        ask()
        app.logger.error("failed")
        """
    )

    assert len(sold(lines)) == 1
    assert [line for line in lines if "failed" in line] == ["failed"]


def test_a_line_is_written_to_the_log_file_even_if_the_project_prints_it_itself(host, tmp_path):
    path = tmp_path / "shop.log"

    lines = host("logging.basicConfig(level=logging.INFO)\nobserve()\nask()", LOG_FILE=str(path))

    assert sold(lines) == ["INFO:shop:sold"]
    assert sold(path.read_text().splitlines())[0].endswith("request_id=request-of-mine sold")


def test_a_logger_that_flask_had_set_up_already_prints_once(host):
    lines = host("app.logger\nobserve()\nask()")

    assert len(sold(lines)) == 1
    assert "request_id=request-of-mine" in sold(lines)[0]


def test_a_project_that_passes_a_request_id_of_its_own_is_not_hindered(host):
    lines = host("observe()\napp.logger.warning('started', extra={'request_id': 'theirs'})")

    assert lines[-1].endswith("WARNING shop request_id=theirs started")


def test_structlog_of_a_project_that_configured_it_is_left_alone(host):
    lines = host(
        """
        import structlog
        structlog.configure(
            processors=[structlog.processors.KeyValueRenderer()],
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        )
        observe()
        structlog.get_logger().info("sold", order=7)
        """
    )

    assert sold(lines) == ["order=7 event='sold'"]


def test_structlog_writes_into_the_same_log(host):
    lines = host(
        """
        import structlog
        observe()
        structlog.get_logger("shop.orders").warning("sold %s", "it", order=7, who="Ann Lee")
        structlog.get_logger("shop.orders").debug("unsold")
        """
    )

    assert sold(lines)[0].endswith("Z WARNING shop.orders sold it order=7 who='Ann Lee'")
    assert len(lines) == 1


def test_other_loggers_are_left_to_the_project(make_app):
    before = (logging.root.level, logging.root.handlers[:])

    make_app()

    assert (logging.root.level, logging.root.handlers) == before


def test_without_logs_nothing_is_touched(make_app):
    loggers = [logging.getLogger(name) for name in ("beastmode", "shop")]
    before = [(logger.level, logger.handlers[:], logger.filters[:]) for logger in loggers]

    make_app(without={"logs"})

    assert [(logger.level, logger.handlers, logger.filters) for logger in loggers] == before


def test_many_applications_of_one_name_log_each_line_once(make_app, log_path, log_lines):
    for _ in range(5):
        app = make_app(log_file=str(log_path))

    app.logger.warning("sold")

    assert len(sold(log_lines())) == 1
    assert len([handler for handler in app.logger.handlers if isinstance(handler, LogHandler)]) == 1


def test_an_application_that_is_called_like_the_library_logs_each_line_once(tmp_path):
    from beastmode.core.environment import read_settings
    from beastmode.observability.destination import open_destination
    from beastmode.observability.logs import install_logs
    from beastmode.observability.settings import LogSettings

    path = tmp_path / "log"
    settings = read_settings({"ENVIRONMENT": "testing", "LOG_FILE": str(path)}, {}, kinds=[LogSettings])
    for name in ("beastmode", "beastmode.shop"):
        install_logs(Flask(name), settings, open_destination(settings))

        logging.getLogger(name).warning("sold")

    assert len(path.read_text().splitlines()) == 2


# Levels


def test_log_level_is_the_least_that_is_written(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path), log_level="WARNING")

    app.logger.info("sold")
    app.logger.warning("sold out")
    logging.getLogger("beastmode.accounts").info("sold")

    assert len(log_lines()) == 1


def test_a_level_that_the_project_chose_stays(make_app, log_path, log_lines):
    logging.getLogger("shop").setLevel(logging.ERROR)

    app = make_app(log_file=str(log_path))
    app.logger.warning("sold")

    assert not log_path.read_text(encoding="utf-8")


# Traces


def test_a_trace_for_people_is_indented_under_the_line_with_the_request_id(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path))

    app.test_client().get("/broken", headers={"X-Request-ID": "request-of-mine"}).close()

    head, *rows, last = log_lines()
    assert head.endswith("ERROR shop request_id=request-of-mine Exception on /broken [GET]")
    assert all(row.startswith("    ") for row in rows)
    assert rows[-1] == "    ZeroDivisionError: division by zero"
    assert " ERROR request method=GET path=/broken" in last


def test_a_trace_for_machines_is_one_line_with_the_request_id(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path), log_format="json")

    @app.get("/caught")
    def caught():
        try:
            raise ValueError("two\nlines")
        except ValueError:
            logging.getLogger("beastmode").exception("Caught %s", "one", extra={"order": 7})
        return ""

    app.test_client().get("/caught", headers={"X-Request-ID": "request-of-mine"}).close()

    said = json.loads(log_lines()[0])
    assert said["event"] == "Caught one"
    assert said["level"] == "error"
    assert said["logger"] == "beastmode"
    assert said["request_id"] == "request-of-mine"
    assert said["order"] == 7
    assert said["exception"].startswith("Traceback")
    assert said["exception"].endswith("ValueError: two\nlines")
    assert len(log_lines()) == 2


def test_a_line_outside_of_requests_has_no_request_id(make_app, log_path, log_lines):
    app = make_app(log_file=str(log_path), log_format="json")

    app.logger.warning("started")

    assert "request_id" not in json.loads(log_lines()[0])


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("hostile", ["a\n2026-01-01T00:00:00.000Z INFO forged", "\x1b[2J", "\u2028x", "\ud800", "\x00"])
def test_no_logged_value_forges_a_line(make_app, log_path, log_format, hostile):
    app = make_app(log_file=str(log_path), log_format=log_format)
    app.logger.propagate = False  # pytest's own report of what was logged does not stand lone surrogates

    app.logger.warning("Hello %s", hostile, extra={"who": hostile})
    structlog.get_logger("shop").warning(hostile, who=hostile)

    written = log_path.read_bytes().decode()
    assert len(written.splitlines()) == 2
    assert written.replace("\n", "").isprintable()


def test_a_value_that_cannot_be_shown_fails_no_request(make_app, log_path, capsys):
    class Unshowable:
        def __repr__(self):
            raise RuntimeError

    app = make_app(log_file=str(log_path), log_format="json")

    app.logger.warning("sold", extra={"what": Unshowable()})

    assert "Logging error" in capsys.readouterr().err


def test_a_log_file_that_cannot_be_written_is_a_problem_of_the_settings(make_app, tmp_path):
    with pytest.raises(SettingsError, match=r"LOG_FILE is .*, which is not writable: Is a directory; expected a path"):
        make_app(log_file=str(tmp_path))
