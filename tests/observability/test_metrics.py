import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import prometheus_client
import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from beastmode import Beastmode
from beastmode.core.exchange import current_exchange
from beastmode.core.gauges import Gauge, add_gauge
from beastmode.core.identity import Identity, identify
from beastmode.observability.metrics import CALLERS

WORKER = Path(__file__).with_name("metrics_worker.py")
SECRET = "a-secret-of-more-than-thirty-two-bytes"


def ask(app, path, method="GET", **environ):
    run_wsgi_app(app, {**EnvironBuilder(path, method=method).get_environ(), **environ}, buffered=True)


def samples(text):
    """Every sample of an exposition, by its name and labels."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def exposed(app):
    return samples(Client(app).get("/metrics").text)


def requests(app):
    """How many requests were counted, by method, route and status; those for /metrics itself left out."""
    counted = {}
    for (name, *labels), value in exposed(app).items():
        found = dict(labels)
        if name == "http_requests_total" and found["route"] != "/metrics":
            counted[found["method"], found["route"], found["status"]] = value
    return counted


def test_requests_are_counted_by_method_route_and_status(make_app):
    app = make_app()

    for order in range(3):
        ask(app, f"/orders/{order}")
    ask(app, "/orders/1", method="POST")
    ask(app, "/broken")

    assert requests(app) == {
        ("GET", "/orders/<int:order_id>", "200"): 3,
        ("POST", "/orders/<int:order_id>", "200"): 1,
        ("GET", "/broken", "500"): 1,
    }


def test_paths_that_no_route_matches_are_one_series(make_app):
    app = make_app()

    for number in range(20):
        ask(app, f"/nowhere/{number}")

    assert requests(app) == {("GET", "unmatched", "404"): 20}


def test_methods_that_somebody_invents_are_one_series(make_app):
    app = make_app()

    for number in range(20):
        ask(app, "/orders/1", method=f"INVENTED{number}")

    assert requests(app) == {("other", "unmatched", "405"): 20}


def test_probes_are_counted_by_their_path(make_app):
    app = make_app()

    ask(app, "/health")

    assert requests(app) == {("GET", "/health", "200"): 1}


def test_durations_are_kept_in_buckets(make_app):
    app = make_app()

    ask(app, "/orders/1")

    found = exposed(app)
    labels = [("method", "GET"), ("route", "/orders/<int:order_id>"), ("status", "200")]
    assert found["http_request_seconds_count", *labels] == 1
    assert 0 < found["http_request_seconds_sum", *labels] < 10
    assert found["http_request_seconds_bucket", ("le", "+Inf"), *labels] == 1
    assert found["http_request_seconds_bucket", ("le", "10.0"), *labels] == 1


def test_what_runs_is_named(make_app):
    found = [dict(labels) for (name, *labels) in exposed(make_app()) if name == "beastmode_info"]

    assert [set(labels) for labels in found] == [{"version", "python", "environment"}]
    assert found[0]["environment"] == "development"


def test_two_applications_in_one_process_count_apart(make_app):
    one, other = make_app(), make_app()

    ask(one, "/orders/1")

    assert len(requests(one)) == 1
    assert requests(other) == {}


def test_what_the_project_counts_itself_is_exposed_too(make_app):
    sales = prometheus_client.Counter("shop_sales", "Sales.")
    sales.inc(3)

    found = exposed(make_app())

    prometheus_client.REGISTRY.unregister(sales)
    assert found["shop_sales_total",] == 3
    assert ("process_cpu_seconds_total",) in found


def test_a_counter_of_the_projects_by_our_name_does_not_break_the_page(make_app):
    theirs = prometheus_client.Counter("http_requests", "Theirs.", ["x"])
    theirs.labels("1").inc()

    text = Client(make_app()).get("/metrics").text

    prometheus_client.REGISTRY.unregister(theirs)
    assert text.count("# TYPE http_requests_total counter") == 1


# Who still calls what is deprecated


@pytest.fixture
def deprecating(make_app):
    app = make_app()

    @app.get("/old/<int:account>")
    def old(account):
        current_exchange().deprecated = True
        if account:
            identify(Identity("account", account))
        return ""

    return app


def deprecated(app):
    return {
        (dict(labels)["route"], dict(labels)["caller"]): value
        for (name, *labels), value in exposed(app).items()
        if name == "http_requests_deprecated_total"
    }


def test_calls_of_a_deprecated_route_are_counted_by_caller(deprecating):
    ask(deprecating, "/old/7")
    ask(deprecating, "/old/7")
    ask(deprecating, "/old/0", REMOTE_ADDR="203.0.113.7")
    ask(deprecating, "/orders/7")

    assert deprecated(deprecating) == {
        ("/old/<int:account>", "account:7"): 2,
        ("/old/<int:account>", "address:203.0.113.7"): 1,
    }


def test_callers_beyond_a_number_are_counted_together_and_addresses_crowd_no_account_out(deprecating):
    for number in range(CALLERS + 50):
        ask(deprecating, "/old/0", REMOTE_ADDR=f"2001:db8::{number:x}")
    ask(deprecating, "/old/7")

    counted = deprecated(deprecating)
    assert len(counted) == CALLERS + 2
    assert counted["/old/<int:account>", "other"] == 50
    assert counted["/old/<int:account>", "account:7"] == 1


# Who may read


def test_in_development_anybody_may_read(make_app):
    answer = Client(make_app()).get("/metrics")

    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


def test_in_production_there_is_nothing_to_read_without_a_token(make_app):
    answer = Client(make_app(environment="production", secret_key=SECRET)).get("/metrics")

    assert answer.status_code == 404


@pytest.mark.parametrize("environment", ["production", "development", "testing"])
def test_where_a_token_is_set_it_is_always_asked_for(make_app, environment):
    client = Client(make_app(environment=environment, secret_key=SECRET, metrics_token="let-me-read"))

    refused = client.get("/metrics")
    allowed = client.get("/metrics", headers={"Authorization": "Bearer let-me-read"})

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="metrics"'
    assert refused.data == b""
    assert allowed.status_code == 200
    assert "http_requests_total" in allowed.text


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer let-me-rea",
        "Bearer let-me-reads",
        "Bearer LET-ME-READ",
        "Basic let-me-read",
        "let-me-read",
        "Bearer \xff\xfe",
        "Bearer let-me-read, Bearer x",
    ],
)
def test_any_other_authorization_is_refused(make_app, given):
    client = Client(make_app(metrics_token="let-me-read"))

    assert client.get("/metrics", headers={"Authorization": given}).status_code == 401


@pytest.mark.parametrize("given", ["bearer let-me-read", "BEARER let-me-read", "Bearer  let-me-read "])
def test_the_scheme_is_read_as_http_reads_it(make_app, given):
    client = Client(make_app(metrics_token="let-me-read"))

    assert client.get("/metrics", headers={"Authorization": given}).status_code == 200


def test_a_token_in_any_language_works(make_app):
    client = Client(make_app(metrics_token="schlüssel"))
    given = "Bearer schlüssel".encode().decode("latin-1")

    assert client.get("/metrics", headers={"Authorization": given}).status_code == 200


def test_without_metrics_nothing_is_counted_and_the_path_is_the_projects(make_app):
    app = make_app(without={"metrics"})

    assert "beastmode.metrics" not in app.extensions
    assert Client(app).get("/metrics").status_code == 404


# Several workers


@pytest.fixture
def workers(tmp_path):
    """Starts workers that share a directory of metrics."""
    started = []

    def start():
        environ = {
            **os.environ,
            "ENVIRONMENT": "testing",
            "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        }
        (tmp_path / "metrics").mkdir(exist_ok=True)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        started.append(subprocess.Popen([sys.executable, str(WORKER)], env=environ, **pipes))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()


def tell(worker, command):
    worker.stdin.write(f"{command}\n".encode())
    worker.stdin.flush()
    return worker.stdout.readline()


def metrics_of(worker):
    length = int(tell(worker, "metrics"))
    text = worker.stdout.read(length + 1).decode()
    return samples(text), text


ORDERS = (("method", "GET"), ("route", "/orders"), ("status", "200"))


def orders(found):
    return found["http_requests_total", *ORDERS]


def test_any_worker_tells_what_all_have_counted(workers):
    one, other = workers(), workers()

    tell(one, "ask 3")
    tell(other, "ask 4")

    assert orders(metrics_of(one)[0]) == 7
    assert orders(metrics_of(other)[0]) == 7


def test_what_a_dead_worker_counted_is_kept_so_that_no_counter_falls(workers):
    one, other = workers(), workers()
    tell(one, "ask 3")
    tell(other, "ask 4")

    one.send_signal(signal.SIGKILL)
    one.wait()
    tell(workers(), "ask 5")

    assert orders(metrics_of(other)[0]) == 12


def test_a_dead_worker_leaves_no_gauge_behind(workers, tmp_path):
    one, other = workers(), workers()
    tell(one, "ask 1")
    one.send_signal(signal.SIGKILL)
    one.wait()

    _, text = metrics_of(other)

    assert text.count("beastmode_info{") == 1
    assert not list((tmp_path / "metrics").glob("gauge*"))


def test_workers_that_were_replaced_leave_no_files_behind(workers, tmp_path):
    # https://github.com/prometheus/client_python/issues/275
    watcher = workers()
    tell(watcher, "ask 2")
    asked = 2
    for count in (3, 4, 5):
        worker = workers()
        tell(worker, f"ask {count}")
        asked += count
        assert orders(metrics_of(watcher)[0]) == asked
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    last = workers()
    tell(last, "ask 1")

    names = sorted(path.name for path in (tmp_path / "metrics").glob("*.db"))

    mine = [str(each.pid) for each in (watcher, last)]
    assert names == sorted(f"{kind}_{who}.db" for kind in ("counter", "histogram") for who in (*mine, "gone"))
    assert orders(metrics_of(last)[0]) == orders(metrics_of(watcher)[0]) == asked + 1
    buckets = metrics_of(last)[0]["http_request_seconds_count", *ORDERS]
    assert buckets == asked + 1


def test_a_file_that_breaks_off_stops_no_worker(workers, tmp_path):
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_999999999.db").write_bytes(b"\xff\x00\x00\x00" * 40)
    worker = workers()

    tell(worker, "ask 3")

    assert orders(metrics_of(worker)[0]) == 3


def test_a_gauge_that_takes_long_is_left_out_and_looked_up_once(caplog):
    """A database that does not respond must not hold everyone who asks for metrics."""
    app, answered, asked = Flask("slow"), Event(), []
    app.config.from_mapping(ENVIRONMENT="testing", LOG_LEVEL="WARNING")
    Beastmode(app)

    def slow():
        asked.append(1)
        answered.wait(10)
        return [((), 7)]

    add_gauge(app, Gauge("slow", "Takes long.", (), slow))
    client = Client(app)

    responses = [client.get("/metrics") for _ in range(3)]
    answered.set()

    assert [(each.status_code, "slow 7.0" in each.text) for each in responses] == [(200, False)] * 3
    assert len(asked) == 1
    assert caplog.messages == ["Metrics: gauges are left out, because looking them up takes more than 0.5 s"]


def test_a_gauge_is_looked_up_again_for_each_collection():
    """What it shows is of this moment."""
    app, values = Flask("counting"), iter([1, 2])
    app.config.from_mapping(ENVIRONMENT="testing", LOG_LEVEL="WARNING")
    Beastmode(app)
    add_gauge(app, Gauge("waiting", "How many wait.", ("kind",), lambda: [(("a",), next(values))]))

    assert [exposed(app)["waiting", ("kind", "a")] for _ in range(2)] == [1, 2]
