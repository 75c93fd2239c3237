"""`make adopt`: sites of others with `Beastmode(app)` added; their tests pass and their pages look as they did."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from published_sites import SITES, Trial

pytestmark = pytest.mark.skipif("BEAST_ADOPT" not in os.environ, reason="downloads sites: make adopt")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
SECONDS = 60
ADDED = {"x-content-type-options", "referrer-policy", "x-request-id", "vary"}  # the last: who may call in development
OF_THE_MOMENT = {"date", "server", "connection", "set-cookie", "content-length"}


@pytest.fixture(scope="module", params=SITES, ids=lambda site: site.app.partition(".")[0])
def trial(request, tmp_path_factory):
    trial = Trial(request.param, tmp_path_factory.mktemp(request.param.name))
    trial.install()  # resolves the site's own pins together with ours
    return trial


def test_its_own_tests_end_as_they_did(trial):
    without, with_it = trial.outcomes("without"), trial.outcomes("with")

    assert list(without.values()).count("passed") > 20
    assert with_it == without


def test_its_pages_look_as_they_did(trial):
    without, with_it = looks(trial, "without"), looks(trial, "with")

    assert with_it.keys() == without.keys()
    assert [path for path in without if with_it[path] != without[path]] == []


def test_its_answers_have_the_headers_that_break_nothing_and_no_other(trial):
    without, with_it = headers(trial, "without"), headers(trial, "with")

    for path, names in without.items():
        assert with_it[path] - names <= ADDED | ({"x-frame-options", "x-xss-protection"} if "/api/" in path else set())
        assert names - with_it[path] <= OF_THE_MOMENT


def looks(trial, which):
    """A picture of each page, by path; twice the same bytes for twice the same page."""
    from playwright.sync_api import sync_playwright

    with serving(trial, which) as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = browser.new_page(viewport={"width": 1000, "height": 1400})
            # Fonts of other hosts would be there once and not the next time.
            page.route(
                "**/*", lambda route: route.continue_() if route.request.url.startswith(address) else route.abort()
            )
            return {path: picture(page, f"{address}{path}") for path in trial.site.pages}
        finally:
            browser.close()


def picture(page, address):
    page.goto(address, wait_until="load")
    return page.screenshot(full_page=True, animations="disabled", caret="hide")


def headers(trial, which):
    """The names of each page's headers, by path."""
    with serving(trial, which) as address:
        return {path: names_of(f"{address}{path}") for path in trial.site.pages}


def names_of(address):
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            return {name.lower() for name in answer.headers}
    except urllib.error.HTTPError as refused:
        return {name.lower() for name in refused.headers}


@contextlib.contextmanager
def serving(trial, which):
    """The site, served by Flask's own server on a port of its own."""
    port = trial.port
    command = [str(trial.python), "-m", "flask", "--app", trial.site.app, "run", "--port", str(port)]
    output = (trial.folder / f"{which}.log").open("w")
    server = subprocess.Popen(
        command,
        cwd=trial.sources[which],
        env=trial.environment(which),
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + SECONDS
        while not listens(port):
            assert server.poll() is None, (trial.folder / f"{which}.log").read_text()
            assert time.monotonic() < deadline, "the site never listened"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
        output.close()


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
