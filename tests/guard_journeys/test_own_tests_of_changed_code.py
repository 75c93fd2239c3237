"""Code that no request runs is judged by what it gives in the project's own tests, on both sides."""

import pytest

APP = "from flask import Flask\n\napp = Flask(__name__)\n"
PRICES = """
def rounded(amount):
    return amount // 5 * 5


def total(amounts):
    result = 0
    for amount in amounts:
        result = result + amount
    return result


def label(amount):
    if amount > 100:
        return f"{amount} and more"
    return str(amount)


def shipping(amount):
    return 5


def discount(amount):
    return amount / 10


def untested(amount):
    return amount
"""
TESTS = """
import prices


def test_rounded():
    assert prices.rounded(17) <= 17


def test_total():
    assert prices.total([1, 2]) == 3


def test_label():
    assert prices.label(7) == "7"
    assert prices.label(101)


def test_shipping():
    assert prices.shipping(3) == 5


def test_that_always_fails():
    assert prices.total([]) == 1
"""
LOOP = "    result = 0\n    for amount in amounts:\n        result = result + amount\n    return result"
CHANGED = {
    # The same, written in another way:
    LOOP: "    return sum(amounts)",
    # A test passes, and yet something else comes back:
    "amount // 5 * 5": "amount // 10 * 10",
    # A test fails:
    "return 5\n": "return 6\n",
    # Only a test of the same change runs it:
    "amount / 10": "amount / 20",
    # No test runs it:
    "def untested(amount):\n    return amount": "def untested(amount):\n    return -amount",
}
NEW_TESTS = "\nimport prices\n\n\ndef test_discount():\n    assert prices.discount(20) == 1\n"


@pytest.fixture
def shop(new_project, tmp_path):
    """A project whose tests stand beside an application that has nothing to do with them."""
    files = {".gitignore": "__pycache__/\n", "app.py": APP, "prices.py": PRICES, "tests/test_prices.py": TESTS}
    empty = tmp_path / "empty"
    empty.mkdir()
    return new_project(empty, files)


def test_code_is_judged_by_what_it_gives_in_the_projects_own_tests(shop):
    source = PRICES
    for old, new in CHANGED.items():
        assert old in source
        source = source.replace(old, new)
    (shop.folder / "prices.py").write_text(source, encoding="utf-8")
    (shop.folder / "tests" / "test_discount.py").write_text(NEW_TESTS, encoding="utf-8")

    findings = [each for each in shop.check("--on", "sqlite")["findings"] if each["rule"] == "behavior-changed"]

    assert {each["message"]: (each["verdict"], each["problem"]) for each in findings} == {
        "same": ("SAFE", "total changed, and requests or tests that run it get the same on both sides"),
        "result": (
            "CAUTIOUS",
            "rounded changed, and gives something else where tests/test_prices.py::test_rounded runs it",
        ),
        "test-fails": ("DANGEROUS", "tests/test_prices.py::test_shipping passes on the base and fails now"),
        "new-tests": ("CAUTIOUS", "discount changed, and only tests that came with the change run it"),
        "not-run": ("CAUTIOUS", "untested changed and was not run on both sides"),
    }
    evidence = {each["message"]: each["evidence"]["detail"] for each in findings}
    assert evidence["result"] == "tests/test_prices.py::test_rounded: before 15; now 10"
    assert "assert 6 == 5" in evidence["test-fails"]
    assert "1 of the project's own tests, as tests/test_prices.py::test_total" in evidence["same"]
