"""The page as people see it: in Chromium, in both themes, on a phone, and with words that would like to be code."""

import shutil

import pytest
from reported import ACCEPTANCE, CAUTIOUS, PICTURES, SAFE, found, many, report

from beastmode_tools.guard.finding import Evidence
from beastmode_tools.guard.report.html import render
from beastmode_tools.guard.report.view import View

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
EVIL = "</style><script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on PATH")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--disable-gpu", "--disable-background-networking"], chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    findings = [
        *many(12),
        found(EVIL, CAUTIOUS, where=EVIL, instead=EVIL, evidence=Evidence("proved", EVIL)),
        found("users gets the column bio", SAFE),
        found("nobody calls it", acceptance=ACCEPTANCE),
    ]
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(report(*findings, not_proven=(EVIL,), pictures=PICTURES), View()), encoding="utf-8")
    return path


@pytest.fixture
def page(browser, file, request):
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    tab = context.new_page()
    tab.requests, tab.complaints = [], []
    context.on("request", lambda asked: tab.requests.append(asked.url))
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.goto(file.as_uri())
    yield tab
    context.close()


def visible(page, kind):
    return page.locator(f".finding.{kind}:visible").count()


def test_the_page_asks_for_nothing_and_complains_about_nothing(page, file):
    page.wait_for_load_state("networkidle")

    assert page.requests == [file.as_uri()]
    assert page.complaints == []


def test_its_own_style_is_allowed_by_its_policy(page):
    assert page.locator("h1").evaluate("element => getComputedStyle(element).color") == "rgb(179, 38, 30)"


def test_words_that_look_like_code_are_shown_as_words(page):
    assert "taken" not in page.title()
    assert page.locator("script, img").count() == 0
    assert EVIL in page.locator(".finding.cautious .problem").inner_text()


def test_the_filters_show_and_hide_by_verdict(page):
    assert visible(page, "dangerous") == 3
    assert visible(page, "safe") == 0

    page.uncheck("#show-dangerous")
    page.check("#show-safe")

    assert visible(page, "dangerous") == 0
    assert visible(page, "cautious") == 1
    assert visible(page, "safe") == 1
    assert visible(page, "accepted") == 1


def test_the_filters_work_with_the_keyboard_alone(page):
    page.focus("#show-cautious")

    page.keyboard.press("Space")

    assert visible(page, "cautious") == 0
    assert page.locator("#show-cautious + label").evaluate("it => getComputedStyle(it).outlineStyle") == "solid"


def test_what_is_folded_away_opens(page):
    page.click(".more > summary")

    assert visible(page, "dangerous") == 12


def test_details_open_and_close(page):
    body = page.locator(".finding.cautious .body")
    assert body.is_visible()

    page.click(".finding.cautious > summary")

    assert not body.is_visible()


def test_the_graph_has_a_dot_for_each_row_at_its_height(page):
    dots = page.locator(".graph circle").evaluate_all("all => all.map(it => it.getBoundingClientRect().y + 6)")
    rows = page.locator(".graph li").evaluate_all(
        "all => all.map(it => { const box = it.getBoundingClientRect(); return box.y + box.height / 2 })"
    )

    assert len(dots) == 5
    assert all(abs(dot - row) < 4 for dot, row in zip(dots, rows, strict=True))


def test_both_sides_of_the_contract_stand_beside_each_other(page):
    old, new = (page.locator(f".sides .{side}").bounding_box() for side in ("old", "new"))

    assert old["y"] == new["y"]
    assert old["x"] + old["width"] <= new["x"]


def test_lines_of_the_contract_are_aligned_and_on_a_phone_said_once(page):
    rows = page.locator(".lines .row.same, .lines .row.changed")
    assert all(row.locator(".new").is_visible() for row in rows.all())

    page.set_viewport_size({"width": 360, "height": 740})

    assert [row.locator(".new").is_visible() for row in rows.all()] == [False, True]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_without_scrolling_sideways(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    paper = page.locator("body").evaluate("it => getComputedStyle(it).backgroundColor")
    assert paper == {"light": "rgb(247, 247, 245)", "dark": "rgb(21, 24, 26)"}[scheme]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_against_its_ground(page, scheme):
    page.emulate_media(color_scheme=scheme)

    faint = page.evaluate(CONTRAST)

    assert faint == []


def test_what_is_closed_is_printed_too(page):
    page.click(".finding.cautious > summary")

    page.emulate_media(media="print")

    body = page.locator(".finding.cautious .body").bounding_box()
    assert body is not None
    assert body["height"] > 0


# WCAG 2.2, 1.4.3: at least 4.5 to 1; the ground is that of the nearest element that has one.
CONTRAST = """() => {
  const numbers = color => color.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    return .2126 * x + .7152 * y + .0722 * z
  }
  const ground = it => {
    for (; it; it = it.parentElement) {
      const color = numbers(getComputedStyle(it).backgroundColor)
      if (color.length === 3 || color[3] > 0) return color
    }
  }
  const faint = []
  for (const it of document.querySelectorAll("body *")) {
    const own = [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim())
    if (!own || !it.checkVisibility() || it.closest("input:disabled + label")) continue
    const [a, b] = [light(numbers(getComputedStyle(it).color)), light(ground(it))]
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05)
    if (ratio < 4.5) faint.push(`${it.tagName}.${it.className} ${ratio.toFixed(2)}`)
  }
  return faint
}"""
