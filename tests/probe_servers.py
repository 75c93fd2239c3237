"""Probes of all checks of one module of tests share servers, as those of one check do."""

import pytest

from beastmode_tools.probe_server import serving


@pytest.fixture(scope="module", autouse=True)
def shared_servers():
    """Keeps the servers from one check to the next: each side's start is a fork of its own all the same."""
    with serving():
        yield
