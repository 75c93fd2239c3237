"""`web_search`: addresses of pages, from the provider that the person has set."""

import json
import os
from typing import Any
from urllib.parse import quote, urlsplit

from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import WebSearchArguments
from beastmode_tools.agent.tools.fetch import WARNING
from beastmode_tools.agent.tools.registry import SEARCH_SETTING
from beastmode_tools.agent.tools.web import read_page
from beastmode_tools.errors import CouldNotRun

__all__ = ["answer"]

MOST_FOUND = 10
"""Pages: what is not among the first ten is found by other words."""
MOST_SAID = 300
"""Characters of a page's summary: it is there to choose, not to read."""


def answer(performer: Performer, arguments: WebSearchArguments) -> dict[str, Any]:  # noqa: ARG001 - tools are called so
    """Title, address and summary of each page."""
    template = os.environ.get(SEARCH_SETTING, "")
    if "{query}" not in template:
        raise CouldNotRun(
            f"no search is set. {SEARCH_SETTING} is the address of one that answers in JSON, such as "
            "https://search.example.org/search?format=json&q={query}"
        )
    host = urlsplit(template).hostname
    page = read_page(template.replace("{query}", quote(arguments.text)), lambda url: only(host, url))
    try:
        results = json.loads(page.text)["results"]
        found = [
            {name: str(each.get(name, ""))[:MOST_SAID] for name in ("title", "url", "content")} for each in results
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CouldNotRun(f"{host} did not answer with JSON that has `results`.") from None
    return {"warning": WARNING, "found": found[:MOST_FOUND]}


def only(host: str | None, url: str) -> str:
    """Why a URL is not opened: it is on another host than the search, or sent without encryption."""
    parts = urlsplit(url)
    return "" if parts.hostname == host and parts.scheme == "https" else f"the search leads to {parts.hostname}."
