import re
import shutil
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.serving import make_server

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
TRY_OUT = "#operations-posts-{0} .try-out__btn"
EXECUTE = "#operations-posts-{0} .execute"
ANSWER = "#operations-posts-{0} .live-responses-table .response-col_description pre"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on PATH")


@dataclass
class Visit:
    """A tab on the docs page, with whatever it asked for and complained about."""

    page: Any
    address: str
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def open(self, path="/docs"):
        self.page.goto(self.address + path)
        self.page.wait_for_selector(".opblock")

    def paths(self):
        # Its text has zero-width spaces for line breaks.
        summaries = self.page.locator("[data-path]")
        return summaries.evaluate_all("elements => elements.map(element => element.dataset.path)")

    def expand(self, operation):
        self.page.click(f"#operations-posts-{operation} .opblock-summary-control")

    def authorize(self, token):
        self.page.click(".btn.authorize")
        self.page.fill(".auth-container input", token)
        self.page.keyboard.press("Enter")
        self.page.click(".btn-done")

    def send(self, operation):
        self.page.click(TRY_OUT.format(operation))
        self.page.click(EXECUTE.format(operation))
        return self.page.locator(ANSWER.format(operation)).first.inner_text()


@pytest.fixture(scope="module")
def address(blog):
    server = make_server("127.0.0.1", 0, blog, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET, chromium_sandbox=False)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    visit = Visit(context.new_page(), address)
    context.on("request", lambda request: visit.hosts.add(urlsplit(request.url).netloc))
    visit.page.on("websocket", lambda socket: visit.hosts.add(socket.url))
    visit.page.on("console", lambda message: visit.complaints.append(f"{message.type}: {message.text}"))
    visit.page.on("pageerror", lambda error: visit.complaints.append(f"exception: {error}"))
    yield visit
    context.close()


def test_the_operations_of_the_chosen_version_are_shown(visit):
    visit.open()
    assert visit.paths() == ["/api/v1/posts", "/api/v1/posts"]

    visit.page.click("nav >> text=v2")
    visit.page.wait_for_selector("[data-path='/api/v2/posts']")

    assert visit.paths() == ["/api/v2/posts", "/api/v2/posts"]
    assert visit.page.locator("nav [aria-current]").inner_text() == "v2"


def test_a_tour_of_the_page_asks_no_other_host_and_leaves_the_console_empty(visit):
    visit.open()
    visit.authorize("a-token")
    for operation in ("list_posts", "create_post"):
        visit.expand(operation)
        visit.send(operation)
    visit.page.click("section.models h4 button")
    visit.page.click("nav >> text=v2")
    visit.page.wait_for_selector("[data-path='/api/v2/posts']")
    visit.page.wait_for_load_state("networkidle")

    assert visit.hosts == {urlsplit(visit.address).netloc}
    assert visit.complaints == []


def test_an_address_in_the_query_is_not_followed(visit):
    visit.open("/docs?url=http://other.invalid/openapi.json&configUrl=http://other.invalid/config.json")

    assert visit.paths() == ["/api/v1/posts", "/api/v1/posts"]
    assert visit.hosts == {urlsplit(visit.address).netloc}


def test_a_token_is_sent_and_kept_when_the_version_changes(visit):
    visit.open()
    visit.authorize("a-token")
    visit.open("/docs?version=v2")
    visit.expand("list_posts")

    answer = visit.send("list_posts")

    assert '"authorization": "Bearer a-token"' in answer
    assert '"version": "v2"' in answer


def test_a_request_body_is_proposed_in_plain_words_and_sent(visit):
    visit.open()
    visit.expand("create_post")

    answer = visit.send("create_post")

    assert '"title": "string"' in answer
    assert re.search(r'"code": "[0-9]{4}"', answer)


def test_a_deprecated_operation_is_struck_through(visit):
    visit.open()

    struck = visit.page.locator(".opblock-deprecated [data-path]")

    assert struck.count() == 1
    assert "line-through" in struck.evaluate("element => getComputedStyle(element).textDecorationLine")


def test_the_keyboard_alone_reaches_and_opens_an_operation_and_shows_where_it_is(visit):
    visit.open()
    focused = visit.page.locator(":focus")
    for _ in range(20):
        visit.page.keyboard.press("Tab")
        if "opblock-summary-control" in (focused.get_attribute("class") or ""):
            break

    outline = focused.evaluate("element => getComputedStyle(element).outlineStyle")
    visit.page.keyboard.press("Enter")

    visit.page.wait_for_selector("#operations-posts-list_posts .opblock-body")
    assert outline == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_page_without_scrolling_sideways(visit, scheme):
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.page.emulate_media(color_scheme=scheme)
    visit.open()
    visit.expand("create_post")
    visit.send("create_post")

    assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
    assert visit.page.evaluate("document.documentElement.classList.contains('dark-mode')") == (scheme == "dark")
