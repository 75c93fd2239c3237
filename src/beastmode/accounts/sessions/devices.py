"""The device of a session, in words: "Firefox on Windows"."""

import re

_BROWSERS = (
    # The first match counts: most browsers also claim to be the ones below them.
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\b(?:OPR|Opera)/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b|\bMacintosh\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9 ._+-]{0,39}")


def device_of(user_agent: str) -> str:
    """The browser and the system that a `User-Agent` header names, without versions, which change all the time.

    The first product, such as "curl", if it is no known browser; "Unknown device" if there is none. The client chooses
    the header, so this identifies nobody.

    Args:
        user_agent: The header.
    """
    browser = next((name for name, pattern in _BROWSERS if pattern.search(user_agent)), None)
    system = next((name for name, pattern in _SYSTEMS if pattern.search(user_agent)), None)
    if browser is not None:
        return browser if system is None else f"{browser} on {system}"
    product = _PRODUCT.match(user_agent.partition("/")[0].strip())
    return product[0].strip() if product else "Unknown device"
