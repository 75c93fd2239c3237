"""`init_celery`: the Celery application that a project, its workers and its monitors share."""

import subprocess
import sys

import pytest
from celery import Celery
from flask import Flask, current_app
from parcels import greet

from beastmode import Beastmode, Database
from beastmode.core.errors import ConfigurationError, SettingsError
from beastmode.jobs import Jobs, init_celery


def made(**config):
    app = Flask("shop")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL="sqlite://", **config)
    Beastmode(app, database=Database(), jobs=Jobs())
    return app


@pytest.fixture
def celery():
    return init_celery(made(CELERY_BROKER_URL="redis://localhost:6379/0"))


def test_it_is_configured_as_the_settings_say(celery):
    """Serializers, content, time zone as people expect them; messages are acknowledged when their jobs have run."""
    conf = celery.conf

    assert isinstance(celery, Celery)
    assert conf.broker_url == "redis://localhost:6379/0"
    assert (conf.task_serializer, conf.accept_content, conf.result_serializer) == ("json", ["json"], "json")
    assert (conf.timezone, conf.enable_utc) == ("UTC", True)
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)
    assert conf.broker_transport_options["visibility_timeout"] == 60


@pytest.mark.parametrize(
    ("url", "bounds"),
    [("redis://localhost", ["socket_timeout"]), ("amqp://localhost", ["read_timeout", "write_timeout"])],
)
def test_no_worker_waits_for_ever_for_a_broker_that_is_silent(url, bounds):
    """Without a bound, a worker whose connection was cut off hung when it closed the old one, and ran nothing more."""
    options = init_celery(made(CELERY_BROKER_URL=url)).conf.broker_transport_options

    assert [options[bound] for bound in bounds] == [5.0] * len(bounds)


def test_every_job_is_a_task_of_its_name_and_its_queue_is_consumed(celery):
    """A worker without -Q takes from all of them."""
    assert greet.name in celery.tasks
    assert {"default", "reports"} <= {queue.name for queue in celery.conf.task_queues}


def test_there_is_one_for_each_application():
    """Each call returns the same one."""
    app = made(CELERY_BROKER_URL="amqp://localhost")

    assert init_celery(app) is init_celery(app)


def test_options_of_celery_can_be_overridden():
    """By its own names, in app.config."""
    app = made(CELERY_BROKER_URL="amqp://localhost", CELERY={"worker_prefetch_multiplier": 4})

    assert init_celery(app).conf.worker_prefetch_multiplier == 4


def test_a_job_that_is_called_without_a_row_is_called():
    """Such as by a script that knows Celery alone; and other tasks find the application, too."""
    app = made(CELERY_BROKER_URL="redis://localhost")
    celery = init_celery(app)

    @celery.task
    def where():
        return current_app.name

    assert celery.tasks[greet.name].apply(kwargs={"name": "Ada"}).get() == {"greeted": "Ada"}
    assert where.apply().get() == "shop"


def test_without_a_broker_it_says_which_setting_is_missing():
    """Celery's own default would be a broker that is not there."""
    with pytest.raises(ConfigurationError, match="CELERY_BROKER_URL is not set"):
        init_celery(made())


def test_without_jobs_it_says_what_to_pass():
    """There would be nothing to run."""
    with pytest.raises(ConfigurationError, match="pass jobs=Jobs\\(\\) to Beastmode first"):
        init_celery(Flask("shop"))


def test_the_url_of_something_else_is_refused_and_not_shown():
    """It may contain a password."""
    with pytest.raises(SettingsError) as raised:
        made(CELERY_BROKER_URL="https://user:hunter2@broker")

    assert str(raised.value) == (
        "Invalid settings: CELERY_BROKER_URL is not the URL of a broker; expected one that begins with redis:// or amqp://."
    )


def test_redis_alone_turns_nothing_on():
    """REDIS_URL is for the cache and the limits."""
    app = made(REDIS_URL="redis://localhost:6379/0")

    with pytest.raises(ConfigurationError):
        init_celery(app)
    assert "broker" not in app.extensions["beastmode.readiness"]


def test_without_celery_it_says_what_to_install():
    """Celery is an extra, which most projects do not need."""
    code = "import sys; sys.modules['celery'] = None; from beastmode.jobs import init_celery"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    last = said.stderr.splitlines()[-1]
    assert last == "ImportError: init_celery needs Celery; run `pip install 'beastmode[celery]'`."


def test_web_processes_do_not_load_celery():
    """They never talk to the broker, so that no request can wait for it."""
    code = """
import sys
from flask import Flask
from beastmode import Beastmode, Database
from beastmode.jobs import Jobs, job
app = Flask("shop")
app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL="sqlite://", CELERY_BROKER_URL="redis://192.0.2.1")
db = Database()
Beastmode(app, database=db, jobs=Jobs())
from beastmode.db import Base
@job
def greet(): ...
with app.app_context():
    Base.metadata.create_all(db.engine)
    print(greet.enqueue())
    print(app.test_client().get("/health/ready").json["checks"]["broker"])
print({"celery", "kombu"} & set(sys.modules))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert said.stdout == "1\ndegraded\nset()\n", said.stderr
